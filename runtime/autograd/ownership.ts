import { isAllocatedSince } from "../scope.ts";
import { sameShape } from "../shape.ts";
import type { Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";

/** Whether a tensor is all of its storage, row by row. */
function isWhole(tensor: Tensor): boolean {
  return tensor.offset === 0 && tensor.numel() === tensor.storage.length && tensor.is_contiguous();
}

/**
 * The gradients that a run of the engine has made itself and shown to nobody: it may write into them, hand them over, and free them. Each is counted once
 * for every place at which it has arrived, since several edges may receive one tensor, or views of one.
 */
export class OwnedGradients {
  readonly #references = new Map<Storage, number>();

  /** Notes that a gradient has arrived somewhere; it is owned when its storage was allocated since the scope began, or was owned before. */
  refer({ storage }: Tensor, scope: number): void {
    const count = this.#references.get(storage);
    if (count !== undefined) this.#references.set(storage, count + 1);
    else if (isAllocatedSince(scope, storage)) this.#references.set(storage, 1);
  }

  /** Notes that a gradient was passed on; the last one that leaves gives its memory back. */
  drop({ storage }: Tensor): void {
    const count = this.#references.get(storage);
    if (count === undefined) return;
    if (count > 1) {
      this.#references.set(storage, count - 1);
      return;
    }
    this.#references.delete(storage);
    storage.release();
  }

  /** Leaves a gradient to the garbage collector: somebody may keep it. */
  disown({ storage }: Tensor): void {
    this.#references.delete(storage);
  }

  /** Hands a gradient over, if nothing else refers to it. */
  take(grad: Tensor): boolean {
    if (this.#references.get(grad.storage) !== 1 || !isWhole(grad)) return false;
    this.#references.delete(grad.storage);
    return true;
  }

  /** Whether `grad` may be added to `before` in place, because nothing else refers to that. */
  mayWrite(before: Tensor, grad: Tensor): boolean {
    return (
      this.#references.get(before.storage) === 1 &&
      before.storage !== grad.storage &&
      before.dtype === grad.dtype &&
      sameShape(before.shape, grad.shape) &&
      isWhole(before)
    );
  }
}
