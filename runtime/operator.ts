/**
 * What an operator is, and how a call of one runs: arguments are bound, the result computed, and, where a gradient was asked for, a node
 * recorded. Operators are module constants; nothing registers itself.
 */
import {
  edgeOf,
  factsOf,
  Node,
  SavedTensor,
  type Backward,
  type Edge,
  type SavedValue,
  type TensorFacts,
} from "./autograd/node.ts";
import { is_grad_enabled, withGradMode } from "./autograd/modes.ts";
import { bind } from "./binding.ts";
import type { ArgumentsOf, Parameters, TensorNames } from "./parameters.ts";
import type { Shape } from "./shape.ts";
import type { MethodOf, Signature } from "./signatures.ts";
import { Tensor } from "./tensor.ts";

/** What a derivative rule may use: the call's arguments (of the tensors, those that were saved), the result if saved, and all shapes. */
export type Context<P extends Parameters> = ArgumentsOf<P> & {
  readonly result: Tensor;
  /** Of an operator with several results: all but the first, which carry no gradient. */
  readonly others: readonly Tensor[];
  readonly shapes: { readonly [K in TensorNames<P>]: Shape };
  /** For a list of tensors: the shape of each. */
  readonly listShapes: { readonly [K in TensorNames<P>]: readonly Shape[] };
};

/** The gradient of one input, from the gradient of the result. Written in operators, so that it can be differentiated again. */
export type Rule<P extends Parameters, K extends keyof P> = (
  grad: Tensor,
  context: Context<P>,
) => ArgumentsOf<P>[K] extends readonly Tensor[] ? readonly (Tensor | null)[] : Tensor | null;

/** A vector-Jacobian product: a rule for each tensor input; `null` says that no gradient flows there. */
export type VectorJacobianProduct<P extends Parameters> = {
  readonly [K in TensorNames<P>]: Rule<P, K> | null;
};

/** A call to check an operator with: its values and derivatives are compared with finite differences, and with PyTorch's. */
export type Sample = () => readonly unknown[];

/** A call that must fail: with which arguments, and which error. */
export interface ErrorCase {
  readonly args: () => readonly unknown[];
  readonly error: string;
  readonly message: RegExp;
}

/** One operator, said once. */
export interface Declaration<P extends Parameters> {
  readonly name: string;
  readonly parameters: P;
  /** PyTorch's name of the node, `"MulBackward0"` for `mul` when left out; some depend on the arguments. */
  readonly gradFn?: string | ((args: ArgumentsOf<P>) => string);
  /** The tensors that the rules read; whatever is not named here is free to change or to be collected. */
  readonly saves?: readonly (keyof P | "result")[];
  /** Computes the result; nothing in it is recorded. A list is several results of which the first carries the gradient. */
  readonly forward: (args: ArgumentsOf<P>) => Tensor | readonly [Tensor, ...Tensor[]];
  /** `null`: the operator has no derivative. */
  readonly vjp: VectorJacobianProduct<P> | null;
  /** Whether the operator also exists as a method that writes into its first input. */
  readonly inPlace?: true;
  readonly samples: readonly Sample[];
  readonly errors?: readonly ErrorCase[];
}

/** What is known of an operator besides how to call it. */
export interface OperatorFacts {
  readonly operatorName: string;
  readonly parameters: Parameters;
  readonly differentiable: boolean;
  /** Written in other operators: derivatives follow from theirs. */
  readonly composite: boolean;
  readonly inPlace: boolean;
  readonly samples: readonly Sample[];
  readonly errors: readonly ErrorCase[];
  /** `null` for a composite. @internal */
  // oxlint-disable-next-line typescript/no-explicit-any -- the parameters of any operator
  readonly declaration: Declaration<any> | null;
}

/** An operator: a function, with what is known of it. */
export type Operator<S extends Signature> = S["function"] & OperatorFacts & { readonly signature?: S };

/** The method form of an operator on a tensor of type `Self`. */
export type MethodOfOperator<O, Self> = O extends { readonly signature?: infer S }
  ? MethodOf<Extract<S, Signature>, Self>
  : never;

/** `log_softmax` → `LogSoftmax`; a letter behind a digit is raised too, as PyTorch's generator does (`Log1P`). */
function pascal(name: string): string {
  return name.replace(
    /(?:^|_|(\d))([a-z])/g,
    (_, digit: string | undefined, letter: string) => (digit ?? "") + letter.toUpperCase(),
  );
}

/** The tensors among the arguments, with the names of their parameters. */
function* tensorArguments(
  parameters: Parameters,
  args: Record<string, unknown>,
): Generator<[string, readonly (Tensor | null)[]]> {
  for (const name in parameters) {
    const { holds } = parameters[name]!;
    // `holds` says what the parameter's conversion gave.
    if (holds === "tensor") yield [name, [args[name] as Tensor | null]];
    else if (holds === "tensors") yield [name, args[name] as readonly Tensor[]];
  }
}

/** Whether a gradient is wanted for any tensor among the arguments. @internal */
export function needsGrad(parameters: Parameters, args: Record<string, unknown>): boolean {
  for (const [, list] of tensorArguments(parameters, args))
    for (const item of list) if (item?.requires_grad) return true;
  return false;
}

function save(value: unknown): SavedValue | null {
  if (value instanceof Tensor) return new SavedTensor(value);
  return Array.isArray(value) ? (value as Tensor[]).map((item) => new SavedTensor(item)) : null;
}

