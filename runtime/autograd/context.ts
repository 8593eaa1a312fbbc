/** What a custom function tells autograd, and remembers for its derivative. Source: `torch/autograd/function.py`. */
import { Tensor } from "../tensor.ts";
import type { Node } from "./node.ts";

/** What `forward` and `backward` of a custom function share. Anything may be stored in it: `ctx.exponent = 3`. */
export class FunctionContext {
  [name: string]: unknown;
  /** For each argument of `forward`, whether it is a tensor that requires grad: what need not be computed in `backward`. */
  readonly needs_input_grad: readonly boolean[];

  constructor(needsInputGrad: readonly boolean[]) {
    this.needs_input_grad = needsInputGrad;
    stateOf.set(this, new FunctionState());
  }

  /**
   * Keeps tensors for `backward`, where `saved_tensors` has them: arguments, results, or others, and `null` for none.
   *
   * @throws TypeError for anything else.
   */
  save_for_backward(...tensors: (Tensor | null)[]): void {
    tensors.forEach((tensor, position) => {
      if (tensor !== null && !(tensor instanceof Tensor))
        throw new TypeError(
          `save_for_backward can only save variables, but argument ${position} is of type ${typeof tensor}. Store other values in the context itself: ctx.value = …`,
        );
    });
    internals(this).saved = tensors;
  }

  /**
   * What `save_for_backward` kept.
   *
   * @throws RuntimeError when it was freed by an earlier backward, or has changed since.
   */
  get saved_tensors(): readonly Tensor[] {
    const { node, saved } = internals(this);
    // Whoever saved a null expects it at its place.
    return (node === null ? saved : node.unpack()["saved"]) as readonly Tensor[];
  }

  /** Says that `forward` writes into these arguments, which it must return. */
  mark_dirty(...tensors: Tensor[]): void {
    internals(this).dirty = new Set(tensors);
  }

  /** Says that no gradient flows to these results. */
  mark_non_differentiable(...tensors: Tensor[]): void {
    internals(this).nonDifferentiable = new Set(tensors);
  }

  /** Whether `backward` gets zeros for a result that no gradient arrived at (`true` unless said otherwise), or null. */
  set_materialize_grads(value: boolean): void {
    internals(this).materializes = value;
  }
}

/** What the context keeps for autograd. */
class FunctionState {
  saved: readonly (Tensor | null)[] = [];
  dirty: ReadonlySet<Tensor> = new Set();
  nonDifferentiable: ReadonlySet<Tensor> = new Set();
  materializes = true;
  /** The function in the graph, once there is one. */
  node: Node | null = null;
}

const stateOf = new WeakMap<FunctionContext, FunctionState>();

/** What the context of a custom function keeps. */
export function internals(context: FunctionContext): FunctionState {
  return stateOf.get(context)!; // every context makes one
}
