/** Distances, shuffles and normalisation by neighbours as modules. */
import { local_response_norm } from "../ops/networks/localResponse.ts";
import { channel_shuffle, pixel_shuffle, pixel_unshuffle } from "../ops/networks/pixels.ts";
import { cosine_similarity, pairwise_distance } from "../ops/reductions/distances.ts";
import type { Tensor } from "../tensor.ts";
import { fraction, named } from "./activation.ts";
import { Module } from "./module.ts";

/** The p-norm of the differences of rows. Source: `torch.nn.PairwiseDistance`. */
export class PairwiseDistance extends Module {
  readonly norm: number;
  readonly eps: number;
  readonly keepdim: boolean;

  constructor(
    ...args: readonly [
      p?: number | PairwiseDistanceOptions,
      eps?: number | PairwiseDistanceOptions,
      keepdim?: boolean,
    ]
  ) {
    const options = named<PairwiseDistanceOptions>(["p", "eps", "keepdim"], args);
    super();
    this.norm = options.p ?? 2;
    this.eps = options.eps ?? 1e-6;
    this.keepdim = options.keepdim ?? false;
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwise_distance(x1, x2, this.norm, this.eps, this.keepdim);
  }
}

/** What `nn.PairwiseDistance` takes by name. */
export interface PairwiseDistanceOptions {
  readonly p?: number;
  readonly eps?: number;
  readonly keepdim?: boolean;
}

/** The cosine of the angle between vectors along `dim`. Source: `torch.nn.CosineSimilarity`. */
export class CosineSimilarity extends Module {
  readonly dim: number;
  readonly eps: number;

  constructor(...args: readonly [dim?: number | CosineSimilarityOptions, eps?: number]) {
    const options = named<CosineSimilarityOptions>(["dim", "eps"], args);
    super();
    this.dim = options.dim ?? 1;
    this.eps = options.eps ?? 1e-8;
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return cosine_similarity(x1, x2, this.dim, this.eps);
  }
}

/** What `nn.CosineSimilarity` takes by name. */
export interface CosineSimilarityOptions {
  readonly dim?: number;
  readonly eps?: number;
}

/** `[…, C · r², H, W]` as `[…, C, H · r, W · r]`. Source: `torch.nn.PixelShuffle`. */
export class PixelShuffle extends Module {
  readonly upscale_factor: number;

  constructor(upscale_factor: number) {
    super();
    this.upscale_factor = upscale_factor;
  }

  /** @throws as `torch.nn.functional.pixel_shuffle`. */
  override forward(input: Tensor): Tensor {
    return pixel_shuffle(input, this.upscale_factor);
  }

  override extra_repr(): string {
    return `upscale_factor=${this.upscale_factor}`;
  }
}

/** `[…, C, H · r, W · r]` as `[…, C · r², H, W]`. Source: `torch.nn.PixelUnshuffle`. */
export class PixelUnshuffle extends Module {
  readonly downscale_factor: number;

  constructor(downscale_factor: number) {
    super();
    this.downscale_factor = downscale_factor;
  }

  /** @throws as `torch.nn.functional.pixel_unshuffle`. */
  override forward(input: Tensor): Tensor {
    return pixel_unshuffle(input, this.downscale_factor);
  }

  override extra_repr(): string {
    return `downscale_factor=${this.downscale_factor}`;
  }
}

/** Channels of several groups in turn. Source: `torch.nn.ChannelShuffle`. */
export class ChannelShuffle extends Module {
  readonly groups: number;

  constructor(groups: number) {
    super();
    this.groups = groups;
  }

  /** @throws as `torch.nn.functional.channel_shuffle`. */
  override forward(input: Tensor): Tensor {
    return channel_shuffle(input, this.groups);
  }

  override extra_repr(): string {
    return `groups=${this.groups}`;
  }
}

/** What `nn.LocalResponseNorm` takes by name. */
export interface LocalResponseNormOptions {
  readonly alpha?: number;
  readonly beta?: number;
  readonly k?: number;
}

/** Each channel divided by what its `size` neighbours amount to. Source: `torch.nn.LocalResponseNorm`. */
export class LocalResponseNorm extends Module {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(
    size: number,
    ...args: readonly [
      alpha?: number | LocalResponseNormOptions,
      beta?: number | LocalResponseNormOptions,
      k?: number,
    ]
  ) {
    const options = named<LocalResponseNormOptions>(["alpha", "beta", "k"], args);
    super();
    this.size = size;
    this.alpha = options.alpha ?? 1e-4;
    this.beta = options.beta ?? 0.75;
    this.k = options.k ?? 1;
  }

  /** @throws as `torch.nn.functional.local_response_norm`. */
  override forward(input: Tensor): Tensor {
    return local_response_norm(input, this.size, this.alpha, this.beta, this.k);
  }

  override extra_repr(): string {
    return `${this.size}, alpha=${fraction(this.alpha)}, beta=${fraction(this.beta)}, k=${fraction(this.k)}`;
  }
}