/** The values that a node keeps besides tensors: numbers, flags, dtypes, and the shapes of all tensors. */
function plainArguments(parameters: Parameters, args: Record<string, unknown>): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  const shapes: Record<string, Shape> = {};
  const listShapes: Record<string, readonly Shape[]> = {};
  for (const name in parameters) if (parameters[name]!.holds === undefined) plain[name] = args[name];
  for (const [name, list] of tensorArguments(parameters, args)) {
    if (list[0] === null) plain[name] = null;
    shapes[name] = list[0]?.shape ?? [];
    listShapes[name] = list.map((item) => item?.shape ?? []);
  }
  return { ...plain, shapes, listShapes };
}

/** Runs the rules of the inputs that need a gradient, in the order of the node's edges. */
function makeBackward<P extends Parameters>(
  declaration: Declaration<P>,
  args: Record<string, unknown>,
): Backward {
  const plain = plainArguments(declaration.parameters, args);
  const inputs = [...tensorArguments(declaration.parameters, args)].map(([name, list]) => ({
    name,
    count: list.length,
  }));
  // Rules are looked up by name; each receives the context of its own operator.
  const rules = declaration.vjp as Readonly<
    Record<string, ((grad: Tensor, context: object) => unknown) | null>
  >;
  return (grad, node) => {
    const context = { ...plain, ...node.unpack() };
    const grads: (Tensor | null)[] = [];
    for (const { name, count } of inputs) {
      const wanted = node.edges.slice(grads.length, grads.length + count).some((edge) => edge !== null);
      const rule = rules[name];
      const result = wanted && rule ? rule(grad, context) : null;
      if (Array.isArray(result)) grads.push(...(result as Tensor[]));
      else
        grads.push(
          result as Tensor | null,
          ...Array.from<null>({ length: Math.max(count - 1, 0) }).fill(null),
        );
    }
    return grads;
  };
}

/** Attaches a node to `result`. */
export function record<P extends Parameters>(
  declaration: Declaration<P>,
  args: Record<string, unknown>,
  result: Tensor,
  others: readonly Tensor[] = [],
): void {
  const edges: (Edge | null)[] = [];
  const inputs: TensorFacts[] = [];
  for (const [name, list] of tensorArguments(declaration.parameters, args))
    for (const item of list) {
      const flows = item !== null && (declaration.vjp as Record<string, unknown> | null)?.[name] !== null;
      edges.push(flows ? edgeOf(item) : null);
      inputs.push(factsOf(item ?? result));
    }
  const saved = new Map<string, SavedValue>();
  for (const name of declaration.saves ?? []) {
    const value = save(name === "result" ? result : args[name as string]);
    if (value !== null) saved.set(name as string, value);
  }
  if (others.length > 0)
    saved.set(
      "others",
      others.map((other) => new SavedTensor(other)),
    );
  const { gradFn } = declaration;
  const name =
    typeof gradFn === "function"
      ? gradFn(args as ArgumentsOf<P>)
      : (gradFn ?? `${pascal(declaration.name)}Backward0`);
  result.grad_fn = new Node({
    name,
    edges,
    inputs,
    output: factsOf(result),
    saved,
    backward: makeBackward(declaration, args),
  });
}

function run<P extends Parameters>(declaration: Declaration<P>, args: ArgumentsOf<P>): unknown {
  const recording = is_grad_enabled() && declaration.vjp !== null && needsGrad(declaration.parameters, args);
  const result = recording ? withGradMode(false, () => declaration.forward(args)) : declaration.forward(args);
  if (!recording) return result;
  const [main, ...others] = result instanceof Tensor ? [result] : result;
  if (main.dtype.is_floating_point) record(declaration, args, main, others);
  return result;
}

/** Makes an operator with a derivative of its own (or none) from its declaration. */
export function operator<S extends Signature, const P extends Parameters = Parameters>(
  declaration: Declaration<P>,
): Operator<S> {
  const { name, parameters } = declaration;
  const call = (...args: unknown[]): unknown => run(declaration, bind(name, parameters, args));
  return describeOperator<S>(call, { ...declaration, declaration });
}

/** An operator that is written in other operators: it needs neither kernel nor derivative. */
export interface CompositeDeclaration<P extends Parameters> {
  readonly name: string;
  readonly parameters: P;
  readonly define: (args: ArgumentsOf<P>) => unknown;
  readonly samples: readonly Sample[];
  readonly errors?: readonly ErrorCase[];
}

/** Makes an operator that is written in other operators. */
export function composite<S extends Signature, const P extends Parameters = Parameters>(
  declaration: CompositeDeclaration<P>,
): Operator<S> {
  const { name, parameters, define } = declaration;
  const call = (...args: unknown[]): unknown => define(bind(name, parameters, args));
  return describeOperator<S>(call, { ...declaration, vjp: undefined, declaration: null });
}

function describeOperator<S extends Signature>(
  call: (...args: unknown[]) => unknown,
  facts: {
    readonly name: string;
    readonly parameters: Parameters;
    readonly vjp: unknown;
    readonly inPlace?: true;
    readonly samples: readonly Sample[];
    readonly errors?: readonly ErrorCase[];
    readonly declaration: OperatorFacts["declaration"];
  },
): Operator<S> {
  const described = Object.assign(call, {
    operatorName: facts.name,
    parameters: facts.parameters,
    differentiable: facts.vjp !== null,
    composite: facts.declaration === null,
    inPlace: facts.inPlace ?? false,
    samples: facts.samples,
    errors: facts.errors ?? [],
    declaration: facts.declaration,
  } satisfies OperatorFacts);
  Object.defineProperty(described, "name", { value: facts.name });
  // `bind` checks at run time what the signature promises to the compiler.
  return described as unknown as Operator<S>;
}
