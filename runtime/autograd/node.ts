import type { Device } from "../device.ts";
import type { DType } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { formatShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

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

/** What users attach to a gradient: it may answer with another gradient to use instead. */
export type Hook = (grad: Tensor) => Tensor | null | undefined;

/** What a call leaves for its derivative: the arguments, with `null` for tensors that no rule reads. */
export type SavedContext = Record<string, unknown>;

let created = 0;

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
  readonly name: string;
  readonly edges: readonly (Edge | null)[];
  /** The input tensors' facts, one for each edge. */
  readonly inputs: readonly TensorFacts[];
  /** The first result's facts: what an incoming gradient looks like. */
  readonly output: TensorFacts;
  /** The results behind the first one that carry a gradient too, by their position less one. @internal */
  others: (Output | null)[] | null = null;
  /** How many results there are, with those that carry no gradient. @internal */
  resultCount = 1;
  /** Called with the result's gradient after it is complete and before the derivative runs. */
  hooks: Hook[] | null = null;
  /** Tensors that keep their own gradient although they are not leaves. */
  retained: Tensor[] | null = null;
  /** The run of the engine that visited this node last. @internal */
  visitedBy = 0;
  /** The gradient that has arrived so far in that run. @internal */
  arrived: Tensor | null = null;
  /** Whether that is a sum that the run made itself, and may write into. @internal */
  summed = false;
  readonly #backward: Backward;
  readonly #inner: Node | null;
  #context: SavedContext | null;
  #saved: readonly Tensor[];
  readonly #versions: readonly number[];

  constructor(
    name: string,
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
    this.name = name;
    this.edges = edges;
    this.inputs = inputs;
    this.output = output;
    this.#backward = backward;
    this.#inner = inner;
    this.#context = context;
    this.#saved = saved;
    this.#versions = versionsOf(saved);
  }

  /** The functions behind this one's inputs, with the position of their output. Source: `torch.autograd.graph.Node.next_functions`. */
  get next_functions(): readonly (readonly [Node | AccumulateGrad | null, number])[] {
    return this.edges.map((edge) =>
      edge instanceof Output ? ([edge.node, edge.position] as const) : ([edge, 0] as const),
    );
  }

  /** Where the gradient of a result arrives; one behind the first is known from then on. @internal */
  outputAt(position: number, facts: TensorFacts): Node | Output {
    if (position === 0) return this;
    this.others ??= [];
    while (this.others.length < position) this.others.push(null);
    return (this.others[position - 1] ??= new Output(this, position, facts));
  }

  /** Runs the derivative. */
  apply(grads: readonly (Tensor | null)[]): readonly (Tensor | null)[] {
    return this.#backward(grads, this);
  }

  /**
   * What the call left for its derivative.
   *
   * @throws RuntimeError when it was freed by an earlier backward, or a saved tensor has changed since.
   */
  unpack(): SavedContext {
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

  /** Frees the saved tensors. A function that saved none can run backward again, as in PyTorch. */
  release(): void {
    this.#inner?.release();
    if (this.#saved.length === 0) return;
    this.#context = null;
    this.#saved = nothing;
  }

  toString(): string {
    return `<${this.name}>`;
  }
}

const nothing: readonly never[] = [];

function versionsOf(saved: readonly Tensor[]): readonly number[] {
  if (saved.length === 0) return nothing;
  const versions: number[] = [];
  for (const tensor of saved) versions.push(tensor.storage.version);
  return versions;
}

/** The complaint about a saved tensor that was written in place. Source: `torch/csrc/autograd/saved_variable.cpp`. */
function changedSince(tensor: Tensor, expected: number): RuntimeError {
  const origin =
    tensor.grad_fn === null ? "" : `, which is output ${tensor.output_nr} of ${tensor.grad_fn.name},`;
  return new RuntimeError(
    `one of the variables needed for gradient computation has been modified by an inplace operation: ` +
      `[torch.${tensor.dtype.typeName}Tensor ${formatShape(tensor.shape)}]${origin} is at version ${tensor.storage.version}; expected version ${expected} instead. ` +
      `Write y = x.add(…) instead of x.add_(…) there, or clone() the tensor before changing it.`,
  );
}

/** The end of the graph at a leaf: adds to its `grad`. Source: `torch::autograd::AccumulateGrad`. */
export class AccumulateGrad {
  readonly name = "AccumulateGrad";
  readonly next_functions: readonly [] = [];
  /** The leaf. */
  readonly variable: Tensor;
  /** The run of the engine that visited this leaf last. @internal */
  visitedBy = 0;
  /** The gradient that has arrived so far in that run. @internal */
  arrived: Tensor | null = null;
  /** Whether that is a sum that the run made itself, and may write into. @internal */
  summed = false;

  constructor(variable: Tensor) {
    this.variable = variable;
  }

  toString(): string {
    return `<${this.name}>`;
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
