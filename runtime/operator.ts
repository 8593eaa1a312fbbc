/**
 * What an operator is, and how a call of one runs: arguments are bound, the result computed, and, where a gradient was asked for, a node
 * recorded. Operators are module constants; nothing registers itself.
 */
import {
  edgeOf,
  factsOf,
  Node,
  type Backward,
  type Edge,
  type SavedContext,
  type TensorFacts,
} from "./autograd/node.ts";
import { is_grad_enabled, swapGradMode } from "./autograd/modes.ts";
import { binderFor, type Binder } from "./binder.ts";
import { cpu } from "./device.ts";
import { float32 } from "./dtype.ts";
import type { ArgumentsOf, Parameters, TensorNames } from "./parameters.ts";
import type { Shape } from "./shape.ts";
import { closeScope, openScope } from "./scope.ts";
import type { MethodOf, Signature } from "./signatures.ts";
import { named } from "./named.ts";
import { withOut } from "./out.ts";
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
  /**
   * Computes the result; nothing in it is recorded. A list is several results of which the first carries the gradient. For the in-place form, `output` is the tensor to
   * be written: a forward may put its result there, but not before it has checked everything, or give a new one that is copied.
   */
  readonly forward: (args: ArgumentsOf<P>, output?: Tensor | null) => Tensor | readonly [Tensor, ...Tensor[]];
  /** `null`: the operator has no derivative. */
  readonly vjp: VectorJacobianProduct<P> | null;
  /** Whether the operator also exists as a method that writes into its first input. */
  readonly inPlace?: true;
  /** PyTorch's field names of several results: `["values", "indices"]`. */
  readonly resultNames?: readonly string[];
  /** Whether the function takes `{out: tensor}`, or a list of them where it has several results. */
  readonly out?: true;
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
  /** Whether the function writes into tensors that are given as `{out: …}`. */
  readonly out: boolean;
  readonly samples: readonly Sample[];
  readonly errors: readonly ErrorCase[];
  /** `null` for a composite. @internal */
  // oxlint-disable-next-line typescript/no-explicit-any -- the parameters of any operator
  readonly declaration: Declaration<any> | null;
  /** Computes a composite from arguments that are bound already; `null` for any other operator. @internal */
  // oxlint-disable-next-line typescript/no-explicit-any -- the arguments of any operator
  readonly define: ((args: any) => unknown) | null;
  /** Of a name with several operators: which of them the arguments are meant for. @internal */
  readonly choose?: (...args: readonly unknown[]) => OperatorFacts;
}

/** An operator: a function, with what is known of it. */
export type Operator<S extends Signature> = S["function"] & OperatorFacts & { readonly signature?: S };

/** An operator with a second method, named with an underscore, that writes the result over its tensor. */
export type InPlaceOperator<S extends Signature> = Operator<S> & { readonly inPlace: true };

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
  /** Whether the rules read it. */
  readonly saved: boolean;
}

/** The rules by the names of their parameters; each receives the context of its own operator. */
type Rules = Readonly<Record<string, ((grad: Tensor, context: object) => unknown) | null>>;

const noRules: Rules = {};

/** What a declaration comes to, looked up once. */
interface Plan {
  readonly slots: readonly TensorSlot[];
  readonly rules: Rules;
  readonly savesResult: boolean;
  readonly hasLists: boolean;
  readonly backward: Backward;
  readonly defaultName: string;
}

const plans = new WeakMap<object, Plan>();

/** @internal */
export function planOf<P extends Parameters>(declaration: Declaration<P>): Plan {
  let plan = plans.get(declaration);
  if (plan === undefined) plans.set(declaration, (plan = makePlan(declaration)));
  return plan;
}

function makePlan<P extends Parameters>({ name, parameters, saves = [], vjp }: Declaration<P>): Plan {
  const rules = (vjp as Rules | null) ?? noRules;
  const slots = Object.entries(parameters).flatMap(([slot, { holds }]): TensorSlot[] =>
    holds === undefined ? [] : [{ name: slot, list: holds === "tensors", saved: saves.includes(slot) }],
  );
  return {
    slots,
    rules,
    savesResult: saves.includes("result"),
    hasLists: slots.some((slot) => slot.list),
    backward: (grad, node) => runRules(slots, rules, grad, node),
    defaultName: `${pascal(name)}Backward0`,
  };
}

