import type { View } from "./backend.ts";

/** What a device does to combine elements with all that came before them. Views are contiguous, of shape `[outer, n, inner]`; a scan walks along `n`. */
export interface ScanBackend {
  /**
   * Running sums or products, in float32, float64 or int64; fractions are accumulated in float64. With `reverse`, each element is combined with all behind it.
   */
  scan(kind: "sum" | "prod", output: View, input: View, reverse: boolean): void;

  /** The largest or smallest element so far, and where it is, as int64: the last of equals. NaN is larger and smaller than everything. */
  scanExtreme(kind: "max" | "min", values: View, indices: View, input: View): void;
}
