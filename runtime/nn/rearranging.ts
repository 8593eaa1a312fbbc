/** Distances, shuffles and normalisation by neighbours as modules. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { local_response_norm } from "../ops/networks/localResponse.ts";
import { channel_shuffle, pixel_shuffle, pixel_unshuffle } from "../ops/networks/pixels.ts";
import { cosine_similarity, pairwise_distance } from "../ops/reductions/distances.ts";
import { flag, integer, number, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { fraction } from "./printed.ts";

/** What `nn.PairwiseDistance` is made with. */
export interface PairwiseDistanceArguments {
  /** The norm's exponent; 2 unless given. */
  readonly p?: number;
  /** What is added to each difference; 1e-6 unless given. */
  readonly eps?: number;
  /** Whether the last dimension stays, with size 1. */
  readonly keepdim?: boolean;
}

const pairwiseParameters: ParametersOf<PairwiseDistanceArguments> = {
  p: number(2),
  eps: number(1e-6),
  keepdim: flag(false),
};

/** The p-norm of the differences of rows. Source: `torch.nn.PairwiseDistance`. */
export class PairwiseDistance extends Module {
  readonly norm: number;
  readonly eps: number;
  readonly keepdim: boolean;

  constructor(...args: CallForms<PairwiseDistanceArguments, [p?: number, eps?: number, keepdim?: boolean]>) {
    super();
    const { p, eps, keepdim } = bind("PairwiseDistance", pairwiseParameters, args);
    this.norm = p;
    this.eps = eps;
    this.keepdim = keepdim;
  }

  get _inputNames(): readonly ["x1", "x2"] {
    return ["x1", "x2"];
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwise_distance(x1, x2, this.norm, this.eps, this.keepdim);
  }
}

/** What `nn.CosineSimilarity` is made with. */
export interface CosineSimilarityArguments {
  /** The dimension of the vectors; 1 unless given. */
  readonly dim?: number;
  /** The smallest product of lengths; 1e-8 unless given. */
  readonly eps?: number;
}

const cosineParameters: ParametersOf<CosineSimilarityArguments> = { dim: integer(1), eps: number(1e-8) };

/** The cosine of the angle between vectors along `dim`. Source: `torch.nn.CosineSimilarity`. */
export class CosineSimilarity extends Module {
  readonly dim: number;
  readonly eps: number;

  constructor(...args: CallForms<CosineSimilarityArguments, [dim?: number, eps?: number]>) {
    super();
    const { dim, eps } = bind("CosineSimilarity", cosineParameters, args);
    this.dim = dim;
    this.eps = eps;
  }

  get _inputNames(): readonly ["x1", "x2"] {
    return ["x1", "x2"];
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return cosine_similarity(x1, x2, this.dim, this.eps);
  }
}

/** What `nn.PixelShuffle` is made with. */
export interface PixelShuffleArguments {
  /** By how much height and width grow. */
  readonly upscale_factor: number;
}

const pixelShuffleParameters: ParametersOf<PixelShuffleArguments> = { upscale_factor: integer() };

/** `[…, C · r², H, W]` as `[…, C, H · r, W · r]`. Source: `torch.nn.PixelShuffle`. */
export class PixelShuffle extends Module {
  readonly upscale_factor: number;

  constructor(...args: CallForms<PixelShuffleArguments, [upscale_factor: number]>) {
    super();
    this.upscale_factor = bind("PixelShuffle", pixelShuffleParameters, args).upscale_factor;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws as `torch.nn.functional.pixel_shuffle`. */
  override forward(input: Tensor): Tensor {
    return pixel_shuffle(input, this.upscale_factor);
  }

  override extra_repr(): string {
    return `upscale_factor=${this.upscale_factor}`;
  }
}

/** What `nn.PixelUnshuffle` is made with. */
export interface PixelUnshuffleArguments {
  /** By how much height and width shrink. */
  readonly downscale_factor: number;
}

const pixelUnshuffleParameters: ParametersOf<PixelUnshuffleArguments> = { downscale_factor: integer() };

/** `[…, C, H · r, W · r]` as `[…, C · r², H, W]`. Source: `torch.nn.PixelUnshuffle`. */
export class PixelUnshuffle extends Module {
  readonly downscale_factor: number;

  constructor(...args: CallForms<PixelUnshuffleArguments, [downscale_factor: number]>) {
    super();
    this.downscale_factor = bind("PixelUnshuffle", pixelUnshuffleParameters, args).downscale_factor;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws as `torch.nn.functional.pixel_unshuffle`. */
  override forward(input: Tensor): Tensor {
    return pixel_unshuffle(input, this.downscale_factor);
  }

  override extra_repr(): string {
    return `downscale_factor=${this.downscale_factor}`;
  }
}

/** What `nn.ChannelShuffle` is made with. */
export interface ChannelShuffleArguments {
  /** Into how many groups the channels are divided. */
  readonly groups: number;
}

const channelShuffleParameters: ParametersOf<ChannelShuffleArguments> = { groups: integer() };

/** Channels of several groups in turn. Source: `torch.nn.ChannelShuffle`. */
export class ChannelShuffle extends Module {
  readonly groups: number;

  constructor(...args: CallForms<ChannelShuffleArguments, [groups: number]>) {
    super();
    this.groups = bind("ChannelShuffle", channelShuffleParameters, args).groups;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws as `torch.nn.functional.channel_shuffle`. */
  override forward(input: Tensor): Tensor {
    return channel_shuffle(input, this.groups);
  }

  override extra_repr(): string {
    return `groups=${this.groups}`;
  }
}

/** What `nn.LocalResponseNorm` is made with. */
export interface LocalResponseNormArguments {
  /** How many channels count. */
  readonly size: number;
  /** The factor of the mean of squares; 1e-4 unless given. */
  readonly alpha?: number;
  /** The exponent; 0.75 unless given. */
  readonly beta?: number;
  /** What is added; 1 unless given. */
  readonly k?: number;
}

const localResponseParameters: ParametersOf<LocalResponseNormArguments> = {
  size: integer(),
  alpha: number(1e-4),
  beta: number(0.75),
  k: number(1),
};

/** What `LocalResponseNorm` and its older form are made with, and show. */
export abstract class ResponseNorm extends Module {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(
    ...args: CallForms<LocalResponseNormArguments, [size: number, alpha?: number, beta?: number, k?: number]>
  ) {
    super();
    const { size, alpha, beta, k } = bind(new.target.name, localResponseParameters, args);
    this.size = size;
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  override extra_repr(): string {
    return `${this.size}, alpha=${fraction(this.alpha, 0.0001)}, beta=${fraction(this.beta, 0.75)}, k=${fraction(this.k, 1)}`;
  }
}

/** Each channel divided by what its `size` neighbours amount to. Source: `torch.nn.LocalResponseNorm`. */
export class LocalResponseNorm extends ResponseNorm {
  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws as `torch.nn.functional.local_response_norm`. */
  override forward(input: Tensor): Tensor {
    return local_response_norm(input, this.size, this.alpha, this.beta, this.k);
  }
}
