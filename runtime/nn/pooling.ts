/** Pooling as modules. */
import { bind } from "../binding.ts";
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
import { flag, optionalInteger, type Parameter } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";

/** A setting as Python prints it: a tuple for an array, `None` for null. */
export function printed(value: AdaptiveSize | boolean): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  if (typeof value === "number") return String(value);
  return `(${value.map(printed).join(", ")}${value.length === 1 ? "," : ""})`;
}

/** What maximum pooling takes by name. */
export interface MaxPoolOptions {
  readonly stride?: PerDimension | null;
  readonly padding?: PerDimension;
  readonly dilation?: PerDimension;
  /** Whether the module also gives the positions of what it took. */
  readonly return_indices?: boolean;
  readonly ceil_mode?: boolean;
}

const maxParameters = {
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
  readonly #pool: typeof max_pool2d;

  constructor(name: string, pool: typeof max_pool2d, args: readonly unknown[]) {
    super();
    const { kernel_size, stride, padding, dilation, return_indices, ceil_mode } = bind(
      name,
      maxParameters,
      args,
    );
    this.kernel_size = kernel_size;
    this.stride = stride ?? kernel_size;
    this.padding = padding;
    this.dilation = dilation;
    this.return_indices = return_indices;
    this.ceil_mode = ceil_mode;
    this.#pool = pool;
  }

  /** @throws RuntimeError when the windows do not fit the input. */
  override forward(input: Tensor): Pooled {
    const { kernel_size, stride, padding, dilation, ceil_mode, return_indices } = this;
    return this.#pool(input, { kernel_size, stride, padding, dilation, ceil_mode, return_indices });
  }

  override extra_repr(): string {
    const { kernel_size, stride, padding, dilation, ceil_mode } = this;
    return Object.entries({ kernel_size, stride, padding, dilation, ceil_mode })
      .map(([name, value]) => `${name}=${printed(value)}`)
      .join(", ");
  }
}

type MaxPoolArguments =
  | readonly [options?: MaxPoolOptions]
  | readonly [stride: PerDimension | null, options?: MaxPoolOptions]
  | readonly [stride: PerDimension | null, padding: PerDimension, options?: MaxPoolOptions];

/** The largest number of each window of sequences `[N, C, L]`. Source: `torch.nn.MaxPool1d`. */
export class MaxPool1d extends MaxPool {
  constructor(kernel_size: PerDimension, ...rest: MaxPoolArguments) {
    super("MaxPool1d", max_pool1d, [kernel_size, ...rest]);
  }
}

/** The largest number of each window of images `[N, C, H, W]`: `new nn.MaxPool2d(2)` halves height and width. Source: `torch.nn.MaxPool2d`. */
export class MaxPool2d extends MaxPool {
  constructor(kernel_size: PerDimension, ...rest: MaxPoolArguments) {
    super("MaxPool2d", max_pool2d, [kernel_size, ...rest]);
  }
}

/** The largest number of each window of volumes `[N, C, D, H, W]`. Source: `torch.nn.MaxPool3d`. */
export class MaxPool3d extends MaxPool {
  constructor(kernel_size: PerDimension, ...rest: MaxPoolArguments) {
    super("MaxPool3d", max_pool3d, [kernel_size, ...rest]);
  }
}

/** What average pooling takes by name. */
export interface AvgPoolOptions {
  readonly stride?: PerDimension | null;
  readonly padding?: PerDimension;
  readonly ceil_mode?: boolean;
  /** Whether zeros of the padding count. */
  readonly count_include_pad?: boolean;
}

const averageParameters = {
  kernel_size: perDimension(),
  stride: optionalPerDimension,
  padding: perDimension(0),
  ceil_mode: flag(false),
  count_include_pad: flag(true),
};

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

  constructor(
    kernel_size: PerDimension,
    stride?: PerDimension | null | AvgPoolOptions,
    options?: AvgPoolOptions,
  ) {
    super();
    const settings = bind("AvgPool1d", averageParameters, [kernel_size, stride, options].filter(isGiven));
    this.kernel_size = oneNumber("kernel_size", settings.kernel_size);
    this.stride = settings.stride === null ? this.kernel_size : oneNumber("stride", settings.stride);
    this.padding = oneNumber("padding", settings.padding);
    this.ceil_mode = settings.ceil_mode;
    this.count_include_pad = settings.count_include_pad;
  }

  /** @throws RuntimeError when the windows do not fit the input. */
  override forward(input: Tensor): Tensor {
    const { kernel_size, stride, padding, ceil_mode, count_include_pad } = this;
    return avg_pool1d(input, { kernel_size, stride, padding, ceil_mode, count_include_pad });
  }

  override extra_repr(): string {
    return `kernel_size=${printed(this.kernel_size)}, stride=${printed(this.stride)}, padding=${printed(this.padding)}`;
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined;
}

type DividedAvgPoolOptions = AvgPoolOptions & { readonly divisor_override?: number | null };

/** Average pooling of images and volumes. */
abstract class AvgPool extends Module {
  readonly kernel_size: PerDimension;
  readonly stride: PerDimension;
  readonly padding: PerDimension;
  readonly ceil_mode: boolean;
  readonly count_include_pad: boolean;
  readonly divisor_override: number | null;
  readonly #pool: typeof avg_pool2d;

  constructor(name: string, pool: typeof avg_pool2d, args: readonly unknown[]) {
    super();
    const parameters = { ...averageParameters, divisor_override: optionalInteger };
    const settings = bind(name, parameters, args.filter(isGiven));
    this.kernel_size = settings.kernel_size;
    this.stride = settings.stride ?? settings.kernel_size;
    this.padding = settings.padding;
    this.ceil_mode = settings.ceil_mode;
    this.count_include_pad = settings.count_include_pad;
    this.divisor_override = settings.divisor_override;
    this.#pool = pool;
  }

