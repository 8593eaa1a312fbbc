/** Brightness, contrast, saturation, hue and the like. */
import { bind } from "../../../binding.ts";
import type { CallForms } from "../../../callForms.ts";
import { float32 } from "../../../dtype.ts";
import { ValueError } from "../../../errors/valueError.ts";
import { integer, number, type ParametersOf } from "../../../parameters.ts";
import type { Tensor } from "../../../tensor.ts";
import { brightest, checkColours, imageParameter, sizeOf } from "../image.ts";
import { to_dtype } from "./converting.ts";
import { withHue } from "./hue.ts";

/** How bright red, green and blue are to the eye. Source: ITU-R BT.601. */
const luma = [0.2989, 0.587, 0.114] as const;

/** One channel of brightness, in fractions also of whole numbers. Source: `_rgb_to_grayscale_image`. */
function brightness(image: Tensor): Tensor {
  const [red, green, blue] = image.unbind(-3) as [Tensor, Tensor, Tensor]; // the callers count the channels
  return red.mul(luma[0]).add(green, { alpha: luma[1] }).add(blue, { alpha: luma[2] }).unsqueeze(-3);
}

/** The brightness as adjustments use it: whole where the image's numbers are. */
function wholeBrightness(image: Tensor): Tensor {
  return image.dtype.is_floating_point ? brightness(image) : brightness(image).floor();
}

/** What `rgb_to_grayscale` takes. */
export interface GrayscaleArguments {
  readonly inpt: Tensor;
  /** 1 or 3, equal ones; 1 unless given. */
  readonly num_output_channels?: number;
}

const grayscaleParameters: ParametersOf<GrayscaleArguments> = {
  inpt: imageParameter,
  num_output_channels: integer(1),
};

/**
 * Images without colour, in one channel or in three equal ones.
 *
 * @throws ValueError for another number of channels, TypeError for an image that has neither 1 nor 3.
 * Source: `torchvision.transforms.v2.functional.rgb_to_grayscale`.
 */
export function rgb_to_grayscale(
  ...args: CallForms<GrayscaleArguments, [inpt: Tensor, num_output_channels?: number]>
): Tensor {
  const { inpt, num_output_channels: channels } = bind("rgb_to_grayscale", grayscaleParameters, args);
  if (channels !== 1 && channels !== 3)
    throw new ValueError(`rgb_to_grayscale: num_output_channels must be 1 or 3, got ${channels}.`);
  const grey = checkColours("rgb_to_grayscale", inpt) === 1 ? inpt.clone() : brightness(inpt).to(inpt.dtype);
  const { height, width } = sizeOf("rgb_to_grayscale", inpt);
  return channels === 1 ? grey : grey.expand([...inpt.shape.slice(0, -3), 3, height, width]);
}

/** `ratio` of one image and the rest of another, within the dtype's range. Source: `_blend`. */
function blend(image: Tensor, other: Tensor, ratio: number): Tensor {
  return image
    .mul(ratio)
    .add(other, { alpha: 1 - ratio })
    .clamp(0, brightest(image.dtype))
    .to(image.dtype);
}

/** @throws ValueError for a factor below 0. */
function checkFactor(name: string, parameter: string, factor: number): void {
  if (!(factor >= 0)) throw new ValueError(`${name}: ${parameter} (${factor}) is not non-negative.`);
}

/** Images times a factor. @throws ValueError when it is negative. Source: `torchvision.transforms.v2.functional.adjust_brightness`. */
export function adjust_brightness(
  ...args: CallForms<
    { readonly inpt: Tensor; readonly brightness_factor: number },
    [inpt: Tensor, brightness_factor: number],
    ["inpt", "brightness_factor"]
  >
): Tensor {
  const parameters = { inpt: imageParameter, brightness_factor: number() };
  const { inpt, brightness_factor: factor } = bind("adjust_brightness", parameters, args);
  checkFactor("adjust_brightness", "brightness_factor", factor);
  checkColours("adjust_brightness", inpt);
  return inpt.mul(factor).clamp(0, brightest(inpt.dtype)).to(inpt.dtype);
}

