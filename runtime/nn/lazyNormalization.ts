/** Normalisations that take the number of their channels from the first input: after a call they are those whose name follows "Lazy". */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { Tensor } from "../tensor.ts";
import {
  batchParameters,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type ChannelNormArguments,
} from "./batchNormalization.ts";
import { awaitFirstInput, type LazyModule } from "./lazy.ts";
import { Parameter } from "./parameter.ts";
import { UninitializedBuffer, UninitializedParameter } from "./uninitialized.ts";

/** What lazy normalisations are made with. */
export type LazyNormArguments = Omit<ChannelNormArguments, "num_features">;

type LazyNormForms = CallForms<
  LazyNormArguments,
  [eps?: number, momentum?: number | null, affine?: boolean, track_running_stats?: boolean]
>;

/** As in PyTorch, those of samples too begin with weights and running statistics. */
const { num_features: _features, ...parameters } = batchParameters;

/** The settings of a normalisation of no channel. */
function read(name: string, args: LazyNormForms): Required<ChannelNormArguments> {
  return { num_features: 0, ...bind(name, parameters, args) };
}

/** Takes away the tensors of no channel until there is an input. */
function waitForChannels(layer: LazyModule): void {
  for (const [name, value] of Object.entries(layer)) {
    if (!(value instanceof Tensor) || value.ndim === 0) continue;
    const { device, dtype } = value;
    const kind = value instanceof Parameter;
    const empty = kind
      ? new UninitializedParameter(true, { device, dtype })
      : new UninitializedBuffer({ device, dtype });
    Reflect.set(layer, name, empty);
  }
  awaitFirstInput(layer);
}

/** What every normalisation says of itself. */
type Normalization = Pick<
  BatchNorm1d,
  "affine" | "bias" | "eps" | "momentum" | "running_mean" | "track_running_stats" | "weight"
>;

/** The settings of a normalisation for an input. */
function settingsFor(layer: Normalization, input: Tensor): ChannelNormArguments {
  const { eps, momentum, affine, track_running_stats, bias } = layer;
  const somewhere: Tensor | null = layer.weight ?? layer.running_mean;
  return {
    num_features: input.size(1),
    eps,
    momentum,
    affine,
    track_running_stats,
    bias: !affine || bias !== null,
    ...(somewhere && { device: somewhere.device, dtype: somewhere.dtype }),
  };
}

/** `nn.BatchNorm1d` with as many channels as the first input has. Source: `torch.nn.LazyBatchNorm1d`. */
export class LazyBatchNorm1d extends BatchNorm1d implements LazyModule {
  constructor(...args: LazyNormForms) {
    super(read("LazyBatchNorm1d", args));
    waitForChannels(this);
  }

  /** @internal */
  _complete(input: Tensor): BatchNorm1d {
    return new BatchNorm1d(settingsFor(this, input));
  }
}

/** `nn.BatchNorm2d` with as many channels as the first input has. Source: `torch.nn.LazyBatchNorm2d`. */
export class LazyBatchNorm2d extends BatchNorm2d implements LazyModule {
  constructor(...args: LazyNormForms) {
    super(read("LazyBatchNorm2d", args));
    waitForChannels(this);
  }

  /** @internal */
  _complete(input: Tensor): BatchNorm2d {
    return new BatchNorm2d(settingsFor(this, input));
  }
}

/** `nn.BatchNorm3d` with as many channels as the first input has. Source: `torch.nn.LazyBatchNorm3d`. */
export class LazyBatchNorm3d extends BatchNorm3d implements LazyModule {
  constructor(...args: LazyNormForms) {
    super(read("LazyBatchNorm3d", args));
    waitForChannels(this);
  }

  /** @internal */
  _complete(input: Tensor): BatchNorm3d {
    return new BatchNorm3d(settingsFor(this, input));
  }
}

/** `nn.InstanceNorm1d` with as many channels as the first input has. Source: `torch.nn.LazyInstanceNorm1d`. */
export class LazyInstanceNorm1d extends InstanceNorm1d implements LazyModule {
  constructor(...args: LazyNormForms) {
    super(read("LazyInstanceNorm1d", args));
    waitForChannels(this);
  }

  /** @internal */
  _complete(input: Tensor): InstanceNorm1d {
    return new InstanceNorm1d(settingsFor(this, input));
  }
}

/** `nn.InstanceNorm2d` with as many channels as the first input has. Source: `torch.nn.LazyInstanceNorm2d`. */
export class LazyInstanceNorm2d extends InstanceNorm2d implements LazyModule {
  constructor(...args: LazyNormForms) {
    super(read("LazyInstanceNorm2d", args));
    waitForChannels(this);
  }

  /** @internal */
  _complete(input: Tensor): InstanceNorm2d {
    return new InstanceNorm2d(settingsFor(this, input));
  }
}

/** `nn.InstanceNorm3d` with as many channels as the first input has. Source: `torch.nn.LazyInstanceNorm3d`. */
export class LazyInstanceNorm3d extends InstanceNorm3d implements LazyModule {
  constructor(...args: LazyNormForms) {
    super(read("LazyInstanceNorm3d", args));
    waitForChannels(this);
  }

  /** @internal */
  _complete(input: Tensor): InstanceNorm3d {
    return new InstanceNorm3d(settingsFor(this, input));
  }
}
