/** Which kernels convolutions use: those with the tile that is fastest for matrix products, if they compute what they should. */
import { expectMultiplications } from "../gemm/choice.ts";
import { chosenKernels } from "../gemm/chosen.ts";
import { tileChoices } from "../gemm/kernels.ts";
import type { Precision } from "../gemm/precision.ts";
import { areRight } from "./check.ts";

/** What was found out about each of `tileChoices`. */
const right: Record<Precision["name"], (boolean | undefined)[]> = { float32: [], float64: [] };

/** The number, in `tileChoices`, of the kernels for a job of so many multiplications. Only for the main thread, outside of tasks. */
export function chosenFor(precision: Precision["name"], multiplications: number): number {
  expectMultiplications(precision, multiplications);
  const choice = tileChoices.indexOf(chosenKernels(precision).shape);
  right[precision][choice] ??= tileChoices[choice]!.code !== "wide" || areRight(precision, choice);
  return right[precision][choice] ? choice : 0;
}
