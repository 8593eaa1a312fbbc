import type { View } from "./backend.ts";

/**
 * A linear map along one dimension, as a sparse matrix in rows: element `i` of the result is the sum of `weights[k] · input[sources[k]]` over
 * `begins[i] ≤ k < begins[i + 1]`.
 */
export interface AxisMap {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly begins: Int32Array;
  readonly sources: Int32Array;
  readonly weights: Float64Array;
  /** Whether every element of the result is one element of the input, unchanged. */
  readonly copies: boolean;
}

/** Blocks that slide over images. */
export interface BlockWindow {
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
  readonly padding: readonly [height: number, width: number];
  readonly dilation: readonly [height: number, width: number];
  /** How many blocks there are along each dimension. */
  readonly count: readonly [rows: number, columns: number];
}

/** Maps that take elements from other positions. All tensors are row-major and of one dtype. */
export interface ResamplingBackend {
  /** Applies `map` along the middle dimension: input `[A, inputSize, B]`, output `[A, outputSize, B]`. The dtype has fractions, or the map only copies. */
  mapAxis(output: View, input: View, map: AxisMap): void;

  /** Puts every block of images `[P, H, W]` into a column of the output `[P, KH · KW, blocks]`; beyond the edges there are zeros. */
  unfoldBlocks(output: View, images: View, window: BlockWindow): void;

  /** The other way: adds every block of `columns` to where it belongs in the images. */
  foldBlocks(images: View, columns: View, window: BlockWindow): void;

  /** `output[p, positions[p, i]] = input[p, i]`, zeros elsewhere: input `[P, N]`, output `[P, M]`. Of equal positions the last one counts. */
  placeAt(output: View, input: View, positions: View): void;
}
