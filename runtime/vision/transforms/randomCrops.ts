/** Parts of images at random places. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { ValueError } from "../../errors/valueError.ts";
import { flag, type Parameter, type ParametersOf } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import { below, ratioBetween, uniform } from "./draws.ts";
import {
  border,
  borderMode,
  crop,
  pad,
  sidesOf,
  type Border,
  type BorderMode,
} from "./functional/padding.ts";
import { resized_crop, resizeOptions } from "./functional/resizing.ts";
import { printedSize } from "./geometry.ts";
import {
  bothOf,
  fillParameter,
  numbers,
  roundHalfEven,
  size,
  sizeOf,
  type Fill,
  type ImageSize,
  type Size,
} from "./image.ts";
import type { Interpolation } from "./interpolationMode.ts";
import { printedRange, settings } from "./printed.ts";
import { Transform } from "./transform.ts";

/** What `transforms.RandomCrop` is made with. */
export interface RandomCropOptions {
  readonly size: Size;
  /** A border around the images before a part is taken: one number for all sides; left and right, top and bottom; or left, top, right and bottom. */
  readonly padding?: Border | null;
  /** Whether images that are too small get a border. */
  readonly pad_if_needed?: boolean;
  readonly fill?: Fill;
  readonly padding_mode?: BorderMode;
}

const optionalBorder: Parameter<Border | null> = {
  ...border(),
  fallback: null,
  convert: (value) => (value === null ? null : border().convert(value)),
};

const cropParameters: ParametersOf<RandomCropOptions> = {
  size: size(),
  padding: optionalBorder,
  pad_if_needed: flag(false),
  fill: { ...fillParameter, fallback: 0 },
  padding_mode: borderMode,
};

/**
 * A part of images at a random place: `new transforms.RandomCrop(28, {padding: 2})`.
 *
 * Source: `torchvision.transforms.v2.RandomCrop`.
 */
export class RandomCrop extends Transform {
  readonly size: Size;
  /** Widths left, right, top and bottom, or `null`. */
  readonly padding: readonly number[] | null;
  readonly pad_if_needed: boolean;
  readonly fill: Fill;
  readonly padding_mode: BorderMode;

  constructor(
    ...args: CallForms<
      RandomCropOptions,
      [size: Size, padding?: Border | null, pad_if_needed?: boolean, fill?: Fill, padding_mode?: BorderMode]
    >
  ) {
    super();
    const {
      size: wanted,
      padding,
      pad_if_needed,
      fill,
      padding_mode,
    } = bind("RandomCrop", cropParameters, args);
    bothOf("RandomCrop", wanted);
    this.size = wanted;
    this.padding = padding === null || padding === 0 ? null : [...sidesOf(padding)];
    this.pad_if_needed = pad_if_needed;
    this.fill = fill;
    this.padding_mode = padding_mode;
  }

  /** @throws ValueError when the images are smaller than the part. */
  override forward(input: Tensor): Tensor {
    const [height, width] = bothOf("RandomCrop", this.size);
    const sides = this.sidesFor(sizeOf("RandomCrop", input), height, width);
    const [left, right, top, bottom] = sides;
    const framed = sides.some((side) => side !== 0)
      ? pad(input, [left, top, right, bottom], this.fill, this.padding_mode)
      : input;
    const own = sizeOf("RandomCrop", framed);
    if (own.height < height || own.width < width)
      throw new ValueError(
        `RandomCrop: Required crop size (${height}, ${width}) is larger than ${this.padding === null ? "" : "padded "}input image size (${own.height}, ${own.width}). Give padding, or pad_if_needed.`,
      );
    const [down, across] = [placeOf(own.height, height), placeOf(own.width, width)];
    return crop(framed, down, across, height, width);
  }

  /** The border, which is wider on both sides where the image is too small and may be. */
  private sidesFor(own: ImageSize, height: number, width: number): readonly [number, number, number, number] {
    const [left = 0, right = 0, top = 0, bottom = 0] = this.padding ?? [];
    const missing = (has: number, wants: number): number =>
      this.pad_if_needed ? Math.max(wants - has, 0) : 0;
    const across = missing(own.width + left + right, width);
    const down = missing(own.height + top + bottom, height);
    return [left + across, right + across, top + down, bottom + down];
  }

  override extra_repr(): string {
    const { padding, pad_if_needed, fill, padding_mode } = this;
    return settings({ size: printedSize(this.size), padding, pad_if_needed, fill, padding_mode });
  }
}