  /** @throws RuntimeError when the windows do not fit the input. */
  override forward(input: Tensor): Tensor {
    const { kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override } = this;
    const sizes = { kernel_size, stride, padding };
    return this.#pool(input, { ...sizes, ceil_mode, count_include_pad, divisor_override });
  }

  override extra_repr(): string {
    return `kernel_size=${printed(this.kernel_size)}, stride=${printed(this.stride)}, padding=${printed(this.padding)}`;
  }
}

/** The mean of each window of images `[N, C, H, W]`. Source: `torch.nn.AvgPool2d`. */
export class AvgPool2d extends AvgPool {
  constructor(
    kernel_size: PerDimension,
    stride?: PerDimension | null | DividedAvgPoolOptions,
    options?: DividedAvgPoolOptions,
  ) {
    super("AvgPool2d", avg_pool2d, [kernel_size, stride, options]);
  }
}

/** The mean of each window of volumes `[N, C, D, H, W]`. Source: `torch.nn.AvgPool3d`. */
export class AvgPool3d extends AvgPool {
  constructor(
    kernel_size: PerDimension,
    stride?: PerDimension | null | DividedAvgPoolOptions,
    options?: DividedAvgPoolOptions,
  ) {
    super("AvgPool3d", avg_pool3d, [kernel_size, stride, options]);
  }
}

const outputSize: Parameter<AdaptiveSize> = {
  expects: "a whole number or null, or an array of one for each dimension",
  convert: (value) => (isAdaptiveSize(value) ? value : undefined),
};

/** Pooling into as many numbers as asked for. */
abstract class AdaptivePool extends Module {
  /** A size for all dimensions, or one for each; `null` keeps the input's. */
  readonly output_size: AdaptiveSize;

  constructor(name: string, output_size: AdaptiveSize) {
    super();
    this.output_size = bind(name, { output_size: outputSize }, [output_size]).output_size;
  }

  override extra_repr(): string {
    return `output_size=${printed(this.output_size)}`;
  }
}

/** Means of sequences `[N, C, L]`, as many as asked for. Source: `torch.nn.AdaptiveAvgPool1d`. */
export class AdaptiveAvgPool1d extends AdaptivePool {
  constructor(output_size: AdaptiveSize) {
    super("AdaptiveAvgPool1d", output_size);
  }

  override forward(input: Tensor): Tensor {
    return adaptive_avg_pool1d(input, this.output_size);
  }
}

/** Means of images `[N, C, H, W]`, as many as asked for: `new nn.AdaptiveAvgPool2d(1)` gives one for each channel. Source: `torch.nn.AdaptiveAvgPool2d`. */
export class AdaptiveAvgPool2d extends AdaptivePool {
  constructor(output_size: AdaptiveSize) {
    super("AdaptiveAvgPool2d", output_size);
  }

  override forward(input: Tensor): Tensor {
    return adaptive_avg_pool2d(input, this.output_size);
  }
}

/** Means of volumes `[N, C, D, H, W]`, as many as asked for. Source: `torch.nn.AdaptiveAvgPool3d`. */
export class AdaptiveAvgPool3d extends AdaptivePool {
  constructor(output_size: AdaptiveSize) {
    super("AdaptiveAvgPool3d", output_size);
  }

  override forward(input: Tensor): Tensor {
    return adaptive_avg_pool3d(input, this.output_size);
  }
}

/** The largest numbers, as many as asked for, over as many dimensions as the function that it calls. */
abstract class AdaptiveMaxPool extends AdaptivePool {
  readonly return_indices: boolean;
  readonly #pool: typeof adaptive_max_pool2d;

  constructor(
    name: string,
    pool: typeof adaptive_max_pool2d,
    output_size: AdaptiveSize,
    return_indices: boolean | { readonly return_indices?: boolean },
  ) {
    super(name, output_size);
    this.return_indices =
      typeof return_indices === "boolean" ? return_indices : (return_indices.return_indices ?? false);
    this.#pool = pool;
  }

  override forward(input: Tensor): Pooled {
    return this.#pool(input, this.output_size, this.return_indices);
  }
}

/** The largest numbers of sequences `[N, C, L]`, as many as asked for. Source: `torch.nn.AdaptiveMaxPool1d`. */
export class AdaptiveMaxPool1d extends AdaptiveMaxPool {
  constructor(
    output_size: AdaptiveSize,
    return_indices: boolean | { readonly return_indices?: boolean } = false,
  ) {
    super("AdaptiveMaxPool1d", adaptive_max_pool1d, output_size, return_indices);
  }
}

/** The largest numbers of images `[N, C, H, W]`, as many as asked for. Source: `torch.nn.AdaptiveMaxPool2d`. */
export class AdaptiveMaxPool2d extends AdaptiveMaxPool {
  constructor(
    output_size: AdaptiveSize,
    return_indices: boolean | { readonly return_indices?: boolean } = false,
  ) {
    super("AdaptiveMaxPool2d", adaptive_max_pool2d, output_size, return_indices);
  }
}

/** The largest numbers of volumes `[N, C, D, H, W]`, as many as asked for. Source: `torch.nn.AdaptiveMaxPool3d`. */
export class AdaptiveMaxPool3d extends AdaptiveMaxPool {
  constructor(
    output_size: AdaptiveSize,
    return_indices: boolean | { readonly return_indices?: boolean } = false,
  ) {
    super("AdaptiveMaxPool3d", adaptive_max_pool3d, output_size, return_indices);
  }
}
