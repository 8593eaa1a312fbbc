/** Finds out which tile is fastest, once there is work enough for it to matter. */
import { machineFact } from "../machine.ts";
import { areRight, measureFastest } from "./calibration.ts";
import { chooseTile, chosenKernels } from "./chosen.ts";
import { kernels, tileChoices, tileName } from "./kernels.ts";
import type { Precision } from "./precision.ts";

/** Multiplications from which on a choice pays: compiling the chosen kernels takes some tens of milliseconds, the first time that a machine measures more. */
const worthChoosing = 20_000_000;
let seen = 0;

/** The tile to use where the fastest one computed something wrong. */
const goodEverywhere = 1;

const names = tileChoices.map(tileName);
const isName = (value: unknown): value is string => typeof value === "string" && names.includes(value);

/** Measures, unless this machine's cache knows. Kernels that compute something wrong are not chosen. */
function findFastest(): string {
  const fastest = measureFastest();
  const right = [kernels.float32[fastest]!, kernels.float64[fastest]!].every(areRight);
  return names[right ? fastest : goodEverywhere]!;
}

/**
 * Says that so many multiplications of numbers are about to be done in `multiply`, in tasks that may run on any thread. When there were enough of them, this
 * chooses the fastest tile. Only for the main thread, outside of tasks.
 */
export function expectMultiplications(precision: Precision["name"], count: number): void {
  if (seen < worthChoosing) {
    seen += count;
    if (seen < worthChoosing) return;
    chooseTile(names.indexOf(machineFact("matrix product tile", isName, findFastest)));
  }
  // Threads share the code that the main thread compiled, if it was first.
  void chosenKernels(precision).module.compiled;
}
