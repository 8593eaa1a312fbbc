/** Convolutions of `torch` in unusual forms. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { integer, optionalTensor, tensor, type Parameter } from "../../parameters.ts";
import { formatShape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { conv1d, conv2d, conv3d } from "./conv.ts";
import { conv_transpose1d, conv_transpose2d, conv_transpose3d } from "./convTranspose.ts";
import { sample } from "../samples.ts";
import { permute } from "../shaping/view.ts";

const numbers: Parameter<readonly number[]> = {
  expects: "an array of whole numbers, one for each dimension",
  convert: (value) =>
    Array.isArray(value) && value.every(Number.isInteger) ? (value as number[]) : undefined,
};

const required: Parameter<boolean> = {
  expects: "true or false",
  convert: (value) => (typeof value === "boolean" ? value : undefined),
};

const convolutions = [conv1d, conv2d, conv3d];
const transposedConvolutions = [conv_transpose1d, conv_transpose2d, conv_transpose3d];

type ConvolutionSignature = FunctionSignature<
  (
    input: Tensor,
    weight: Tensor,
    bias: Tensor | null,
    stride: readonly number[],
    padding: readonly number[],
    dilation: readonly number[],
    transposed: boolean,
    output_padding: readonly number[],
    groups: number,
  ) => Tensor
>;

/**
 * A convolution, or a transposed one, over one to three dimensions, as many as the weight has. All arguments are required: `conv2d` and its like are what
 * programs call.
 *
 * @throws RuntimeError when channels, dtypes or sizes do not fit.
 * Source: `torch.convolution`.
 */
export const convolution: Operator<
  ByName<
    ConvolutionSignature,
    "input, weight, bias?, stride, padding, dilation, transposed, output_padding, groups"
  >
> = composite({
  name: "convolution",
  parameters: {
    input: tensor,
    weight: tensor,
    bias: optionalTensor,
    stride: numbers,
    padding: numbers,
    dilation: numbers,
    transposed: required,
    output_padding: numbers,
    groups: integer(),
  },
  define: ({ input, weight, bias, transposed, output_padding, ...window }) => {
    const rank = weight.ndim - 2;
    if (rank < 1 || rank > 3)
      throw new RuntimeError(
        `convolution: expected the weight to have 3 to 5 dimensions (two of channels, the others of the kernel), but got weight of size ${formatShape(weight.shape)}.`,
      );
    return transposed
      ? transposedConvolutions[rank - 1]!(input, weight, bias, { ...window, output_padding })
      : convolutions[rank - 1]!(input, weight, bias, window);
  },
  samples: [
    () => [sample([1, 2, 4]), sample([1, 2, 2], { seed: 1 }), null, [1], [1], [1], false, [0], 1],
    () => [sample([1, 2, 2]), sample([2, 1, 2], { seed: 1 }), null, [2], [0], [1], true, [1], 1],
  ],
});

/**
 * A convolution of sequences with the batch in the middle: `input` `[T, N, C]`, `weight` `[K, C, O]`, `bias` `[O]`; the result `[T′, N, O]`.
 *
 * @throws RuntimeError when the channels do not fit.
 * Source: `torch.conv_tbc`.
 */
export const conv_tbc: Operator<
  ByName<
    FunctionSignature<(input: Tensor, weight: Tensor, bias: Tensor, pad?: number) => Tensor>,
    "input, weight, bias, pad?"
  >
> = composite({
  name: "conv_tbc",
  parameters: { input: tensor, weight: tensor, bias: tensor, pad: integer(0) },
  define: ({ input, weight, bias, pad }) => {
    if (input.ndim !== 3 || weight.ndim !== 3)
      throw new RuntimeError(
        `Input must have 3 dims: time, batch, in_channel, and the weight 3 dims: kernel_width, in_channels, out_channels; got ${formatShape(input.shape)} and ${formatShape(weight.shape)}.`,
      );
    if (input.shape[2] !== weight.shape[1])
      throw new RuntimeError(
        `Input dim 2 (input channels) is not == dim 1 in the weight tensor: ${input.shape[2]} and ${weight.shape[1]}.`,
      );
    const result = conv1d(permute(input, 1, 2, 0), permute(weight, 2, 1, 0), bias, { padding: pad });
    return permute(result, 2, 0, 1);
  },
  samples: [() => [sample([4, 1, 2]), sample([2, 2, 3], { seed: 1 }), sample([3], { seed: 2 }), 1]],
  errors: [
    {
      args: () => [sample([4, 1, 2]), sample([2, 3, 3]), sample([3])],
      error: "RuntimeError",
      message: /input channels/,
    },
  ],
});