/** Whether a gradient is wanted for any tensor among the arguments. @internal */
export function needsGrad({ slots }: Plan, args: Record<string, unknown>): boolean {
  for (let i = 0; i < slots.length; i++) {
    const { name, list } = slots[i]!;
    // The parameter's conversion gave what the slot says.
    const value = args[name] as Tensor | readonly Tensor[] | null;
    if (list) {
      for (const item of value as readonly Tensor[]) if (item.requires_grad) return true;
    } else if (value !== null && (value as Tensor).requires_grad) return true;
  }
  return false;
}

/** Puts the shapes of the inputs into the context, by the names of their parameters. */
function fillShapes(slots: readonly TensorSlot[], node: Node, context: SavedContext): void {
  const shapes: Record<string, Shape> = {};
  const listShapes: Record<string, readonly Shape[]> = {};
  // Only lists have recorded lengths; everything else is one input.
  const lengths = context["listLengths"] as Record<string, number> | undefined;
  let position = 0;
  for (const { name, list } of slots) {
    const count = list ? lengths![name]! : 1;
    shapes[name] = node.inputs[position]?.shape ?? [];
    if (list) listShapes[name] = node.inputs.slice(position, position + count).map((facts) => facts.shape);
    position += count;
  }
  context["shapes"] = shapes;
  context["listShapes"] = listShapes;
}

/** Runs the rules of the inputs that need a gradient, in the order of the node's edges. */
function runRules(
  slots: readonly TensorSlot[],
  rules: Rules,
  grad: Tensor,
  node: Node,
): readonly (Tensor | null)[] {
  const context = node.unpack();
  if (context["shapes"] === undefined) fillShapes(slots, node, context);
  const grads: (Tensor | null)[] = [];
  for (const { name, list } of slots) {
    const rule = rules[name] ?? null;
    const position = grads.length;
    if (!list) {
      const wanted = rule !== null && node.edges[position] !== null;
      grads.push(wanted ? (rule(grad, context) as Tensor | null) : null);
      continue;
    }
    const count = (context["listLengths"] as Record<string, number>)[name]!;
    const wanted =
      rule !== null && node.edges.slice(position, position + count).some((edge) => edge !== null);
    const results = wanted ? (rule(grad, context) as readonly (Tensor | null)[]) : [];
    for (let i = 0; i < count; i++) grads.push(results[i] ?? null);
  }
  return grads;
}

/** Facts of an optional tensor that was not given. */
const noFacts: TensorFacts = { shape: [], dtype: float32, device: cpu };

/** PyTorch's name of the node that a call makes. */
function nodeName<P extends Parameters>(
  { gradFn }: Declaration<P>,
  plan: Plan,
  args: Record<string, unknown>,
): string {
  if (gradFn === undefined) return plan.defaultName;
  // The arguments were bound to this declaration's parameters.
  return typeof gradFn === "function" ? gradFn(args as ArgumentsOf<P>) : gradFn;
}

/** Attaches a node to `result`. It takes `args` for itself, and forgets the tensors among them that no rule reads. */
export function record<P extends Parameters>(
  declaration: Declaration<P>,
  args: Record<string, unknown>,
  result: Tensor,
  others: readonly Tensor[] = [],
): void {
  const plan = planOf(declaration);
  const name = nodeName(declaration, plan, args);
  const edges: (Edge | null)[] = [];
  const inputs: TensorFacts[] = [];
  const saved: Tensor[] = [];
  const visit = (item: Tensor | null, slot: TensorSlot): void => {
    edges.push(item !== null && plan.rules[slot.name] ? edgeOf(item) : null);
    inputs.push(item === null ? noFacts : factsOf(item));
    if (item !== null && slot.saved) saved.push(item);
  };
  const lengths: Record<string, number> | undefined = plan.hasLists ? {} : undefined;
  for (const slot of plan.slots) {
    // The parameter's conversion gave what the slot says.
    const value = args[slot.name] as Tensor | readonly Tensor[] | null;
    if (slot.list) {
      lengths![slot.name] = (value as readonly Tensor[]).length;
      for (const item of value as readonly Tensor[]) visit(item, slot);
    } else visit(value as Tensor | null, slot);
    if (!slot.saved) args[slot.name] = null;
  }
  if (lengths !== undefined) args["listLengths"] = lengths;
  if (plan.savesResult) {
    args["result"] = result;
    saved.push(result);
  }
  if (others.length > 0) {
    args["others"] = others;
    saved.push(...others);
  }
  result.grad_fn = new Node(name, edges, inputs, factsOf(result), plan.backward, args, saved);
}

type Forward = Tensor | readonly [Tensor, ...Tensor[]];

