/** Layers that take the number of their inputs from the first one: after a call they are the layers whose name follows "Lazy". */
import { absent } from "./absent.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import type { ConvolutionPadding } from "../ops/spatial/conv.ts";
import type { PerDimension } from "../ops/spatial/windows.ts";
import { flag, integer, type ParametersOf } from "../parameters.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import {
  Conv1d,
  Conv2d,
  Conv3d,
  convolutionParameters,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  transposedParameters,
  type ConvolutionArguments,
  type TransposedConvolutionArguments,
} from "./convolution.ts";
import { awaitFirstInput, type LazyModule } from "./lazy.ts";
import { Linear, type LinearArguments } from "./layers.ts";
import { placement, type Placement } from "./settings.ts";
import { UninitializedParameter } from "./uninitialized.ts";

/** What `nn.LazyLinear` is made with. */
export type LazyLinearArguments = Omit<LinearArguments, "in_features">;

const linearParameters: ParametersOf<LazyLinearArguments> = {
  out_features: integer(),
  bias: flag(true),
  ...placement,
};

/** A layer with weights. */
type Weighted = LazyModule & {
  weight: UninitializedParameter;
  bias: UninitializedParameter;
};

/** Takes the weights away until there is an input. */
function waitForWeights(layer: LazyModule, bias: boolean, { device, dtype }: Required<Placement>): void {
  const place = { device, dtype };
  const waiting = layer as Weighted; // every layer here has a weight and a bias
  waiting.weight = new UninitializedParameter(true, place);
  waiting.bias = bias ? new UninitializedParameter(true, place) : absent;
  awaitFirstInput(layer);
}

/** Where a layer is. */
function placeOf({ weight: { device, dtype } }: { readonly weight: Tensor }): Required<Placement> {
  return { device, dtype };
}

/** `nn.Linear` with as many inputs as the first input has: `new nn.LazyLinear(10)`. Source: `torch.nn.LazyLinear`. */
export class LazyLinear extends Linear implements LazyModule {
  constructor(...args: CallForms<LazyLinearArguments, [out_features: number, bias?: boolean]>) {
    const { out_features, bias, ...place } = bind("LazyLinear", linearParameters, args);
    super(0, out_features, { bias: false, ...place });
    waitForWeights(this, bias, place);
  }

  /** @internal */
  _complete(input: Tensor): Linear {
    return new Linear(input.size(-1), this.out_features, { bias: this.bias !== null, ...placeOf(this) });
  }
}

/** What lazy convolutions are made with. */
export type LazyConvolutionArguments = Omit<ConvolutionArguments, "in_channels">;
/** What lazy transposed convolutions are made with. */
export type LazyTransposedConvolutionArguments = Omit<TransposedConvolutionArguments, "in_channels">;

const { in_channels: _channels, ...lazyConvolution } = convolutionParameters;
const { in_channels: _transposedChannels, ...lazyTransposed } = transposedParameters;

type LazyConvolutionForms = CallForms<
  LazyConvolutionArguments,
  [
    out_channels: number,
    kernel_size: PerDimension,
    stride?: PerDimension,
    padding?: ConvolutionPadding,
    dilation?: PerDimension,
    groups?: number,
    bias?: boolean,
  ],
  ["out_channels", "kernel_size"]
>;

type LazyTransposedForms = CallForms<
  LazyTransposedConvolutionArguments,
  [
    out_channels: number,
    kernel_size: PerDimension,
    stride?: PerDimension,
    padding?: PerDimension,
    output_padding?: PerDimension,
    groups?: number,
    bias?: boolean,
    dilation?: PerDimension,
  ],
  ["out_channels", "kernel_size"]
>;

const readConvolution = (name: string, args: readonly unknown[]): Required<LazyConvolutionArguments> =>
  bind(name, lazyConvolution, args);

const readTransposed = (
  name: string,
  args: readonly unknown[],
): Required<LazyTransposedConvolutionArguments> => bind(name, lazyTransposed, args);

/** The settings of a layer without channels and weights. */
const empty = <Settings extends object>(
  settings: Settings,
): Settings & { readonly in_channels: 0; readonly bias: false } => ({
  ...settings,
  in_channels: 0,
  bias: false,
});

/** What every convolution says of itself. */
type Convolution = Pick<
  Conv1d,
  | "bias"
  | "dilation"
  | "groups"
  | "kernel_size"
  | "out_channels"
  | "padding"
  | "padding_mode"
  | "stride"
  | "weight"
>;
type TransposedConvolution = Convolution & Pick<ConvTranspose1d, "output_padding">;

