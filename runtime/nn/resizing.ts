/** Interpolation, and blocks of images, as modules. */
import { bind } from "../binding.ts";
import { fold, unfold } from "../ops/spatial/blocks.ts";
import { interpolate, type InterpolationMode } from "../ops/spatial/interpolate.ts";
import { perDimension, type PerDimension } from "../ops/spatial/windows.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { printed } from "./pooling.ts";

type Factor = number | readonly number[];

/** Which size interpolation leads to. */
interface Target {
  readonly size?: PerDimension | null;
  readonly scale_factor?: Factor | null;
}

/** What interpolation takes by name. */
export interface UpsampleOptions extends Target {
  readonly mode?: InterpolationMode;
  readonly align_corners?: boolean | null;
  readonly recompute_scale_factor?: boolean | null;
}

function isTarget(value: PerDimension | null | Target): value is Target {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A factor as Python prints it: PyTorch makes it a float. */
function printedFactor(value: Factor): string {
  if (typeof value === "number") return Number.isInteger(value) ? `${value}.0` : String(value);
  return `(${value.map(printedFactor).join(", ")}${value.length === 1 ? "," : ""})`;
}

/**
 * Sequences `[N, C, L]`, images `[N, C, H, W]` or volumes `[N, C, D, H, W]` in another size: either the `size`, or the `scale_factor` that each dimension grows by. The
 * modes are those of `F.interpolate`.
 *
 * Source: `torch.nn.Upsample`.
 */
export class Upsample extends Module {
  readonly size: PerDimension | null;
  readonly scale_factor: Factor | null;
  readonly mode: InterpolationMode;
  readonly align_corners: boolean | null;
  readonly recompute_scale_factor: boolean | null;

  constructor(
    size: PerDimension | null | UpsampleOptions = null,
    options: Omit<UpsampleOptions, "size"> = {},
  ) {
    super();
    const settings: UpsampleOptions = isTarget(size) ? size : { size, ...options };
    this.size = settings.size ?? null;
    this.scale_factor = settings.scale_factor ?? null;
    this.mode = settings.mode ?? "nearest";
    this.align_corners = settings.align_corners ?? null;
    this.recompute_scale_factor = settings.recompute_scale_factor ?? null;
  }

  /** @throws ValueError when not exactly one of size and factor was given, NotImplementedError for an input with other dimensions. */
  override forward(input: Tensor): Tensor {
    const { size, scale_factor, mode, align_corners, recompute_scale_factor } = this;
    return interpolate(input, { size, scale_factor, mode, align_corners, recompute_scale_factor });
  }

  override extra_repr(): string {
    const { size, scale_factor, mode } = this;
    const target =
      scale_factor === null ? `size=${printed(size)}` : `scale_factor=${printedFactor(scale_factor)}`;
    return `${target}, mode='${mode}'`;
  }
}

/** `nn.Upsample` of images that repeats elements. Source: `torch.nn.UpsamplingNearest2d`. */
export class UpsamplingNearest2d extends Upsample {
  constructor(size: PerDimension | null | Target = null, options: Pick<Target, "scale_factor"> = {}) {
    super({ ...(isTarget(size) ? size : { size, ...options }), mode: "nearest" });
  }
}

/** `nn.Upsample` of images, bilinear, with aligned corners. Source: `torch.nn.UpsamplingBilinear2d`. */
export class UpsamplingBilinear2d extends Upsample {
  constructor(size: PerDimension | null | Target = null, options: Pick<Target, "scale_factor"> = {}) {
    super({ ...(isTarget(size) ? size : { size, ...options }), mode: "bilinear", align_corners: true });
  }
}

/** How blocks slide, by name. */
export interface BlockOptions {
  readonly dilation?: PerDimension;
  readonly padding?: PerDimension;
  readonly stride?: PerDimension;
}

const blockParameters = {
  kernel_size: perDimension(),
  dilation: perDimension(1),
  padding: perDimension(0),
  stride: perDimension(1),
};

type BlockArguments =
  | readonly [options?: BlockOptions]
  | readonly [dilation: PerDimension, padding?: PerDimension, stride?: PerDimension];

/** What blocks and their way back have. */
abstract class Blocks extends Module {
  readonly kernel_size: PerDimension;
  readonly dilation: PerDimension;
  readonly padding: PerDimension;
  readonly stride: PerDimension;

  constructor(name: string, args: readonly unknown[]) {
    super();
    const { kernel_size, dilation, padding, stride } = bind(name, blockParameters, args);
    this.kernel_size = kernel_size;
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }

  override extra_repr(): string {
    const { kernel_size, dilation, padding, stride } = this;
    return Object.entries({ kernel_size, dilation, padding, stride })
      .map(([name, value]) => `${name}=${printed(value)}`)
      .join(", ");
  }
}

/** The blocks that slide over images `[N, C, H, W]`, as columns `[N, C · KH · KW, blocks]`. Source: `torch.nn.Unfold`. */
export class Unfold extends Blocks {
  constructor(kernel_size: PerDimension, ...rest: BlockArguments) {
    super("Unfold", [kernel_size, ...rest]);
  }

  /** @throws RuntimeError when the blocks do not fit the input. */
  override forward(input: Tensor): Tensor {
    const { kernel_size, dilation, padding, stride } = this;
    return unfold(input, kernel_size, dilation, padding, stride);
  }
}

/** Columns put together to images of `output_size`; what several blocks cover is summed. Source: `torch.nn.Fold`. */
export class Fold extends Blocks {
  readonly output_size: PerDimension;

  constructor(output_size: PerDimension, kernel_size: PerDimension, ...rest: BlockArguments) {
    super("Fold", [kernel_size, ...rest]);
    this.output_size = output_size;
  }

  /** @throws RuntimeError when the columns are not those of the blocks. */
  override forward(input: Tensor): Tensor {
    const { kernel_size, dilation, padding, stride } = this;
    return fold(input, this.output_size, kernel_size, dilation, padding, stride);
  }

  override extra_repr(): string {
    return `output_size=${printed(this.output_size)}, ${super.extra_repr()}`;
  }
}
