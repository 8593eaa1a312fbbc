/** Channels and pixels in another order. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator, type Sample } from "../../operator.ts";
import { integer, tensor } from "../../parameters.ts";
import { formatShape, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { clone } from "../shaping/copying.ts";
import { sample } from "../samples.ts";
import { permute, reshape } from "../shaping/view.ts";

type FactorSignature<Name extends string> = FunctionSignature<
  (input: Tensor, factor: number | { readonly [K in Name]: number }) => Tensor
>;

/** The elements under `split`, whose last dimensions are put into another order, as a tensor of its own of shape `result`. */
function rearranged(input: Tensor, split: Shape, order: readonly number[], result: Shape): Tensor {
  const lead = split.length - order.length;
  const dims = [...Array(lead).keys(), ...order.map((dim) => lead + dim)];
  const whole = reshape(permute(reshape(input, split), dims), result);
  return whole.storage === input.storage ? clone(whole) : whole;
}

/** @throws RuntimeError when there are no channels, height and width, or the factor is not positive. */
function checkImage(name: string, factorName: string, input: Tensor, factor: number): void {
  if (input.ndim < 3)
    throw new RuntimeError(
      `${name} expects input to have at least 3 dimensions, but got input with ${input.ndim} dimension(s). The last three are channels, height and width.`,
    );
  if (factor <= 0) throw new RuntimeError(`${name} expects a positive ${factorName}, but got ${factor}.`);
}

/** Refuses a size that is no multiple. */
function checkMultiple(name: string, what: string, place: string, size: number, by: number): void {
  if (size % by !== 0)
    throw new RuntimeError(
      `${name} expects ${what}, but input.size(${place})=${size} is not divisible by ${by}. Choose another factor, or pad the input.`,
    );
}

/**
 * Pixels out of channels: `[…, C · r², H, W]` becomes `[…, C, H · r, W · r]`, where the r² channels of a pixel become a square of pixels.
 *
 * @throws RuntimeError when r² does not divide the channels, or there are fewer than 3 dimensions.
 * Source: `torch.pixel_shuffle`; Shi et al., "Real-time single image and video super-resolution" (2016).
 */
export const pixel_shuffle: Operator<ByName<FactorSignature<"upscale_factor">, "input, upscale_factor">> =
  operator({
    name: "pixel_shuffle",
    parameters: { input: tensor, upscale_factor: integer() },
    forward: ({ input, upscale_factor: r }) => {
      checkImage("pixel_shuffle", "upscale_factor", input, r);
      const [channels, height, width] = input.shape.slice(-3) as [number, number, number]; // three, as checked
      checkMultiple(
        "pixel_shuffle",
        "its input's 'channel' dimension to be divisible by the square of upscale_factor",
        "-3",
        channels,
        r * r,
      );
      const [lead, count] = [input.shape.slice(0, -3), channels / (r * r)];
      const result = [...lead, count, height * r, width * r];
      return rearranged(input, [...lead, count, r, r, height, width], [0, 3, 1, 4, 2], result);
    },
    vjp: { input: (g, { upscale_factor }) => pixel_unshuffle(g, upscale_factor) },
    samples: [() => [sample([1, 8, 2, 1]), 2], () => [sample([4, 1, 2]), 2], () => [sample([2, 2, 2]), 1]],
    errors: [
      {
        args: () => [sample([3, 2, 2]), 2],
        error: "RuntimeError",
        message: /input\.size\(-3\)=3 is not divisible by 4/,
      },
      { args: () => [sample([2, 2]), 2], error: "RuntimeError", message: /at least 3 dimensions/ },
      { args: () => [sample([4, 2, 2]), 0], error: "RuntimeError", message: /positive upscale_factor/ },
    ],
  });

/**
 * Channels out of pixels, the reverse of `pixel_shuffle`: `[…, C, H · r, W · r]` becomes `[…, C · r², H, W]`.
 *
 * @throws RuntimeError when r does not divide height and width, or there are fewer than 3 dimensions.
 * Source: `torch.pixel_unshuffle`.
 */
export const pixel_unshuffle: Operator<
  ByName<FactorSignature<"downscale_factor">, "input, downscale_factor">