/** Images whose pixels differ `contrast_factor` times as much from the mean. @throws ValueError when it is negative. Source: `torchvision.transforms.v2.functional.adjust_contrast`. */
export function adjust_contrast(
  ...args: CallForms<
    { readonly inpt: Tensor; readonly contrast_factor: number },
    [inpt: Tensor, contrast_factor: number],
    ["inpt", "contrast_factor"]
  >
): Tensor {
  const parameters = { inpt: imageParameter, contrast_factor: number() };
  const { inpt, contrast_factor: factor } = bind("adjust_contrast", parameters, args);
  checkFactor("adjust_contrast", "contrast_factor", factor);
  const coloured = checkColours("adjust_contrast", inpt) === 3;
  const grey = coloured ? wholeBrightness(inpt) : inpt.dtype.is_floating_point ? inpt : inpt.to(float32);
  return blend(inpt, grey.mean([-3, -2, -1], true), factor);
}

/** Images whose pixels differ `saturation_factor` times as much from grey. @throws ValueError when it is negative. Source: `torchvision.transforms.v2.functional.adjust_saturation`. */
export function adjust_saturation(
  ...args: CallForms<
    { readonly inpt: Tensor; readonly saturation_factor: number },
    [inpt: Tensor, saturation_factor: number],
    ["inpt", "saturation_factor"]
  >
): Tensor {
  const parameters = { inpt: imageParameter, saturation_factor: number() };
  const { inpt, saturation_factor: factor } = bind("adjust_saturation", parameters, args);
  checkFactor("adjust_saturation", "saturation_factor", factor);
  return checkColours("adjust_saturation", inpt) === 1 ? inpt : blend(inpt, wholeBrightness(inpt), factor);
}

/**
 * Images whose colours are turned by a part of the colour wheel, −0.5 to 0.5.
 *
 * @throws ValueError beyond that.
 * Source: `torchvision.transforms.v2.functional.adjust_hue`.
 */
export function adjust_hue(
  ...args: CallForms<
    { readonly inpt: Tensor; readonly hue_factor: number },
    [inpt: Tensor, hue_factor: number],
    ["inpt", "hue_factor"]
  >
): Tensor {
  const parameters = { inpt: imageParameter, hue_factor: number() };
  const { inpt, hue_factor: factor } = bind("adjust_hue", parameters, args);
  if (!(factor >= -0.5 && factor <= 0.5))
    throw new ValueError(`adjust_hue: hue_factor (${factor}) is not in [-0.5, 0.5].`);
  if (checkColours("adjust_hue", inpt) === 1 || inpt.numel() === 0) return inpt;
  return to_dtype(withHue(to_dtype(inpt, float32, true), factor), inpt.dtype, true);
}

/** What `adjust_gamma` takes. */
export interface GammaArguments {
  readonly inpt: Tensor;
  readonly gamma: number;
  readonly gain?: number;
}

/** `gain` times the pixels, from 0 to 1, to the power of `gamma`. @throws ValueError when that is negative. Source: `torchvision.transforms.v2.functional.adjust_gamma`. */
export function adjust_gamma(
  ...args: CallForms<GammaArguments, [inpt: Tensor, gamma: number, gain?: number], ["inpt", "gamma"]>
): Tensor {
  const parameters = { inpt: imageParameter, gamma: number(), gain: number(1) };
  const { inpt, gamma, gain } = bind("adjust_gamma", parameters, args);
  if (!(gamma >= 0))
    throw new ValueError(`adjust_gamma: Gamma should be a non-negative real number, got ${gamma}.`);
  const fractions = inpt.dtype.is_floating_point ? inpt : to_dtype(inpt, float32, true);
  const power = fractions.pow(gamma);
  return to_dtype(gain === 1 ? power : power.mul(gain).clamp(0, 1), inpt.dtype, true);
}

/** Images with light for dark. Source: `torchvision.transforms.v2.functional.invert`. */
export function invert(...args: CallForms<{ readonly inpt: Tensor }, [inpt: Tensor]>): Tensor {
  const { inpt } = bind("invert", { inpt: imageParameter }, args);
  return inpt.rsub(brightest(inpt.dtype));
}
