/** Pooling by norms and with random windows, and the way back from the largest numbers, as modules. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ValueError } from "../errors/valueError.ts";
import type { Pooled } from "../ops/spatial/pool.ts";
import { fractional_max_pool2d, fractional_max_pool3d } from "../ops/spatial/fractional.ts";
import { lp_pool1d, lp_pool2d, lp_pool3d } from "../ops/spatial/lpPool.ts";
import { max_unpool1d, max_unpool2d, max_unpool3d, unpooledSize } from "../ops/spatial/unpool.ts";
import {
  eachDimension,
  optionalPerDimension,
  perDimension,
  type PerDimension,
} from "../ops/spatial/windows.ts";
import { flag, number, optionalTensor, tensor, type ParametersOf } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { printedAll } from "./printed.ts";

interface UnpooledSize {
  /** The spatial size, where several lead to the same result of pooling. */
  readonly output_size?: Shape | null;
}

const forwardParameters = { input: tensor, indices: tensor, output_size: unpooledSize };

/** What the way back from maximum pooling is made with: what the pooling was made with. */
export interface MaxUnpoolArguments {
  readonly kernel_size: PerDimension;
  /** How far windows are apart; `kernel_size` unless given. */
  readonly stride?: PerDimension | null;
  readonly padding?: PerDimension;
}

const unpoolParameters: ParametersOf<MaxUnpoolArguments> = {
  kernel_size: perDimension(),
  stride: optionalPerDimension,
  padding: perDimension(0),
};

/** The function of a module, over how many dimensions it works. */
interface Unpooling {
  readonly rank: number;
  readonly unpool: typeof max_unpool2d;
}

/** Largest numbers put back to where they came from. */
abstract class MaxUnpool extends Module {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  protected abstract unpooling(): Unpooling;

  constructor(
    ...args: CallForms<
      MaxUnpoolArguments,
      [kernel_size: PerDimension, stride?: PerDimension | null, padding?: PerDimension]
    >
  ) {
    super();
    const { name } = new.target;
    const { kernel_size, stride, padding } = bind(name, unpoolParameters, args);
    const { rank } = this.unpooling();
    const each = (field: string, value: PerDimension): readonly number[] =>
      eachDimension(`nn.${name}`, field, value, rank);
    this.kernel_size = each("kernel_size", kernel_size);
    this.stride = stride === null ? this.kernel_size : each("stride", stride);
    this.padding = each("padding", padding);
  }

  /** @throws RuntimeError when input and indices do not fit, ValueError for a size that pooling cannot have come from. */
  override forward(
    input: Tensor,
    ...rest:
      | readonly [indices: Tensor, output_size?: Shape | null | UnpooledSize]
      | readonly [named: UnpooledSize & { readonly indices: Tensor }]
  ): Tensor {
    const { kernel_size, stride, padding } = this;
    const { indices, output_size } = bind(this.constructor.name, forwardParameters, [input, ...rest]);
    return this.unpooling().unpool(input, indices, { kernel_size, stride, padding, output_size });
  }

  override extra_repr(): string {
    const { kernel_size, stride, padding } = this;
    return printedAll({ kernel_size, stride, padding });
  }
}

/** The way back from `nn.MaxPool1d` with `return_indices`: zeros, and the largest numbers where they were. Source: `torch.nn.MaxUnpool1d`. */
export class MaxUnpool1d extends MaxUnpool {
  protected override unpooling(): Unpooling {
    return { rank: 1, unpool: max_unpool1d };
  }
}

/** The way back from `nn.MaxPool2d` with `return_indices`: zeros, and the largest numbers where they were. Source: `torch.nn.MaxUnpool2d`. */
export class MaxUnpool2d extends MaxUnpool {
  protected override unpooling(): Unpooling {
    return { rank: 2, unpool: max_unpool2d };
  }
}

/** The way back from `nn.MaxPool3d` with `return_indices`: zeros, and the largest numbers where they were. Source: `torch.nn.MaxUnpool3d`. */
export class MaxUnpool3d extends MaxUnpool {
  protected override unpooling(): Unpooling {
    return { rank: 3, unpool: max_unpool3d };
  }
}

/** What pooling by norms is made with. Sizes are one number for all dimensions, or one for each. */
export interface LPPoolArguments {
  /** The norm's exponent. */
  readonly norm_type: number;
  readonly kernel_size: PerDimension;
  /** How far windows are apart; `kernel_size` unless given. */
  readonly stride?: PerDimension | null;
  /** Whether a window that only begins inside counts. */
  readonly ceil_mode?: boolean;
}

const normParameters: ParametersOf<LPPoolArguments> = {
  norm_type: number(),
  kernel_size: perDimension(),
  stride: optionalPerDimension,
  ceil_mode: flag(false),
};

/** The norm of each window. */
abstract class LPPool extends Module {
  readonly norm_type: number;
  readonly kernel_size: PerDimension;
  readonly stride: PerDimension | null;
  readonly ceil_mode: boolean;
  protected abstract get pool(): typeof lp_pool2d;

