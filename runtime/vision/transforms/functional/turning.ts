/** Images turned, moved and sheared. */
import { bind } from "../../../binding.ts";
import type { CallForms } from "../../../callForms.ts";
import { linspace, ones, tensor } from "../../../create.ts";
import { float32 } from "../../../dtype.ts";
import { ValueError } from "../../../errors/valueError.ts";
import { cat, stack } from "../../../ops/functions.ts";
import { rot90 } from "../../../ops/shaping/turning.ts";
import { grid_sample } from "../../../ops/spatial/gridSample.ts";
import { flag, number, type Parameter, type ParametersOf } from "../../../parameters.ts";
import type { Tensor } from "../../../tensor.ts";
import {
  fillError,
  fillParameter,
  imageParameter,
  inDimensionsOf,
  inOneBatch,
  numbers,
  sizeOf,
  type Fill,
} from "../image.ts";
import { interpolation, type Interpolation } from "../interpolationMode.ts";

/** A point in pixels, from the upper left corner. */
export type Point = readonly [x: number, y: number];

/** A point, or `null` for the middle of the image. */
export const centre: Parameter<Point | null> = {
  expects: "an array [x, y] or null",
  fallback: null,
  // Two numbers, as the check says.
  convert: (value) =>
    value === null ? null : (numbers("", 2).convert(value) as unknown as Point | undefined),
};

/** The six numbers of an affine map of the plane, by rows. */
type Matrix = readonly [number, number, number, number, number, number];

interface Motion {
  readonly centre: Point;
  /** In degrees. */
  readonly angle: number;
  readonly translate: readonly number[];
  readonly scale: number;
  /** In degrees. */
  readonly shear: readonly number[];
}

