import type { View } from "./backend.ts";

/** What a device does to put elements in order. Rows are contiguous: shape `[rows, n]`; NaN is larger than every number, and equal elements keep their order. */
export interface SortingBackend {
  /** Each row of `input` in order, and, as int64, where its elements were. */
  sortRows(values: View, indices: View, input: View, descending: boolean): void;

  /** The first elements of each row in order, as many as the results have columns. */
  topRows(values: View, indices: View, input: View, largest: boolean): void;
}
