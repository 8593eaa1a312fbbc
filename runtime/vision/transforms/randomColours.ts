/** Colours changed, images blurred and erased by chance. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { tensor } from "../../create.ts";
import { ValueError } from "../../errors/valueError.ts";
import { flag, number, type Parameter, type ParametersOf } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import { below, normals, order, ratioBetween, uniform } from "./draws.ts";
import { erase, gaussian_blur, type Sigma } from "./functional/blurring.ts";
import { adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation } from "./functional/colours.ts";
import { printedSize } from "./geometry.ts";
import { isNumbers, roundHalfEven, size, sizeOf, type ImageSize, type Size } from "./image.ts";
import { fractions, listOfFractions, printedRange, settings } from "./printed.ts";
import { checkRange, range } from "./randomCrops.ts";
import { SometimesApplied, Transform } from "./transform.ts";

/** How much something may vary: one number to both sides, or an array of the least and the largest factor; `null` for not at all. */
export type Variation = number | readonly number[] | null;

/** What `transforms.ColorJitter` is made with. */
export interface ColorJitterOptions {
  readonly brightness?: Variation;
  readonly contrast?: Variation;
  readonly saturation?: Variation;
  /** A part of the colour wheel, at most 0.5. */
  readonly hue?: Variation;
}

const variation: Parameter<Variation> = {
  expects: "a number, an array of two, or null",
  fallback: null,
  convert: (value) =>
    value === null || typeof value === "number" || (isNumbers(value) && value.length === 2)
      ? value
      : undefined,
};

const jitterParameters: ParametersOf<ColorJitterOptions> = {
  brightness: variation,
  contrast: variation,
  saturation: variation,
  hue: variation,
};

/** The least and the largest factor, or `null` where nothing varies. @throws ValueError for a range beyond `least` and `most`. */
function factors(
  name: string,
  given: Variation,
  { center, least, most }: { readonly center: number; readonly least: number; readonly most: number },
): readonly number[] | null {
  if (given === null) return null;
  if (typeof given === "number" && given < 0)
    throw new ValueError(
      `ColorJitter: If ${name} is a single number, it must be non negative, got ${given}.`,
    );
  // Factors do not go below 0; a hue may.
  const lowest = center === 1 ? 0 : -Infinity;
  const [from = 0, to = 0] =
    typeof given === "number" ? [Math.max(center - given, lowest), center + given] : given;
  if (!(least <= from && from <= to && to <= most))
    throw new ValueError(
      `ColorJitter: ${name} values should be between (${least}, ${most === Infinity ? "inf" : most}) and increasing, but got [${from}, ${to}].`,
    );
  return from === center && to === center ? null : [from, to];
}

const plain = { center: 1, least: 0, most: Infinity };

/**
 * Brightness, contrast, saturation and hue changed by chance, in random order.
 *
 * @throws ValueError for factors below 0, and hues beyond 0.5.
 * Source: `torchvision.transforms.v2.ColorJitter`.
 */
export class ColorJitter extends Transform {
  readonly brightness: readonly number[] | null;
  readonly contrast: readonly number[] | null;
  readonly saturation: readonly number[] | null;
  readonly hue: readonly number[] | null;

  constructor(
    ...args: CallForms<
      ColorJitterOptions,
      [brightness?: Variation, contrast?: Variation, saturation?: Variation, hue?: Variation]
    >
  ) {
    super();
    const { brightness, contrast, saturation, hue } = bind("ColorJitter", jitterParameters, args);
    this.brightness = factors("brightness", brightness, plain);
    this.contrast = factors("contrast", contrast, plain);
    this.saturation = factors("saturation", saturation, plain);
    this.hue = factors("hue", hue, { center: 0, least: -0.5, most: 0.5 });
  }

  override forward(input: Tensor): Tensor {
    const steps = order(4);
    const ranges = [this.brightness, this.contrast, this.saturation, this.hue];
    // All are drawn before any is used.
    const drawn = ranges.map((pair) => (pair === null ? null : uniform(pair[0]!, pair[1]!)));
    let image = input;
    for (const step of steps) {
      const factor = drawn[step]!;
      if (factor !== null) image = adjustments[step]!(image, factor);
    }
    return image;
  }

  override extra_repr(): string {
    const { brightness, contrast, saturation, hue } = this;
    return settings({
      brightness: shownRange(brightness),
      contrast: shownRange(contrast),
      saturation: shownRange(saturation),
      hue: shownRange(hue),
    });
  }
}

/** A range as torchvision prints it, or `null` for none. */
function shownRange(pair: readonly number[] | null): ReturnType<typeof fractions> | null {
  return pair === null ? null : fractions(pair);
}

/** In torchvision's order, which is that of the permutation's numbers. */
const adjustments: readonly ((image: Tensor, factor: number) => Tensor)[] = [
  adjust_brightness,
  adjust_contrast,
  adjust_saturation,
  adjust_hue,
];

/** What `transforms.GaussianBlur` is made with. */
export interface GaussianBlurOptions {
  /** Odd sizes in pixels. */
  readonly kernel_size: Size;
  /** A standard deviation in pixels, or the least and the largest; 0.1 to 2 unless given. */
  readonly sigma?: Sigma;
}

const blurParameters: ParametersOf<GaussianBlurOptions> = {
  kernel_size: size(),
  sigma: {
    expects: "a number, or an array of one or two",
    fallback: [0.1, 2],
    convert: (value) =>
      typeof value === "number" || (isNumbers(value) && [1, 2].includes(value.length)) ? value : undefined,
  },
};

