import type { View } from "./backend.ts";

/** How elements are combined along reduced dimensions. `all` and `any` read anything that is not zero as true; the mean of nothing is NaN. */
export type Reduction = "sum" | "mean" | "prod" | "amax" | "amin" | "any" | "all";

/** Which position a search along a dimension gives; the first of equals, and the first NaN before everything. */
export type ArgReduction = "argmax" | "argmin";

/** Reductions over the last `reducedRank` dimensions of `input`; outputs have the shape of the others. */
export interface ReductionBackend {
  /** Combines the elements. Of nothing: the neutral element. */
  reduce(reduction: Reduction, output: View, input: View, reducedRank: number): void;

  /** Position, counted in row-major order of the reduced dimensions, of the extreme element. `output` is int64. */
  argReduce(reduction: ArgReduction, output: View, input: View, reducedRank: number): void;

  /** Both the extreme element and its position (int64). There is at least one element to compare. */
  extremes(reduction: ArgReduction, values: View, positions: View, input: View, reducedRank: number): void;

  /** The sum of the squared distances from the mean, over `divisor`. Floating-point. */
  variance(output: View, input: View, reducedRank: number, divisor: number): void;
}
