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

/** A parameter that holds a tensor, or a list of them. */
interface TensorSlot {
  readonly name: string;
  readonly list: boolean;
}

const slotsOf = new WeakMap<Parameters, readonly TensorSlot[]>();

/** The parameters that hold tensors, in order. */
function tensorSlots(parameters: Parameters): readonly TensorSlot[] {
  let slots = slotsOf.get(parameters);
  if (slots === undefined) {
    slots = Object.entries(parameters).flatMap(([name, { holds }]) =>
      holds === undefined ? [] : [{ name, list: holds === "tensors" }],
    );
    slotsOf.set(parameters, slots);
  }
  return slots;
}

/** The tensors in one slot; `null` for an optional one that is missing. */
function tensorsIn({ name, list }: TensorSlot, args: Record<string, unknown>): readonly (Tensor | null)[] {
  // The parameter's conversion gave what the slot says.
  return list ? (args[name] as readonly Tensor[]) : [args[name] as Tensor | null];
}

/** Whether a gradient is wanted for any tensor among the arguments. @internal */
export function needsGrad(parameters: Parameters, args: Record<string, unknown>): boolean {
  for (const slot of tensorSlots(parameters)) {
    const value = args[slot.name] as Tensor | readonly Tensor[] | null;
    if (
      slot.list
        ? (value as readonly Tensor[]).some((item) => item.requires_grad)
        : (value as Tensor | null)?.requires_grad
    )
      return true;
  }
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
  for (const slot of tensorSlots(parameters)) {
    const { name } = slot;
    const list = tensorsIn(slot, args);
    if (list[0] === null) plain[name] = null;
    shapes[name] = list[0]?.shape ?? [];
    listShapes[name] = list.map((item) => item?.shape ?? []);
  }
  plain["shapes"] = shapes;
  plain["listShapes"] = listShapes;
  return plain;
}

/** Runs the rules of the inputs that need a gradient, in the order of the node's edges. */
function makeBackward<P extends Parameters>(
  declaration: Declaration<P>,
  args: Record<string, unknown>,
): Backward {
  const plain = plainArguments(declaration.parameters, args);
  const inputs = tensorSlots(declaration.parameters).map((slot) => ({
    name: slot.name,
    count: tensorsIn(slot, args).length,
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

const defaultNames = new Map<string, string>();

/** PyTorch's name of the node that a call makes. */
function nodeName<P extends Parameters>(
  { name, gradFn }: Declaration<P>,
  args: Record<string, unknown>,
): string {
  // The arguments were bound to this declaration's parameters.
  if (gradFn !== undefined) return typeof gradFn === "function" ? gradFn(args as ArgumentsOf<P>) : gradFn;
  let known = defaultNames.get(name);
  if (known === undefined) defaultNames.set(name, (known = `${pascal(name)}Backward0`));
  return known;
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
  for (const slot of tensorSlots(declaration.parameters))
    for (const item of tensorsIn(slot, args)) {
      const flows =
        item !== null && (declaration.vjp as Record<string, unknown> | null)?.[slot.name] !== null;
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
  result.grad_fn = new Node({
    name: nodeName(declaration, args),
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