/**
 * Images blurred with a bell curve of random width.
 *
 * @throws ValueError for even kernels, and widths that are no range above 0.
 * Source: `torchvision.transforms.v2.GaussianBlur`.
 */
export class GaussianBlur extends Transform {
  readonly kernel_size: Size;
  readonly sigma: readonly number[];

  constructor(...args: CallForms<GaussianBlurOptions, [kernel_size: Size, sigma?: Sigma]>) {
    super();
    const { kernel_size, sigma } = bind("GaussianBlur", blurParameters, args);
    if ([kernel_size].flat().some((count) => count <= 0 || count % 2 === 0))
      throw new ValueError("GaussianBlur: Kernel size value should be an odd and positive number.");
    const [least = 0, most = least] = [sigma].flat();
    if (!(least > 0 && least <= most))
      throw new ValueError(
        `GaussianBlur: sigma values should be positive and of the form (min, max). Got [${least}, ${most}].`,
      );
    this.kernel_size = kernel_size;
    this.sigma = [least, most];
  }

  override forward(input: Tensor): Tensor {
    const sigma = uniform(this.sigma[0]!, this.sigma[1]!);
    return gaussian_blur(input, this.kernel_size, [sigma, sigma]);
  }

  override extra_repr(): string {
    return settings({ kernel_size: printedSize(this.kernel_size), sigma: listOfFractions(this.sigma) });
  }
}

/** What `transforms.RandomErasing` is made with. */
export interface RandomErasingOptions {
  readonly p?: number;
  /** Least and largest share of the image's area; 0.02 to 0.33 unless given. */
  readonly scale?: readonly number[];
  /** Least and largest height for a width of 1; 0.3 to 3.3 unless given. */
  readonly ratio?: readonly number[];
  /** What the part becomes: a number, one for each channel, or `"random"` for normal numbers. */
  readonly value?: number | readonly number[] | "random";
  readonly inplace?: boolean;
}

const erasingParameters: ParametersOf<RandomErasingOptions> = {
  p: number(0.5),
  scale: range("an array of two shares of the area", [0.02, 0.33]),
  ratio: range("an array of two ratios of height to width", [0.3, 3.3]),
  value: {
    expects: 'a number, an array with one for each channel, or "random"',
    fallback: 0,
    convert: (value) =>
      typeof value === "number" || isNumbers(value) || value === "random" ? value : undefined,
  },
  inplace: flag(false),
};

/**
 * Images of which a part is erased now and then.
 *
 * @throws ValueError for shares beyond 0 to 1, ranges that are none, and values that are not as many as channels.
 * Source: `torchvision.transforms.v2.RandomErasing`; Zhong et al., "Random Erasing Data Augmentation" (2017).
 */
export class RandomErasing extends SometimesApplied {
  readonly scale: readonly number[];
  readonly ratio: readonly number[];
  /** The numbers, or `null` for random ones. */
  readonly value: readonly number[] | null;
  readonly inplace: boolean;

  constructor(
    ...args: CallForms<
      RandomErasingOptions,
      [
        p?: number,
        scale?: readonly number[],
        ratio?: readonly number[],
        value?: RandomErasingOptions["value"],
        inplace?: boolean,
      ]
    >
  ) {
    const { p, scale, ratio, value, inplace } = bind("RandomErasing", erasingParameters, args);
    super(p);
    checkRange("RandomErasing", "scale", scale);
    checkRange("RandomErasing", "ratio", ratio);
    if (scale[1]! > 1)
      throw new ValueError(`RandomErasing: Scale should be between 0 and 1, got (${scale.join(", ")}).`);
    this.scale = scale;
    this.ratio = ratio;
    this.value = value === "random" ? null : typeof value === "number" ? [value] : value;
    this.inplace = inplace;
  }

  protected override transform(input: Tensor): Tensor {
    const own = sizeOf("RandomErasing", input);
    if (this.value !== null && this.value.length !== 1 && this.value.length !== own.channels)
      throw new ValueError(
        `RandomErasing: If value is a sequence, it should have either a single value or ${own.channels} (number of inpt channels), got ${this.value.length}.`,
      );
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = own.height * own.width * uniform(this.scale[0]!, this.scale[1]!);
      const ratio = ratioBetween(this.ratio);
      const height = roundHalfEven(Math.sqrt(area * ratio));
      const width = roundHalfEven(Math.sqrt(area / ratio));
      if (height < own.height && width < own.width) return this.erased(input, own, height, width);
    }
    return input;
  }

  private erased(input: Tensor, own: ImageSize, height: number, width: number): Tensor {
    // In torchvision's order: first the numbers, then the place.
    const value =
      this.value === null
        ? normals([own.channels, height, width])
        : tensor([...this.value], { device: "cpu" }).reshape([-1, 1, 1]);
    const top = below(own.height - height + 1);
    const left = below(own.width - width + 1);
    return erase(input, top, left, height, width, value.to(input.device), this.inplace);
  }

  override extra_repr(): string {
    const { p, inplace } = this;
    const value = this.value === null ? null : listOfFractions(this.value);
    const scale = printedRange(this.scale, erasingParameters.scale.fallback);
    const ratio = printedRange(this.ratio, erasingParameters.ratio.fallback);
    return settings({ p, scale, ratio, value, inplace });
  }
}
