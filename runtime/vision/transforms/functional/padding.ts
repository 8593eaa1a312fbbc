/** Borders around images, and parts of them. */
import { bind } from "../../../binding.ts";
import type { CallForms } from "../../../callForms.ts";
import { tensor } from "../../../create.ts";
import { float32 } from "../../../dtype.ts";
import { ValueError } from "../../../errors/valueError.ts";
import { pad as padded } from "../../../ops/spatial/pad.ts";
import { choice, integer, type Parameter, type ParametersOf } from "../../../parameters.ts";
import type { Tensor } from "../../../tensor.ts";
import {
  bothOf,
  fillError,
  fillParameter,
  imageParameter,
  inDimensionsOf,
  inOneBatch,
  roundHalfEven,
  size,
  sizeOf,
  type Fill,
  type Size,
} from "../image.ts";

/** What stands in a border. */
export type BorderMode = "constant" | "edge" | "reflect" | "symmetric";

/** The width of a border: one number for all sides; one for left and right and one for top and bottom; or left, top, right and bottom. */
export type Border = number | readonly number[];

/** The names of the ways, of which `"constant"` is usual. */
export const borderMode: Parameter<BorderMode> = choice(
  ["constant", "edge", "reflect", "symmetric"],
  "constant",
);

/** The width of a border. */
export function border(): Parameter<Border> {
  return {
    expects: "a whole number, or an array of 1, 2 or 4 (left, top, right, bottom)",
    convert: (value) => {
      const widths = Array.isArray(value) ? value : [value];
      const fits = [1, 2, 4].includes(widths.length) && widths.every(Number.isInteger);
      return fits ? (value as Border) : undefined; // as just seen
    },
  };
}

/** A border's widths as `F.pad` takes them. Source: `_parse_pad_padding`. */
export function sidesOf(widths: Border): readonly [left: number, right: number, top: number, bottom: number] {
  const [left = 0, top = left, right = left, bottom = top] = typeof widths === "number" ? [widths] : widths;
  return [left, right, top, bottom];
}

/** What `pad` takes. */
export interface PadArguments {
  readonly inpt: Tensor;
  readonly padding: Border;
  readonly fill?: Fill;
  readonly padding_mode?: BorderMode;
}

const padParameters: ParametersOf<PadArguments> = {
  inpt: imageParameter,
  padding: border(),
  fill: fillParameter,
  padding_mode: borderMode,
};

/**
 * Images with a border; a negative width cuts off.
 *
 * @throws ValueError when there is a fill for each channel and the border is not constant; RuntimeError as `F.pad`.
 * Source: `torchvision.transforms.v2.functional.pad`.
 */
export function pad(
  ...args: CallForms<
    PadArguments,
    [inpt: Tensor, padding: Border, fill?: Fill, padding_mode?: BorderMode],
    ["inpt", "padding"]
  >
): Tensor {
  const { inpt, padding, fill, padding_mode } = bind("pad", padParameters, args);
  const { channels } = sizeOf("pad", inpt);
  const sides = sidesOf(padding);
  const colours = typeof fill === "number" ? [fill] : (fill ?? [0]);
  if (colours.length <= 1)
    return inDimensionsOf(inpt, withBorder(inpt, sides, padding_mode, colours[0] ?? 0));
  if (padding_mode !== "constant")
    throw new ValueError(
      `pad: padding_mode '${padding_mode}' is not supported if fill is not scalar: the border is made of the image.`,
    );
  if (colours.length !== channels) throw new ValueError(fillError("pad", colours, channels));
  return withColours(inpt, sides, colours);
}

type Sides = ReturnType<typeof sidesOf>;

/** `[N, C, H, W]` with its border. */
function withBorder(image: Tensor, sides: Sides, mode: BorderMode, fill: number): Tensor {
  const images = inOneBatch(image);
  if (mode === "constant") return padded(images, sides, "constant", fill);
  if (mode === "symmetric") return symmetric(images, sides);
  const own = images.dtype;
  const fractions = own.is_floating_point ? images : images.to(float32);
  return padded(fractions, sides, mode === "edge" ? "replicate" : "reflect").to(own);
}

/** The image reflected at its edges, with the edge twice; cut where a width is negative. Source: `_pad_symmetric`. */
function symmetric(images: Tensor, [left, right, top, bottom]: Sides): Tensor {
  const [height = 0, width = 0] = images.shape.slice(-2);
  const order = (size: number, before: number, behind: number): Tensor => {
    const positions = Array.from({ length: size + before + behind }, (_, i) => {
      const at = i - before;
      return at < 0 ? -at - 1 : at < size ? at : 2 * size - at - 1;
    });
    const outside = positions.find((at) => at < 0 || at >= size);
    if (outside !== undefined)
      throw new ValueError(
        `pad: a symmetric border can be as wide as the image at most: ${Math.max(before, behind)} of ${size}.`,
      );
    return tensor(BigInt64Array.from(positions, BigInt), { device: images.device });
  };
  return images.index_select(-2, order(height, top, bottom)).index_select(-1, order(width, left, right));
}