/** Where a part begins; nothing is drawn where there is one place only. */
function placeOf(has: number, wants: number): number {
  return has > wants ? below(has - wants + 1) : 0;
}

/** What `transforms.RandomResizedCrop` is made with. */
export interface RandomResizedCropOptions {
  readonly size: Size;
  /** Least and largest share of the image's area; 0.08 to 1 unless given. */
  readonly scale?: readonly number[];
  /** Least and largest width for a height of 1; 3/4 to 4/3 unless given. */
  readonly ratio?: readonly number[];
  readonly interpolation?: Interpolation;
  readonly antialias?: boolean | null;
}

/** Two numbers, of which the first is the smaller one. */
export function range(expects: string, fallback: readonly [number, number]): Parameter<readonly number[]> {
  return { ...numbers(expects, 2), fallback };
}

const resizedParameters: ParametersOf<RandomResizedCropOptions> = {
  size: size(),
  scale: range("an array of two shares of the area", [0.08, 1]),
  ratio: range("an array of two ratios of width to height", [3 / 4, 4 / 3]),
  interpolation: resizeOptions.interpolation,
  antialias: resizeOptions.antialias,
};

interface Part {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** @throws ValueError for a pair of which the first is not the smaller one, or below 0. */
export function checkRange(name: string, parameter: string, [least = 0, most = 0]: readonly number[]): void {
  if (!(least >= 0 && least <= most))
    throw new ValueError(`${name}: ${parameter} should be of kind (min, max), got (${least}, ${most}).`);
}

/**
 * A part of images of random size, shape and place, in another size.
 *
 * @throws ValueError for shares or ratios that are no range.
 * Source: `torchvision.transforms.v2.RandomResizedCrop`; Szegedy et al., "Going Deeper with Convolutions" (2014).
 */
export class RandomResizedCrop extends Transform {
  readonly size: Size;
  readonly scale: readonly number[];
  readonly ratio: readonly number[];
  readonly interpolation: Interpolation;
  readonly antialias: boolean | null;

  constructor(
    ...args: CallForms<
      RandomResizedCropOptions,
      [
        size: Size,
        scale?: readonly number[],
        ratio?: readonly number[],
        interpolation?: Interpolation,
        antialias?: boolean | null,
      ]
    >
  ) {
    super();
    const {
      size: wanted,
      scale,
      ratio,
      interpolation,
      antialias,
    } = bind("RandomResizedCrop", resizedParameters, args);
    bothOf("RandomResizedCrop", wanted);
    checkRange("RandomResizedCrop", "scale", scale);
    checkRange("RandomResizedCrop", "ratio", ratio);
    this.size = wanted;
    this.scale = scale;
    this.ratio = ratio;
    this.interpolation = interpolation;
    this.antialias = antialias;
  }

  override forward(input: Tensor): Tensor {
    const { top, left, height, width } = this.part(sizeOf("RandomResizedCrop", input));
    const size = bothOf("RandomResizedCrop", this.size);
    return resized_crop(input, top, left, height, width, size, this.interpolation, this.antialias);
  }

  /** A part that lies in the image: of ten that are drawn the first, or the largest in the middle. */
  private part(own: ImageSize): Part {
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = own.height * own.width * uniform(this.scale[0]!, this.scale[1]!);
      const ratio = ratioBetween(this.ratio);
      const width = roundHalfEven(Math.sqrt(area * ratio));
      const height = roundHalfEven(Math.sqrt(area / ratio));
      if (width > 0 && width <= own.width && height > 0 && height <= own.height) {
        const top = below(own.height - height + 1);
        return { top, left: below(own.width - width + 1), height, width };
      }
    }
    return this.middle(own);
  }

  private middle(own: ImageSize): Part {
    const [least, most] = [Math.min(...this.ratio), Math.max(...this.ratio)];
    const ratio = own.width / own.height;
    const height = ratio < least ? roundHalfEven(own.width / least) : own.height;
    const width = ratio > most ? roundHalfEven(own.height * most) : own.width;
    const [top, left] = [Math.floor((own.height - height) / 2), Math.floor((own.width - width) / 2)];
    return { top, left, height, width };
  }

  override extra_repr(): string {
    const { interpolation, antialias } = this;
    const scale = printedRange(this.scale, resizedParameters.scale.fallback);
    const ratio = printedRange(this.ratio, resizedParameters.ratio.fallback);
    return settings({ size: printedSize(this.size), scale, ratio, interpolation, antialias });
  }
}
