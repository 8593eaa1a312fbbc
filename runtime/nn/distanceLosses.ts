/** Losses of numbers, densities, pairs and triplets as modules. */
import { huber_loss, l1_loss, mse_loss, smooth_l1_loss } from "../ops/networks/distance.ts";
import { gaussian_nll_loss, kl_div, poisson_nll_loss } from "../ops/networks/likelihood.ts";
import { cosine_embedding_loss, hinge_embedding_loss, margin_ranking_loss } from "../ops/networks/ranking.ts";
import type { LossOptions, LossReduction } from "../ops/networks/reduction.ts";
import { triplet_margin_loss, triplet_margin_with_distance_loss } from "../ops/networks/triplet.ts";
import type { Tensor } from "../tensor.ts";
import type { Operand } from "../types.ts";
import { named } from "./activation.ts";
import { Loss, reductionNames, type ReductionArguments } from "./loss.ts";
import { Module } from "./module.ts";
import { PairwiseDistance } from "./rearranging.ts";

/** The mean squared error of `input` against `target`, of one shape. Source: `torch.nn.MSELoss`. */
export class MSELoss extends Loss {
  constructor(...args: ReductionArguments) {
    super(named<LossOptions>(reductionNames, args));
  }

  /** @throws as `torch.nn.functional.mse_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return mse_loss(input, target, { reduction: this.reduction });
  }
}

/** The mean absolute error. Source: `torch.nn.L1Loss`. */
export class L1Loss extends Loss {
  constructor(...args: ReductionArguments) {
    super(named<LossOptions>(reductionNames, args));
  }

  /** @throws as `torch.nn.functional.l1_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return l1_loss(input, target, { reduction: this.reduction });
  }
}

/** What `nn.SmoothL1Loss` takes by name. */
export interface SmoothL1LossOptions extends LossOptions {
  /** The distance at which the loss becomes linear. */
  readonly beta?: number;
}

/** The mean absolute error, smooth near 0. Source: `torch.nn.SmoothL1Loss`. */
export class SmoothL1Loss extends Loss {
  readonly beta: number;

  constructor(...args: readonly [...ReductionArguments<SmoothL1LossOptions>, beta?: number]) {
    const options = named<SmoothL1LossOptions>([...reductionNames, "beta"], args);
    super(options);
    this.beta = options.beta ?? 1;
  }

  /** @throws as `torch.nn.functional.smooth_l1_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { beta, reduction } = this;
    return smooth_l1_loss(input, target, { beta, reduction });
  }
}

/** What `nn.HuberLoss` takes by name. */
export interface HuberLossOptions {
  readonly reduction?: LossReduction;
  /** The distance at which the loss becomes linear. */
  readonly delta?: number;
}

/** Huber's loss: half the squared error near 0, and linear further out. Source: `torch.nn.HuberLoss`. */
export class HuberLoss extends Loss {
  readonly delta: number;

  constructor(...args: readonly [reduction?: LossReduction | HuberLossOptions, delta?: number]) {
    const options = named<HuberLossOptions>(["reduction", "delta"], args);
    super(options);
    this.delta = options.delta ?? 1;
  }

  /** @throws as `torch.nn.functional.huber_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { delta, reduction } = this;
    return huber_loss(input, target, { delta, reduction });
  }
}

/** What `nn.KLDivLoss` takes by name. */
export interface KLDivLossOptions {
  readonly size_average?: boolean | null;
  readonly reduce?: boolean | null;
  readonly reduction?: LossReduction | "batchmean";
  /** Whether the target holds log-probabilities too. */
  readonly log_target?: boolean;
}

/** The Kullback-Leibler divergence of a target distribution from log-probabilities. Source: `torch.nn.KLDivLoss`. */
export class KLDivLoss extends Module {
  readonly reduction: LossReduction | "batchmean";
  readonly log_target: boolean;

