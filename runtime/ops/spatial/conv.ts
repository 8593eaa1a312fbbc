/** Convolutions as users call them: sizes given once or for each dimension, padding by a word, an input without a batch. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type ErrorCase, type Operator, type Sample } from "../../operator.ts";
import { integer, optionalTensor, tensor, type Parameter } from "../../parameters.ts";
import type { ByName } from "../../keywords.ts";
import type { Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { convolution, type WindowArguments } from "./convolution.ts";
import { checkChannels, checkOperands, checkWindow } from "./convolutionChecks.ts";
import { sample } from "../samples.ts";
import { asBatch, eachDimension, perDimension, type PerDimension } from "./windows.ts";

/** `"same"` pads so that the result has the input's size, `"valid"` not at all. */
export type ConvolutionPadding = PerDimension | "same" | "valid";

const padding: Parameter<ConvolutionPadding> = {
  expects: `a whole number, an array of one for each dimension, "same" or "valid"`,
  fallback: 0,
  convert: (value) => (typeof value === "string" ? (value as "same") : perDimension().convert(value)),
};

interface ConvolutionOptions {
  readonly bias?: Tensor | null;
  readonly stride?: PerDimension;
  readonly padding?: ConvolutionPadding;
  readonly dilation?: PerDimension;
  readonly groups?: number;
}

type ConvSignature = ByName<
  FunctionSignature<
    ((
      input: Tensor,
      weight: Tensor,
      bias?: Tensor | null,
      stride?: PerDimension,
      padding?: ConvolutionPadding,
      dilation?: PerDimension,
      groups?: number,
    ) => Tensor) &
      ((input: Tensor, weight: Tensor, options: ConvolutionOptions) => Tensor) &
      ((
        input: Tensor,
        weight: Tensor,
        bias: Tensor | null,
        options: Omit<ConvolutionOptions, "bias">,
      ) => Tensor)
  >,
  "input, weight, bias?, stride?, padding?, dilation?, groups?"
>;

/** The size along one dimension. */
function outputSize(size: number, kernel: number, stride: number, padding: number, dilation: number): number {
  return Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
}

/** @throws RuntimeError when the kernel is larger than the padded input. */
function checkKernelSize(
  input: Shape,
  kernel: readonly number[],
  { padding, dilation }: WindowArguments,
): void {
  const padded = input.map((size, dim) => size + 2 * padding[dim]!);
  const reach = kernel.map((size, dim) => dilation[dim]! * (size - 1) + 1);
  if (reach.some((size, dim) => size > padded[dim]!))
    throw new RuntimeError(
      `Calculated padded input size per channel: (${padded.join(" x ")}). Kernel size: (${reach.join(" x ")}). Kernel size can't be greater than actual input size. Add padding, or take a smaller kernel.`,
    );
}

/** Padding in front, and the size of the result. */
interface Extent {
  readonly padding: readonly number[];
  readonly output_size: readonly number[];
}

/** Of an uneven number of zeros, the one more is behind. @throws RuntimeError with a stride other than 1. */
function extentOfSame(input: Shape, kernel: readonly number[], window: WindowArguments): Extent {
  if (window.stride.some((value) => value !== 1))
    throw new RuntimeError(
      "padding='same' is not supported for strided convolutions: give the padding as a number.",
    );
  const padding = kernel.map((size, dim) => Math.floor((window.dilation[dim]! * (size - 1)) / 2));
  return { padding, output_size: input };
}

function extentOf(
  input: Shape,
  kernel: readonly number[],
  padding: ConvolutionPadding,
  window: WindowArguments,
): Extent {
  if (padding === "same") return extentOfSame(input, kernel, window);
  checkKernelSize(input, kernel, window);
  const output_size = input.map((size, dim) =>
    outputSize(size, kernel[dim]!, window.stride[dim]!, window.padding[dim]!, window.dilation[dim]!),
  );
  return { padding: window.padding, output_size };
}

/** @throws RuntimeError for a word that is neither of the two. */
function paddingNumbers(name: string, padding: ConvolutionPadding, rank: number): readonly number[] {
  if (typeof padding !== "string") return eachDimension(name, "padding", padding, rank);
  if (padding !== "same" && padding !== "valid")
    throw new RuntimeError(
      `Invalid padding string: '${String(padding)}'. It is "same", "valid", or a number.`,
    );
  return eachDimension(name, "padding", 0, rank);
}

const convParameters = {
  input: tensor,
  weight: tensor,
  bias: optionalTensor,
  stride: perDimension(1),
  padding,
  dilation: perDimension(1),
  groups: integer(1),
};

