/** Functions whose derivative the user writes. Source: `torch/autograd/function.py`, `torch/csrc/autograd/python_function.cpp`. */
import { zeros } from "../create.ts";
import { NotImplementedError } from "../errors/notImplementedError.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { viewOf } from "../ops/shaping/view.ts";
import { enterScopes, leaveScopes } from "../scope.ts";
import { alias } from "../settle.ts";
import { broadcastsTo, formatShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { FunctionContext, internals } from "./context.ts";
import { moveRetained } from "./inplace.ts";
import { is_grad_enabled, isRecording, no_grad, swapGradMode } from "./modes.ts";
import { edgeOf, factsOf, Node, type TensorFacts } from "./node.ts";
import { noFacts } from "./record.ts";
import { recordCopySlices } from "./views.ts";

type Gradients = readonly (Tensor | null)[];

/** What `backward` may give: a gradient for each argument of `forward`, or only one if there is one argument. */
export type FunctionGradients = Tensor | null | undefined | void | readonly (Tensor | null | undefined)[];

/** The static methods of a custom function, as they are called. */
interface Implementation {
  readonly name: string;
  readonly forward?: (...args: unknown[]) => unknown;
  readonly setup_context?: (ctx: FunctionContext, inputs: readonly unknown[], output: unknown) => void;
  readonly backward?: (ctx: FunctionContext, ...grads: Gradients) => FunctionGradients;
  readonly vjp?: (ctx: FunctionContext, ...grads: Gradients) => FunctionGradients;
}

/**
 * The base of functions with a derivative of their own.
 *
 * ```ts
 * class Exp extends torch.autograd.Function {
 *   static forward(ctx, x) { const result = x.exp(); ctx.save_for_backward(result); return result; }
 *   static backward(ctx, grad) { const [result] = ctx.saved_tensors; return grad.mul(result); }
 * }
 * const y = Exp.apply(x);
 * ```
 *
 * `backward` gets the gradient of each result and gives that of each argument, `null` for those that are no tensors. What it computes with operators can be
 * differentiated again. Instead of `forward(ctx, …)` there may be `forward(…)` and `setup_context(ctx, inputs, output)`.
 *
 * Source: `torch.autograd.Function`.
 */
// oxlint-disable-next-line typescript/no-extraneous-class -- users derive from it, as from PyTorch's, which also has static methods only
abstract class CustomFunction {
  /**
   * Calls the function. `const exp = Exp.apply` can be called by itself, as in PyTorch.
   *
   * @throws NotImplementedError when `forward` is missing; RuntimeError when a leaf that requires grad was written, or a dirty argument not returned.
   */
  static apply<A extends unknown[], R>(
    this: {
      forward: (...args: A) => R;
      setup_context: (ctx: FunctionContext, inputs: A, output: R) => void;
    },
    ...args: A
  ): R;
  static apply<A extends unknown[], R>(
    this: { forward: (ctx: FunctionContext, ...args: A) => R },
    ...args: A
  ): R;
  static apply(this: void, ...args: unknown[]): Tensor;
  static apply(this: unknown, ...args: unknown[]): unknown {
    // The user's class has the static methods that it needs; what is missing is noticed when it is called.
    return callFunction(this as unknown as Implementation, args);
  }
}

// The method that users read knows its class, also without a class before it: `const relu = MyRelu.apply; relu(x)`.
const { apply } = CustomFunction;
Object.defineProperty(CustomFunction, "apply", {
  get(this: unknown): unknown {
    return (...args: unknown[]) => Reflect.apply(apply, this, args);
  },
});

export { CustomFunction as Function };

function callFunction(implementation: Implementation, args: readonly unknown[]): unknown {
  if (implementation.forward === undefined)
    throw new NotImplementedError(
      `You must implement the forward function for custom autograd.Function: add static forward(ctx, …) { … } to ${implementation.name}.`,
    );
  const tensors = args.filter((arg) => arg instanceof Tensor);
  const records = isRecording() && tensors.some((tensor) => tensor.requires_grad);
  const context = new FunctionContext(args.map((arg) => arg instanceof Tensor && arg.requires_grad));
  // An argument may be written, and gets another history then.
  const edges = args.map((arg) => (arg instanceof Tensor ? edgeOf(arg) : null));
  const output = runForward(implementation, context, args);
  const results: readonly unknown[] = Array.isArray(output) ? output : [output];
  checkDirty(context, results);
  if (!records) {
    const plain = results.map((result) => withoutHistory(result, context, args));
    return Array.isArray(output) ? plain : plain[0];
  }
  const inputs = args.map((arg) => (arg instanceof Tensor ? factsOf(arg) : noFacts));
  const node = makeNode(implementation, context, { edges, inputs, args, results });
  const attached = results.map((result, position) =>
    result instanceof Tensor ? attach(result, position, node, context, tensors, results.length > 1) : result,
  );
  return Array.isArray(output) ? attached : attached[0];
}

/** Computes without recording, and in no scope: what the user keeps, stays. */
function runForward(
  { forward, setup_context }: Implementation,
  context: FunctionContext,
  args: readonly unknown[],
): unknown {
  const recording = swapGradMode(false);
  const open = leaveScopes();
  try {
    if (setup_context === undefined) return forward!(context, ...args);
    const output = forward!(...args);
    setup_context(context, args, output);
    return output;
  } finally {
    enterScopes(open);
    swapGradMode(recording);
  }
}

/** @throws RuntimeError for a dirty tensor that autograd cannot follow. */
function checkDirty(context: FunctionContext, results: readonly unknown[]): void {
  for (const tensor of internals(context).dirty) {
    if (!results.includes(tensor))
      throw new RuntimeError(
        "Some elements marked as dirty during the forward method were not returned as output. The inputs that are modified inplace must all be outputs of the Function.",
      );
    if (isRecording() && tensor.requires_grad && tensor.is_leaf)
      throw new RuntimeError(
        "a leaf Variable that requires grad has been used in an in-place operation. Clone it before it is given to the function.",
      );
  }
}

/** A result where nothing is recorded: an argument that comes back as it was, comes back as another tensor. */
function withoutHistory(result: unknown, context: FunctionContext, args: readonly unknown[]): unknown {
  if (!(result instanceof Tensor)) return result;
  // Views that were made inside of the function are as good as others.
  if (is_grad_enabled() && result.viewOrigin === "unrecorded") result.viewOrigin = null;
  const isArgument = args.includes(result) && !internals(context).dirty.has(result);
  return isArgument ? alias(result, result.shape, result.strides) : result;
}

interface Call {
  readonly edges: Node["edges"];
  readonly inputs: readonly TensorFacts[];
  readonly args: readonly unknown[];
  readonly results: readonly unknown[];
}

function makeNode(
  implementation: Implementation,
  context: FunctionContext,
  { edges, inputs, args, results }: Call,
): Node {
  const facts = results.map((result) => (result instanceof Tensor ? factsOf(result) : null));
  const label = `${implementation.name}Backward`;
  const state = internals(context);
  const isTensor = args.map((arg) => arg instanceof Tensor);
  const node = new Node(
    label,
    edges,
    inputs,
    facts[0] ?? noFacts,
    (grads) => {
      const given = facts.map((fact, position) => grads[position] ?? materialized(state.materializes, fact));
      return checkedGradients(label, runBackward(implementation, context, given), inputs, isTensor);
    },
    { saved: state.saved },
    state.saved.filter((tensor) => tensor !== null),
  );
  node.isCustom = true;
  node.resultCount = results.length;
  state.node = node;
  state.saved = [];
  return node;
}

function materialized(wanted: boolean, facts: TensorFacts | null): Tensor | null {
  return wanted && facts !== null ? zeros(facts.shape, { dtype: facts.dtype, device: facts.device }) : null;
}

function runBackward(
  { name, backward, vjp }: Implementation,
  context: FunctionContext,
  grads: Gradients,
): FunctionGradients {
  const rule = backward ?? vjp;
  if (rule === undefined)
    throw new NotImplementedError(
      `You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD: add static backward(ctx, grad) { … } to ${name}.`,
    );
  return rule(context, ...grads);
}

/** The gradients as a list with one for each argument. @throws RuntimeError when they do not fit the arguments. */
function checkedGradients(
  label: string,
  given: FunctionGradients,
  inputs: readonly TensorFacts[],
  isTensor: readonly boolean[],
): Gradients {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const grads = list.map((grad) => {
    if (grad === undefined || grad === null) return null;
    if (grad instanceof Tensor) return grad;
    throw new RuntimeError(
      `expected Variable or None (got ${typeof grad}): backward of ${label.replace(/Backward$/, "")} gives a Tensor or null for each argument of forward.`,
    );
  });
  const count = inputs.length;
  if (grads.length < count || grads.slice(count).some((grad) => grad !== null))
    throw new RuntimeError(
      `function ${label} returned an incorrect number of gradients (expected ${count}, got ${grads.length}): one for each argument of forward, null for those that are no tensors.`,
    );
  return grads.slice(0, count).map((grad, position) => {
    if (grad === null) return null;
    if (!isTensor[position])
      throw new RuntimeError(
        `function ${label} returned a gradient different than None at position ${position + 1}, but the corresponding forward input was not a Variable. Return null there.`,
      );
    const { shape } = inputs[position]!;
    if (!broadcastsTo(shape, grad.shape))
      throw new RuntimeError(
        `Function ${label} returned an invalid gradient at index ${position} - got ${formatShape(grad.shape)} but expected shape compatible with ${formatShape(shape)}.`,
      );
    return grad;
  });
}

/** Gives a result its history. An argument that comes back as it was, comes back as a view of itself. */
function attach(
  given: Tensor,
  position: number,
  node: Node,
  context: FunctionContext,
  inputs: readonly Tensor[],
  several: boolean,
): Tensor {
  const { dirty, nonDifferentiable } = internals(context);
  if (nonDifferentiable.has(given) || !given.dtype.is_floating_point) return given;
  if (dirty.has(given)) {
    attachDirty(given, position, node, inputs.indexOf(given));
    return given;
  }
  const result = inputs.includes(given) ? viewOf(given, given.shape, given.strides) : given;
  result.becomeOutput(node, position);
  if (result.base !== null) result.viewOrigin = several ? "several" : "function";
  node.outputAt(position, factsOf(result));
  return result;
}

/** An argument that was written: its history, or its base's, goes through the function. */
function attachDirty(tensor: Tensor, position: number, node: Node, input: number): void {
  const previous = edgeOf(tensor);
  if (tensor.base !== null) recordCopySlices(tensor, node, input);
  else {
    tensor.becomeOutput(node, position);
    node.outputAt(position, factsOf(tensor));
    tensor.historyVersion = tensor.storage.version;
  }
  moveRetained(tensor, previous);
}

type AnyBackward<A extends unknown[], R> = (ctx: FunctionContext, ...grads: A) => R;

/**
 * A `backward` that cannot be differentiated again, because it does more than call operators: `static backward = once_differentiable((ctx, grad) => …)`.
 *
 * Differentiating its result throws a RuntimeError.
 *
 * Source: `torch.autograd.function.once_differentiable`.
 */
export function once_differentiable<A extends unknown[], R extends FunctionGradients>(
  backward: AnyBackward<A, R>,
): AnyBackward<A, R> {
  return (ctx, ...grads) => {
    const result = no_grad(() => backward(ctx, ...grads));
    const sources = grads.filter((grad) => grad instanceof Tensor && grad.requires_grad) as Tensor[];
    if (!isRecording() || sources.length === 0) return result;
    for (const grad of [result].flat())
      if (grad instanceof Tensor && grad.dtype.is_floating_point) attachError(grad, sources);
    return result;
  };
}

function attachError(grad: Tensor, sources: readonly Tensor[]): void {
  grad.grad_fn = new Node(
    "Error",
    sources.map(edgeOf),
    sources.map(factsOf),
    factsOf(grad),
    () => {
      throw new RuntimeError(
        "trying to differentiate twice a function that was marked with @once_differentiable. Write its backward in operators, without once_differentiable.",
      );
    },
    {},
    [],
  );
}
