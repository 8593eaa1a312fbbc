/** Pooling as modules. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import {
  adaptive_avg_pool1d,
  adaptive_avg_pool2d,
  adaptive_max_pool1d,
  adaptive_max_pool2d,
  avg_pool1d,
  avg_pool2d,
  isAdaptiveSize,
  max_pool1d,
  max_pool2d,
  type AdaptiveSize,
  type Pooled,
} from "../ops/spatial/pool.ts";
import { adaptive_avg_pool3d, adaptive_max_pool3d, avg_pool3d, max_pool3d } from "../ops/spatial/pool3d.ts";
import {
  eachDimension,
  optionalPerDimension,
  perDimension,
  type PerDimension,
} from "../ops/spatial/windows.ts";
import { flag, optionalInteger, type Parameter, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { printed, printedAll } from "./printed.ts";

/** What maximum pooling is made with. Sizes are one number for all dimensions, or one for each. */
export interface MaxPoolArguments {
  readonly kernel_size: PerDimension;
  /** How far windows are apart; `kernel_size` unless given. */
  readonly stride?: PerDimension | null;
  readonly padding?: PerDimension;
  readonly dilation?: PerDimension;
  /** Whether the module also gives the positions of what it took. */
  readonly return_indices?: boolean;
  /** Whether a window that only begins inside counts. */
  readonly ceil_mode?: boolean;
}

const maxParameters: ParametersOf<MaxPoolArguments> = {
  kernel_size: perDimension(),
  stride: optionalPerDimension,
  padding: perDimension(0),
  dilation: perDimension(1),
  return_indices: flag(false),
  ceil_mode: flag(false),
};

/** Maximum pooling, over as many dimensions as the function that it calls. */
abstract class MaxPool extends Module {
  readonly kernel_size: PerDimension;
  readonly stride: PerDimension;
  readonly padding: PerDimension;
  readonly dilation: PerDimension;
  readonly return_indices: boolean;
  readonly ceil_mode: boolean;
  protected abstract get pool(): typeof max_pool2d;

  constructor(
    ...args: CallForms<
      MaxPoolArguments,
      [
        kernel_size: PerDimension,
        stride?: PerDimension | null,
        padding?: PerDimension,
        dilation?: PerDimension,
        return_indices?: boolean,
        ceil_mode?: boolean,
      ]
    >
  ) {
    super();
    const settings = bind(new.target.name, maxParameters, args);
    this.kernel_size = settings.kernel_size;
    this.stride = settings.stride ?? settings.kernel_size;
    this.padding = settings.padding;
    this.dilation = settings.dilation;
    this.return_indices = settings.return_indices;
    this.ceil_mode = settings.ceil_mode;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws RuntimeError when the windows do not fit the input. */
  override forward(input: Tensor): Pooled {
    const { kernel_size, stride, padding, dilation, ceil_mode, return_indices } = this;
    return this.pool(input, { kernel_size, stride, padding, dilation, ceil_mode, return_indices });
  }

  override extra_repr(): string {
    const { kernel_size, stride, padding, dilation, ceil_mode } = this;
    return printedAll({ kernel_size, stride, padding, dilation, ceil_mode });
  }
}

/** The largest number of each window of sequences `[N, C, L]`. Source: `torch.nn.MaxPool1d`. */
export class MaxPool1d extends MaxPool {
  protected override get pool(): typeof max_pool2d {
    return max_pool1d;
  }
}

/** The largest number of each window of images `[N, C, H, W]`: `new nn.MaxPool2d(2)` halves height and width. Source: `torch.nn.MaxPool2d`. */
export class MaxPool2d extends MaxPool {
  protected override get pool(): typeof max_pool2d {
    return max_pool2d;
  }
}

/** The largest number of each window of volumes `[N, C, D, H, W]`. Source: `torch.nn.MaxPool3d`. */
export class MaxPool3d extends MaxPool {
  protected override get pool(): typeof max_pool2d {
    return max_pool3d;
  }
}

/** What average pooling of sequences is made with. Sizes are one number for all dimensions, or one for each. */
export interface AvgPoolArguments {
  readonly kernel_size: PerDimension;
  /** How far windows are apart; `kernel_size` unless given. */
  readonly stride?: PerDimension | null;
  readonly padding?: PerDimension;
  /** Whether a window that only begins inside counts. */
  readonly ceil_mode?: boolean;
  /** Whether zeros of the padding count; `true` unless given. */
  readonly count_include_pad?: boolean;
}

const averageParameters: ParametersOf<AvgPoolArguments> = {
  kernel_size: perDimension(),
  stride: optionalPerDimension,
  padding: perDimension(0),
  ceil_mode: flag(false),
  count_include_pad: flag(true),
};

/** The arguments of average pooling, in PyTorch's order. */
type AveragePositions = [
  kernel_size: PerDimension,
  stride?: PerDimension | null,
  padding?: PerDimension,
  ceil_mode?: boolean,
  count_include_pad?: boolean,
];

/** A size of sequences, which PyTorch keeps as a tuple. */
function oneNumber(name: string, value: PerDimension): readonly number[] {
  return eachDimension("nn.AvgPool1d", name, value, 1);
}

/** The mean of each window of sequences `[N, C, L]`. Source: `torch.nn.AvgPool1d`. */
export class AvgPool1d extends Module {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly ceil_mode: boolean;
  readonly count_include_pad: boolean;

