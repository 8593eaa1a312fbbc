/** `vision.utils`: several images as one. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { uint8 } from "../../dtype.ts";
import { no_grad } from "../../autograd/modes.ts";
import { stack } from "../../ops/functions.ts";
import { flag, integer, number, type Parameter, type ParametersOf } from "../../parameters.ts";
import { formatShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { write_png } from "../io/index.ts";

/** Images `[N, C, H, W]`, one `[C, H, W]` or `[H, W]`, or an array of images of the same size. */
export type Images = Tensor | readonly Tensor[];

/** What `make_grid` takes besides the images. */
export interface GridOptions {
  /** How many images stand in a row; 8 unless given. */
  readonly nrow?: number;
  /** Pixels between images and around them; 2 unless given. */
  readonly padding?: number;
  /** Whether the values are moved to 0 to 1, from the least and the largest or from `value_range`. */
  readonly normalize?: boolean;
  /** What becomes 0, and what 1. */
  readonly value_range?: readonly [least: number, most: number] | null;
  /** Whether each image is moved by its own least and largest value. */
  readonly scale_each?: boolean;
  /** What stands between the images. */
  readonly pad_value?: number;
}

/** What `make_grid` takes. */
export interface GridArguments extends GridOptions {
  readonly tensor: Images;
}

const images: Parameter<Images> = {
  expects: "a Tensor of images, or an array of Tensors",
  convert: (value) =>
    value instanceof Tensor ||
    (Array.isArray(value) && value.length > 0 && value.every((each) => each instanceof Tensor))
      ? (value as Images) // as just seen
      : undefined,
};

const gridOptions: ParametersOf<GridOptions> = {
  nrow: integer(8),
  padding: integer(2),
  normalize: flag(false),
  value_range: {
    expects: "an array [least, most] or null",
    fallback: null,
    convert: (value) =>
      value === null ||
      (Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === "number"))
        ? (value as [number, number] | null) // as just seen
        : undefined,
  },
  scale_each: flag(false),
  pad_value: number(0),
};

const gridParameters: ParametersOf<GridArguments> = { tensor: images, ...gridOptions };

/** The images as `[N, 3, H, W]`: grey ones in three equal channels. */
function coloured(given: Images): Tensor {
  const all = given instanceof Tensor ? given : stack(given, 0);
  if (all.ndim < 2 || all.ndim > 4)
    throw new TypeError(
      `make_grid: images have the shape [N, C, H, W], [C, H, W] or [H, W], not ${formatShape(all.shape)}.`,
    );
  const batch = all.ndim === 2 ? all.unsqueeze(0).unsqueeze(0) : all.ndim === 3 ? all.unsqueeze(0) : all;
  return batch.shape[1] === 1 ? batch.expand([-1, 3, -1, -1]) : batch;
}

/** Values moved so that `least` is 0 and `most` is 1. */
function moved(values: Tensor, least: number, most: number): Tensor {
  return values
    .clamp(least, most)
    .sub(least)
    .div(Math.max(most - least, 1e-5));
}

function normalized(values: Tensor, range: readonly [number, number] | null): Tensor {
  const [least, most] = range ?? [Number(values.min().item()), Number(values.max().item())];
  return moved(values, least, most);
}

/**
 * Images side by side in rows, as one image `[C, H, W]`.
 *
 * @throws TypeError for what are no images, RuntimeError when those of an array have different sizes.
 * Source: `torchvision.utils.make_grid`.
 */
export function make_grid(
  ...args: CallForms<
    GridArguments,
    [
      tensor: Images,
      nrow?: number,
      padding?: number,
      normalize?: boolean,
      value_range?: readonly [least: number, most: number] | null,
      scale_each?: boolean,
      pad_value?: number,
    ]
  >
): Tensor {
  const { tensor, ...options } = bind("make_grid", gridParameters, args);
  return no_grad(() => gridOf(tensor, options));
}

function gridOf(tensor: Images, options: Required<GridOptions>): Tensor {
  const { nrow, padding, normalize, value_range, scale_each, pad_value } = options;
  const batch = coloured(tensor);
  const scaled = !normalize
    ? batch
    : scale_each
      ? stack(
          batch.unbind(0).map((image) => normalized(image, value_range)),
          0,
        )
      : normalized(batch, value_range);
  const [count = 0, channels = 0, height = 0, width = 0] = scaled.shape;
  // torchvision gives a single image back without a border.
  if (count === 1) return scaled.squeeze(0).clone();
  const across = Math.min(nrow, count);
  const down = Math.ceil(count / across);
  const [stepY, stepX] = [height + padding, width + padding];
  const grid = scaled.new_full([channels, stepY * down + padding, stepX * across + padding], pad_value);
  for (let i = 0; i < count; i++)
    grid
      .narrow(1, Math.floor(i / across) * stepY + padding, height)
      .narrow(2, (i % across) * stepX + padding, width)
      .copy_(scaled.select(0, i));
  return grid;
}

/** What `save_image` takes. */
export interface SaveImageArguments extends GridArguments {
  /** The path of a PNG file. */
  readonly fp: string;
}

const saveParameters: ParametersOf<SaveImageArguments> = {
  tensor: images,
  fp: { expects: "a path", convert: (value) => (typeof value === "string" ? value : undefined) },
  ...gridOptions,
};

/**
 * Writes images, side by side in rows, to a PNG file. Values from 0 to 1 become 0 to 255.
 *
 * @throws as `make_grid`; the system's error when the file cannot be written.
 * Source: `torchvision.utils.save_image`, which takes the options of `make_grid` by name.
 */
export function save_image(
  ...args: CallForms<SaveImageArguments, [tensor: Images, fp: string], ["tensor", "fp"]>
): void {
  const { tensor, fp, ...options } = bind("save_image", saveParameters, args);
  const grid = no_grad(() => gridOf(tensor, options).mul(255).add(0.5).clamp(0, 255).to(uint8));
  write_png(grid.cpu(), fp);
}
