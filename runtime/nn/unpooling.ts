/** Pooling by norms and with random windows, and the way back from the largest numbers, as modules. */
import { bind } from "../binding.ts";
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
import { flag, number, tensor } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { printed } from "./pooling.ts";

interface UnpooledSize {
  /** The spatial size, where several lead to the same result of pooling. */
  readonly output_size?: Shape | null;
}

const forwardParameters = { input: tensor, indices: tensor, output_size: unpooledSize };

/** Largest numbers put back to where they came from. */
abstract class MaxUnpool extends Module {
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly #unpool: typeof max_unpool2d;

  constructor(name: string, rank: number, unpool: typeof max_unpool2d, args: readonly unknown[]) {
    super();
    const parameters = {
      kernel_size: perDimension(),
      stride: optionalPerDimension,
      padding: perDimension(0),
    };
    const { kernel_size, stride, padding } = bind(name, parameters, args);
    const each = (field: string, value: PerDimension): readonly number[] =>
      eachDimension(`nn.${name}`, field, value, rank);
    this.kernel_size = each("kernel_size", kernel_size);
    this.stride = stride === null ? this.kernel_size : each("stride", stride);
    this.padding = each("padding", padding);
    this.#unpool = unpool;
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
    return this.#unpool(input, indices, { kernel_size, stride, padding, output_size });
  }

  override extra_repr(): string {
    return `kernel_size=${printed(this.kernel_size)}, stride=${printed(this.stride)}, padding=${printed(this.padding)}`;
  }
}

interface UnpoolOptions {
  readonly stride?: PerDimension | null;
  readonly padding?: PerDimension;
}

type UnpoolArguments =
  readonly [options?: UnpoolOptions] | readonly [stride: PerDimension | null, padding?: PerDimension];

/** The way back from `nn.MaxPool1d` with `return_indices`: zeros, and the largest numbers where they were. Source: `torch.nn.MaxUnpool1d`. */
export class MaxUnpool1d extends MaxUnpool {
  constructor(kernel_size: PerDimension, ...rest: UnpoolArguments) {
    super("MaxUnpool1d", 1, max_unpool1d, [kernel_size, ...rest]);
  }
}

/** The way back from `nn.MaxPool2d` with `return_indices`: zeros, and the largest numbers where they were. Source: `torch.nn.MaxUnpool2d`. */
export class MaxUnpool2d extends MaxUnpool {
  constructor(kernel_size: PerDimension, ...rest: UnpoolArguments) {
    super("MaxUnpool2d", 2, max_unpool2d, [kernel_size, ...rest]);
  }
}

/** The way back from `nn.MaxPool3d` with `return_indices`: zeros, and the largest numbers where they were. Source: `torch.nn.MaxUnpool3d`. */
export class MaxUnpool3d extends MaxUnpool {
  constructor(kernel_size: PerDimension, ...rest: UnpoolArguments) {
    super("MaxUnpool3d", 3, max_unpool3d, [kernel_size, ...rest]);
  }
}

interface LPPoolOptions {
  readonly stride?: PerDimension | null;
  readonly ceil_mode?: boolean;
}

/** The norm of each window. */
abstract class LPPool extends Module {
  readonly norm_type: number;
  readonly kernel_size: PerDimension;
  readonly stride: PerDimension | null;
  readonly ceil_mode: boolean;
  readonly #pool: typeof lp_pool2d;

  constructor(name: string, pool: typeof lp_pool2d, args: readonly unknown[]) {
    super();
    const parameters = {
      norm_type: number(),
      kernel_size: perDimension(),
      stride: optionalPerDimension,
      ceil_mode: flag(false),
    };
    const settings = bind(name, parameters, args);
    this.norm_type = settings.norm_type;
    this.kernel_size = settings.kernel_size;
    this.stride = settings.stride;
    this.ceil_mode = settings.ceil_mode;
    this.#pool = pool;
  }

  /** @throws RuntimeError when the windows do not fit the input. */
  override forward(input: Tensor): Tensor {
    const { norm_type, kernel_size, stride, ceil_mode } = this;
    return this.#pool(input, norm_type, kernel_size, { stride, ceil_mode });
  }

