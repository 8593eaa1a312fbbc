/** Which accelerator there is. */
import type { Accelerator } from "./accelerator.ts";
import { webglAccelerator } from "./webgl/accelerator.ts";

let chosen: Accelerator = webglAccelerator;

/** The accelerator. Whether it is there it says itself. */
export function accelerator(): Accelerator {
  return chosen;
}

/** Puts another accelerator in its place, and gives the one before. For tests only. */
export function exchangeAccelerator(other: Accelerator): Accelerator {
  const before = chosen;
  chosen = other;
  return before;
}