  constructor(
    ...args: readonly [
      size_average?: boolean | null | KLDivLossOptions,
      reduce?: boolean | null | KLDivLossOptions,
      reduction?: LossReduction | "batchmean" | KLDivLossOptions,
      log_target?: boolean,
    ]
  ) {
    const options = named<KLDivLossOptions>([...reductionNames, "log_target"], args);
    super();
    const { size_average = null, reduce = null, reduction = "mean" } = options;
    const older = size_average !== null || reduce !== null;
    this.reduction = older
      ? reduce === false
        ? "none"
        : size_average === false
          ? "sum"
          : "mean"
      : reduction;
    this.log_target = options.log_target ?? false;
  }

  /** @throws as `torch.nn.functional.kl_div`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { log_target, reduction } = this;
    return kl_div(input, target, { log_target, reduction });
  }
}

/** What `nn.PoissonNLLLoss` takes by name. */
export interface PoissonNLLLossOptions extends LossOptions {
  /** Whether the input is the logarithm of the rate. */
  readonly log_input?: boolean;
  /** Whether Stirling's approximation of the constant is added. */
  readonly full?: boolean;
  readonly eps?: number;
}

/** The negative log-likelihood of counts. Source: `torch.nn.PoissonNLLLoss`. */
export class PoissonNLLLoss extends Loss {
  readonly log_input: boolean;
  readonly full: boolean;
  readonly eps: number;

  constructor(
    ...args: readonly [
      log_input?: boolean | PoissonNLLLossOptions,
      full?: boolean | PoissonNLLLossOptions,
      size_average?: boolean | null,
      eps?: number,
      reduce?: boolean | null,
      reduction?: LossReduction,
    ]
  ) {
    const names = ["log_input", "full", "size_average", "eps", "reduce", "reduction"] as const;
    const options = named<PoissonNLLLossOptions>(names, args);
    super(options);
    this.log_input = options.log_input ?? true;
    this.full = options.full ?? false;
    this.eps = options.eps ?? 1e-8;
  }

  /** @throws as `torch.nn.functional.poisson_nll_loss`. */
  override forward(log_input: Tensor, target: Tensor): Tensor {
    const { full, eps, reduction } = this;
    return poisson_nll_loss(log_input, target, { log_input: this.log_input, full, eps, reduction });
  }
}

/** What `nn.GaussianNLLLoss` takes, by name only. */
export interface GaussianNLLLossOptions {
  /** Whether the constant is added. */
  readonly full?: boolean;
  /** The smallest variance. */
  readonly eps?: number;
  readonly reduction?: LossReduction;
}

/** The negative log-likelihood of normal distributions with given means and variances. Source: `torch.nn.GaussianNLLLoss`. */
export class GaussianNLLLoss extends Loss {
  readonly full: boolean;
  readonly eps: number;

  constructor(options: GaussianNLLLossOptions = {}) {
    super(options);
    this.full = options.full ?? false;
    this.eps = options.eps ?? 1e-6;
  }

  /** @throws as `torch.nn.functional.gaussian_nll_loss`. */
  override forward(input: Tensor, target: Tensor, variance: Operand): Tensor {
    const { full, eps, reduction } = this;
    return gaussian_nll_loss(input, target, variance, { full, eps, reduction });
  }
}

/** What losses with a margin take by name. */
export interface MarginLossOptions extends LossOptions {
  readonly margin?: number;
}

type MarginArguments = readonly [
  margin?: number | MarginLossOptions,
  ...reduction: ReductionArguments<MarginLossOptions>,
];

abstract class MarginLoss extends Loss {
  readonly margin: number;

  constructor(args: MarginArguments, usual: number) {
    const options = named<MarginLossOptions>(["margin", ...reductionNames], args);
    super(options);
    this.margin = options.margin ?? usual;
  }
}

/** The loss of distances that are to be small for targets 1 and large for −1. Source: `torch.nn.HingeEmbeddingLoss`. */
export class HingeEmbeddingLoss extends MarginLoss {
  constructor(...args: MarginArguments) {
    super(args, 1);
  }

