/** Transposed convolutions as users call them. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type ErrorCase, type Operator, type Sample } from "../../operator.ts";
import { integer, optionalTensor, tensor } from "../../parameters.ts";
import { formatShape, type Shape } from "../../shape.ts";
import type { ByName } from "../../keywords.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { convolution, type WindowArguments } from "./convolution.ts";
import { checkChannels, checkOperands, checkWindow } from "./convolutionChecks.ts";
import { sample } from "../samples.ts";
import { asBatch, eachDimension, perDimension, type PerDimension } from "./windows.ts";

interface TransposedOptions {
  readonly bias?: Tensor | null;
  readonly stride?: PerDimension;
  readonly padding?: PerDimension;
  readonly output_padding?: PerDimension;
  readonly groups?: number;
  readonly dilation?: PerDimension;
}

type TransposedSignature = ByName<
  FunctionSignature<
    ((
      input: Tensor,
      weight: Tensor,
      bias?: Tensor | null,
      stride?: PerDimension,
      padding?: PerDimension,
      output_padding?: PerDimension,
      groups?: number,
      dilation?: PerDimension,
    ) => Tensor) &
      ((input: Tensor, weight: Tensor, options: TransposedOptions) => Tensor) &
      ((
        input: Tensor,
        weight: Tensor,
        bias: Tensor | null,
        options: Omit<TransposedOptions, "bias">,
      ) => Tensor)
  >,
  "input, weight, bias?, stride?, padding?, output_padding?, groups?, dilation?"
>;

/** The size of a transposed convolution's result. @throws RuntimeError for too much output padding, or a size below 1. */
function transposedSize(
  input: Shape,
  kernel: readonly number[],
  outputPadding: readonly number[],
  { stride, padding, dilation }: WindowArguments,
): readonly number[] {
  if (outputPadding.some((value) => value < 0))
    throw new RuntimeError(`negative output_padding is not supported, got ${formatShape(outputPadding)}.`);
  if (outputPadding.some((value, dim) => value >= stride[dim]! && value >= dilation[dim]!))
    throw new RuntimeError(
      `output padding must be smaller than either stride or dilation, but got output_padding: ${formatShape(outputPadding)} stride: ${formatShape(stride)} dilation: ${formatShape(dilation)}.`,
    );
  const size = input.map(
    (size, dim) =>
      (size - 1) * stride[dim]! -
      2 * padding[dim]! +
      dilation[dim]! * (kernel[dim]! - 1) +
      outputPadding[dim]! +
      1,
  );
  if (size.some((value) => value < 1))
    throw new RuntimeError(
      `Given input size per channel: (${input.join(" x ")}). Calculated output size per channel: (${size.join(" x ")}). Output size is too small.`,
    );
  return size;
}

/** A transposed convolution over `rank` spatial dimensions. */
function convTranspose(
  rank: 1 | 2 | 3,
  samples: readonly Sample[],
  errors: readonly ErrorCase[],
): Operator<TransposedSignature> {
  const name = `conv_transpose${rank}d`;
  return composite({
    name,
    parameters: {
      input: tensor,
      weight: tensor,
      bias: optionalTensor,
      stride: perDimension(1),
      padding: perDimension(0),
      output_padding: perDimension(0),
      groups: integer(1),
      dilation: perDimension(1),
    },
    define: ({ input, weight, bias, groups, ...options }) => {
      checkOperands(name, input, weight, bias, rank);
      const window = {
        stride: eachDimension(name, "stride", options.stride, rank),
        padding: eachDimension(name, "padding", options.padding, rank),
        dilation: eachDimension(name, "dilation", options.dilation, rank),
        groups,
      };
      checkWindow(window);
      const channels = input.shape[input.ndim - rank - 1]!;
      checkChannels(
        { input: input.shape, weight: weight.shape, bias: bias?.shape ?? null },
        channels,
        groups,
        true,
      );
      const outputPadding = eachDimension(name, "output_padding", options.output_padding, rank);
      const output_size = transposedSize(
        input.shape.slice(-rank),
        weight.shape.slice(2),
        outputPadding,
        window,
      );
      const settled = { ...window, transposed: true, output_size };
      return asBatch(input, rank + 2, (batch) => convolution(batch, weight, bias, settled));
    },
    samples,
    errors,
  });
}

/**
 * Spreads sequences with a kernel, the derivative of `conv1d` in its input: `input` `[N, C, L]` or `[C, L]`, `weight` `[C, O / groups, K]`, `bias` `[O]`.
 *
 * The result has `(L − 1) · stride − 2 · padding + dilation · (K − 1) + output_padding + 1` positions.
 *
 * @throws RuntimeError when channels, dtypes or sizes do not fit.
 * Source: `torch.nn.functional.conv_transpose1d`.
 */
export const conv_transpose1d: Operator<TransposedSignature> = convTranspose(
  1,
  [() => [sample([2, 2, 3]), sample([2, 1, 2], { seed: 1 }), sample([1], { seed: 2 }), { stride: 2 }]],
  [],
);

/**
 * Spreads images with a kernel, the derivative of `conv2d` in its input: `input` `[N, C, H, W]` or `[C, H, W]`, `weight` `[C, O / groups, KH, KW]`, `bias`
 * `[O]`.
 *
 * The height of the result is `(H − 1) · stride − 2 · padding + dilation · (KH − 1) + output_padding + 1`, and so with the width.
 *
 * @throws RuntimeError when channels, dtypes or sizes do not fit.
 * Source: `torch.nn.functional.conv_transpose2d`.
 */
export const conv_transpose2d: Operator<TransposedSignature> = convTranspose(
  2,
  [
    () => [
      sample([1, 2, 2, 3]),
      sample([2, 1, 2, 2], { seed: 1 }),
      sample([2], { seed: 2 }),
      { stride: 2, padding: 1, output_padding: 1, groups: 2 },
    ],
  ],
  [
    {
      args: () => [sample([1, 1, 2, 2]), sample([1, 1, 2, 2]), { stride: 2, output_padding: 2 }],
      error: "RuntimeError",
      message: /output padding must be smaller than either stride or dilation/,
    },
    {
      args: () => [sample([1, 2, 2, 2]), sample([1, 1, 2, 2])],
      error: "RuntimeError",
      message: /Given transposed=1.*to have 1 channels, but got 2/,
    },
  ],
);

/**
 * Spreads volumes with a kernel, the derivative of `conv3d` in its input: `input` `[N, C, D, H, W]` or `[C, D, H, W]`, `weight`
 * `[C, O / groups, KD, KH, KW]`, `bias` `[O]`.
 *
 * @throws RuntimeError when channels, dtypes or sizes do not fit.
 * Source: `torch.nn.functional.conv_transpose3d`.
 */
export const conv_transpose3d: Operator<TransposedSignature> = convTranspose(
  3,
  [() => [sample([1, 1, 2, 1, 2]), sample([1, 2, 2, 2, 2], { seed: 1 }), { stride: [1, 2, 1] }]],
  [],
);