> = operator({
  name: "pixel_unshuffle",
  parameters: { input: tensor, downscale_factor: integer() },
  forward: ({ input, downscale_factor: r }) => {
    checkImage("pixel_unshuffle", "downscale_factor", input, r);
    const [channels, height, width] = input.shape.slice(-3) as [number, number, number]; // three, as checked
    checkMultiple("pixel_unshuffle", "height to be divisible by downscale_factor", "-2", height, r);
    checkMultiple("pixel_unshuffle", "width to be divisible by downscale_factor", "-1", width, r);
    const lead = input.shape.slice(0, -3);
    const split = [...lead, channels, height / r, r, width / r, r];
    return rearranged(input, split, [0, 2, 4, 1, 3], [...lead, channels * r * r, height / r, width / r]);
  },
  vjp: { input: (g, { downscale_factor }) => pixel_shuffle(g, downscale_factor) },
  samples: [() => [sample([1, 2, 4, 2]), 2], () => [sample([1, 2, 4]), 2]],
  errors: [
    {
      args: () => [sample([1, 3, 2]), 2],
      error: "RuntimeError",
      message: /height to be divisible by downscale_factor, but input\.size\(-2\)=3/,
    },
    {
      args: () => [sample([1, 2, 3]), 2],
      error: "RuntimeError",
      message: /width to be divisible by downscale_factor/,
    },
  ],
});

/** @throws RuntimeError when the groups do not divide the channels. */
function checkGroups(input: Tensor, groups: number): void {
  if (input.ndim < 3)
    throw new RuntimeError(
      `channel_shuffle expects input with > 2 dims, but got input with sizes ${formatShape(input.shape)}: it takes [N, C, …].`,
    );
  if (groups <= 0)
    throw new RuntimeError(
      `Number of groups to divide channels in must be positive. Value of groups:${groups}.`,
    );
  if (input.shape[1]! % groups !== 0)
    throw new RuntimeError(
      `Number of channels must be divisible by groups. Got ${input.shape[1]} channels and ${groups} groups.`,
    );
}

const shuffleSamples: readonly Sample[] = [() => [sample([1, 6, 2]), 2], () => [sample([2, 4, 1, 2]), 4]];

/**
 * Channels of `groups` groups in turn: the first of each group, then the second of each, and so on. Shape `[N, C, …]`.
 *
 * @throws RuntimeError when the groups do not divide the channels, or there are fewer than 3 dimensions.
 * Source: `torch.channel_shuffle`; Zhang et al., "ShuffleNet" (2018).
 */
export const channel_shuffle: Operator<ByName<FactorSignature<"groups">, "input, groups">> = operator({
  name: "channel_shuffle",
  parameters: { input: tensor, groups: integer() },
  forward: ({ input, groups }) => {
    checkGroups(input, groups);
    const [batch, channels, ...rest] = input.shape as [number, number, ...number[]]; // at least three, as checked
    const count = rest.reduce((total, size) => total * size, 1);
    return rearranged(input, [batch, groups, channels / groups, count], [1, 0, 2], input.shape);
  },
  vjp: { input: (g, { groups, shapes }) => channel_shuffle(g, Math.max(1, shapes.input[1]! / groups)) },
  samples: shuffleSamples,
  errors: [
    {
      args: () => [sample([1, 3, 2]), 2],
      error: "RuntimeError",
      message: /Got 3 channels and 2 groups/,
    },
    { args: () => [sample([3, 2]), 1], error: "RuntimeError", message: /expects input with > 2 dims/ },
    { args: () => [sample([1, 3, 2]), 0], error: "RuntimeError", message: /must be positive/ },
  ],
});

/** The same as `torch.channel_shuffle`, which on some devices has a kernel of its own. Source: `torch.native_channel_shuffle`. */
export const native_channel_shuffle: Operator<ByName<FactorSignature<"groups">, "input, groups">> = composite(
  {
    name: "native_channel_shuffle",
    parameters: { input: tensor, groups: integer() },
    define: ({ input, groups }) => channel_shuffle(input, groups),
    samples: shuffleSamples,
  },
);
