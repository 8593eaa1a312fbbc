import type { Device } from "../device.ts";
import type { DType } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { inspectAs } from "../inspect.ts";
import { formatShape, type Shape } from "../shape.ts";
import type { Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { callStack } from "./anomaly.ts";
import { NodeHooks, RemovableHandle, type Hook, type NodeHook, type NodePreHook } from "./hooks.ts";
import { isPacking, packContext, type PackedContext } from "./packing.ts";

/** Where a gradient flows next: into a function's first result (the function itself stands for it) or another one, or into a leaf. */
export type Edge = Node | Output | AccumulateGrad;

/** What a gradient must look like to fit the tensor that it belongs to. */
export interface TensorFacts {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly device: Device;
}

/**
 * Gives each tensor input of a function its gradient, `null` where there is none, in the order of the function's edges. `grads` has one entry for each result,
 * `null` for those that no gradient arrived at; at least one has arrived.
 */
export type Backward = (grads: readonly (Tensor | null)[], node: Node) => readonly (Tensor | null)[];

/** What a call leaves for its derivative: the arguments, with `null` for tensors that no rule reads. */
export type SavedContext = Record<string, unknown>;

let created = 0;

/** A function's name, to be called as PyTorch's method, or read as a text. */
export interface NodeName {
  (): string;
  toString(): string;
}

function callableText(text: string, answer: string = text): NodeName {
  return Object.assign(() => answer, { toString: () => text, toJSON: () => text });
}

const metadata = new WeakMap<object, Record<string, unknown>>();

function metadataOf(node: object): Record<string, unknown> {
  let known = metadata.get(node);
  if (known === undefined) metadata.set(node, (known = {}));
  return known;
}

/** A result of a function behind its first one: what the gradient that arrives there looks like, and what has arrived. */
export class Output {
  readonly node: Node;
  /** The position among the function's results. */
  readonly position: number;
  /** What an incoming gradient looks like. */
  readonly output: TensorFacts;
  /** As those of a function, for this result. */
  hooks: Hook[] | null = null;
  retained: Tensor[] | null = null;
  /** The run of the engine that visited this result last. @internal */
  visitedBy = 0;
  /** The gradient that has arrived so far in that run. @internal */
  arrived: Tensor | null = null;
  /** Whether that is a sum that the run made itself, and may write into. @internal */
  summed = false;

  constructor(node: Node, position: number, output: TensorFacts) {
    this.node = node;
    this.position = position;
    this.output = output;
  }
}

/**
 * A function in the computation graph: what ran, where its inputs came from, and what its derivative needs.
 *
 * Source: `torch::autograd::Node`; users meet it as `tensor.grad_fn`.
 */
export class Node {
  /** Nodes made later have larger numbers, so that descending order is a valid order for backward. */
  readonly sequence: number = created++;
  /** PyTorch's name: `"MulBackward0"`. */
  label: string;
  readonly edges: readonly (Edge | null)[];
  /** The input tensors' facts, one for each edge. */
  readonly inputs: readonly TensorFacts[];
  /** The first result's facts: what an incoming gradient looks like. */
  readonly output: TensorFacts;
  /** The results behind the first one that carry a gradient too, by their position less one. @internal */
  others: (Output | null)[] | null = null;
  /** How many results there are, with those that carry no gradient. @internal */
  resultCount = 1;
  /** Called with the first result's gradient after it is complete and before the derivative runs. */
  hooks: Hook[] | null = null;
  /** Tensors that keep their own gradient although they are not leaves. */
  retained: Tensor[] | null = null;
  /** What users attached to the function itself. @internal */
  nodeHooks: NodeHooks | null = null;
  /** Whether the derivative is the user's own code, which may keep what it is given and what it makes. @internal */
  isCustom = false;
  /** The run of the engine that visited this node last. @internal */
  visitedBy = 0;
  /** The gradient that has arrived so far in that run. @internal */
  arrived: Tensor | null = null;
  /** Whether that is a sum that the run made itself, and may write into. @internal */
  summed = false;
  /** Where the function was called, if somebody looks for an anomaly. @internal */
  readonly stack: string | null = callStack();
  readonly #backward: Backward;
  readonly #inner: Node | null;
  readonly #versions: number[];
  #context: SavedContext | null;
  #saved: readonly Tensor[];
  /** What the user's hooks made of the saved tensors, instead of the context. */
  #packed: PackedContext | null = null;

  constructor(
    label: string,
    edges: readonly (Edge | null)[],
    inputs: readonly TensorFacts[],
    output: TensorFacts,
    backward: Backward,
    context: SavedContext,
    /** The tensors in the context: each must be unchanged when it is read again. */
    saved: readonly Tensor[],
    /** A function that this one runs as a part of itself, and frees with itself. */
    inner: Node | null = null,
  ) {
    this.label = label;
    this.edges = edges;
    this.inputs = inputs;
    this.output = output;
    this.#backward = backward;
    this.#inner = inner;
    this.#context = context;
    this.#saved = saved;
    this.#versions = versionsOf(saved);
    if (saved.length > 0 && isPacking()) {
      this.#packed = packContext(context, saved);
      this.#context = null;
    }
  }

  /** PyTorch's name: `name()` is `"MulBackward0"`; without the call it reads as the same text. Source: `torch.autograd.graph.Node.name`. */
  get name(): NodeName {
    return callableText(this.label);
  }

  /** The functions behind this one's inputs, with the position of their output. Source: `torch.autograd.graph.Node.next_functions`. */
  get next_functions(): readonly NextFunction[] {
    // An input that asks for no gradient has `null` there, as in Python, where nobody has to rule it out either.
    return this.edges.map((edge) =>
      edge instanceof Output ? [edge.node, edge.position] : [edge as Node | AccumulateGrad, 0],
    );
  }

  /** A place for whatever users want to remember with the function. Source: `torch.autograd.graph.Node.metadata`. */
  get metadata(): Record<string, unknown> {
    return metadataOf(this);
  }

  /** @internal */
  _sequence_nr(): number {
    return this.sequence;
  }

  /**
   * Calls `hook` with the gradients of this function's inputs and of its results, after the derivative ran; an array that it returns replaces the former.
   *
   * Source: `torch.autograd.graph.Node.register_hook`.
   */
  register_hook(hook: NodeHook): RemovableHandle {
    return new RemovableHandle((this.nodeHooks ??= new NodeHooks()).after, hook);
  }

  /**
   * Calls `hook` with the gradients of this function's results, before the derivative runs; an array that it returns replaces them.
   *
   * Source: `torch.autograd.graph.Node.register_prehook`.
   */
  register_prehook(hook: NodePreHook): RemovableHandle {
    return new RemovableHandle((this.nodeHooks ??= new NodeHooks()).before, hook);
  }

  /** What the derivative keeps of the call's first argument, if it keeps it. @internal */
  get _saved_self(): unknown {
    return this.unpack()["input"] ?? null;
  }

  /** What the derivative keeps of the call's second operand, if it keeps it. @internal */
  get _saved_other(): unknown {
    return this.unpack()["other"] ?? null;
  }

  /** The power that a tensor was raised to. @internal */
  get _saved_exponent(): unknown {
    const exponent = this.unpack()["exponent"] ?? null;
    const isNumber = typeof exponent === "object" && exponent !== null && "isNumber" in exponent;
    // A plain number became an operand when the call was bound.
    return isNumber && exponent.isNumber === true ? (exponent as Tensor).item() : exponent;
  }

  /** The result, if the derivative keeps it. @internal */
  get _saved_result(): unknown {
    return this.unpack()["result"] ?? null;
  }

  /** Where the gradient of a result arrives; one behind the first is known from then on. @internal */
  outputAt(position: number, facts: TensorFacts): Node | Output {
    if (position === 0) return this;
    this.others ??= [];
    while (this.others.length < position) this.others.push(null);
    return (this.others[position - 1] ??= new Output(this, position, facts));
  }

  /** Runs the derivative. @internal */
  apply(grads: readonly (Tensor | null)[]): readonly (Tensor | null)[] {
    return this.#backward(grads, this);
  }

  /**
   * What the call left for its derivative.
   *
   * @throws RuntimeError when it was freed by an earlier backward, or a saved tensor has changed since.
   * @internal
   */
  unpack(): SavedContext {
    if (this.#packed !== null) return this.#packed.unpack();
    if (this.#context === null)
      throw new RuntimeError(
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). " +
          "Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). " +
          "Specify {retain_graph: true} if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.",
      );
    for (let i = 0; i < this.#saved.length; i++)
      if (this.#saved[i]!.storage.version !== this.#versions[i])
        throw changedSince(this.#saved[i]!, this.#versions[i]!);
    return this.#context;
  }

  /** Says that the call has written into a storage since it saved tensors, all but its `result`: they have changed. @internal */
  expectUnwritten(storage: Storage, result: Tensor | null): void {
    this.#saved.forEach((tensor, position) => {
      if (tensor.storage === storage && tensor !== result) this.#versions[position] = storage.version - 1;
    });
  }

  /** Frees the saved tensors. A function that saved none can run backward again, as in PyTorch. @internal */
  release(): void {
    this.#inner?.release();
    if (this.#saved.length === 0) return;
    this.#context = null;
    this.#packed = null;
    this.#saved = nothing;
  }

  toString(): string {
    return `<${this.label}>`;
  }
}

const nothing: readonly never[] = [];

function versionsOf(saved: readonly Tensor[]): number[] {
  if (saved.length === 0) return [];
  const versions: number[] = [];
  for (const tensor of saved) versions.push(tensor.storage.version);
  return versions;
}

/** The complaint about a saved tensor that was written in place. Source: `torch/csrc/autograd/saved_variable.cpp`. */
function changedSince(tensor: Tensor, expected: number): RuntimeError {
  const origin =
    tensor.grad_fn === null
      ? ""
      : `, which is output ${tensor.output_nr} of ${tensor.grad_fn.label.replace(/Backward\d*$/, "")},`;
  return new RuntimeError(
    `one of the variables needed for gradient computation has been modified by an inplace operation: ` +
      `[torch.${tensor.dtype.typeName}Tensor ${formatShape(tensor.shape)}]${origin} is at version ${tensor.storage.version}; expected version ${expected} instead. ` +
      `Hint: write y = x.add(…) instead of x.add_(…) there, or clone() the tensor before changing it; torch.autograd.set_detect_anomaly(true) finds the operation that saved it.`,
  );
}

/** A function behind an input (`null` for an input that asks for no gradient), and which of its outputs that input is. */
export type NextFunction = readonly [fn: Node | AccumulateGrad, output: number];

/** The end of the graph at a leaf: adds to its `grad`. Source: `torch::autograd::AccumulateGrad`. */
export class AccumulateGrad {
  readonly label = "AccumulateGrad";
  /** None. */
  readonly next_functions: readonly NextFunction[] = [];
  /** The leaf. */
  readonly variable: Tensor;
  /** The run of the engine that visited this leaf last. @internal */
  visitedBy = 0;
  /** The gradient that has arrived so far in that run. @internal */
  arrived: Tensor | null = null;
  /** Whether that is a sum that the run made itself, and may write into. @internal */
  summed = false;

  /** What users attached to the leaf's end of the graph. @internal */
  nodeHooks: NodeHooks | null = null;

  constructor(variable: Tensor) {
    this.variable = variable;
  }

  /** PyTorch's name: `name()` is `"torch::autograd::AccumulateGrad"`. */
  get name(): NodeName {
    return callableText(this.label, `torch::autograd::${this.label}`);
  }

  /** A place for whatever users want to remember with the function. */
  get metadata(): Record<string, unknown> {
    return metadataOf(this);
  }

  /** As `register_hook` of a function; there are no inputs behind a leaf. */
  register_hook(hook: NodeHook): RemovableHandle {
    return new RemovableHandle((this.nodeHooks ??= new NodeHooks()).after, hook);
  }

  /** As `register_prehook` of a function. */
  register_prehook(hook: NodePreHook): RemovableHandle {
    return new RemovableHandle((this.nodeHooks ??= new NodeHooks()).before, hook);
  }

  toString(): string {
    return `<${this.label}>`;
  }
}

/** Where the gradient of `tensor` flows: `null` when nobody asked for one. */
export function edgeOf(tensor: Tensor): Edge | null {
  const node = tensor.grad_fn;
  if (node !== null) return tensor.output_nr === 0 ? node : node.outputAt(tensor.output_nr, factsOf(tensor));
  if (!tensor.requires_grad) return null;
  tensor.accumulator ??= new AccumulateGrad(tensor);
  return tensor.accumulator;
}

/** The facts that a gradient of `tensor` must match. */
export function factsOf(tensor: Tensor): TensorFacts {
  return (tensor.facts ??= { shape: tensor.shape, dtype: tensor.dtype, device: tensor.device });
}

inspectAs(Node, (node) => node.toString());
inspectAs(AccumulateGrad, (node) => node.toString());