  constructor(...args: CallForms<AvgPoolArguments, AveragePositions>) {
    super();
    const settings = bind("AvgPool1d", averageParameters, args);
    this.kernel_size = oneNumber("kernel_size", settings.kernel_size);
    this.stride = settings.stride === null ? this.kernel_size : oneNumber("stride", settings.stride);
    this.padding = oneNumber("padding", settings.padding);
    this.ceil_mode = settings.ceil_mode;
    this.count_include_pad = settings.count_include_pad;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws RuntimeError when the windows do not fit the input. */
  override forward(input: Tensor): Tensor {
    const { kernel_size, stride, padding, ceil_mode, count_include_pad } = this;
    return avg_pool1d(input, { kernel_size, stride, padding, ceil_mode, count_include_pad });
  }

  override extra_repr(): string {
    const { kernel_size, stride, padding } = this;
    return printedAll({ kernel_size, stride, padding });
  }
}

/** What average pooling of images and volumes is made with. */
export interface DividedAvgPoolArguments extends AvgPoolArguments {
  /** What sums are divided by, instead of the size of the window. */
  readonly divisor_override?: number | null;
}

const dividedParameters: ParametersOf<DividedAvgPoolArguments> = {
  ...averageParameters,
  divisor_override: optionalInteger,
};

/** Average pooling of images and volumes. */
abstract class AvgPool extends Module {
  readonly kernel_size: PerDimension;
  readonly stride: PerDimension;
  readonly padding: PerDimension;
  readonly ceil_mode: boolean;
  readonly count_include_pad: boolean;
  readonly divisor_override: number | null;
  protected abstract get pool(): typeof avg_pool2d;

  constructor(
    ...args: CallForms<DividedAvgPoolArguments, [...AveragePositions, divisor_override?: number | null]>
  ) {
    super();
    const settings = bind(new.target.name, dividedParameters, args);
    this.kernel_size = settings.kernel_size;
    this.stride = settings.stride ?? settings.kernel_size;
    this.padding = settings.padding;
    this.ceil_mode = settings.ceil_mode;
    this.count_include_pad = settings.count_include_pad;
    this.divisor_override = settings.divisor_override;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws RuntimeError when the windows do not fit the input. */
  override forward(input: Tensor): Tensor {
    const { kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override } = this;
    const sizes = { kernel_size, stride, padding };
    return this.pool(input, { ...sizes, ceil_mode, count_include_pad, divisor_override });
  }

  override extra_repr(): string {
    const { kernel_size, stride, padding } = this;
    return printedAll({ kernel_size, stride, padding });
  }
}

/** The mean of each window of images `[N, C, H, W]`. Source: `torch.nn.AvgPool2d`. */
export class AvgPool2d extends AvgPool {
  protected override get pool(): typeof avg_pool2d {
    return avg_pool2d;
  }
}

/** The mean of each window of volumes `[N, C, D, H, W]`. Source: `torch.nn.AvgPool3d`. */
export class AvgPool3d extends AvgPool {
  protected override get pool(): typeof avg_pool2d {
    return avg_pool3d;
  }
}

/** What pooling into as many numbers as asked for is made with. */
export interface AdaptiveAvgPoolArguments {
  /** A size for all dimensions, or one for each; `null` keeps the input's. */
  readonly output_size: AdaptiveSize;
}

/** What its maximum form is made with. */
export interface AdaptiveMaxPoolArguments extends AdaptiveAvgPoolArguments {
  /** Whether the module also gives the positions of what it took. */
  readonly return_indices?: boolean;
}

const outputSize: Parameter<AdaptiveSize> = {
  expects: "a whole number or null, or an array of one for each dimension",
  convert: (value) => (isAdaptiveSize(value) ? value : undefined),
};

const adaptiveAverageParameters: ParametersOf<AdaptiveAvgPoolArguments> = { output_size: outputSize };

const adaptiveMaxParameters: ParametersOf<AdaptiveMaxPoolArguments> = {
  output_size: outputSize,
  return_indices: flag(false),
};

/** Means, as many as asked for. */
abstract class AdaptiveAvgPool extends Module {
  /** A size for all dimensions, or one for each; `null` keeps the input's. */
  readonly output_size: AdaptiveSize;

