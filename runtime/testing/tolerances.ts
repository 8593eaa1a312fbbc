/** How near numbers of each dtype have to be. */
import type { DType } from "../dtype.ts";

/** A part of the expected number, and an amount besides. */
export interface Tolerances {
  readonly rtol: number;
  readonly atol: number;
}

/** Source: `_DTYPE_PRECISIONS` in `torch/testing/_comparison.py`. */
const byDType: Readonly<Record<string, Tolerances>> = {
  float16: { rtol: 1e-3, atol: 1e-5 },
  bfloat16: { rtol: 1.6e-2, atol: 1e-5 },
  float32: { rtol: 1.3e-6, atol: 1e-5 },
  float64: { rtol: 1e-7, atol: 1e-7 },
};
const none: Tolerances = { rtol: 0, atol: 0 };

/** What is allowed between numbers of these dtypes: what the coarsest of them needs. */
export function tolerancesFor(...dtypes: readonly DType[]): Tolerances {
  const all = dtypes.map(({ name }) => byDType[name] ?? none);
  return {
    rtol: Math.max(...all.map(({ rtol }) => rtol)),
    atol: Math.max(...all.map(({ atol }) => atol)),
  };
}
