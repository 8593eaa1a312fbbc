import type { View } from "./backend.ts";

/** The windows along one dimension: window `i` covers `start[i]`, `start[i] + step`, … to before `end[i]`, all within the input. */
export interface PoolingWindows {
  /** Of the input. */
  readonly size: number;
  readonly start: readonly number[];
  readonly end: readonly number[];
  readonly step: number;
}

/** Windows over planes. */
export interface PlaneWindows {
  readonly rows: PoolingWindows;
  readonly columns: PoolingWindows;
}

/** Windows along one dimension of which the mean is taken. */
export interface AveragingWindows extends PoolingWindows {
  /** The sum over window `[i, j]` is divided by the product of the row's and the column's divisor. */
  readonly divisors: readonly number[];
}

/** Averaging windows over planes. Their step is 1. */
export interface AveragingPlaneWindows extends PlaneWindows {
  readonly rows: AveragingWindows;
  readonly columns: AveragingWindows;
}

/**
 * Combines windows of planes. The finer side ("input") has shape `[P, H, W]`, the coarser side ("output") `[P, H′, W′]`; all are row-major and not empty.
 * Positions are int32 and count in row-major order within a plane of the input.
 */
export interface PoolingBackend {
  /** The largest number of each window, and where it is: the first of equals, and the last NaN before everything. */
  maxPool(output: View, positions: View, input: View, windows: PlaneWindows): void;

  /** `input[p, positions[p, i, j]] += output[p, i, j]`, zeros elsewhere. `windows` are those that the positions were found in. */
  maxPoolSpread(input: View, output: View, positions: View, windows: PlaneWindows): void;

  /** `output[p, i, j] = input[p, positions[p, i, j]]`. */
  maxPoolPick(output: View, input: View, positions: View): void;

  /** The sum of each window over its divisor. Quotients of whole numbers are truncated. */
  averagePool(output: View, input: View, windows: AveragingPlaneWindows): void;

  /** Each number of the output over its divisor, added to everything that its window covers. */
  averagePoolSpread(input: View, output: View, windows: AveragingPlaneWindows): void;
}