/** Computes; what was allocated on the way and is not in the result is free again afterwards. */
function runForward<P extends Parameters>(declaration: Declaration<P>, args: ArgumentsOf<P>): Forward {
  const scope = openScope();
  let result: Forward | null = null;
  try {
    result = declaration.forward(args);
    return result;
  } finally {
    closeScope(scope, result);
  }
}

function run<P extends Parameters>(declaration: Declaration<P>, plan: Plan, args: ArgumentsOf<P>): unknown {
  if (declaration.vjp === null || !is_grad_enabled() || !needsGrad(plan, args))
    return runForward(declaration, args);
  const before = swapGradMode(false);
  let result: Forward;
  try {
    result = runForward(declaration, args);
  } finally {
    swapGradMode(before);
  }
  if (result instanceof Tensor) {
    if (result.dtype.is_floating_point) record(declaration, args, result);
  } else {
    const [main, ...others] = result;
    if (main.dtype.is_floating_point) record(declaration, args, main, others);
  }
  return result;
}

/** Makes an operator with a derivative of its own (or none) from its declaration. */
export function operator<S extends Signature, const P extends Parameters = Parameters>(
  declaration: Declaration<P> & { readonly inPlace: true },
): InPlaceOperator<S>;
export function operator<S extends Signature, const P extends Parameters = Parameters>(
  declaration: Declaration<P>,
): Operator<S>;
export function operator<S extends Signature, const P extends Parameters = Parameters>(
  declaration: Declaration<P>,
): Operator<S> {
  const { name, parameters } = declaration;
  let binder: Binder<P> | null = null;
  let plan: Plan | null = null;
  const call = (...args: unknown[]): unknown =>
    run(declaration, (plan ??= planOf(declaration)), (binder ??= binderFor(name, parameters))(args));
  return describeOperator<S>(call, { ...declaration, declaration, define: null });
}

/** An operator that is written in other operators: it needs neither kernel nor derivative. */
export interface CompositeDeclaration<P extends Parameters> {
  readonly name: string;
  readonly parameters: P;
  readonly define: (args: ArgumentsOf<P>) => unknown;
  /** Whether the operator also exists as a method that writes into its first input. */
  readonly inPlace?: true;
  /** PyTorch's field names of several results: `["values", "indices"]`. */
  readonly resultNames?: readonly string[];
  /** Whether the function takes `{out: tensor}`, or a list of them where it has several results. */
  readonly out?: true;
  readonly samples: readonly Sample[];
  readonly errors?: readonly ErrorCase[];
}

/** Makes an operator that is written in other operators. */
export function composite<S extends Signature, const P extends Parameters = Parameters>(
  declaration: CompositeDeclaration<P> & { readonly inPlace: true },
): InPlaceOperator<S>;
export function composite<S extends Signature, const P extends Parameters = Parameters>(
  declaration: CompositeDeclaration<P>,
): Operator<S>;
export function composite<S extends Signature, const P extends Parameters = Parameters>(
  declaration: CompositeDeclaration<P>,
): Operator<S> {
  const { name, parameters, define } = declaration;
  let binder: Binder<P> | null = null;
  const call = (...args: unknown[]): unknown => define((binder ??= binderFor(name, parameters))(args));
  return describeOperator<S>(call, { ...declaration, vjp: undefined, declaration: null, define });
}

function describeOperator<S extends Signature>(
  call: (...args: unknown[]) => unknown,
  facts: {
    readonly name: string;
    readonly parameters: Parameters;
    readonly vjp: unknown;
    readonly inPlace?: true;
    readonly resultNames?: readonly string[];
    readonly out?: true;
    readonly samples: readonly Sample[];
    readonly errors?: readonly ErrorCase[];
    readonly declaration: OperatorFacts["declaration"];
    readonly define: OperatorFacts["define"];
  },
): Operator<S> {
  const { name, resultNames } = facts;
  const naming = resultNames
    ? (...args: unknown[]): unknown => named(call(...args) as readonly unknown[], resultNames) // several results are a list
    : call;
  const described = Object.assign(facts.out ? withOut(name, naming) : naming, {
    operatorName: name,
    parameters: facts.parameters,
    differentiable: facts.vjp !== null,
    composite: facts.declaration === null,
    inPlace: facts.inPlace ?? false,
    out: facts.out ?? false,
    samples: facts.samples,
    errors: facts.errors ?? [],
    declaration: facts.declaration,
    define: facts.define,
  } satisfies OperatorFacts);
  Object.defineProperty(described, "name", { value: name });
  // `bind` checks at run time what the signature promises to the compiler.
  return described as unknown as Operator<S>;
}
