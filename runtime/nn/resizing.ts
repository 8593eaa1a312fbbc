/** Interpolation, and blocks of images, as modules. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { fold, unfold } from "../ops/spatial/blocks.ts";
import { interpolate, type InterpolationMode } from "../ops/spatial/interpolate.ts";
import { optionalPerDimension, perDimension, type PerDimension } from "../ops/spatial/windows.ts";
import { optionalFlag, type ArgumentsOf, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { fraction, printed, printedAll } from "./printed.ts";

type Factor = number | readonly number[];

/** What interpolation of images is made with: one of the two. */
export interface UpsamplingArguments {
  /** The size that it leads to: a number for all dimensions, or one for each. */
  readonly size?: PerDimension | null;
  /** By how much each dimension grows. */
  readonly scale_factor?: Factor | null;
}

/** What interpolation is made with. */
export interface UpsampleArguments extends UpsamplingArguments {
  readonly mode?: InterpolationMode;
  /** Whether the corners' middles stay where they are, instead of their edges. */
  readonly align_corners?: boolean | null;
  /** Whether the factor is computed anew from the size that it leads to. */
  readonly recompute_scale_factor?: boolean | null;
}

const targetParameters: ParametersOf<UpsamplingArguments> = {
  size: optionalPerDimension,
  scale_factor: {
    expects: "a number, an array of one for each dimension, or null",
    fallback: null,
    convert: (value) => (value === null || isFactor(value) ? value : undefined),
  },
};

const upsampleParameters: ParametersOf<UpsampleArguments> = {
  ...targetParameters,
  mode: {
    expects: "the name of a mode, as F.interpolate takes it",
    fallback: "nearest",
    // Words that are no mode are refused by the function, as in PyTorch.
    convert: (value) => (typeof value === "string" ? (value as InterpolationMode) : undefined),
  },
  align_corners: optionalFlag,
  recompute_scale_factor: optionalFlag,
};

function isFactor(value: unknown): value is Factor {
  return typeof value === "number" || (Array.isArray(value) && value.every(isFactor));
}

/** A factor as Python prints it: PyTorch makes it a float. */
function printedFactor(value: Factor): string {
  if (typeof value === "number") return fraction(value);
  return `(${value.map(printedFactor).join(", ")}${value.length === 1 ? "," : ""})`;
}

/** An interpolation, of which the settings have been read. */
abstract class Interpolation extends Module {
  readonly size: PerDimension | null;
  readonly scale_factor: Factor | null;
  readonly mode: InterpolationMode;
  readonly align_corners: boolean | null;
  readonly recompute_scale_factor: boolean | null;

  constructor(settings: ArgumentsOf<typeof upsampleParameters>) {
    super();
    this.size = settings.size;
    this.scale_factor = settings.scale_factor;
    this.mode = settings.mode;
    this.align_corners = settings.align_corners;
    this.recompute_scale_factor = settings.recompute_scale_factor;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
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

/**
 * Sequences `[N, C, L]`, images `[N, C, H, W]` or volumes `[N, C, D, H, W]` in another size: either the `size`, or the `scale_factor` that each dimension grows by. The
 * modes are those of `F.interpolate`.
 *
 * Source: `torch.nn.Upsample`.
 */
export class Upsample extends Interpolation {
  constructor(
    ...args: CallForms<
      UpsampleArguments,
      [
        size?: PerDimension | null,
        scale_factor?: Factor | null,
        mode?: InterpolationMode,
        align_corners?: boolean | null,
        recompute_scale_factor?: boolean | null,
      ]
    >
  ) {
    super(bind("Upsample", upsampleParameters, args));
  }
}

type TargetForms = CallForms<UpsamplingArguments, [size?: PerDimension | null, scale_factor?: Factor | null]>;

/** `nn.Upsample` of images that repeats elements. Source: `torch.nn.UpsamplingNearest2d`. */
export class UpsamplingNearest2d extends Interpolation {
  constructor(...args: TargetForms) {
    const target = bind("UpsamplingNearest2d", targetParameters, args);
    super({ ...target, mode: "nearest", align_corners: null, recompute_scale_factor: null });
  }
}

/** `nn.Upsample` of images, bilinear, with aligned corners. Source: `torch.nn.UpsamplingBilinear2d`. */
export class UpsamplingBilinear2d extends Interpolation {
  constructor(...args: TargetForms) {
    const target = bind("UpsamplingBilinear2d", targetParameters, args);
    super({ ...target, mode: "bilinear", align_corners: true, recompute_scale_factor: null });
  }
}

/** What blocks that slide over images are made with. Sizes are one number for both dimensions, or one for each. */
export interface UnfoldArguments {
  readonly kernel_size: PerDimension;
  readonly dilation?: PerDimension;
  readonly padding?: PerDimension;
  readonly stride?: PerDimension;
}

/** What their way back is made with. */
export interface FoldArguments extends UnfoldArguments {
  /** Height and width of the images. */
  readonly output_size: PerDimension;
}

/** The arguments of blocks, in PyTorch's order. */
type BlockPositions = [
  kernel_size: PerDimension,
  dilation?: PerDimension,
  padding?: PerDimension,
  stride?: PerDimension,
];

const unfoldParameters: ParametersOf<UnfoldArguments> = {
  kernel_size: perDimension(),
  dilation: perDimension(1),
  padding: perDimension(0),
  stride: perDimension(1),
};

const foldParameters: ParametersOf<FoldArguments> = { output_size: perDimension(), ...unfoldParameters };

/** What blocks and their way back have. */
abstract class Blocks extends Module {
  readonly kernel_size: PerDimension;
  readonly dilation: PerDimension;
  readonly padding: PerDimension;
  readonly stride: PerDimension;

  constructor({ kernel_size, dilation, padding, stride }: Required<UnfoldArguments>) {
    super();
    this.kernel_size = kernel_size;
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }

  override extra_repr(): string {
    const { kernel_size, dilation, padding, stride } = this;
    return printedAll({ kernel_size, dilation, padding, stride });
  }
}

/** The blocks that slide over images `[N, C, H, W]`, as columns `[N, C · KH · KW, blocks]`. Source: `torch.nn.Unfold`. */
export class Unfold extends Blocks {
  constructor(...args: CallForms<UnfoldArguments, BlockPositions>) {
    super(bind("Unfold", unfoldParameters, args));
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
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

  constructor(
    ...args: CallForms<
      FoldArguments,
      [output_size: PerDimension, ...BlockPositions],
      ["output_size", "kernel_size"]
    >
  ) {
    const settings = bind("Fold", foldParameters, args);
    super(settings);
    this.output_size = settings.output_size;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
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
