/** Layer, root-mean-square and group normalisation as modules. */
import { absent } from "./absent.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ones, zeros } from "../create.ts";
import { ValueError } from "../errors/valueError.ts";
import { group_norm } from "../ops/networks/groupNorm.ts";
import { layer_norm, rms_norm } from "../ops/networks/normalization.ts";
import { perDimension } from "../ops/spatial/windows.ts";
import { flag, integer, keywordOnly, number, optionalNumber, type ParametersOf } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";
import { printed, pythonNumber } from "./printed.ts";
import { placement, type Placement } from "./settings.ts";

/** What `nn.LayerNorm` is made with. */
export interface LayerNormArguments extends Placement {
  /** The sizes of the last dimensions; a number for one. */
  readonly normalized_shape: number | Shape;
  /** What is added to the variance; 1e-5 unless given. */
  readonly eps?: number;
  /** Whether there are a weight and a bias, which begin as ones and zeros. */
  readonly elementwise_affine?: boolean;
  /** Whether there is a bias besides the weight. */
  readonly bias?: boolean;
}

const layerParameters: ParametersOf<LayerNormArguments> = {
  normalized_shape: perDimension(),
  eps: number(1e-5),
  elementwise_affine: flag(true),
  bias: flag(true),
  ...placement,
};

/** Learned numbers that begin with `begin`, or none. */
function learned(
  wanted: boolean,
  begin: typeof ones | typeof zeros,
  shape: Shape,
  place: Placement,
): Parameter {
  return wanted ? new Parameter(begin(shape, place)) : absent;
}

/**
 * Layer normalisation of the last dimensions, with a learned weight and bias.
 *
 * Source: `torch.nn.LayerNorm`; Ba et al., "Layer Normalization" (2016).
 */
export class LayerNorm extends Module {
  readonly normalized_shape: Shape;
  readonly eps: number;
  readonly elementwise_affine: boolean;
  /** Shape `normalized_shape`, or `null`. */
  weight: Parameter;
  /** Shape `normalized_shape`, or `null`. */
  bias: Parameter;

  constructor(
    ...args: CallForms<
      LayerNormArguments,
      [normalized_shape: number | Shape, eps?: number, elementwise_affine?: boolean, bias?: boolean]
    >
  ) {
    super();
    const { normalized_shape, eps, elementwise_affine, bias, ...place } = bind(
      "LayerNorm",
      layerParameters,
      args,
    );
    this.normalized_shape = [normalized_shape].flat();
    this.eps = eps;
    this.elementwise_affine = elementwise_affine;
    this.weight = learned(elementwise_affine, ones, this.normalized_shape, place);
    this.bias = learned(elementwise_affine && bias, zeros, this.normalized_shape, place);
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws as `torch.nn.functional.layer_norm`. */
  override forward(input: Tensor): Tensor {
    return layer_norm(input, this.normalized_shape, this.weight, this.bias, this.eps);
  }

  override extra_repr(): string {
    return `${printed(this.normalized_shape)}, eps=${pythonNumber(this.eps)}, elementwise_affine=${printed(this.elementwise_affine)}, bias=${printed(this.bias !== null)}`;
  }
}

/** What `nn.RMSNorm` is made with. */
export interface RMSNormArguments extends Placement {
  /** The sizes of the last dimensions; a number for one. */
  readonly normalized_shape: number | Shape;
  /** What is added to the mean of squares; the distance from 1 to the next number of the dtype when `null`. */
  readonly eps?: number | null;
  /** Whether there is a weight, which begins as ones. */
  readonly elementwise_affine?: boolean;
}

const rootMeanSquareParameters: ParametersOf<RMSNormArguments> = {
  normalized_shape: perDimension(),
  eps: optionalNumber,
  elementwise_affine: flag(true),
  ...placement,
};

/**
 * Root-mean-square normalisation of the last dimensions, with a learned weight.
 *
 * Source: `torch.nn.RMSNorm`; Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019).
 */
export class RMSNorm extends Module {
  readonly normalized_shape: Shape;
  readonly eps: number | null;
  readonly elementwise_affine: boolean;
  /** Shape `normalized_shape`, or `null`. */
  weight: Parameter;

  constructor(
    ...args: CallForms<
      RMSNormArguments,
      [normalized_shape: number | Shape, eps?: number | null, elementwise_affine?: boolean]
    >
  ) {
    super();
    const { normalized_shape, eps, elementwise_affine, ...place } = bind(
      "RMSNorm",
      rootMeanSquareParameters,
      args,
    );
    this.normalized_shape = [normalized_shape].flat();
    this.eps = eps;
    this.elementwise_affine = elementwise_affine;
    this.weight = learned(elementwise_affine, ones, this.normalized_shape, place);
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws as `torch.nn.functional.rms_norm`. */
  override forward(input: Tensor): Tensor {
    return rms_norm(input, this.normalized_shape, this.weight, this.eps);
  }

  override extra_repr(): string {
    return `${printed(this.normalized_shape)}, eps=${this.eps === null ? "None" : pythonNumber(this.eps)}, elementwise_affine=${printed(this.elementwise_affine)}`;
  }
}

/** What `nn.GroupNorm` is made with. */
export interface GroupNormArguments extends Placement {
  readonly num_groups: number;
  readonly num_channels: number;
  /** What is added to the variance; 1e-5 unless given. */
  readonly eps?: number;
  /** Whether there are a weight and a bias, which begin as ones and zeros. */
  readonly affine?: boolean;
  /** Whether there is a bias besides the weight. */
  readonly bias?: boolean;
}

const groupParameters: ParametersOf<GroupNormArguments> = {
  num_groups: integer(),
  num_channels: integer(),
  eps: number(1e-5),
  affine: flag(true),
  ...placement,
  bias: keywordOnly(flag(true)),
};

/**
 * Normalisation of groups of channels: shapes `[N, C, …]`, with a learned weight and bias for each channel.
 *
 * Source: `torch.nn.GroupNorm`; Wu and He, "Group Normalization" (2018).
 */
export class GroupNorm extends Module {
  readonly num_groups: number;
  readonly num_channels: number;
  readonly eps: number;
  readonly affine: boolean;
  /** Shape `[num_channels]`, or `null`. */
  weight: Parameter;
  /** Shape `[num_channels]`, or `null`. */
  bias: Parameter;

  /** @throws ValueError when the groups do not divide the channels. */
  constructor(
    ...args: CallForms<
      GroupNormArguments,
      [num_groups: number, num_channels: number, eps?: number, affine?: boolean],
      ["num_groups", "num_channels"]
    >
  ) {
    super();
    const { num_groups, num_channels, eps, affine, bias, ...place } = bind(
      "GroupNorm",
      groupParameters,
      args,
    );
    if (num_channels % num_groups !== 0)
      throw new ValueError(
        `num_channels (${num_channels}) must be divisible by num_groups (${num_groups}): every group has as many channels.`,
      );
    this.num_groups = num_groups;
    this.num_channels = num_channels;
    this.eps = eps;
    this.affine = affine;
    this.weight = learned(affine, ones, [num_channels], place);
    this.bias = learned(affine && bias, zeros, [num_channels], place);
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws as `torch.nn.functional.group_norm`. */
  override forward(input: Tensor): Tensor {
    return group_norm(input, this.num_groups, this.weight, this.bias, this.eps);
  }

  override extra_repr(): string {
    return `${this.num_groups}, ${this.num_channels}, eps=${pythonNumber(this.eps)}, affine=${printed(this.affine)}, bias=${printed(this.bias !== null)}`;
  }
}
