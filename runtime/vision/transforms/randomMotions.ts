/** Images turned, moved and sheared by chance. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { ValueError } from "../../errors/valueError.ts";
import { flag, type Parameter, type ParametersOf } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import { uniform } from "./draws.ts";
import { affine, centre, rotate, type Point } from "./functional/turning.ts";
import { fillParameter, isNumbers, numbers, roundHalfEven, sizeOf, type Fill } from "./image.ts";
import { interpolation, type Interpolation } from "./interpolationMode.ts";
import { listOfFractions, settings } from "./printed.ts";
import { Transform } from "./transform.ts";

/** A range of angles in degrees: one number for as far to both sides, or an array of two. */
export type Angles = number | readonly number[];

const angles: Parameter<Angles> = {
  expects: "a number, or an array of two",
  convert: (value) =>
    typeof value === "number" || (isNumbers(value) && value.length === 2) ? value : undefined,
};

/** @throws ValueError for a single number below 0. */
function rangeOf(name: string, parameter: string, given: Angles): readonly number[] {
  if (typeof given !== "number") return given;
  if (given < 0)
    throw new ValueError(`${name}: If ${parameter} is a single number, it must be positive, got ${given}.`);
  return [-given, given];
}

/** What `transforms.RandomRotation` is made with. */
export interface RandomRotationOptions {
  readonly degrees: Angles;
  readonly interpolation?: Interpolation;
  /** Whether the result is large enough for the whole turned image. */
  readonly expand?: boolean;
  readonly center?: Point | null;
  readonly fill?: Fill;
}

const rotationParameters: ParametersOf<RandomRotationOptions> = {
  degrees: angles,
  interpolation: interpolation("nearest"),
  expand: flag(false),
  center: centre,
  fill: { ...fillParameter, fallback: 0 },
};

/** Images turned by a random angle. @throws ValueError for a negative number of degrees. Source: `torchvision.transforms.v2.RandomRotation`. */
export class RandomRotation extends Transform {
  readonly degrees: readonly number[];
  readonly interpolation: Interpolation;
  readonly expand: boolean;
  readonly center: Point | null;
  readonly fill: Fill;

  constructor(
    ...args: CallForms<
      RandomRotationOptions,
      [degrees: Angles, interpolation?: Interpolation, expand?: boolean, center?: Point | null, fill?: Fill]
    >
  ) {
    super();
    const bound = bind("RandomRotation", rotationParameters, args);
    this.degrees = rangeOf("RandomRotation", "degrees", bound.degrees);
    this.interpolation = bound.interpolation;
    this.expand = bound.expand;
    this.center = bound.center;
    this.fill = bound.fill;
  }

  override forward(input: Tensor): Tensor {
    const angle = uniform(this.degrees[0]!, this.degrees[1]!);
    return rotate(input, angle, this.interpolation, this.expand, this.center, this.fill);
  }

  override extra_repr(): string {
    const { interpolation, expand, center, fill } = this;
    return settings({ degrees: listOfFractions(this.degrees), interpolation, expand, fill, center });
  }
}

/** What `transforms.RandomAffine` is made with. */
export interface RandomAffineOptions {
  readonly degrees: Angles;
  /** Largest shares of width and height to move by. */
  readonly translate?: readonly number[] | null;
  /** Least and largest factor. */
  readonly scale?: readonly number[] | null;
  /** One number of degrees for as far to both sides along x; an array of two; or of four, two for y. */
  readonly shear?: number | readonly number[] | null;
  readonly interpolation?: Interpolation;
  readonly fill?: Fill;
  readonly center?: Point | null;
}

const optionalPair: Parameter<readonly number[] | null> = {
  expects: "an array of two numbers, or null",
  fallback: null,
  convert: (value) => (value === null ? null : numbers("", 2).convert(value)),
};

const affineParameters: ParametersOf<RandomAffineOptions> = {
  degrees: angles,
  translate: optionalPair,
  scale: optionalPair,
  shear: {
    expects: "a number, an array of two or four, or null",
    fallback: null,
    convert: (value) =>
      value === null || typeof value === "number" || (isNumbers(value) && [2, 4].includes(value.length))
        ? value
        : undefined,
  },
  interpolation: interpolation("nearest"),
  fill: { ...fillParameter, fallback: 0 },
  center: centre,
};

/**
 * Images turned, moved, scaled and sheared by chance.
 *
 * @throws ValueError for a negative number of degrees, shares that are not from 0 to 1, and factors that are not above 0.
 * Source: `torchvision.transforms.v2.RandomAffine`.
 */
export class RandomAffine extends Transform {
  readonly degrees: readonly number[];
  readonly translate: readonly number[] | null;
  readonly scale: readonly number[] | null;
  readonly shear: readonly number[] | null;
  readonly interpolation: Interpolation;
  readonly fill: Fill;
  readonly center: Point | null;

  constructor(
    ...args: CallForms<
      RandomAffineOptions,
      [
        degrees: Angles,
        translate?: readonly number[] | null,
        scale?: readonly number[] | null,
        shear?: number | readonly number[] | null,
        interpolation?: Interpolation,
        fill?: Fill,
        center?: Point | null,
      ]
    >
  ) {
    super();
    const bound = bind("RandomAffine", affineParameters, args);
    const { translate, scale, shear } = bound;
    if (translate?.some((share) => !(share >= 0 && share <= 1)) === true)
      throw new ValueError(
        `RandomAffine: translation values should be between 0 and 1, got [${translate.join(", ")}].`,
      );
    if (scale?.some((factor) => !(factor > 0)) === true)
      throw new ValueError(`RandomAffine: scale values should be positive, got [${scale.join(", ")}].`);
    this.degrees = rangeOf("RandomAffine", "degrees", bound.degrees);
    this.translate = translate;
    this.scale = scale;
    this.shear = shear === null ? null : rangeOf("RandomAffine", "shear", shear);
    this.interpolation = bound.interpolation;
    this.fill = bound.fill;
    this.center = bound.center;
  }

  override forward(input: Tensor): Tensor {
    const { height, width } = sizeOf("RandomAffine", input);
    const { degrees, translate, scale, shear } = this;
    // In the order in which torchvision draws them.
    const angle = between(degrees);
    const moved =
      translate === null ? [0, 0] : [moveBy(translate[0]! * width), moveBy(translate[1]! * height)];
    const factor = scale === null ? 1 : between(scale);
    const shearX = shear === null ? 0 : between(shear);
    const shearY = shear?.length === 4 ? between(shear.slice(2)) : 0;
    const { interpolation: mode, fill, center } = this;
    return affine(input, angle, moved, factor, [shearX, shearY], mode, fill, center);
  }

  override extra_repr(): string {
    const { translate, scale, interpolation, fill, center } = this;
    const shear = this.shear === null ? null : listOfFractions(this.shear);
    return settings({
      degrees: listOfFractions(this.degrees),
      translate,
      scale,
      shear,
      interpolation,
      fill,
      center,
    });
  }
}

/** A random number between the first two. */
function between([from = 0, to = 0]: readonly number[]): number {
  return uniform(from, to);
}

/** A random whole number of pixels, to both sides. */
function moveBy(most: number): number {
  return roundHalfEven(uniform(-most, most));
}
