/** Helpers that turn an expression into an operator of one or two tensors. */
import { bool } from "../dtype.ts";
import { NotImplementedError } from "../errors/notImplementedError.ts";
import { E, input, type Expression } from "../expression.ts";
import { operator, type ErrorCase, type InPlaceOperator, type Rule, type Sample } from "../operator.ts";
import { operand, tensor } from "../parameters.ts";
import { elementwise, type DTypeRule } from "../settle.ts";
import type { Signature } from "../signatures.ts";
import type { Tensor } from "../tensor.ts";
import { sample } from "./samples.ts";

/** A type alias and not an interface: only an alias fits an index signature. */
type UnaryParameters = { readonly input: typeof tensor };

/** A pointwise operator of one tensor. */
export interface UnaryPointwise {
  readonly name: string;
  readonly expression: Expression;
  readonly dtype?: DTypeRule;
  readonly saves?: readonly ("input" | "result")[];
  /** The gradient, or `null` where the operator has none. */
  readonly vjp: Rule<UnaryParameters, "input"> | null;
  readonly samples?: readonly Sample[];
  readonly gradFn?: string;
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

/** Makes an operator of one tensor from its expression. */
export function unary<S extends Signature>(facts: UnaryPointwise): InPlaceOperator<S> {
  const { expression, dtype = "promote", check, vjp, samples, ...rest } = facts;
  return operator<S, UnaryParameters>({
    ...rest,
    parameters: { input: tensor },
    forward: ({ input }, output) => {
      check?.(input);
      return elementwise(expression, [input], dtype, output);
    },
    vjp: vjp === null ? null : { input: vjp },
    inPlace: true,
    out: true,
    samples: samples ?? [() => [sample([2, 3])], () => [sample([])], () => [sample([0, 2])]],
  });
}

type BinaryParameters = { readonly input: typeof tensor; readonly other: typeof operand };

/** A pointwise operator of two tensors, or of a tensor and a number. */
export interface BinaryPointwise {
  readonly name: string;
  readonly expression: Expression;
  readonly dtype?: DTypeRule;
  readonly saves?: readonly ("input" | "other" | "result")[];
  readonly vjp: {
    readonly input: Rule<BinaryParameters, "input">;
    readonly other: Rule<BinaryParameters, "other">;
  } | null;
  readonly samples?: readonly Sample[];
  readonly gradFn?: string;
  /** Whether the second operand must be a tensor, as PyTorch asks of a few operators. */
  readonly tensorsOnly?: true;
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
export function binary<S extends Signature>(facts: BinaryPointwise): InPlaceOperator<S> {
  const { expression, dtype = "promote", check, vjp, tensorsOnly, samples, ...rest } = facts;
  return operator<S, BinaryParameters>({
    ...rest,
    parameters: { input: tensor, other: tensorsOnly ? tensor : operand },
    forward: ({ input, other }, output) => {
      check?.(input, other);
      return elementwise(expression, [input, other], dtype, output);
    },
    vjp,
    inPlace: true,
    out: true,
    samples: samples ?? (tensorsOnly ? tensorSamples : binarySamples),
  });
}

/** The expression's inputs, for declarations. */
export const x: Expression = input(0);
export const y: Expression = input(1);
export const z: Expression = input(2);
export { E };