  override extra_repr(): string {
    const { norm_type, kernel_size, stride, ceil_mode } = this;
    return `norm_type=${norm_type}, kernel_size=${printed(kernel_size)}, stride=${printed(stride)}, ceil_mode=${printed(ceil_mode)}`;
  }
}

type LPPoolArguments =
  readonly [options?: LPPoolOptions] | readonly [stride: PerDimension | null, ceil_mode?: boolean];

/** The `norm_type`-norm of each window of sequences `[N, C, L]`. Source: `torch.nn.LPPool1d`. */
export class LPPool1d extends LPPool {
  constructor(norm_type: number, kernel_size: PerDimension, ...rest: LPPoolArguments) {
    super("LPPool1d", lp_pool1d, [norm_type, kernel_size, ...rest]);
  }
}

/** The `norm_type`-norm of each window of images `[N, C, H, W]`. Source: `torch.nn.LPPool2d`. */
export class LPPool2d extends LPPool {
  constructor(norm_type: number, kernel_size: PerDimension, ...rest: LPPoolArguments) {
    super("LPPool2d", lp_pool2d, [norm_type, kernel_size, ...rest]);
  }
}

/** The `norm_type`-norm of each window of volumes `[N, C, D, H, W]`. Source: `torch.nn.LPPool3d`. */
export class LPPool3d extends LPPool {
  constructor(norm_type: number, kernel_size: PerDimension, ...rest: LPPoolArguments) {
    super("LPPool3d", lp_pool3d, [norm_type, kernel_size, ...rest]);
  }
}

/** What fractional pooling takes by name. */
export interface FractionalMaxPoolOptions {
  readonly output_size?: PerDimension | null;
  readonly output_ratio?: number | readonly number[] | null;
  readonly return_indices?: boolean;
  readonly _random_samples?: Tensor | null;
}

/** The largest numbers of windows at random places. */
abstract class FractionalMaxPool extends Module {
  readonly kernel_size: PerDimension;
  readonly #options: FractionalMaxPoolOptions;
  readonly #pool: typeof fractional_max_pool2d;

  constructor(
    name: string,
    pool: typeof fractional_max_pool2d,
    kernel_size: PerDimension,
    options: FractionalMaxPoolOptions,
  ) {
    super();
    const { output_size = null, output_ratio = null } = options;
    if (output_size === null && output_ratio === null)
      throw new ValueError(
        `${name} requires specifying either an output size, or a pooling ratio: give output_size or output_ratio.`,
      );
    if (output_size !== null && output_ratio !== null)
      throw new ValueError(`${name}: only one of output_size and output_ratio may be specified.`);
    for (const ratio of [output_ratio ?? []].flat())
      if (!(ratio > 0 && ratio < 1))
        throw new ValueError(`${name}: output_ratio must be between 0 and 1 (got ${ratio}).`);
    this.kernel_size = kernel_size;
    this.#options = options;
    this.#pool = pool;
  }

  /** @throws RuntimeError when the windows do not fit the input. */
  override forward(input: Tensor): Pooled {
    return this.#pool(input, this.kernel_size, this.#options);
  }
}

/** The largest numbers of windows of images `[N, C, H, W]` at random places. Source: `torch.nn.FractionalMaxPool2d`. */
export class FractionalMaxPool2d extends FractionalMaxPool {
  /** @throws ValueError when not exactly one of `output_size` and `output_ratio` is given. */
  constructor(kernel_size: PerDimension, options: FractionalMaxPoolOptions = {}) {
    super("FractionalMaxPool2d", fractional_max_pool2d, kernel_size, options);
  }
}

/** The largest numbers of windows of volumes `[N, C, D, H, W]` at random places. Source: `torch.nn.FractionalMaxPool3d`. */
export class FractionalMaxPool3d extends FractionalMaxPool {
  /** @throws ValueError when not exactly one of `output_size` and `output_ratio` is given. */
  constructor(kernel_size: PerDimension, options: FractionalMaxPoolOptions = {}) {
    super("FractionalMaxPool3d", fractional_max_pool3d, kernel_size, options);
  }
}