  constructor(...args: CallForms<AdaptiveAvgPoolArguments, [output_size: AdaptiveSize]>) {
    super();
    this.output_size = bind(new.target.name, adaptiveAverageParameters, args).output_size;
  }

  override extra_repr(): string {
    return `output_size=${printed(this.output_size)}`;
  }
}

/** Means of sequences `[N, C, L]`, as many as asked for. Source: `torch.nn.AdaptiveAvgPool1d`. */
export class AdaptiveAvgPool1d extends AdaptiveAvgPool {
  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return adaptive_avg_pool1d(input, this.output_size);
  }
}

/** Means of images `[N, C, H, W]`, as many as asked for: `new nn.AdaptiveAvgPool2d(1)` gives one for each channel. Source: `torch.nn.AdaptiveAvgPool2d`. */
export class AdaptiveAvgPool2d extends AdaptiveAvgPool {
  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return adaptive_avg_pool2d(input, this.output_size);
  }
}

/** Means of volumes `[N, C, D, H, W]`, as many as asked for. Source: `torch.nn.AdaptiveAvgPool3d`. */
export class AdaptiveAvgPool3d extends AdaptiveAvgPool {
  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return adaptive_avg_pool3d(input, this.output_size);
  }
}

/** The largest numbers, as many as asked for, over as many dimensions as the function that it calls. */
abstract class AdaptiveMaxPool extends Module {
  /** A size for all dimensions, or one for each; `null` keeps the input's. */
  readonly output_size: AdaptiveSize;
  readonly return_indices: boolean;
  protected abstract get pool(): typeof adaptive_max_pool2d;

  constructor(
    ...args: CallForms<AdaptiveMaxPoolArguments, [output_size: AdaptiveSize, return_indices?: boolean]>
  ) {
    super();
    const { output_size, return_indices } = bind(new.target.name, adaptiveMaxParameters, args);
    this.output_size = output_size;
    this.return_indices = return_indices;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Pooled {
    return this.pool(input, this.output_size, this.return_indices);
  }

  override extra_repr(): string {
    return `output_size=${printed(this.output_size)}`;
  }
}

/** The largest numbers of sequences `[N, C, L]`, as many as asked for. Source: `torch.nn.AdaptiveMaxPool1d`. */
export class AdaptiveMaxPool1d extends AdaptiveMaxPool {
  protected override get pool(): typeof adaptive_max_pool2d {
    return adaptive_max_pool1d;
  }
}

/** The largest numbers of images `[N, C, H, W]`, as many as asked for. Source: `torch.nn.AdaptiveMaxPool2d`. */
export class AdaptiveMaxPool2d extends AdaptiveMaxPool {
  protected override get pool(): typeof adaptive_max_pool2d {
    return adaptive_max_pool2d;
  }
}

/** The largest numbers of volumes `[N, C, D, H, W]`, as many as asked for. Source: `torch.nn.AdaptiveMaxPool3d`. */
export class AdaptiveMaxPool3d extends AdaptiveMaxPool {
  protected override get pool(): typeof adaptive_max_pool2d {
    return adaptive_max_pool3d;
  }
}
