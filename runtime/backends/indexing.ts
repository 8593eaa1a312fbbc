import type { View } from "./backend.ts";

/** One coordinate of a selection that tensors of positions give. */
export interface Coordinate {
  /** int64, of the selection's shape; broadcast dimensions have stride 0. */
  readonly positions: View;
  /** Positions are below it. */
  readonly size: number;
  /** Elements between neighbouring positions in the selection's storage. */
  readonly stride: number;
  /** Whether positions down to `-size` are allowed, which count from the end. */
  readonly wraps: boolean;
}

/**
 * Elements of a storage that tensors of positions choose: element i of the selection is where `view` has its element i (stride 0 along dimensions that are
 * indexed), moved by `position · stride` of every coordinate.
 */
export interface Selection {
  readonly view: View;
  readonly coordinates: readonly Coordinate[];
}

/** How a value that is written and the element that is there become the new element; truth values combine as numbers do. */
export type Combine = "replace" | "sum" | "prod" | "amax" | "amin";

/** What a device does with tensors of positions. */
export interface IndexingBackend {
  /** Copies the selection to `output`, of the same shape and dtype. False when a position was out of range: then `output` is unfinished. */
  take(output: View, source: Selection): boolean;

  /**
   * Writes `values`, of the selection's shape and dtype, into the selection, in row-major order, so that the last of several writes to one place stays
   * and sums are always taken in one order. False when a position was out of range: then nothing was written.
   */
  put(target: Selection, values: View, combine: Combine): boolean;

  /** Copies one triangle of contiguous matrices, shape `[matrices, rows, columns]`, and writes zeros elsewhere; `diagonal` belongs to it. */
  triangle(output: View, input: View, diagonal: number, upper: boolean): void;

  /** How many elements of a contiguous bool (or uint8) view are not zero. */
  countTrue(mask: View): number;

  /** Where they are, counted from the first element of the mask; `output` is int64, contiguous, and as long as they are many. */
  truePositions(output: View, mask: View): void;
}
