/** Which tile products are computed with. It changes how long a product takes, never its bits. */
import { factsBase, heapMemory } from "../memory/heap.ts";
import { kernels, type ProductKernels } from "./kernels.ts";
import type { Precision } from "./precision.ts";

/** The choice, as a number of `tileChoices`; in the heap, so that all threads see the main thread's. 0, the first tile, before there was a choice. */
const choice = new Int32Array(heapMemory.buffer, factsBase, 1);

/** The kernels to multiply with. */
export function chosenKernels(precision: Precision["name"]): ProductKernels {
  return kernels[precision][choice[0]!]!;
}

/** Makes the choice for all threads. */
export function chooseTile(index: number): void {
  choice[0] = index;
}
