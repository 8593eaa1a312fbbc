/**
 * What happens inside of a transform is recorded for the transform alone. Its inputs are followed anew, and its results lead on only to what is being followed outside of it:
 * the arguments, if they require grad, and tensors that the function knows from elsewhere.
 */
import { gradientsOf } from "../autograd/engine.ts";
import { enable_grad, isRecording } from "../autograd/modes.ts";
import { AccumulateGrad, edgeOf, Output, type Node } from "../autograd/node.ts";
import { zeros_like } from "../create.ts";
import { ValueError } from "../errors/valueError.ts";
import { Tensor } from "../tensor.ts";
import { kindOf, mapTree, type Tree } from "./tree.ts";

/** Leaves that transforms have made for themselves and that nobody follows any more. */
const finished = new WeakSet<Tensor>();

/** One run of a transform. */
export class Level {
  /** Whether what the transform computes is being recorded for somebody outside of it. */
  readonly #followed = isRecording();
  readonly #leaves: Tensor[] = [];

  /** The same elements, followed by this transform. @throws ValueError for what is no tensor, RuntimeError for one without fractions. */
  enter(value: unknown): Tensor {
    if (!(value instanceof Tensor))
      throw new ValueError(
        `Thing passed to transform API must be Tensor, got ${kindOf(value)}: the arguments that are differentiated are tensors, or arrays and objects of tensors.`,
      );
    if (this.#followed && value.requires_grad) return sameElements(value);
    const leaf = value.detach().requires_grad_();
    this.#leaves.push(leaf);
    return leaf;
  }

  /** Runs the function, and records it. */
  run<T>(body: () => T): T {
    return enable_grad(body);
  }

  /** Says that no more results come. */
  finish(): void {
    for (const leaf of this.#leaves) finished.add(leaf);
  }

  /** A result as it is outside: without history, unless that leads to what is followed there. */
  leave(result: Tensor): Tensor {
    if (!result.requires_grad) return result;
    return this.#followed && leadsOutside(result, this.#leaves) ? result : result.detach();
  }

  /** All tensors of a result as they are outside. */
  leaveAll(tree: Tree): Tree {
    return mapTree(tree, (leaf) => (leaf instanceof Tensor ? this.leave(leaf) : leaf));
  }

  /** The gradients of outputs with respect to inputs of this level, zeros where there are none. They can be differentiated again if somebody follows them, or `recorded`. */
  gradients(
    outputs: readonly Tensor[],
    inputs: readonly Tensor[],
    cotangents: readonly Tensor[],
    recorded = false,
  ): Tensor[] {
    const used = outputs
      .map((_, position) => position)
      .filter((position) => outputs[position]!.requires_grad);
    if (used.length === 0) return inputs.map((input) => zeros_like(input.detach()));
    const followed =
      recorded ||
      (this.#followed &&
        (outputs.some((output) => leadsOutside(output, this.#leaves)) ||
          cotangents.some((cotangent) => cotangent.requires_grad)));
    const grads = gradientsOf(
      used.map((position) => outputs[position]!),
      inputs,
      used.map((position) => cotangents[position]!),
      { createGraph: followed, retainGraph: true },
    );
    return grads.map((grad, position) => grad ?? zeros_like(inputs[position]!.detach()));
  }
}

/** The tensor again, as the result of a function: what is computed from it does not touch the tensor itself. */
function sameElements(value: Tensor): Tensor {
  const result = enable_grad(() => value.view(value.shape) as Tensor);
  // The function may write into it, as into any result.
  result.base = null;
  return result;
}

/** Whether a gradient of `tensor` would reach anything but the given leaves, and those of transforms that are over. */
function leadsOutside(tensor: Tensor, own: readonly Tensor[]): boolean {
  const seen = new Set<Node>();
  const stack = [edgeOf(tensor)];
  while (stack.length > 0) {
    const edge = stack.pop()!;
    if (edge === null) continue;
    if (edge instanceof AccumulateGrad) {
      if (!own.includes(edge.variable) && !finished.has(edge.variable)) return true;
      continue;
    }
    const node = edge instanceof Output ? edge.node : edge;
    if (seen.has(node)) continue;
    seen.add(node);
    stack.push(...node.edges);
  }
  return false;
}
