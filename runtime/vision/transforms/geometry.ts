/** Transforms that move pixels, always in the same way or mirrored by chance. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import type { ParametersOf } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import {
  border,
  borderMode,
  center_crop,
  five_crop,
  pad,
  type Border,
  type BorderMode,
  type FiveParts,
} from "./functional/padding.ts";
import { resize, resizeOptions, type ResizeOptions } from "./functional/resizing.ts";
import { horizontal_flip, vertical_flip } from "./functional/turning.ts";
import { bothOf, fillParameter, size, type Fill, type Size } from "./image.ts";
import type { Interpolation } from "./interpolationMode.ts";
import { Module } from "../../nn/module.ts";
import { settings, tuple, type Setting } from "./printed.ts";
import { probabilityOf, SometimesApplied, Transform, type ProbabilityForms } from "./transform.ts";

/** Images in another size; a single number is for the smaller of height and width. Source: `torchvision.transforms.v2.Resize`. */
export class Resize extends Transform {
  readonly size: readonly number[] | null;
  readonly interpolation: Interpolation;
  readonly max_size: number | null;
  readonly antialias: boolean | null;

  constructor(
    ...args: CallForms<
      ResizeOptions,
      [size: Size | null, interpolation?: Interpolation, max_size?: number | null, antialias?: boolean | null]
    >
  ) {
    super();
    const { size: wanted, interpolation, max_size, antialias } = bind("Resize", resizeOptions, args);
    this.size = wanted === null ? null : [wanted].flat();
    this.interpolation = interpolation;
    this.max_size = max_size;
    this.antialias = antialias;
  }

  /** @throws ValueError when the sizes contradict each other, or for `"lanczos"` without `antialias`. */
  override forward(input: Tensor): Tensor {
    return resize(input, this.size, this.interpolation, this.max_size, this.antialias);
  }

  override extra_repr(): string {
    const { size, interpolation, max_size, antialias } = this;
    return settings({ size, interpolation, max_size, antialias });
  }
}

/** A size as torchvision prints it: one number makes a tuple, an array stays a list. */
export function printedSize(given: Size): Setting {
  return typeof given === "number"
    ? tuple([given, given])
    : given.length === 1
      ? tuple([given[0]!, given[0]!])
      : given;
}

/** A transform with one size. */
abstract class OfSize<Result> extends Module {
  readonly size: Size;

  constructor(...args: CallForms<{ readonly size: Size }, [size: Size]>) {
    super();
    this.size = bind(new.target.name, { size: size() }, args).size;
    bothOf(new.target.name, this.size);
  }

  abstract override forward(input: Tensor): Result;

  override extra_repr(): string {
    return settings({ size: printedSize(this.size) });
  }
}

/** The middle of images, with zeros around it where they are smaller. Source: `torchvision.transforms.v2.CenterCrop`. */
export class CenterCrop extends OfSize<Tensor> {
  override forward(input: Tensor): Tensor {
    return center_crop(input, this.size);
  }
}

/** The four corners and the middle of images. Source: `torchvision.transforms.v2.FiveCrop`. */
export class FiveCrop extends OfSize<FiveParts> {
  /** @throws ValueError when a part is larger than the images. */
  override forward(input: Tensor): FiveParts {
    return five_crop(input, this.size);
  }
}

/** What `transforms.Pad` is made with. */
export interface PadOptions {
  /** One number for all sides; left and right, top and bottom; or left, top, right and bottom. */
  readonly padding: Border;
  readonly fill?: Fill;
  readonly padding_mode?: BorderMode;
}

const padParameters: ParametersOf<PadOptions> = {
  padding: border(),
  fill: { ...fillParameter, fallback: 0 },
  padding_mode: borderMode,
};

/** Images with a border. Source: `torchvision.transforms.v2.Pad`. */
export class Pad extends Transform {
  readonly padding: Border;
  readonly fill: Fill;
  readonly padding_mode: BorderMode;

  constructor(...args: CallForms<PadOptions, [padding: Border, fill?: Fill, padding_mode?: BorderMode]>) {
    super();
    const { padding, fill, padding_mode } = bind("Pad", padParameters, args);
    this.padding = padding;
    this.fill = fill;
    this.padding_mode = padding_mode;
  }

  /** @throws ValueError when there is a fill for each channel and the border is not constant. */
  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, this.fill, this.padding_mode);
  }

  override extra_repr(): string {
    const { padding, fill, padding_mode } = this;
    return settings({ padding, fill, padding_mode });
  }
}

/** Images mirrored left to right now and then. Source: `torchvision.transforms.v2.RandomHorizontalFlip`. */
export class RandomHorizontalFlip extends SometimesApplied {
  constructor(...args: ProbabilityForms) {
    super(probabilityOf("RandomHorizontalFlip", args));
  }

  protected override transform(input: Tensor): Tensor {
    return horizontal_flip(input);
  }
}

/** Images mirrored top to bottom now and then. Source: `torchvision.transforms.v2.RandomVerticalFlip`. */
export class RandomVerticalFlip extends SometimesApplied {
  constructor(...args: ProbabilityForms) {
    super(probabilityOf("RandomVerticalFlip", args));
  }

  protected override transform(input: Tensor): Tensor {
    return vertical_flip(input);
  }
}
