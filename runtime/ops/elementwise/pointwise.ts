/** Helpers that turn an expression into an operator of one or two tensors. */
import { bool, type DType } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { E, input, type Expression } from "../../expression.ts";
import {
  operator,
  type Declaration,
  type ErrorCase,
  type InPlaceOperator,
  type Operator,
  type Rule,
  type Sample,
} from "../../operator.ts";
import { operand, tensor, type Parameters } from "../../parameters.ts";
import { elementwise, promoteTensors, type DTypeRule } from "../../settle.ts";
import type { Signature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { sample } from "../samples.ts";

/** A type alias and not an interface: only an alias fits an index signature. */
type UnaryParameters = { readonly input: typeof tensor };

/** The forms that an operator has beside the plain one, unless it says that it lacks them. */
interface Forms {
  readonly inPlace?: false | undefined;
  readonly out?: false | undefined;
}

/** A pointwise operator of one tensor. */
export interface UnaryPointwise extends Forms {
  readonly name: string;
  readonly expression: Expression;
  readonly dtype?: DTypeRule;
  readonly saves?: readonly ("input" | "result")[];
  /** The gradient, or `null` where the operator has none. */
  readonly vjp: Rule<UnaryParameters, "input"> | null;
  readonly samples?: readonly Sample[];
  readonly gradFn?: string;
  readonly gradFnInPlace?: string;
  /** Looks at the input before anything is computed. */
  readonly check?: (input: Tensor) => void;
  readonly errors?: readonly ErrorCase[];
}

/** A check for operators that PyTorch has no bool kernel for. */
export function refuseBoolKernel(kernel: string): (input: Tensor) => void {
  return (input) => {
    if (input.dtype === bool)
      throw new NotImplementedError(
        `"${kernel}" not implemented for 'Bool': convert with .int() or .float() first.`,
      );
  };
}

/** @throws NotImplementedError for a dtype without fractions, which the kernel does not take. */
export function refuseWholeNumbers(kernel: string, { is_floating_point, typeName }: DType): void {
  if (!is_floating_point)
    throw new NotImplementedError(
      `"${kernel}" not implemented for '${typeName}': convert with .float() first.`,
    );
}

/** A check for operators of fractions only. */
export function fractionsOnly(kernel: string): (input: Tensor, other?: Tensor) => void {
  return (input, other) =>
    refuseWholeNumbers(kernel, promoteTensors(other === undefined ? [input] : [input, other]));
}

/** The operator, with the forms that it has. */
function withForms<S extends Signature, const P extends Parameters>(
  declaration: Declaration<P>,
  { inPlace, out }: Forms,
): Operator<S> {
  const complete = out === false ? declaration : { ...declaration, out: true as const };
  return inPlace === false
    ? operator<S, P>(complete)
    : operator<S, P>({ ...complete, inPlace: true as const });
}

/** Makes an operator of one tensor from its expression. */
export function unary<S extends Signature>(facts: UnaryPointwise & { readonly inPlace: false }): Operator<S>;
export function unary<S extends Signature>(facts: UnaryPointwise): InPlaceOperator<S>;
export function unary<S extends Signature>(facts: UnaryPointwise): Operator<S> {
  const { expression, dtype = "promote", check, vjp, samples, inPlace, out, ...rest } = facts;
  const declaration: Declaration<UnaryParameters> = {
    ...rest,
    parameters: { input: tensor },
    forward: ({ input }, output) => {
      check?.(input);
      return elementwise(expression, [input], dtype, output);
    },
    vjp: vjp === null ? null : { input: vjp },
    samples: samples ?? [() => [sample([2, 3])], () => [sample([])], () => [sample([0, 2])]],
  };
  return withForms<S, UnaryParameters>(declaration, { inPlace, out });
}

type BinaryParameters = { readonly input: typeof tensor; readonly other: typeof operand };

/** A pointwise operator of two tensors, or of a tensor and a number. */
export interface BinaryPointwise extends Forms {
  readonly name: string;
  readonly expression: Expression;
  readonly dtype?: DTypeRule;
  readonly saves?: readonly ("input" | "other" | "result")[];
  readonly savedFor?: NonNullable<Declaration<BinaryParameters>["savedFor"]>;
  readonly vjp: {
    readonly input: Rule<BinaryParameters, "input"> | null;
    readonly other: Rule<BinaryParameters, "other"> | null;
  } | null;
  readonly samples?: readonly Sample[];
  readonly gradFn?: NonNullable<Declaration<BinaryParameters>["gradFn"]>;
  /** Whether the second operand must be a tensor, as PyTorch asks of a few operators. */
  readonly tensorsOnly?: true;
  /** Whether the first operand may be a number too. */
  readonly numberFirst?: true;
  readonly check?: (input: Tensor, other: Tensor) => void;
  readonly errors?: readonly ErrorCase[];
}

/** Samples that every binary operator shares: same shapes, a row against a matrix, a column against a row, a number. */
export const binarySamples: readonly Sample[] = [
  () => [sample([2, 3]), sample([2, 3], { seed: 1, low: 0.5, high: 2 })],
  () => [sample([2, 3]), sample([3], { seed: 2, low: 0.5, high: 2 })],
  () => [sample([2, 1]), sample([1, 3], { seed: 3, low: 0.5, high: 2 })],
  () => [sample([3]), 2.5],
];

/** Those without a plain number. */
export const tensorSamples: readonly Sample[] = binarySamples.slice(0, 3);

/** Makes an operator of two tensors from its expression. */
export function binary<S extends Signature>(
  facts: BinaryPointwise & { readonly inPlace: false },
): Operator<S>;
export function binary<S extends Signature>(facts: BinaryPointwise): InPlaceOperator<S>;
export function binary<S extends Signature>(facts: BinaryPointwise): Operator<S> {
  const {
    expression,
    dtype = "promote",
    check,
    vjp,
    tensorsOnly,
    numberFirst,
    samples,
    inPlace,
    out,
    ...rest
  } = facts;
  const declaration: Declaration<BinaryParameters> = {
    ...rest,
    parameters: { input: numberFirst ? operand : tensor, other: tensorsOnly ? tensor : operand },
    forward: ({ input, other }, output) => {
      check?.(input, other);
      return elementwise(expression, [input, other], dtype, output);
    },
    vjp,
    samples: samples ?? (tensorsOnly ? tensorSamples : binarySamples),
  };
  return withForms<S, BinaryParameters>(declaration, { inPlace, out });
}

/** The expression's inputs, for declarations. */
export const x: Expression = input(0);
export const y: Expression = input(1);
export const z: Expression = input(2);
export { E };
