/**
 * What an operator is, and how a call of one runs: arguments are bound, the result computed, and, where a gradient was asked for, a node
 * recorded. Operators are module constants; nothing registers itself.
 */
import { isRecording, pauseRecording, resumeRecording } from "./autograd/modes.ts";
import { needsGrad, planOf, record, type Plan } from "./autograd/record.ts";
import { castArguments } from "./autocast.ts";
import { binderFor, type Binder } from "./binder.ts";
import type { ArgumentsOf, Parameters, TensorNames } from "./parameters.ts";
import { accelerated } from "./placement.ts";
import type { Shape } from "./shape.ts";
import { closeScope, openScope } from "./scope.ts";
import type { Signature } from "./signatures.ts";
import { namingOf } from "./named.ts";
import { computedOnCpu, runPlaced, runTogether } from "./operatorPlacement.ts";
import { withOut, type ListCall } from "./out.ts";
import { Tensor } from "./tensor.ts";

/** What a derivative rule may use: the call's arguments (of the tensors, those that were saved), the result if saved, and all shapes. */
export type Context<P extends Parameters> = ArgumentsOf<P> & {
  readonly result: Tensor;
  /** Of an operator with several results: all but the first, which carry no gradient. A joint rule that reads them saves "others": then they may carry one. */
  readonly others: readonly Tensor[];
  /** For a joint rule that saves "result": all results. */
  readonly results: readonly Tensor[];
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

/**
 * One rule for the gradients of all inputs, or for an operator of which several results carry gradients.
 *
 * @param grads one for each result, `null` where none arrived; at least one has.
 * @param wanted whether an input's gradient is asked for at all, by its parameter's name; others may be left out.
 */
export type JointRule<P extends Parameters> = (
  grads: readonly (Tensor | null)[],
  context: Context<P>,
  wanted: { readonly [K in TensorNames<P>]: boolean },
) => { readonly [K in TensorNames<P>]?: Tensor | null | readonly (Tensor | null)[] };

/** One result, or several. */
type Forward = Tensor | readonly Tensor[];

/** A derivative: one rule for each input, one for all of them, or (`vjp: null`) none. */
export type Derivative<P extends Parameters> =
  | { readonly vjp: VectorJacobianProduct<P> | null; readonly jointVjp?: undefined }
  | { readonly vjp?: undefined; readonly jointVjp: JointRule<P> };

/** A call to check an operator with: its values and derivatives are compared with finite differences, and with PyTorch's. */
export type Sample = () => readonly unknown[];

/** A call that must fail: with which arguments, and which error. */
export interface ErrorCase {
  readonly args: () => readonly unknown[];
  readonly error: string;
  readonly message: RegExp;
}

/** One operator, said once. */
export type Declaration<P extends Parameters> = DeclaredFacts<P> & Derivative<P>;

/** What a declaration says besides the derivative. */
export interface DeclaredFacts<P extends Parameters> {
  readonly name: string;
  readonly parameters: P;
  /** PyTorch's name of the node, `"MulBackward0"` for `mul` when left out; some depend on the arguments. */
  readonly gradFn?: string | ((args: ArgumentsOf<P>) => string);
  /** The node's name of the in-place form, where PyTorch has another derivative for it: `"LeakyReluBackward1"`. */
  readonly gradFnInPlace?: string;
  /** The tensors that the rules read; whatever is not named here is free to change or to be collected. */
  readonly saves?: readonly (keyof P | "result" | "others")[];
  /** Of saved tensors: the inputs whose gradients read them. Where none of those is asked for, the tensor is as free as others. */
  readonly savedFor?: { readonly [K in keyof P]?: readonly (keyof P)[] };
  /**
   * Computes the result; nothing in it is recorded. A list is several results, of which the first carries the gradient, or, with a joint rule, all that can. For the in-place form, `output` is the tensor to
   * be written: a forward may put its result there, but not before it has checked everything, or give a new one that is copied.
   */
  readonly forward: (args: ArgumentsOf<P>, output?: Tensor | null) => Forward;
  /** With a joint rule: the positions of results that carry no gradient although their dtype could. */
  readonly nonDifferentiable?: readonly number[];
  /**
   * Whether `forward` goes through elements itself, or needs float64: then it gets copies on the CPU of tensors that are elsewhere, which is counted among what fell
   * back, and its results are sent where those are.
   */
  readonly onCpu?: true;
  /** The arguments whose tensors may be on another device than the others'. */
  readonly anywhere?: readonly (keyof P & string)[];
  /** Whether the operator also exists as a method that writes into its first input. */
  readonly inPlace?: true;
  /** PyTorch's field names of several results: `["values", "indices"]`. */
  readonly resultNames?: readonly string[];
  /** Whether the function takes `{out: tensor}`, or a list of them where it has several results. */
  readonly out?: true;
  /** What gradient checks put a sample's tensors through, for operators that read only a part of them: a symmetric matrix, one triangle. */
  readonly prepare?: (inputs: readonly Tensor[]) => readonly Tensor[];
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
  /** What gradient checks put a sample's tensors through; see the declaration. */
  readonly prepare?: (inputs: readonly Tensor[]) => readonly Tensor[];
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

/** The method form of an operator. */
export type MethodOfOperator<O> = O extends { readonly signature?: infer S }
  ? Extract<S, Signature>["method"]
  : never;

/** Computes; what was allocated on the way and is not in the result is free again afterwards. */
function runForward<P extends Parameters>(declaration: Declaration<P>, args: ArgumentsOf<P>): Forward {
  const scope = openScope();
  let result: Forward | null = null;
  try {
    result =
      accelerated && declaration.onCpu
        ? computedOnCpu(args, (copies) => declaration.forward(copies))
        : declaration.forward(args);
    return result;
  } finally {
    closeScope(scope, result);
  }
}

function run<P extends Parameters>(declaration: Declaration<P>, plan: Plan, args: ArgumentsOf<P>): unknown {
  if (declaration.vjp === null || !isRecording() || !needsGrad(plan, args))
    return runForward(declaration, args);
  pauseRecording();
  let result: Forward;
  try {
    result = runForward(declaration, args);
  } finally {
    resumeRecording();
  }
  if (result instanceof Tensor) {
    if (result.dtype.is_floating_point) record(declaration, args, result);
  } else if (result.length > 0) {
    const [main, ...others] = result;
    if (main!.dtype.is_floating_point || plan.joint) record(declaration, args, main!, others);
  }
  return result;
}

const nowhere: readonly never[] = [];

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
  const { anywhere = nowhere } = declaration;
  const call: ListCall = (args) => {
    let bound = (binder ??= binderFor(name, parameters))(args);
    if (castArguments !== null) bound = castArguments(name, bound);
    plan ??= planOf(declaration);
    if (!accelerated) return run(declaration, plan, bound);
    const [known, cast] = [plan, bound];
    return runTogether(name, cast, anywhere, () => run(declaration, known, cast));
  };
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
  /** What gradient checks put a sample's tensors through, for operators that read only a part of them: a symmetric matrix, one triangle. */
  readonly prepare?: (inputs: readonly Tensor[]) => readonly Tensor[];
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
  const call: ListCall = (args) => {
    let bound = (binder ??= binderFor(name, parameters))(args);
    if (castArguments !== null) bound = castArguments(name, bound);
    const cast = bound;
    return accelerated ? runPlaced(name, cast, () => define(cast)) : define(cast);
  };
  return describeOperator<S>(call, { ...declaration, vjp: undefined, declaration: null, define });
}

function describeOperator<S extends Signature>(
  call: ListCall,
  facts: {
    readonly name: string;
    readonly parameters: Parameters;
    readonly vjp?: unknown;
    readonly inPlace?: true;
    readonly resultNames?: readonly string[];
    readonly out?: true;
    readonly prepare?: (inputs: readonly Tensor[]) => readonly Tensor[];
    readonly samples: readonly Sample[];
    readonly errors?: readonly ErrorCase[];
    readonly declaration: OperatorFacts["declaration"];
    readonly define: OperatorFacts["define"];
  },
): Operator<S> {
  const { name, resultNames } = facts;
  const named = resultNames && namingOf(name, resultNames);
  const naming: ListCall = named
    ? (args) => named(call(args) as readonly unknown[]) // several results are a list
    : call;
  const complete = facts.out ? withOut(name, naming) : (...args: unknown[]): unknown => naming(args);
  const described = Object.assign(complete, {
    operatorName: name,
    parameters: facts.parameters,
    differentiable: facts.vjp !== null,
    composite: facts.declaration === null,
    inPlace: facts.inPlace ?? false,
    out: facts.out ?? false,
    ...(facts.prepare && { prepare: facts.prepare }),
    samples: facts.samples,
    errors: facts.errors ?? [],
    declaration: facts.declaration,
    define: facts.define,
  } satisfies OperatorFacts);
  Object.defineProperty(described, "name", { value: name });
  // `bind` checks at run time what the signature promises to the compiler.
  return described as unknown as Operator<S>;
}
