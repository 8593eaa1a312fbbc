/** What transforms take for an image. */
import type { DType } from "../../dtype.ts";
import { iinfo } from "../../limits.ts";
import { formatShape, numel } from "../../shape.ts";
import { tensor, type Parameter } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";

/** The tensor of an image `[…, C, H, W]`, in front of which any number of dimensions of batches may stand. */
export const imageParameter: Parameter<Tensor> = tensor;

/** Channels, height and width. */
export interface ImageSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** @throws TypeError for anything that has no channels, height and width. */
export function sizeOf(name: string, image: Tensor): ImageSize {
  const [channels, height, width] = image.shape.slice(-3);
  if (channels === undefined || height === undefined || width === undefined)
    throw new TypeError(
      `${name}: an image has the shape [..., C, H, W], not ${formatShape(image.shape)}. Of an image without channels, make one with unsqueeze(0).`,
    );
  return { channels, height, width };
}

/** @throws TypeError for images that are neither grey nor of red, green and blue. */
export function checkColours(name: string, image: Tensor): number {
  const { channels } = sizeOf(name, image);
  if (channels !== 1 && channels !== 3)
    throw new TypeError(
      `${name}: Input image tensor permitted channel values are 1 or 3, but found ${channels}.`,
    );
  return channels;
}

/** The images in one dimension, `[N, C, H, W]`. */
export function inOneBatch(image: Tensor): Tensor {
  if (image.ndim === 4) return image;
  return image.reshape([numel(image.shape.slice(0, -3)), ...image.shape.slice(-3)]);
}

/** The images in the dimensions of `like` again. */
export function inDimensionsOf(like: Tensor, images: Tensor): Tensor {
  return images.reshape([...like.shape.slice(0, -3), ...images.shape.slice(-3)]);
}

/** The brightest that a pixel can be: 1 for fractions, else the largest number of the dtype. */
export function brightest(dtype: DType): number {
  return dtype.is_floating_point ? 1 : Number(iinfo(dtype).max);
}

/** Python's `round`: to the nearest whole number, of two equally near ones to the even one. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** Height and width: one number for both, or an array of one or two. */
export type Size = number | readonly [number] | readonly [height: number, width: number] | readonly number[];

/** One whole number, or an array of one or two. */
export function size(): Parameter<Size> {
  return {
    expects: "a whole number, or an array [height, width]",
    convert: (value) => {
      const numbers = Array.isArray(value) ? value : [value];
      const fits = numbers.length >= 1 && numbers.length <= 2 && numbers.every(Number.isInteger);
      return fits ? (value as Size) : undefined; // as just seen
    },
  };
}

/** Height and width of a size: one number stands for both. @throws TypeError when one is not above 0. */
export function bothOf(name: string, given: Size): readonly [height: number, width: number] {
  const [height = 0, width = height] = typeof given === "number" ? [given] : given;
  if (height <= 0 || width <= 0)
    throw new TypeError(`${name}: height and width must be above 0, got ${describeSize(given)}.`);
  return [height, width];
}

function describeSize(given: Size): string {
  return typeof given === "number" ? String(given) : `[${given.join(", ")}]`;
}

/** What pixels become that nothing of the image is at: one number, or one for each channel. */
export type Fill = number | readonly number[] | null;

/** One number, an array with one for each channel, or `null` for 0. */
export const fillParameter: Parameter<Fill> = {
  expects: "a number, an array of one number for each channel, or null",
  fallback: null,
  convert: (value) =>
    value === null || typeof value === "number" || isNumbers(value) ? (value as Fill) : undefined, // as just seen
};

/** Whether something is an array of numbers. */
export function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => typeof each === "number");
}

/** An array of numbers; of `count`, if that is given. */
export function numbers(expects: string, count?: number): Parameter<readonly number[]> {
  return {
    expects,
    convert: (value) =>
      isNumbers(value) && (count === undefined || value.length === count) ? value : undefined,
  };
}

/** @throws ValueError's text for a fill that has neither one number nor one for each channel. */
export function fillError(name: string, fill: readonly number[], channels: number): string {
  return `${name}: The number of elements in 'fill' cannot broadcast to match the number of channels of the image (${fill.length} != ${channels}).`;
}
