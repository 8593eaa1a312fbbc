/** Layer, root-mean-square and group normalisation as modules. */
import { ones, zeros, type TensorOptions } from "../create.ts";
import { ValueError } from "../errors/valueError.ts";
import { group_norm } from "../ops/networks/groupNorm.ts";
import { layer_norm, rms_norm } from "../ops/networks/normalization.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

type Placement = Pick<TensorOptions, "dtype" | "device">;

/** What `nn.LayerNorm` takes by name. */
export interface LayerNormOptions extends Placement {
  readonly eps?: number;
  /** Whether there are a weight and a bias, which begin as ones and zeros. */
  readonly elementwise_affine?: boolean;
  readonly bias?: boolean;
}

/** Python's words. */
function word(value: boolean): string {
  return value ? "True" : "False";
}

/** A shape as Python prints a tuple. */
function tuple(shape: Shape): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** Options of which the epsilon may also stand alone, in their place. */
function merged<Options extends object>(first: number | null | Options, options: Options): Options {
  if (typeof first === "number") return { ...options, eps: first };
  return { ...options, ...first };
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
  weight: Parameter | null;
  /** Shape `normalized_shape`, or `null`. */
  bias: Parameter | null;

  constructor(
    normalized_shape: number | Shape,
    eps: number | LayerNormOptions = {},
    options: LayerNormOptions = {},
  ) {
    super();
    const {
      eps: epsilon = 1e-5,
      elementwise_affine = true,
      bias = true,
      ...placement
    } = merged(eps, options);
    this.normalized_shape = typeof normalized_shape === "number" ? [normalized_shape] : normalized_shape;
    this.eps = epsilon;
    this.elementwise_affine = elementwise_affine;
    this.weight = elementwise_affine ? new Parameter(ones(this.normalized_shape, placement)) : null;
    this.bias = elementwise_affine && bias ? new Parameter(zeros(this.normalized_shape, placement)) : null;
  }

  /** @throws as `torch.nn.functional.layer_norm`. */
  override forward(input: Tensor): Tensor {
    return layer_norm(input, this.normalized_shape, this.weight, this.bias, this.eps);
  }

  override extra_repr(): string {
    return `${tuple(this.normalized_shape)}, eps=${pythonNumber(this.eps)}, elementwise_affine=${word(this.elementwise_affine)}, bias=${word(this.bias !== null)}`;
  }
}

/** What `nn.RMSNorm` takes by name. */
export interface RMSNormOptions extends Placement {
  readonly eps?: number | null;
  /** Whether there is a weight, which begins as ones. */
  readonly elementwise_affine?: boolean;
}

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
  weight: Parameter | null;

  constructor(
    normalized_shape: number | Shape,
    eps: number | null | RMSNormOptions = null,
    options: RMSNormOptions = {},
  ) {
    super();
    const { eps: epsilon = null, elementwise_affine = true, ...placement } = merged(eps, options);
    this.normalized_shape = typeof normalized_shape === "number" ? [normalized_shape] : normalized_shape;
    this.eps = epsilon;
    this.elementwise_affine = elementwise_affine;
    this.weight = elementwise_affine ? new Parameter(ones(this.normalized_shape, placement)) : null;
  }

  /** @throws as `torch.nn.functional.rms_norm`. */
  override forward(input: Tensor): Tensor {
    return rms_norm(input, this.normalized_shape, this.weight, this.eps);
  }

  override extra_repr(): string {
    return `${tuple(this.normalized_shape)}, eps=${this.eps === null ? "None" : pythonNumber(this.eps)}, elementwise_affine=${word(this.elementwise_affine)}`;
  }
}

/** What `nn.GroupNorm` takes by name. */
export interface GroupNormOptions extends Placement {
  readonly eps?: number;
  /** Whether there are a weight and a bias, which begin as ones and zeros. */
  readonly affine?: boolean;
}

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
  weight: Parameter | null;
  /** Shape `[num_channels]`, or `null`. */
  bias: Parameter | null;

  /** @throws ValueError when the groups do not divide the channels. */
  constructor(
    num_groups: number,
    num_channels: number,
    eps: number | GroupNormOptions = {},
    options: GroupNormOptions = {},
  ) {
    super();
    if (num_channels % num_groups !== 0)
      throw new ValueError(
        `num_channels (${num_channels}) must be divisible by num_groups (${num_groups}): every group has as many channels.`,
      );
    const { eps: epsilon = 1e-5, affine = true, ...placement } = merged(eps, options);
    this.num_groups = num_groups;
    this.num_channels = num_channels;
    this.eps = epsilon;
    this.affine = affine;
    this.weight = affine ? new Parameter(ones([num_channels], placement)) : null;
    this.bias = affine ? new Parameter(zeros([num_channels], placement)) : null;
  }

  /** @throws as `torch.nn.functional.group_norm`. */
  override forward(input: Tensor): Tensor {
    return group_norm(input, this.num_groups, this.weight, this.bias, this.eps);
  }

  override extra_repr(): string {
    return `${this.num_groups}, ${this.num_channels}, eps=${pythonNumber(this.eps)}, affine=${word(this.affine)}, bias=${word(this.bias !== null)}`;
  }
}

/** A fraction as Python prints it: exponents have two digits at least. */
export function pythonNumber(value: number): string {
  const text = value < 1e-4 && value > 0 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}