/** A convolution over `rank` spatial dimensions. */
function conv(
  rank: 1 | 2 | 3,
  samples: readonly Sample[],
  errors: readonly ErrorCase[],
): Operator<ConvSignature> {
  const name = `conv${rank}d`;
  return composite({
    name,
    parameters: convParameters,
    define: ({ input, weight, bias, ...options }) => {
      checkOperands(name, input, weight, bias, rank);
      const window = {
        stride: eachDimension(name, "stride", options.stride, rank),
        padding: paddingNumbers(name, options.padding, rank),
        dilation: eachDimension(name, "dilation", options.dilation, rank),
        groups: options.groups,
      };
      checkWindow(window);
      const channels = input.shape[input.ndim - rank - 1]!;
      checkChannels(
        { input: input.shape, weight: weight.shape, bias: bias?.shape ?? null },
        channels,
        options.groups,
        false,
      );
      const extent = extentOf(input.shape.slice(-rank), weight.shape.slice(2), options.padding, window);
      const settled = { ...window, ...extent, transposed: false };
      return asBatch(input, rank + 2, (batch) => convolution(batch, weight, bias, settled));
    },
    samples,
    errors,
  });
}

const channelError: ErrorCase = {
  args: () => [sample([1, 3, 4]), sample([2, 2, 3])],
  error: "RuntimeError",
  message: /to have 2 channels, but got 3 channels instead/,
};

/**
 * Slides a kernel over sequences: `input` `[N, C, L]` or `[C, L]`, `weight` `[O, C / groups, K]`, `bias` `[O]`; the result `[N, O, L′]`.
 *
 * `L′ = ⌊(L + 2 · padding − dilation · (K − 1) − 1) / stride⌋ + 1`. `padding` may be `"same"` (the result has the input's size) or `"valid"` (none).
 *
 * @throws RuntimeError when channels, dtypes or sizes do not fit.
 * Source: `torch.nn.functional.conv1d`.
 */
export const conv1d: Operator<ConvSignature> = conv(
  1,
  [
    () => [
      sample([2, 2, 5]),
      sample([3, 2, 3], { seed: 1 }),
      sample([3], { seed: 2 }),
      { stride: 2, padding: 1 },
    ],
    () => [sample([2, 5]), sample([2, 1, 2], { seed: 1 }), { padding: "same", groups: 2 }],
  ],
  [channelError],
);

/**
 * Slides a kernel over images: `input` `[N, C, H, W]` or `[C, H, W]`, `weight` `[O, C / groups, KH, KW]`, `bias` `[O]`; the result `[N, O, H′, W′]`.
 *
 * `H′ = ⌊(H + 2 · padding − dilation · (KH − 1) − 1) / stride⌋ + 1`, and so with the width. `padding` may be `"same"` (the result has the input's size) or
 * `"valid"` (none). It is a cross-correlation: the kernel is not turned around.
 *
 * @throws RuntimeError when channels, dtypes or sizes do not fit.
 * Source: `torch.nn.functional.conv2d`.
 */
export const conv2d: Operator<ConvSignature> = conv(
  2,
  [
    () => [
      sample([1, 2, 4, 3]),
      sample([2, 2, 3, 2], { seed: 1 }),
      sample([2], { seed: 2 }),
      { padding: [1, 0] },
    ],
    () => [sample([2, 4, 4]), sample([2, 1, 2, 2], { seed: 1 }), null, 2, 1, 1, 2],
    () => [sample([1, 1, 3, 3]), sample([1, 1, 2, 3], { seed: 1 }), { padding: "same" }],
  ],
  [
    {
      args: () => [sample([1, 1, 3, 3]), sample([1, 1, 5, 5])],
      error: "RuntimeError",
      message: /padded input size per channel: \(3 x 3\)\. Kernel size: \(5 x 5\)/,
    },
    {
      args: () => [sample([1, 1, 3, 3]), sample([1, 1, 2, 2]), { stride: [1, 2, 3] }],
      error: "RuntimeError",
      message: /stride to be a single integer value or a list of 2 values/,
    },
    {
      args: () => [sample([1, 1, 3, 3]), sample([1, 1, 2, 2]), { stride: 2, padding: "same" }],
      error: "RuntimeError",
      message: /not supported for strided convolutions/,
    },
  ],
);

/**
 * Slides a kernel over volumes: `input` `[N, C, D, H, W]` or `[C, D, H, W]`, `weight` `[O, C / groups, KD, KH, KW]`, `bias` `[O]`. As `conv2d`, with a
 * dimension more.
 *
 * @throws RuntimeError when channels, dtypes or sizes do not fit.
 * Source: `torch.nn.functional.conv3d`.
 */
export const conv3d: Operator<ConvSignature> = conv(
  3,
  [() => [sample([1, 1, 3, 2, 3]), sample([2, 1, 2, 2, 2], { seed: 1 }), sample([2], { seed: 2 })]],
  [
    {
      args: () => [sample([1, 1, 3, 3]), sample([1, 1, 2, 2])],
      error: "RuntimeError",
      message: /expected the weight to have 5 dimensions/,
    },
  ],
);
