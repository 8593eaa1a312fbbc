import type { Device } from "../device.ts";
import type { DType } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { formatShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Where a gradient flows next: into a function, or into a leaf. */
export type Edge = Node | AccumulateGrad;

/** What a gradient must look like to fit the tensor that it belongs to. */
export interface TensorFacts {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly device: Device;
}

/** Gives each tensor input of a function its gradient, `null` where there is none, in the order of the function's edges. */
export type Backward = (grad: Tensor, node: Node) => readonly (Tensor | null)[];

let created = 0;

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
  /** The result's facts: what an incoming gradient looks like. */
  readonly output: TensorFacts;
  /** Called with the result's gradient after it is complete and before the derivative runs. */
  readonly hooks: ((grad: Tensor) => Tensor | null | undefined)[] = [];
  /** Tensors that keep their own gradient although they are not leaves. */
  readonly retained: Tensor[] = [];
  readonly #backward: Backward;
  readonly #inner: Node | null;
  #saved: ReadonlyMap<string, SavedValue> | null;

  constructor(facts: {
    readonly name: string;
    readonly edges: readonly (Edge | null)[];
    readonly inputs: readonly TensorFacts[];
    readonly output: TensorFacts;
    readonly saved: ReadonlyMap<string, SavedValue>;
    readonly backward: Backward;
    /** A function that this one runs as a part of itself, and frees with itself. */
    readonly inner?: Node;
  }) {
    this.name = facts.name;
    this.edges = facts.edges;
    this.inputs = facts.inputs;
    this.output = facts.output;
    this.#saved = facts.saved;
    this.#backward = facts.backward;
    this.#inner = facts.inner ?? null;
  }

  /** The functions behind this one's inputs, with the position of their output. Source: `torch.autograd.graph.Node.next_functions`. */
  get next_functions(): readonly (readonly [Edge | null, number])[] {
    return this.edges.map((edge) => [edge, 0] as const);
  }

  /** Runs the derivative. */
  apply(grad: Tensor): readonly (Tensor | null)[] {
    return this.#backward(grad, this);
  }

  /**
   * The tensors that were saved, by the names of the operator's parameters.
   *
   * @throws RuntimeError when they were freed by an earlier backward, or one of them has changed since.
   */
  unpack(): Record<string, Tensor | readonly Tensor[]> {
    if (this.#saved === null)
      throw new RuntimeError(
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). " +
          "Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). " +
          "Specify {retain_graph: true} if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.",
      );
    const result: Record<string, Tensor | readonly Tensor[]> = {};
    for (const [key, value] of this.#saved)
      result[key] = Array.isArray(value) ? value.map(unpackOne) : unpackOne(value as SavedTensor);
    return result;
  }

  /** Frees the saved tensors. A function that saved none can run backward again, as in PyTorch. */
  release(): void {
    this.#inner?.release();
    if (this.#saved !== null && this.#saved.size > 0) this.#saved = null;
  }

  toString(): string {
    return `<${this.name}>`;
  }
}

/** The end of the graph at a leaf: adds to its `grad`. Source: `torch::autograd::AccumulateGrad`. */
export class AccumulateGrad {
  readonly name = "AccumulateGrad";
  readonly next_functions: readonly [] = [];
  /** The leaf. */
  readonly variable: Tensor;

  constructor(variable: Tensor) {
    this.variable = variable;
  }

  toString(): string {
    return `<${this.name}>`;
  }
}

/** A tensor that a derivative needs, and its version when it was saved. Source: `torch/csrc/autograd/saved_variable.h`. */
export class SavedTensor {
  readonly #tensor: Tensor;
  readonly #version: number;

  constructor(tensor: Tensor) {
    this.#tensor = tensor;
    this.#version = tensor.storage.version;
  }

  /** @throws RuntimeError when the tensor was written in place since. */
  unpack(): Tensor {
    const tensor = this.#tensor;
    const now = tensor.storage.version;
    if (now === this.#version) return tensor;
    const origin = tensor.grad_fn === null ? "" : `, which is output 0 of ${tensor.grad_fn.name},`;
    throw new RuntimeError(
      `one of the variables needed for gradient computation has been modified by an inplace operation: ` +
        `[torch.${tensor.dtype.typeName}Tensor ${formatShape(tensor.shape)}]${origin} is at version ${now}; expected version ${this.#version} instead. ` +
        `Write y = x.add(…) instead of x.add_(…) there, or clone() the tensor before changing it.`,
    );
  }
}

/** One saved tensor, or a list of them. */
export type SavedValue = SavedTensor | readonly SavedTensor[];

function unpackOne(saved: SavedTensor): Tensor {
  return saved.unpack();
}

/** Where the gradient of `tensor` flows: `null` when nobody asked for one. */
export function edgeOf(tensor: Tensor): Edge | null {
  if (tensor.grad_fn !== null) return tensor.grad_fn;
  if (!tensor.requires_grad) return null;
  tensor.accumulator ??= new AccumulateGrad(tensor);
  return tensor.accumulator;
}

/** The facts that a gradient of `tensor` must match. */
export function factsOf(tensor: Tensor): TensorFacts {
  return { shape: tensor.shape, dtype: tensor.dtype, device: tensor.device };
}
