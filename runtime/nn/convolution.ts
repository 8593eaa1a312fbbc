/** Convolutions as modules. */
import { absent } from "./absent.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ValueError } from "../errors/valueError.ts";
import { conv1d, conv2d, conv3d, type ConvolutionPadding } from "../ops/spatial/conv.ts";
import { conv_transpose1d, conv_transpose2d, conv_transpose3d } from "../ops/spatial/convTranspose.ts";
import { pad, type PaddingMode } from "../ops/spatial/pad.ts";
import { eachDimension, perDimension, type PerDimension } from "../ops/spatial/windows.ts";
import { flag, integer, type ArgumentsOf, type Parameter, type ParametersOf } from "../parameters.ts";
import { numel, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { uniformParameter } from "./initial.ts";
import { Module } from "./module.ts";
import type { Parameter as ModuleParameter } from "./parameter.ts";
import { printed } from "./printed.ts";
import { placement, type Placement } from "./settings.ts";

/** What a convolution is made with. Sizes are one number for all dimensions, or one for each. */
export interface ConvolutionArguments extends Placement {
  readonly in_channels: number;
  readonly out_channels: number;
  readonly kernel_size: PerDimension;
  readonly stride?: PerDimension;
  readonly padding?: ConvolutionPadding;
  readonly dilation?: PerDimension;
  /** Into how many groups the channels are divided. */
  readonly groups?: number;
  /** Whether a learned number is added to each output channel; `true` unless given. */
  readonly bias?: boolean;
  /** What stands in the padding: zeros, or a continuation of the input as in `F.pad`. Of transposed convolutions only `"zeros"`. */
  readonly padding_mode?: "zeros" | "reflect" | "replicate" | "circular";
}

/** What a transposed convolution is made with. */
export interface TransposedConvolutionArguments extends Omit<ConvolutionArguments, "padding"> {
  readonly padding?: PerDimension;
  readonly output_padding?: PerDimension;
}

type RequiredOrder = ["in_channels", "out_channels", "kernel_size"];

/** How a convolution is made. */
export type ConvolutionForms = CallForms<
  ConvolutionArguments,
  [
    in_channels: number,
    out_channels: number,
    kernel_size: PerDimension,
    stride?: PerDimension,
    padding?: ConvolutionPadding,
    dilation?: PerDimension,
    groups?: number,
    bias?: boolean,
  ],
  RequiredOrder
>;

/** How a transposed convolution is made. */
export type TransposedConvolutionForms = CallForms<
  TransposedConvolutionArguments,
  [
    in_channels: number,
    out_channels: number,
    kernel_size: PerDimension,
    stride?: PerDimension,
    padding?: PerDimension,
    output_padding?: PerDimension,
    groups?: number,
    bias?: boolean,
    dilation?: PerDimension,
  ],
  RequiredOrder
>;

const paddingWords: Parameter<ConvolutionPadding> = {
  expects: `a whole number, an array of one for each dimension, "same" or "valid"`,
  fallback: 0,
  // Other words are refused by `check`, as in PyTorch.
  convert: (value) => (typeof value === "string" ? (value as "same") : perDimension().convert(value)),
};

type PaddingWord = NonNullable<ConvolutionArguments["padding_mode"]>;

const paddingMode: Parameter<PaddingWord> = {
  expects: "a string",
  fallback: "zeros",
  // Other words are refused by `check`, as in PyTorch.
  convert: (value) => (typeof value === "string" ? (value as PaddingWord) : undefined),
};

const channels = { in_channels: integer(), out_channels: integer(), kernel_size: perDimension() };

export const convolutionParameters: ParametersOf<ConvolutionArguments> = {
  ...channels,
  stride: perDimension(1),
  padding: paddingWords,
  dilation: perDimension(1),
  groups: integer(1),
  bias: flag(true),
  padding_mode: paddingMode,
  ...placement,
};

export const transposedParameters: ParametersOf<TransposedConvolutionArguments> = {
  ...channels,
  stride: perDimension(1),
  padding: perDimension(0),
  output_padding: perDimension(0),
  groups: integer(1),
  bias: flag(true),
  dilation: perDimension(1),
  padding_mode: paddingMode,
  ...placement,
};

/** What every convolution is made with. */
type Settings = ArgumentsOf<ParametersOf<ConvolutionArguments>>;

/** @throws ValueError for numbers that no convolution has. */
function check(
  name: string,
  { in_channels, out_channels, groups, padding, stride, padding_mode }: Settings,
): void {
  if (groups <= 0) throw new ValueError(`${name}: groups must be a positive integer, got ${groups}.`);
  if (in_channels % groups !== 0)
    throw new ValueError(
      `${name}: in_channels must be divisible by groups, got ${in_channels} and ${groups}.`,
    );
  if (out_channels % groups !== 0)
    throw new ValueError(
      `${name}: out_channels must be divisible by groups, got ${out_channels} and ${groups}.`,
    );
  if (typeof padding === "string" && padding !== "same" && padding !== "valid")
    throw new ValueError(
      `${name}: Invalid padding string '${String(padding)}', should be one of "same", "valid".`,
    );
  if (padding === "same" && [stride].flat().some((step) => step !== 1))
    throw new ValueError(`${name}: padding='same' is not supported for strided convolutions.`);
  if (!["zeros", "reflect", "replicate", "circular"].includes(padding_mode))
    throw new ValueError(
      `${name}: padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode='${padding_mode}'.`,
    );
}

/** What all convolutions have: the weights, drawn as PyTorch draws them, and the settings. */
abstract class AnyConvolution extends Module {
  readonly in_channels: number;
  readonly out_channels: number;
  readonly kernel_size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: "same" | "valid" | readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly padding_mode: string;
  /** Shape `[out_channels, in_channels / groups, …kernel_size]`; of a transposed convolution with the channels exchanged. */
  weight: ModuleParameter;
  /** Shape `[out_channels]`, or `null`. */
  bias: ModuleParameter;

  constructor(rank: number, transposed: boolean, settings: Settings) {
    super();
    const name = `nn.${new.target.name}`;
    check(name, settings);
    const { in_channels, out_channels, groups, padding } = settings;
    const each = (field: string, value: PerDimension): readonly number[] =>
      eachDimension(name, field, value, rank);
    this.in_channels = in_channels;
    this.out_channels = out_channels;
    this.kernel_size = each("kernel_size", settings.kernel_size);
    this.stride = each("stride", settings.stride);
    this.padding = typeof padding === "string" ? padding : each("padding", padding);
    this.dilation = each("dilation", settings.dilation);
    this.groups = groups;
    this.padding_mode = settings.padding_mode;
    const [first, second] = transposed ? [in_channels, out_channels] : [out_channels, in_channels];
    const shape = [first, second / groups, ...this.kernel_size];
    const fanIn = numel(shape.slice(1));
    const options = { dtype: settings.dtype, device: settings.device };
    // Kaiming initialisation with a = √5 comes to 1/√fan_in. PyTorch computes it as √3 · gain/√fan_in.
    const gain = Math.sqrt(2 / (1 + Math.sqrt(5) ** 2));
    this.weight = uniformParameter(shape, fanIn > 0 ? Math.sqrt(3) * (gain / Math.sqrt(fanIn)) : 0, options);
    this.bias = settings.bias
      ? uniformParameter([out_channels], fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0, options)
      : absent;
  }

  override extra_repr(): string {
    const parts = [
      `${this.in_channels}, ${this.out_channels}`,
      `kernel_size=${printed(this.kernel_size)}`,
      `stride=${printed(this.stride)}`,
    ];
    const { padding } = this;
    if (typeof padding === "string") parts.push(`padding=${padding}`);
    else if (padding.some((value) => value !== 0)) parts.push(`padding=${printed(padding)}`);
    if (this.dilation.some((value) => value !== 1)) parts.push(`dilation=${printed(this.dilation)}`);
    parts.push(...this.moreSettings());
    if (this.groups !== 1) parts.push(`groups=${this.groups}`);
    if (this.bias === null) parts.push("bias=False");
    if (this.padding_mode !== "zeros") parts.push(`padding_mode=${this.padding_mode}`);
    return parts.join(", ");
  }

  /** Settings that only some convolutions have, as they are printed. */
  protected moreSettings(): string[] {
    return [];
  }
}

type ConvolutionFunction = typeof conv1d;

/** A convolution, over as many dimensions as the function that it calls. */
abstract class Convolution extends AnyConvolution {
  protected abstract get convolve(): ConvolutionFunction;

  constructor(rank: number, args: ConvolutionForms) {
    super(rank, false, bind(new.target.name, convolutionParameters, args));
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws RuntimeError when the channels or sizes of `input` do not fit. */
  override forward(input: Tensor): Tensor {
    const { stride, padding, dilation, groups, padding_mode } = this;
    if (padding_mode === "zeros")
      return this.convolve(input, this.weight, this.bias, stride, padding, dilation, groups);
    const padded = pad(input, this.border(), padding_mode as PaddingMode); // the constructor has checked it
    return this.convolve(padded, this.weight, this.bias, stride, 0, dilation, groups);
  }

  /** The padding as `pad` takes it: the last dimension first. Of an uneven number, the one more is behind. */
  private border(): readonly number[] {
    const { padding, dilation } = this;
    return this.kernel_size
      .map((size, dim) => {
        if (padding === "valid") return [0, 0];
        if (padding !== "same") return [padding[dim]!, padding[dim]!];
        const total = dilation[dim]! * (size - 1);
        return [Math.floor(total / 2), Math.ceil(total / 2)];
      })
      .toReversed()
      .flat();
  }
}

/**
 * Slides learned kernels over sequences: `[N, in_channels, L]` to `[N, out_channels, L′]`.
 *
 * Weights and bias begin uniform in ±1/√(in_channels / groups · kernel size), the same numbers as PyTorch's after the same seed.
 *
 * @throws ValueError when the channels are not divisible by the groups, or the padding cannot be.
 * Source: `torch.nn.Conv1d`.
 */
export class Conv1d extends Convolution {
  constructor(...args: ConvolutionForms) {
    super(1, args);
  }

  protected override get convolve(): ConvolutionFunction {
    return conv1d;
  }
}

/**
 * Slides learned kernels over images: `[N, in_channels, H, W]` to `[N, out_channels, H′, W′]`.
 *
 * `new nn.Conv2d(1, 6, 5, {padding: 2})`. Weights and bias begin uniform in ±1/√(in_channels / groups · kernel size), the same numbers as PyTorch's after the same
 * seed.
 *
 * @throws ValueError when the channels are not divisible by the groups, or the padding cannot be.
 * Source: `torch.nn.Conv2d`; LeCun et al., "Gradient-Based Learning Applied to Document Recognition" (1998).
 */
export class Conv2d extends Convolution {
  constructor(...args: ConvolutionForms) {
    super(2, args);
  }

  protected override get convolve(): ConvolutionFunction {
    return conv2d;
  }
}

/** Slides learned kernels over volumes: `[N, in_channels, D, H, W]` to `[N, out_channels, D′, H′, W′]`. Otherwise as `Conv2d`. Source: `torch.nn.Conv3d`. */
export class Conv3d extends Convolution {
  constructor(...args: ConvolutionForms) {
    super(3, args);
  }

  protected override get convolve(): ConvolutionFunction {
    return conv3d;
  }
}

type TransposedFunction = typeof conv_transpose1d;

interface OutputSize {
  readonly output_size: Shape;
}

/** A transposed convolution, over as many dimensions as the function that it calls. */
abstract class TransposedConvolution extends AnyConvolution {
  readonly output_padding: readonly number[];
  protected abstract get convolve(): TransposedFunction;

  constructor(rank: number, args: TransposedConvolutionForms) {
    const { name } = new.target;
    const settings = bind(name, transposedParameters, args);
    if (settings.padding_mode !== "zeros")
      throw new ValueError(`Only "zeros" padding mode is supported for ${name}: pad the input before it.`);
    super(rank, true, settings);
    this.output_padding = eachDimension(`nn.${name}`, "output_padding", settings.output_padding, rank);
  }

  get _inputNames(): readonly ["input", "output_size"] {
    return ["input", "output_size"];
  }

  /**
   * Several sizes of input give the same size of output; `output_size` says which of them to undo.
   *
   * @throws RuntimeError when the channels or sizes of `input` do not fit, ValueError when it cannot give `output_size`.
   */
  override forward(input: Tensor, output_size: Shape | OutputSize | null = null): Tensor {
    const wanted =
      output_size !== null && "output_size" in output_size ? output_size.output_size : output_size;
    const { stride, padding, groups, dilation } = this;
    const output_padding = wanted === null ? this.output_padding : this.paddingFor(input, wanted);
    return this.convolve(
      input,
      this.weight,
      this.bias,
      stride,
      // A transposed convolution has no padding by word.
      padding as readonly number[],
      output_padding,
      groups,
      dilation,
    );
  }

  /** How much to add behind the output so that its sizes are `wanted`: those of the positions, or of all dimensions. */
  private paddingFor(input: Tensor, wanted: Shape): readonly number[] {
    const rank = this.stride.length;
    const before = input.ndim - rank;
    if (wanted.length !== rank && wanted.length !== input.ndim)
      throw new ValueError(
        `ConvTranspose${rank}D: for ${input.ndim}D input, output_size must have ${rank} or ${input.ndim} elements (got ${wanted.length}).`,
      );
    const sizes = wanted.slice(-rank);
    // A transposed convolution has no padding by word.
    const padding = this.padding as readonly number[];
    const smallest = sizes.map(
      (_, i) =>
        ((input.shape[before + i] ?? 0) - 1) * this.stride[i]! -
        2 * padding[i]! +
        this.dilation[i]! * (this.kernel_size[i]! - 1) +
        1,
    );
    const largest = smallest.map((size, i) => size + this.stride[i]! - 1);
    if (sizes.some((size, i) => size < smallest[i]! || size > largest[i]!))
      throw new ValueError(
        `requested an output size of [${sizes.join(", ")}], but valid sizes range from [${smallest.join(", ")}] to ` +
          `[${largest.join(", ")}] (for an input of [${input.shape.slice(before).join(", ")}]): stride and kernel_size leave no others.`,
      );
    return sizes.map((size, i) => size - smallest[i]!);
  }

  protected override moreSettings(): string[] {
    return this.output_padding.some((value) => value !== 0)
      ? [`output_padding=${printed(this.output_padding)}`]
      : [];
  }
}

/** Spreads sequences with learned kernels: `[N, in_channels, L]` to `[N, out_channels, L′]`. Source: `torch.nn.ConvTranspose1d`. */
export class ConvTranspose1d extends TransposedConvolution {
  constructor(...args: TransposedConvolutionForms) {
    super(1, args);
  }

  protected override get convolve(): TransposedFunction {
    return conv_transpose1d;
  }
}

/** Spreads images with learned kernels: `[N, in_channels, H, W]` to `[N, out_channels, H′, W′]`. Source: `torch.nn.ConvTranspose2d`. */
export class ConvTranspose2d extends TransposedConvolution {
  constructor(...args: TransposedConvolutionForms) {
    super(2, args);
  }

  protected override get convolve(): TransposedFunction {
    return conv_transpose2d;
  }
}

/** Spreads volumes with learned kernels: `[N, in_channels, D, H, W]` to `[N, out_channels, D′, H′, W′]`. Source: `torch.nn.ConvTranspose3d`. */
export class ConvTranspose3d extends TransposedConvolution {
  constructor(...args: TransposedConvolutionForms) {
    super(3, args);
  }

  protected override get convolve(): TransposedFunction {
    return conv_transpose3d;
  }
}