/** Where each pixel of the result comes from: the inverse of turning, scaling, shearing and moving. Source: `_get_inverse_affine_matrix`. */
function inverseOf({ centre: [cx, cy], angle, translate, scale, shear }: Motion): Matrix {
  const turn = radians(angle);
  const [shearX, shearY] = [radians(shear[0]!), radians(shear[1]!)];
  const [movedX, movedY] = [cx + translate[0]!, cy + translate[1]!];
  const a = Math.cos(turn - shearY) / Math.cos(shearY);
  const b = -(a * Math.tan(shearX) + Math.sin(turn));
  const c = Math.sin(turn - shearY) / Math.cos(shearY);
  const d = Math.cos(turn) - c * Math.tan(shearX);
  const [xx, xy, yx, yy] = [d / scale, -b / scale, -c / scale, a / scale];
  return [xx, xy, cx - xx * movedX - xy * movedY, yx, yy, cy - yx * movedX - yy * movedY];
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** The sizes of a result that holds the whole turned image. Source: `_compute_affine_output_size`. */
function expandedSize(
  matrix: Matrix,
  height: number,
  width: number,
): readonly [height: number, width: number] {
  const corners = tensor([
    [-width / 2, -height / 2, 1],
    [-width / 2, height / 2, 1],
    [width / 2, height / 2, 1],
    [width / 2, -height / 2, 1],
  ]);
  const moved = corners.matmul(tensor([matrix.slice(0, 3), matrix.slice(3)]).t());
  const half = tensor([width / 2, height / 2]);
  // What is a tenth of a thousandth over a pixel is not a pixel more.
  const cut = (values: Tensor): Tensor => values.add(half).mul(1e4).trunc().mul(1e-4);
  const [columns = 0, rows = 0] = cut(moved.amax(0))
    .ceil()
    .sub(cut(moved.amin(0)).floor())
    .tolist() as number[]; // one dimension
  return [rows, columns];
}

/** For each pixel of the result, where in the images it comes from, `[1, outputHeight, outputWidth, 2]` in −1 to 1. Source: `_affine_grid`. */
function gridOf(matrix: Matrix, image: Tensor, height: number, width: number): Tensor {
  const dtype = image.dtype.is_floating_point ? image.dtype : float32;
  const options = { dtype, device: image.device };
  const own = sizeOf("affine", image);
  const axis = (count: number): Tensor => linspace((1 - count) / 2, (count - 1) / 2, count, options);
  const [x, y] = [axis(width), axis(height).unsqueeze(-1)];
  const along = ([byX = 0, byY = 0, shift = 0]: readonly number[], half: number): Tensor => {
    // Each product and sum is rounded, as in torchvision: where a point lies between two pixels, the last digit decides.
    const [a, b, c] = [byX, byY, shift].map((value) => tensor(value, options).div(half));
    return x.mul(a!).add(y.mul(b!)).add(c!);
  };
  return stack(
    [along(matrix.slice(0, 3), own.width / 2), along(matrix.slice(3), own.height / 2)],
    -1,
  ).unsqueeze(0);
}

/** The images at the grid's points, with `fill` outside. Source: `_apply_grid_transform`. */
function sampled(image: Tensor, grid: Tensor, mode: "nearest" | "bilinear", fill: Fill): Tensor {
  const images = inOneBatch(image);
  const own = images.dtype;
  const [count = 0, channels = 0, height = 0, width = 0] = images.shape;
  const fractions = own.is_floating_point ? images : images.to(grid.dtype);
  const grids = count > 1 ? grid.expand([count, -1, -1, -1]) : grid;
  const options = { dtype: fractions.dtype, device: fractions.device };
  const take = (source: Tensor): Tensor => grid_sample(source, grids, mode, "zeros", false);
  const rounded = (result: Tensor): Tensor =>
    inDimensionsOf(image, own.is_floating_point ? result : result.round().to(own));
  if (fill === null) return rounded(take(fractions));
  const both = take(cat([fractions, ones([count, 1, height, width], options)], 1));
  const [values, inside] = [both.narrow(1, 0, channels), both.narrow(1, channels, 1)];
  const colour = tensor(typeof fill === "number" ? [fill] : [...fill], options).reshape([1, -1, 1, 1]);
  return rounded(
    mode === "nearest" ? values.where(inside.ge(0.5), colour) : values.sub(colour).mul(inside).add(colour),
  );
}

/** @throws ValueError for interpolations that do not sample at any point, and for a fill that fits no channels. */
function checkSampling(
  name: string,
  image: Tensor,
  mode: Interpolation,
  fill: Fill,
): asserts mode is "nearest" | "bilinear" {
  if (mode !== "nearest" && mode !== "bilinear")
    throw new ValueError(
      `${name}: Interpolation mode '${mode}' is unsupported with Tensor input: use "nearest" or "bilinear".`,
    );
  const { channels } = sizeOf(name, image);
  if (typeof fill !== "number" && fill !== null && fill.length > 1 && fill.length !== channels)
    throw new ValueError(fillError(name, fill, channels));
}

/** The centre as `inverseOf` takes it: from the middle of the image. */
function fromMiddle(image: Tensor, point: Point | null): Point {
  if (point === null) return [0, 0];
  const { height, width } = sizeOf("affine", image);
  return [point[0] - width / 2, point[1] - height / 2];
}

/** What `affine` takes. */
export interface AffineArguments {
  readonly inpt: Tensor;
  /** In degrees, clockwise. */
  readonly angle: number;
  /** How far the image moves right and down, in pixels. */
  readonly translate: readonly number[];
  readonly scale: number;
  /** In degrees, along x and y; one number for x only. */
  readonly shear: number | readonly number[];
  readonly interpolation?: Interpolation;
  readonly fill?: Fill;
  readonly center?: Point | null;
}

const affineParameters: ParametersOf<AffineArguments> = {
  inpt: imageParameter,
  angle: number(),
  translate: numbers("an array [x, y]", 2),
  scale: number(),
  shear: {
    expects: "a number, or an array of one or two",
    convert: (value) =>
      typeof value === "number" ? value : (numbers("", 2).convert(value) ?? numbers("", 1).convert(value)),
  },
  interpolation: interpolation("nearest"),
  fill: fillParameter,
  center: centre,
};

/**
 * Images turned by `angle`, moved, scaled and sheared, around their middle or `center`, in the same size.
 *
 * @throws ValueError when `scale` is not above 0, or the interpolation is neither nearest nor bilinear.
 * Source: `torchvision.transforms.v2.functional.affine`.
 */
export function affine(
  ...args: CallForms<
    AffineArguments,
    [
      inpt: Tensor,
      angle: number,
      translate: readonly number[],
      scale: number,
      shear: number | readonly number[],
      interpolation?: Interpolation,
      fill?: Fill,
      center?: Point | null,
    ],
    ["inpt", "angle", "translate", "scale", "shear"]
  >
): Tensor {
  const bound = bind("affine", affineParameters, args);
  const { inpt, angle, translate, scale, shear, interpolation: mode, fill, center } = bound;
  if (scale <= 0) throw new ValueError(`affine: Argument scale should be positive, got ${scale}.`);
  checkSampling("affine", inpt, mode, fill);
  const [shearX = 0, shearY = shearX] = typeof shear === "number" ? [shear, 0] : shear;
  const motion = { centre: fromMiddle(inpt, center), angle, translate, scale, shear: [shearX, shearY] };
  const { height, width } = sizeOf("affine", inpt);
  return sampled(inpt, gridOf(inverseOf(motion), inpt, height, width), mode, fill);
}

/** What `rotate` takes. */
export interface RotateArguments {
  readonly inpt: Tensor;
  /** In degrees, anticlockwise. */
  readonly angle: number;
  readonly interpolation?: Interpolation;
  /** Whether the result is large enough for the whole turned image. */
  readonly expand?: boolean;
  readonly center?: Point | null;
  readonly fill?: Fill;
}

const rotateParameters: ParametersOf<RotateArguments> = {
  inpt: imageParameter,
  angle: number(),
  interpolation: interpolation("nearest"),
  expand: flag(false),
  center: centre,
  fill: fillParameter,
};

/** Quarter turns that are no more than an exchange of dimensions, or `null` where the image must be sampled. */
function quarterTurns(angle: number, squareOrExpanded: boolean): number | null {
  if (angle % 90 !== 0) return null;
  const turns = angle / 90;
  return turns % 2 === 0 || squareOrExpanded ? turns : null;
}

/**
 * Images turned anticlockwise around their middle or `center`, in the same size unless `expand`.
 *
 * @throws ValueError when the interpolation is neither nearest nor bilinear.
 * Source: `torchvision.transforms.v2.functional.rotate`.
 */
export function rotate(
  ...args: CallForms<
    RotateArguments,
    [
      inpt: Tensor,
      angle: number,
      interpolation?: Interpolation,
      expand?: boolean,
      center?: Point | null,
      fill?: Fill,
    ],
    ["inpt", "angle"]
  >
): Tensor {
  const bound = bind("rotate", rotateParameters, args);
  const { inpt, interpolation: mode, expand, center, fill } = bound;
  const angle = ((bound.angle % 360) + 360) % 360;
  const { height, width } = sizeOf("rotate", inpt);
  const turns = center === null ? quarterTurns(angle, expand || height === width) : null;
  if (turns === 0) return inpt.clone();
  if (turns !== null) return rot90(inpt, turns, [-2, -1]);
  checkSampling("rotate", inpt, mode, fill);
  const still = { translate: [0, 0], scale: 1, shear: [0, 0] };
  const matrix = inverseOf({ centre: fromMiddle(inpt, center), angle: -angle, ...still });
  const [rows, columns] = expand ? expandedSize(matrix, height, width) : [height, width];
  return sampled(inpt, gridOf(matrix, inpt, rows, columns), mode, fill);
}

/** Images mirrored left to right. Source: `torchvision.transforms.v2.functional.horizontal_flip`. */
export function horizontal_flip(...args: CallForms<{ readonly inpt: Tensor }, [inpt: Tensor]>): Tensor {
  return bind("horizontal_flip", { inpt: imageParameter }, args).inpt.flip(-1);
}

/** Images mirrored top to bottom. Source: `torchvision.transforms.v2.functional.vertical_flip`. */
export function vertical_flip(...args: CallForms<{ readonly inpt: Tensor }, [inpt: Tensor]>): Tensor {
  return bind("vertical_flip", { inpt: imageParameter }, args).inpt.flip(-2);
}
