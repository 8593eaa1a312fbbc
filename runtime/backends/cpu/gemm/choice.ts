/** Which tile shape this processor and engine are fastest with. */
import { candidates, type ProductKernels } from "./kernels.ts";
import type { Precision } from "./precision.ts";
import { hasRelaxedSimd } from "../wasm/features.ts";

/** The kernels to multiply with. */
export function chosenKernels(precision: Precision["name"]): ProductKernels {
  return candidates[precision][hasRelaxedSimd() ? 1 : 0]!;
}