  constructor(
    ...args: CallForms<
      LPPoolArguments,
      [norm_type: number, kernel_size: PerDimension, stride?: PerDimension | null, ceil_mode?: boolean],
      ["norm_type", "kernel_size"]
    >
  ) {
    super();
    const settings = bind(new.target.name, normParameters, args);
    this.norm_type = settings.norm_type;
    this.kernel_size = settings.kernel_size;
    this.stride = settings.stride;
    this.ceil_mode = settings.ceil_mode;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws RuntimeError when the windows do not fit the input. */
  override forward(input: Tensor): Tensor {
    const { norm_type, kernel_size, stride, ceil_mode } = this;
    return this.pool(input, norm_type, kernel_size, { stride, ceil_mode });
  }

  override extra_repr(): string {
    const { norm_type, kernel_size, stride, ceil_mode } = this;
    return printedAll({ norm_type, kernel_size, stride, ceil_mode });
  }
}

/** The `norm_type`-norm of each window of sequences `[N, C, L]`. Source: `torch.nn.LPPool1d`. */
export class LPPool1d extends LPPool {
  protected override get pool(): typeof lp_pool2d {
    return lp_pool1d;
  }
}

/** The `norm_type`-norm of each window of images `[N, C, H, W]`. Source: `torch.nn.LPPool2d`. */
export class LPPool2d extends LPPool {
  protected override get pool(): typeof lp_pool2d {
    return lp_pool2d;
  }
}

/** The `norm_type`-norm of each window of volumes `[N, C, D, H, W]`. Source: `torch.nn.LPPool3d`. */
export class LPPool3d extends LPPool {
  protected override get pool(): typeof lp_pool2d {
    return lp_pool3d;
  }
}

/** What fractional pooling is made with: one of size and ratio. */
export interface FractionalMaxPoolArguments {
  readonly kernel_size: PerDimension;
  /** How many numbers the result has along each dimension. */
  readonly output_size?: PerDimension | null;
  /** The result's size as a part of the input's: between 0 and 1. */
  readonly output_ratio?: number | readonly number[] | null;
  /** Whether the module also gives the positions of what it took. */
  readonly return_indices?: boolean;
  /** Where the windows lie, instead of at random places: `[N, C, dimensions]`, from 0 to 1. */
  readonly _random_samples?: Tensor | null;
}

const fractionalParameters: ParametersOf<FractionalMaxPoolArguments> = {
  kernel_size: perDimension(),
  output_size: optionalPerDimension,
  output_ratio: {
    expects: "a number, an array of one for each dimension, or null",
    fallback: null,
    convert: (value) => (value === null || isRatio(value) ? value : undefined),
  },
  return_indices: flag(false),
  _random_samples: optionalTensor,
};

function isRatio(value: unknown): value is number | readonly number[] {
  return (
    typeof value === "number" || (Array.isArray(value) && value.every((item) => typeof item === "number"))
  );
}

/** The largest numbers of windows at random places. */
abstract class FractionalMaxPool extends Module {
  readonly kernel_size: PerDimension;
  readonly output_size: PerDimension | null;
  readonly output_ratio: number | readonly number[] | null;
  readonly return_indices: boolean;
  readonly _random_samples: Tensor | null;
  protected abstract get pool(): typeof fractional_max_pool2d;

  /** @throws ValueError when not exactly one of `output_size` and `output_ratio` is given, or a ratio is not between 0 and 1. */
  constructor(
    ...args: CallForms<
      FractionalMaxPoolArguments,
      [
        kernel_size: PerDimension,
        output_size?: PerDimension | null,
        output_ratio?: number | readonly number[] | null,
        return_indices?: boolean,
      ]
    >
  ) {
    super();
    const { name } = new.target;
    const settings = bind(name, fractionalParameters, args);
    const { output_size, output_ratio } = settings;
    if (output_size === null && output_ratio === null)
      throw new ValueError(
        `${name} requires specifying either an output size, or a pooling ratio: give output_size or output_ratio.`,
      );
    if (output_size !== null && output_ratio !== null)
      throw new ValueError(`${name}: only one of output_size and output_ratio may be specified.`);
    for (const ratio of [output_ratio ?? []].flat())
      if (!(ratio > 0 && ratio < 1))
        throw new ValueError(`${name}: output_ratio must be between 0 and 1 (got ${ratio}).`);
    this.kernel_size = settings.kernel_size;
    this.output_size = output_size;
    this.output_ratio = output_ratio;
    this.return_indices = settings.return_indices;
    this._random_samples = settings._random_samples;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws RuntimeError when the windows do not fit the input. */
  override forward(input: Tensor): Pooled {
    const { kernel_size, output_size, output_ratio, return_indices, _random_samples } = this;
    return this.pool(input, kernel_size, { output_size, output_ratio, return_indices, _random_samples });
  }
}

/** The largest numbers of windows of images `[N, C, H, W]` at random places. Source: `torch.nn.FractionalMaxPool2d`. */
export class FractionalMaxPool2d extends FractionalMaxPool {
  protected override get pool(): typeof fractional_max_pool2d {
    return fractional_max_pool2d;
  }
}

/** The largest numbers of windows of volumes `[N, C, D, H, W]` at random places. Source: `torch.nn.FractionalMaxPool3d`. */
export class FractionalMaxPool3d extends FractionalMaxPool {
  protected override get pool(): typeof fractional_max_pool2d {
    return fractional_max_pool3d;
  }
}
