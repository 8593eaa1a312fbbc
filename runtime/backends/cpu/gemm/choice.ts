/** Finds out which tile is fastest, once there is work enough for it to matter. */
import { machineFact } from "../machine.ts";
import { areRight, measureFastest } from "./calibration.ts";
import { chooseTile, chosenKernels } from "./chosen.ts";
import { tileChoices, tileName } from "./kernels.ts";
import type { Precision } from "./precision.ts";

/** Multiplications from which on a choice pays: compiling the chosen kernels takes some tens of milliseconds, the first time that a machine measures more. */
const worthChoosing = 20_000_000;
let seen = 0;
let chosen = false;

/** The tile to use where the fastest one computes something wrong. */
const goodEverywhere = 1;

const names = tileChoices.map(tileName);
const isName = (value: unknown): value is string => typeof value === "string" && names.includes(value);

/** Measures, unless this machine's cache knows. */
function findFastest(): number {
  return names.indexOf(machineFact("matrix product tile", isName, () => names[measureFastest()]!));
}

/** The precisions whose chosen kernels are compiled and were seen to compute the right thing. */
const checked = new Set<Precision["name"]>();

/** Compiles the chosen kernels before other threads need them, which then share the code; and drops them if they compute something wrong. */
function checkChosen(precision: Precision["name"]): void {
  if (!areRight(chosenKernels(precision))) chooseTile(goodEverywhere);
  checked.add(precision);
}

/**
 * Says that so many multiplications of numbers are about to be done in `multiply`, in tasks that may run on any thread. When there were enough of them, this
 * chooses the fastest tile. Only for the main thread, outside of tasks.
 */
export function expectMultiplications(precision: Precision["name"], count: number): void {
  if (!chosen) {
    seen += count;
    if (seen < worthChoosing) return;
    chooseTile(findFastest());
    // Only now: whoever interrupts a program while it measures has it measured again.
    chosen = true;
  }
  if (!checked.has(precision)) checkChosen(precision);
}