/** A border with a number for each channel. */
function withColours(image: Tensor, sides: Sides, colours: readonly number[]): Tensor {
  const framed = withBorder(image, sides, "constant", 0);
  const inside = withBorder(image.new_ones(image.shape.slice(-3)), sides, "constant", 0).ne(0);
  const fill = tensor([...colours], { device: image.device })
    .to(image.dtype)
    .reshape([-1, 1, 1]);
  return inDimensionsOf(image, framed.where(inside, fill));
}

/** What `crop` takes. */
export interface CropArguments {
  readonly inpt: Tensor;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

const cropParameters: ParametersOf<CropArguments> = {
  inpt: imageParameter,
  top: integer(),
  left: integer(),
  height: integer(),
  width: integer(),
};

/**
 * A part of images, with zeros where it reaches beyond them. A view where it does not.
 *
 * Source: `torchvision.transforms.v2.functional.crop`.
 */
export function crop(
  ...args: CallForms<
    CropArguments,
    [inpt: Tensor, top: number, left: number, height: number, width: number],
    ["inpt", "top", "left", "height", "width"]
  >
): Tensor {
  const { inpt, top, left, height, width } = bind("crop", cropParameters, args);
  const image = sizeOf("crop", inpt);
  const [right, bottom] = [left + width, top + height];
  const inside = part(
    inpt,
    Math.max(top, 0),
    Math.max(left, 0),
    Math.min(bottom, image.height),
    Math.min(right, image.width),
  );
  const sides = [
    Math.max(Math.min(right, 0) - left, 0),
    Math.max(right - Math.max(image.width, left), 0),
    Math.max(Math.min(bottom, 0) - top, 0),
    Math.max(bottom - Math.max(image.height, top), 0),
  ] as const;
  return sides.some((side) => side > 0)
    ? inDimensionsOf(inpt, withBorder(inside, sides, "constant", 0))
    : inside;
}

/** The pixels from `top` to before `bottom`, and so on. */
function part(image: Tensor, top: number, left: number, bottom: number, right: number): Tensor {
  return image
    .narrow(-2, Math.min(top, image.shape.at(-2)!), Math.max(bottom - top, 0))
    .narrow(-1, Math.min(left, image.shape.at(-1)!), Math.max(right - left, 0));
}

/** What the functions take that need an image and a size. */
export interface SizeArguments {
  readonly inpt: Tensor;
  readonly output_size: Size;
}

/**
 * The middle of images, with zeros around it where they are smaller.
 *
 * @throws TypeError when a size is not above 0.
 * Source: `torchvision.transforms.v2.functional.center_crop`.
 */
export function center_crop(
  ...args: CallForms<SizeArguments, [inpt: Tensor, output_size: Size], ["inpt", "output_size"]>
): Tensor {
  const { inpt, output_size } = bind("center_crop", { inpt: imageParameter, output_size: size() }, args);
  const [height, width] = bothOf("center_crop", output_size);
  const own = sizeOf("center_crop", inpt);
  const [missingHeight, missingWidth] = [Math.max(height - own.height, 0), Math.max(width - own.width, 0)];
  const sides = [
    Math.floor(missingWidth / 2),
    Math.ceil(missingWidth / 2),
    Math.floor(missingHeight / 2),
    Math.ceil(missingHeight / 2),
  ] as const;
  const framed =
    missingHeight + missingWidth > 0 ? inDimensionsOf(inpt, withBorder(inpt, sides, "constant", 0)) : inpt;
  const [top, left] = [
    roundHalfEven((own.height + missingHeight - height) / 2),
    roundHalfEven((own.width + missingWidth - width) / 2),
  ];
  return part(framed, top, left, top + height, left + width);
}

/** Five parts of an image. */
export type FiveParts = [
  topLeft: Tensor,
  topRight: Tensor,
  bottomLeft: Tensor,
  bottomRight: Tensor,
  centre: Tensor,
];

/**
 * The four corners and the middle of images.
 *
 * @throws ValueError when a part is larger than the images.
 * Source: `torchvision.transforms.v2.functional.five_crop`.
 */
export function five_crop(
  ...args: CallForms<
    { readonly inpt: Tensor; readonly size: Size },
    [inpt: Tensor, size: Size],
    ["inpt", "size"]
  >
): FiveParts {
  const { inpt, size: wanted } = bind("five_crop", { inpt: imageParameter, size: size() }, args);
  const [height, width] = bothOf("five_crop", wanted);
  const own = sizeOf("five_crop", inpt);
  if (height > own.height || width > own.width)
    throw new ValueError(
      `five_crop: Requested crop size [${height}, ${width}] is bigger than input size [${own.height}, ${own.width}].`,
    );
  const [bottom, right] = [own.height - height, own.width - width];
  return [
    crop(inpt, 0, 0, height, width),
    crop(inpt, 0, right, height, width),
    crop(inpt, bottom, 0, height, width),
    crop(inpt, bottom, right, height, width),
    center_crop(inpt, [height, width]),
  ];
}