/** How many channels an input has. @throws RuntimeError for an input of another number of dimensions. */
function channelsOf(input: Tensor, layer: Convolution): number {
  const rank = layer.kernel_size.length;
  if (input.ndim !== rank + 1 && input.ndim !== rank + 2)
    throw new RuntimeError(
      `Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${layer.constructor.name}, but got input of size: ${formatShape(input.shape)}.`,
    );
  return input.size(input.ndim - rank - 1);
}

/** The settings of a convolution for an input. */
function settingsFor(layer: Convolution, input: Tensor): ConvolutionArguments {
  const { out_channels, kernel_size, stride, padding, dilation, groups, bias } = layer;
  return {
    in_channels: channelsOf(input, layer),
    out_channels,
    kernel_size,
    stride,
    padding,
    dilation,
    groups,
    bias: bias !== null,
    padding_mode: layer.padding_mode as "zeros", // one of the words
    ...placeOf(layer),
  };
}

/** The settings of a transposed convolution for an input. */
function transposedSettingsFor(layer: TransposedConvolution, input: Tensor): TransposedConvolutionArguments {
  const { padding, output_padding } = layer;
  // A transposed convolution has no padding by word.
  return { ...settingsFor(layer, input), padding: padding as readonly number[], output_padding };
}

/** `nn.Conv1d` with as many channels as the first input has. Source: `torch.nn.LazyConv1d`. */
export class LazyConv1d extends Conv1d implements LazyModule {
  constructor(...args: LazyConvolutionForms) {
    const settings = readConvolution("LazyConv1d", args);
    super(empty(settings));
    waitForWeights(this, settings.bias, settings);
  }

  /** @internal */
  _complete(input: Tensor): Conv1d {
    return new Conv1d(settingsFor(this, input));
  }
}

/** `nn.Conv2d` with as many channels as the first input has: `new nn.LazyConv2d(6, 5)`. Source: `torch.nn.LazyConv2d`. */
export class LazyConv2d extends Conv2d implements LazyModule {
  constructor(...args: LazyConvolutionForms) {
    const settings = readConvolution("LazyConv2d", args);
    super(empty(settings));
    waitForWeights(this, settings.bias, settings);
  }

  /** @internal */
  _complete(input: Tensor): Conv2d {
    return new Conv2d(settingsFor(this, input));
  }
}

/** `nn.Conv3d` with as many channels as the first input has. Source: `torch.nn.LazyConv3d`. */
export class LazyConv3d extends Conv3d implements LazyModule {
  constructor(...args: LazyConvolutionForms) {
    const settings = readConvolution("LazyConv3d", args);
    super(empty(settings));
    waitForWeights(this, settings.bias, settings);
  }

  /** @internal */
  _complete(input: Tensor): Conv3d {
    return new Conv3d(settingsFor(this, input));
  }
}

/** `nn.ConvTranspose1d` with as many channels as the first input has. Source: `torch.nn.LazyConvTranspose1d`. */
export class LazyConvTranspose1d extends ConvTranspose1d implements LazyModule {
  constructor(...args: LazyTransposedForms) {
    const settings = readTransposed("LazyConvTranspose1d", args);
    super(empty(settings));
    waitForWeights(this, settings.bias, settings);
  }

  /** @internal */
  _complete(input: Tensor): ConvTranspose1d {
    return new ConvTranspose1d(transposedSettingsFor(this, input));
  }
}

/** `nn.ConvTranspose2d` with as many channels as the first input has. Source: `torch.nn.LazyConvTranspose2d`. */
export class LazyConvTranspose2d extends ConvTranspose2d implements LazyModule {
  constructor(...args: LazyTransposedForms) {
    const settings = readTransposed("LazyConvTranspose2d", args);
    super(empty(settings));
    waitForWeights(this, settings.bias, settings);
  }

  /** @internal */
  _complete(input: Tensor): ConvTranspose2d {
    return new ConvTranspose2d(transposedSettingsFor(this, input));
  }
}

/** `nn.ConvTranspose3d` with as many channels as the first input has. Source: `torch.nn.LazyConvTranspose3d`. */
export class LazyConvTranspose3d extends ConvTranspose3d implements LazyModule {
  constructor(...args: LazyTransposedForms) {
    const settings = readTransposed("LazyConvTranspose3d", args);
    super(empty(settings));
    waitForWeights(this, settings.bias, settings);
  }

  /** @internal */
  _complete(input: Tensor): ConvTranspose3d {
    return new ConvTranspose3d(transposedSettingsFor(this, input));
  }
}
