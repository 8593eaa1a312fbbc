/** `torch.autograd.graph`: looking into the recorded graph, and at what it keeps. Source: `torch/autograd/graph.py`. */
import { RuntimeError } from "../errors/runtimeError.ts";
import type { Tensor } from "../tensor.ts";
import { currentRun } from "./engine.ts";
import { RemovableHandle } from "./hooks.ts";
import { edgeOf, Output, type AccumulateGrad, type Node as GraphNode } from "./node.ts";

export { Node, type AccumulateGrad } from "./node.ts";
export { save_on_cpu, saved_tensors_hooks } from "./packing.ts";

/** A place in the graph where a gradient arrives: a function, and which of its results. */
export interface GradientEdge {
  readonly node: GraphNode | AccumulateGrad;
  readonly output_nr: number;
}

/**
 * Where the gradient of a tensor arrives in the graph.
 *
 * @throws RuntimeError for a tensor that does not require grad.
 * Source: `torch.autograd.graph.get_gradient_edge`.
 */
export function get_gradient_edge(tensor: Tensor): GradientEdge {
  const edge = edgeOf(tensor);
  if (edge === null)
    throw new RuntimeError(
      "It is not possible to get the gradient edge for a Tensor that does not require gradients: nothing was recorded for it.",
    );
  return edge instanceof Output
    ? { node: edge.node, output_nr: edge.position }
    : { node: edge, output_nr: 0 };
}

/** Counts a write into tensors that autograd cannot see. Source: `torch.autograd.graph.increment_version`. */
export function increment_version(tensor: Tensor | Iterable<Tensor>): void {
  const tensors = "storage" in tensor ? [tensor] : tensor;
  for (const each of tensors) each.storage.markWritten();
}

type Gradients = readonly (Tensor | null)[];

/**
 * Calls `fn` once in each backward: with `"all"`, with the gradients of all tensors when those that will arrive have arrived; with `"any"`, with the first that arrives.
 *
 * Source: `torch.autograd.graph.register_multi_grad_hook`.
 */
export function register_multi_grad_hook(
  tensors: readonly Tensor[],
  fn: ((grads: Gradients) => void) | ((grad: Tensor) => void),
  mode: "all" | "any" | { readonly mode?: "all" | "any" } = "all",
): RemovableHandle {
  const how = typeof mode === "string" ? mode : (mode.mode ?? "all");
  // The mode says what the function takes.
  const collection = new Collection(tensors, fn as (argument: unknown) => void, how);
  const handles = tensors.map((tensor, position) =>
    tensor.register_hook((grad) => collection.add(position, grad)),
  );
  return RemovableHandle.of(handles);
}

/** The gradients that have arrived in one run of the engine. */
class Collection {
  #run = 0;
  #grads: (Tensor | null)[] = [];
  /** How many more will arrive. */
  #missing = 0;
  readonly #tensors: readonly Tensor[];
  readonly #call: (argument: unknown) => void;
  readonly #mode: "all" | "any";

  constructor(tensors: readonly Tensor[], call: (argument: unknown) => void, mode: "all" | "any") {
    this.#tensors = tensors;
    this.#call = call;
    this.#mode = mode;
  }

  add(position: number, grad: Tensor): void {
    const run = currentRun();
    const isFirst = this.#run !== run;
    if (isFirst) {
      this.#run = run;
      this.#grads = this.#tensors.map(() => null);
      this.#missing = this.#tensors.filter((tensor) => edgeOf(tensor)?.visitedBy === run).length;
    }
    this.#grads[position] = grad;
    this.#missing--;
    if (this.#mode === "any" ? isFirst : this.#missing === 0)
      this.#call(this.#mode === "any" ? grad : this.#grads);
  }
}
