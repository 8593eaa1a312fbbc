/** Images from other data, and in other dtypes. */
import { bind } from "../../../binding.ts";
import type { CallForms } from "../../../callForms.ts";
import { as_tensor, tensor } from "../../../create.ts";
import {
  DType,
  float32,
  float64,
  get_default_dtype,
  int32,
  int64,
  uint8,
  type TypedArray,
} from "../../../dtype.ts";
import { RuntimeError } from "../../../errors/runtimeError.ts";
import { ValueError } from "../../../errors/valueError.ts";
import { flag, type Parameter, type ParametersOf } from "../../../parameters.ts";
import { formatShape } from "../../../shape.ts";
import { Tensor } from "../../../tensor.ts";
import { brightest, imageParameter, isNumbers, sizeOf } from "../image.ts";

/** An image as a canvas and most decoders have it: rows of pixels, each with all its channels. */
export interface Pixels {
  readonly data: TypedArray | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** Whatever an image can be made of: a tensor `[C, H, W]`; pixels with `data`, `width` and `height`; or nested arrays `[H][W]` or `[H][W][C]`. */
export type ImageSource =
  Tensor | Pixels | readonly (readonly number[])[] | readonly (readonly (readonly number[])[])[];

function isPixels(value: unknown): value is Pixels {
  return (
    typeof value === "object" && value !== null && "data" in value && "width" in value && "height" in value
  );
}

const source: Parameter<ImageSource> = {
  expects: "a Tensor [C, H, W], pixels {data, width, height}, or nested arrays [H][W] or [H][W][C]",
  convert: (value) =>
    value instanceof Tensor || isPixels(value) || Array.isArray(value)
      ? (value as ImageSource) // `channelsFirst` looks at what is in it
      : undefined,
};

/** The image among the arguments. Pixels are an object with names too, which are not those of arguments. */
function picOf(name: string, args: readonly unknown[]): ImageSource {
  return bind(name, { pic: source }, args.length === 1 && isPixels(args[0]) ? [{ pic: args[0] }] : args).pic;
}

/** The data as a tensor `[C, H, W]` of its own dtype. @throws ValueError for data of other sizes than they say. */
function channelsFirst(name: string, data: ImageSource): Tensor {
  if (data instanceof Tensor) {
    sizeOf(name, data);
    return data;
  }
  if (isPixels(data)) return fromPixels(name, data);
  const values = tensor(data as number[][]); // it looks at what the arrays hold
  if (values.ndim !== 2 && values.ndim !== 3)
    throw new ValueError(
      `${name}: pic should be 2/3 dimensional, got nested arrays of shape ${formatShape(values.shape)}.`,
    );
  return values.ndim === 2 ? values.unsqueeze(0) : values.permute(2, 0, 1).contiguous();
}

function fromPixels(name: string, { data, width, height }: Pixels): Tensor {
  const channels = data.length / (width * height);
  if (!Number.isInteger(channels) || channels < 1)
    throw new ValueError(
      `${name}: ${data.length} numbers are no image of ${width} x ${height} pixels; each should have as many channels.`,
    );
  const values = data instanceof Uint8ClampedArray ? Uint8Array.from(data) : data.slice();
  return as_tensor(values).reshape([height, width, channels]).permute(2, 0, 1).contiguous();
}

/**
 * An image as a tensor of fractions `[C, H, W]`: bytes from 0 to 255 become numbers from 0 to 1 of the default dtype, and others keep their values.
 *
 * A tensor is an image with its channels first already, as `vision.io` reads it; pixels and nested arrays have them last.
 *
 * @throws ValueError for data of other sizes than they say, TypeError for what is no image.
 * Source: `torchvision.transforms.v2.functional.to_tensor`, which takes no tensors.
 */
export function to_tensor(...args: CallForms<{ readonly pic: ImageSource }, [pic: ImageSource]>): Tensor {
  const image = channelsFirst("to_tensor", picOf("to_tensor", args));
  return image.dtype === uint8 ? image.to(get_default_dtype()).div(255) : image;
}

/** An image as a tensor `[C, H, W]` with the values that it has. @throws as `to_tensor`. Source: `torchvision.transforms.v2.functional.pil_to_tensor`, `to_image`. */
export function pil_to_tensor(...args: CallForms<{ readonly pic: ImageSource }, [pic: ImageSource]>): Tensor {
  return channelsFirst("pil_to_tensor", picOf("pil_to_tensor", args));
}

/** What `to_dtype` takes. */
export interface ToDtypeArguments {
  readonly inpt: Tensor;
  /** float32 unless given. */
  readonly dtype?: DType;
  /** Whether the values go from the old dtype's range to the new one's: whole numbers from 0 to their largest, fractions from 0 to 1. */
  readonly scale?: boolean;
}

/** A dtype, also by position. */
export const dtypeParameter: Parameter<DType> = {
  expects: "a torch.dtype such as torch.float32",
  fallback: float32,
  convert: (value) => (value instanceof DType ? value : undefined),
};

const toDtypeParameters: ParametersOf<ToDtypeArguments> = {
  inpt: imageParameter,
  dtype: dtypeParameter,
  scale: flag(false),
};

/** Bits of a whole number's value, without its sign. */
function valueBits(dtype: DType): number {
  return dtype === uint8 ? 8 : dtype.itemsize * 8 - 1;
}

/** @throws RuntimeError where the fractions have fewer bits than the whole numbers. */
function checkSafe(from: DType, to: DType): void {
  if ((from === float32 && (to === int32 || to === int64)) || (from === float64 && to === int64))
    throw new RuntimeError(
      `to_dtype: The conversion from ${from.toString()} to ${to.toString()} cannot be performed safely.`,
    );
}

function scaled(image: Tensor, dtype: DType): Tensor {
  const from = image.dtype;
  if (from.is_floating_point) {
    if (dtype.is_floating_point) return image.to(dtype);
    checkSafe(from, dtype);
    // Almost one more than the largest, so that each whole number stands for as many fractions.
    return image.mul(brightest(dtype) + 1 - 1e-3).to(dtype);
  }
  if (dtype.is_floating_point) return image.to(dtype).mul(1 / brightest(from));
  const shift = valueBits(from) - valueBits(dtype);
  return shift > 0 ? image.bitwise_right_shift(shift).to(dtype) : image.to(dtype).bitwise_left_shift(-shift);
}

/**
 * Images in another dtype; with `scale`, from the range of the one to that of the other.
 *
 * @throws RuntimeError where whole numbers have more digits than the fractions.
 * Source: `torchvision.transforms.v2.functional.to_dtype`.
 */
export function to_dtype(
  ...args: CallForms<ToDtypeArguments, [inpt: Tensor, dtype?: DType, scale?: boolean]>
): Tensor {
  const { inpt, dtype, scale } = bind("to_dtype", toDtypeParameters, args);
  return inpt.dtype === dtype || !scale ? inpt.to(dtype) : scaled(inpt, dtype);
}

/** `to_dtype` with `scale`. Source: `torchvision.transforms.v2.functional.convert_image_dtype`. */
export function convert_image_dtype(
  ...args: CallForms<{ readonly image: Tensor; readonly dtype?: DType }, [image: Tensor, dtype?: DType]>
): Tensor {
  const { image, dtype } = bind(
    "convert_image_dtype",
    { image: imageParameter, dtype: dtypeParameter },
    args,
  );
  return to_dtype(image, dtype, true);
}

/** A number for each channel, or one for all of them. */
export type PerChannel = number | readonly number[];

/** The parameter of such numbers. */
export const perChannel: Parameter<PerChannel> = {
  expects: "a number, or an array with one for each channel",
  convert: (value) => (typeof value === "number" || isNumbers(value) ? value : undefined),
};

/** What `normalize` takes. */
export interface NormalizeArguments {
  readonly inpt: Tensor;
  readonly mean: PerChannel;
  readonly std: PerChannel;
  /** Whether the images are written over. */
  readonly inplace?: boolean;
}

const normalizeParameters: ParametersOf<NormalizeArguments> = {
  inpt: imageParameter,
  mean: perChannel,
  std: perChannel,
  inplace: flag(false),
};

/** As many numbers as there are channels, beside height and width. @throws ValueError when they are others. */
function besidePixels(name: string, value: PerChannel, image: Tensor): Tensor {
  const options = { dtype: image.dtype, device: image.device };
  if (typeof value === "number") return tensor(value, options);
  const { channels } = sizeOf("normalize", image);
  if (value.length !== 1 && value.length !== channels)
    throw new ValueError(
      `normalize: ${name} has ${value.length} numbers, and the image ${channels} channel${channels === 1 ? "" : "s"}. Give one for each, or one for all.`,
    );
  return tensor([...value], options).reshape([-1, 1, 1]);
}

/**
 * `(images − mean) / std` for each channel.
 *
 * @throws TypeError for images of whole numbers, ValueError when a standard deviation is 0 or there are not as many as channels.
 * Source: `torchvision.transforms.v2.functional.normalize`.
 */
export function normalize(
  ...args: CallForms<
    NormalizeArguments,
    [inpt: Tensor, mean: PerChannel, std: PerChannel, inplace?: boolean],
    ["inpt", "mean", "std"]
  >
): Tensor {
  const { inpt, mean, std, inplace } = bind("normalize", normalizeParameters, args);
  if (!inpt.dtype.is_floating_point)
    throw new TypeError(
      `normalize: Input tensor should be a float tensor. Got ${inpt.dtype.toString()}. Put transforms.ToTensor() before it.`,
    );
  sizeOf("normalize", inpt);
  if ([std].flat().includes(0))
    throw new ValueError("normalize: std evaluated to zero, leading to division by zero.");
  const [means, deviations] = [besidePixels("mean", mean, inpt), besidePixels("std", std, inpt)];
  return inplace ? inpt.sub_(means).div_(deviations) : inpt.sub(means).div(deviations);
}