  /** @throws as `torch.nn.functional.hinge_embedding_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return hinge_embedding_loss(input, target, { margin, reduction });
  }
}

/** The loss of pairs of rows that are to be alike for targets 1 and not for −1. Source: `torch.nn.CosineEmbeddingLoss`. */
export class CosineEmbeddingLoss extends MarginLoss {
  constructor(...args: MarginArguments) {
    super(args, 0);
  }

  /** @throws as `torch.nn.functional.cosine_embedding_loss`. */
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return cosine_embedding_loss(input1, input2, target, { margin, reduction });
  }
}

/** The loss of pairs of which the first is to be larger for targets 1 and smaller for −1. Source: `torch.nn.MarginRankingLoss`. */
export class MarginRankingLoss extends MarginLoss {
  constructor(...args: MarginArguments) {
    super(args, 0);
  }

  /** @throws as `torch.nn.functional.margin_ranking_loss`. */
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return margin_ranking_loss(input1, input2, target, { margin, reduction });
  }
}

/** What `nn.TripletMarginLoss` takes by name. */
export interface TripletMarginLossOptions extends MarginLossOptions {
  /** The norm's exponent. */
  readonly p?: number;
  readonly eps?: number;
  /** Whether the negative example's distance may be the one from the positive example. */
  readonly swap?: boolean;
}

/** The loss of anchors that are to be nearer to positive examples than to negative ones. Source: `torch.nn.TripletMarginLoss`. */
export class TripletMarginLoss extends Loss {
  readonly margin: number;
  readonly p: number;
  readonly eps: number;
  readonly swap: boolean;

  constructor(
    ...args: readonly [
      margin?: number | TripletMarginLossOptions,
      p?: number | TripletMarginLossOptions,
      eps?: number | TripletMarginLossOptions,
      swap?: boolean | TripletMarginLossOptions,
      ...reduction: ReductionArguments<TripletMarginLossOptions>,
    ]
  ) {
    const names = ["margin", "p", "eps", "swap", ...reductionNames] as const;
    const options = named<TripletMarginLossOptions>(names, args);
    super(options);
    this.margin = options.margin ?? 1;
    this.p = options.p ?? 2;
    this.eps = options.eps ?? 1e-6;
    this.swap = options.swap ?? false;
  }

  /** @throws as `torch.nn.functional.triplet_margin_loss`. */
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { margin, p, eps, swap, reduction } = this;
    return triplet_margin_loss(anchor, positive, negative, { margin, p, eps, swap, reduction });
  }
}

/** What `nn.TripletMarginWithDistanceLoss` takes, by name only. */
export interface TripletMarginWithDistanceLossOptions {
  /** Gives the distance of two tensors, row by row; the Euclidean one unless given. */
  readonly distance_function?: ((left: Tensor, right: Tensor) => Tensor) | null;
  readonly margin?: number;
  readonly swap?: boolean;
  readonly reduction?: LossReduction;
}

/** `nn.TripletMarginLoss` with a distance of one's own. Source: `torch.nn.TripletMarginWithDistanceLoss`. */
export class TripletMarginWithDistanceLoss extends Loss {
  readonly distance_function: (left: Tensor, right: Tensor) => Tensor;
  readonly margin: number;
  readonly swap: boolean;

  constructor(options: TripletMarginWithDistanceLossOptions = {}) {
    super(options);
    this.distance_function = options.distance_function ?? new PairwiseDistance();
    this.margin = options.margin ?? 1;
    this.swap = options.swap ?? false;
  }

  /** @throws as `torch.nn.functional.triplet_margin_with_distance_loss`. */
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distance_function, margin, swap, reduction } = this;
    return triplet_margin_with_distance_loss(anchor, positive, negative, {
      distance_function,
      margin,
      swap,
      reduction,
    });
  }
}
