/** Images blurred, and with parts erased. */
import { bind } from "../../../binding.ts";
import type { CallForms } from "../../../callForms.ts";
import { linspace } from "../../../create.ts";
import { float32 } from "../../../dtype.ts";
import { ValueError } from "../../../errors/valueError.ts";
import { conv2d } from "../../../ops/spatial/conv.ts";
import { pad } from "../../../ops/spatial/pad.ts";
import {
  flag,
  integer,
  tensor as tensorParameter,
  type Parameter,
  type ParametersOf,
} from "../../../parameters.ts";
import type { Tensor } from "../../../tensor.ts";
import { imageParameter, inDimensionsOf, inOneBatch, isNumbers, size, sizeOf, type Size } from "../image.ts";

/** A standard deviation, or one for x and one for y. */
export type Sigma = number | readonly number[];

const sigmaParameter: Parameter<Sigma | null> = {
  expects: "a number, an array of one or two, or null",
  fallback: null,
  convert: (value) =>
    value === null || typeof value === "number" || (isNumbers(value) && [1, 2].includes(value.length))
      ? value
      : undefined,
};

/** What `gaussian_blur` takes. */
export interface GaussianBlurArguments {
  readonly inpt: Tensor;
  /** Odd sizes in pixels, one for both or `[x, y]`. */
  readonly kernel_size: Size;
  /** In pixels; 0.15 of the kernel's size and 0.35 unless given. */
  readonly sigma?: Sigma | null;
}

const blurParameters: ParametersOf<GaussianBlurArguments> = {
  inpt: imageParameter,
  kernel_size: size(),
  sigma: sigmaParameter,
};

/** The bell curve's values in a row, together 1. Source: `_get_gaussian_kernel1d`. */
function bell(count: number, sigma: number, like: Tensor): Tensor {
  const limit = (count - 1) / (2 * Math.SQRT2);
  return linspace(-limit, limit, count, { dtype: like.dtype, device: like.device })
    .div(sigma)
    .pow(2)
    .neg()
    .softmax(0);
}

/**
 * Images blurred with a bell curve; beyond their edges they are reflected.
 *
 * @throws ValueError for even kernels, and standard deviations that are not above 0.
 * Source: `torchvision.transforms.v2.functional.gaussian_blur`.
 */
export function gaussian_blur(
  ...args: CallForms<
    GaussianBlurArguments,
    [inpt: Tensor, kernel_size: Size, sigma?: Sigma | null],
    ["inpt", "kernel_size"]
  >
): Tensor {
  const { inpt, kernel_size, sigma } = bind("gaussian_blur", blurParameters, args);
  const [x = 0, y = x] = typeof kernel_size === "number" ? [kernel_size] : kernel_size;
  if ([x, y].some((count) => count <= 0 || count % 2 === 0))
    throw new ValueError(
      `gaussian_blur: kernel_size should have odd and positive integers. Got [${x}, ${y}].`,
    );
  const [sigmaX = 0, sigmaY = sigmaX] =
    sigma === null ? [x * 0.15 + 0.35, y * 0.15 + 0.35] : typeof sigma === "number" ? [sigma] : sigma;
  if (!(sigmaX > 0 && sigmaY > 0))
    throw new ValueError(`gaussian_blur: sigma should have positive values. Got [${sigmaX}, ${sigmaY}].`);
  if (inpt.numel() === 0) return inpt;
  const own = inpt.dtype;
  const images = inOneBatch(own.is_floating_point ? inpt : inpt.to(float32));
  const { channels } = sizeOf("gaussian_blur", inpt);
  const kernel = bell(y, sigmaY, images)
    .unsqueeze(-1)
    .mul(bell(x, sigmaX, images));
  const [besides, above] = [Math.floor(x / 2), Math.floor(y / 2)];
  const framed = pad(images, [besides, besides, above, above], "reflect");
  const blurred = conv2d(framed, kernel.expand([channels, 1, y, x]), null, 1, 0, 1, channels);
  return inDimensionsOf(inpt, own.is_floating_point ? blurred : blurred.round().to(own));
}

/** What `erase` takes. */
export interface EraseArguments {
  readonly inpt: Tensor;
  readonly i: number;
  readonly j: number;
  readonly h: number;
  readonly w: number;
  /** What stands in the erased part: a tensor that fits it. */
  readonly v: Tensor;
  readonly inplace?: boolean;
}

const eraseParameters: ParametersOf<EraseArguments> = {
  inpt: imageParameter,
  i: integer(),
  j: integer(),
  h: integer(),
  w: integer(),
  v: tensorParameter,
  inplace: flag(false),
};

/** Images with `v` in place of the part from row `i` and column `j` on. Source: `torchvision.transforms.v2.functional.erase`. */
export function erase(
  ...args: CallForms<
    EraseArguments,
    [inpt: Tensor, i: number, j: number, h: number, w: number, v: Tensor, inplace?: boolean],
    ["inpt", "i", "j", "h", "w", "v"]
  >
): Tensor {
  const { inpt, i, j, h, w, v, inplace } = bind("erase", eraseParameters, args);
  const result = inplace ? inpt : inpt.clone();
  result.narrow(-2, i, h).narrow(-1, j, w).copy_(v.to(inpt.dtype));
  return result;
}
