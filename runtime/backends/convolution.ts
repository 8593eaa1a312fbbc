import type { View } from "./backend.ts";

/** A number for each of the three spatial dimensions: depth, height, width. */
export type Triple = readonly [number, number, number];

/** How a kernel walks over the elements: with which steps it moves, where it begins, and how far apart its own elements lie. */
export interface ConvolutionWindow {
  readonly stride: Triple;
  /** Zeros in front of the first element. How many follow the last one is told by the sizes. */
  readonly padding: Triple;
  readonly dilation: Triple;
  /** Channels are divided into so many groups, which know nothing of each other. */
  readonly groups: number;
}

/**
 * Convolutions in all three of their roles: each is linear in either operand, and the derivatives of one are the others.
 *
 * Shapes: the finer side ("input") `[N, C, D, H, W]`, the coarser side ("output") `[N, O, D′, H′, W′]`, the weight `[O, C / groups, KD, KH, KW]`, the bias one
 * number for each channel of the result. Fewer spatial dimensions have size 1 in front. All are row-major, of one dtype, and no tensor is empty but where N is 0 or
 * a channel count is. Position `y` of the output looks at the positions `y · stride − padding + k · dilation` of the input, where the input is 0 beyond its edges.
 */
export interface ConvolutionBackend {
  /** `output[n, o, y] = bias[o] + Σ input[n, c, y · stride − padding + k · dilation] · weight[o, c, k]`. */
  convolution(output: View, input: View, weight: View, bias: View | null, window: ConvolutionWindow): void;

  /** The other way: `input[n, c, x] = bias[c] + Σ output[n, o, y] · weight[o, c, k]` over all `y · stride − padding + k · dilation = x`. */
  transposedConvolution(
    input: View,
    output: View,
    weight: View,
    bias: View | null,
    window: ConvolutionWindow,
  ): void;

  /** `weight[o, c, k] = Σ output[n, o, y] · input[n, c, y · stride − padding + k · dilation]`. */
  convolutionWeight(weight: View, input: View, output: View, window: ConvolutionWindow): void;
}
