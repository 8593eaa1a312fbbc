/** Images in other sizes. */
import { bind } from "../../../binding.ts";
import type { CallForms } from "../../../callForms.ts";
import { cpu } from "../../../device.ts";
import { float32, float64, uint8, type DType } from "../../../dtype.ts";
import { ValueError } from "../../../errors/valueError.ts";
import { interpolate } from "../../../ops/spatial/interpolate.ts";
import { integer, optionalFlag, optionalInteger, type ParametersOf } from "../../../parameters.ts";
import type { Tensor } from "../../../tensor.ts";
import { imageParameter, inDimensionsOf, inOneBatch, size, sizeOf, type Size } from "../image.ts";
import { interpolation, type Interpolation } from "../interpolationMode.ts";
import { crop } from "./padding.ts";

/** What sizes an image gets. */
export interface ResizeOptions {
  /** Height and width, or one number for the smaller of them; `null` where only `max_size` counts. */
  readonly size: Size | null;
  readonly interpolation?: Interpolation;
  /** The larger of height and width is not to be above it. */
  readonly max_size?: number | null;
  /** Whether images that become smaller are smoothed, which bilinear, bicubic and Lanczos can; `true` unless given. */
  readonly antialias?: boolean | null;
}

/** What `resize` takes. */
export interface ResizeArguments extends ResizeOptions {
  readonly inpt: Tensor;
}

/** The parameters of a new size. */
export const resizeOptions: ParametersOf<ResizeOptions> = {
  size: {
    ...size(),
    expects: "a whole number, an array [height, width], or null",
    convert: (value) => (value === null ? null : size().convert(value)),
  },
  interpolation: interpolation("bilinear"),
  max_size: optionalInteger,
  antialias: { ...optionalFlag, fallback: true },
};

const resizeParameters: ParametersOf<ResizeArguments> = { inpt: imageParameter, ...resizeOptions };

/** The new height and width. @throws ValueError when the sizes contradict each other. Source: `_compute_resized_output_size`. */
function newSize(
  height: number,
  width: number,
  wanted: Size | null,
  largest: number | null,
): readonly [height: number, width: number] {
  const [short, long] = width <= height ? [width, height] : [height, width];
  const upright = (shorter: number, longer: number): readonly [number, number] =>
    width <= height ? [longer, shorter] : [shorter, longer];
  if (wanted === null) {
    if (largest === null) throw new ValueError("resize: max_size must be an integer when size is None.");
    return upright(Math.trunc((largest * short) / long), largest);
  }
  const [first = 0, second] = typeof wanted === "number" ? [wanted] : wanted;
  if (second !== undefined) {
    if (largest !== null)
      throw new ValueError(
        "resize: max_size should only be passed if size is None or specifies the length of the smaller edge.",
      );
    return [first, second];
  }
  if (largest !== null && largest <= first)
    throw new ValueError(
      `resize: max_size = ${largest} must be strictly greater than the requested size for the smaller edge size = ${first}.`,
    );
  const longer = Math.trunc((first * long) / short);
  return largest !== null && longer > largest
    ? upright(Math.trunc((largest * first) / longer), largest)
    : upright(first, longer);
}

/** Whether images of that dtype are resized as they are; others are in float32 meanwhile. */
function isResizedItself(image: Tensor, mode: Interpolation): boolean {
  const { dtype } = image;
  if (dtype === uint8) return mode.startsWith("nearest") || image.device === cpu;
  return dtype === float32 || dtype === float64;
}

/** Fractions as pixels of a dtype. */
function asPixels(values: Tensor, dtype: DType, mode: Interpolation): Tensor {
  if (dtype.is_floating_point) return values.to(dtype);
  const overshoots = mode === "bicubic" || mode === "lanczos";
  return (overshoots && dtype === uint8 ? values.clamp(0, 255) : values).round().to(dtype);
}

/**
 * Images in another size.
 *
 * @throws ValueError when `size` and `max_size` contradict each other, or for `"lanczos"` without `antialias`.
 * Source: `torchvision.transforms.v2.functional.resize`.
 */
export function resize(
  ...args: CallForms<
    ResizeArguments,
    [
      inpt: Tensor,
      size: Size | null,
      interpolation?: Interpolation,
      max_size?: number | null,
      antialias?: boolean | null,
    ],
    ["inpt", "size"]
  >
): Tensor {
  const {
    inpt,
    size: wanted,
    interpolation: mode,
    max_size,
    antialias,
  } = bind("resize", resizeParameters, args);
  const { height, width } = sizeOf("resize", inpt);
  const nearest = mode.startsWith("nearest");
  if (mode === "lanczos" && antialias !== true)
    throw new ValueError("resize: InterpolationMode.LANCZOS requires antialias=True.");
  const [rows, columns] = newSize(height, width, wanted, max_size);
  if (rows === height && columns === width) return inpt;
  const images = inOneBatch(inpt);
  const own = isResizedItself(inpt, mode);
  const resized = interpolate(own ? images : images.to(float32), {
    size: [rows, columns],
    mode,
    antialias: !nearest && antialias === true,
    ...(nearest ? {} : { align_corners: false }),
  });
  return inDimensionsOf(inpt, own ? resized : asPixels(resized, inpt.dtype, mode));
}

/** What `resized_crop` takes. */
export interface ResizedCropArguments {
  readonly inpt: Tensor;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly size: Size | null;
  readonly interpolation?: Interpolation;
  readonly antialias?: boolean | null;
}

const resizedCropParameters: ParametersOf<ResizedCropArguments> = {
  inpt: imageParameter,
  top: integer(),
  left: integer(),
  height: integer(),
  width: integer(),
  size: resizeOptions.size,
  interpolation: resizeOptions.interpolation,
  antialias: resizeOptions.antialias,
};

/** A part of images in another size. @throws as `resize`. Source: `torchvision.transforms.v2.functional.resized_crop`. */
export function resized_crop(
  ...args: CallForms<
    ResizedCropArguments,
    [
      inpt: Tensor,
      top: number,
      left: number,
      height: number,
      width: number,
      size: Size | null,
      interpolation?: Interpolation,
      antialias?: boolean | null,
    ],
    ["inpt", "top", "left", "height", "width", "size"]
  >
): Tensor {
  const bound = bind("resized_crop", resizedCropParameters, args);
  const { inpt, top, left, height, width, size: wanted, interpolation: mode, antialias } = bound;
  return resize(crop(inpt, top, left, height, width), wanted, mode, null, antialias);
}
