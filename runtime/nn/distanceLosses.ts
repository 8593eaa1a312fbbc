/** Losses of numbers, densities, pairs and triplets as modules. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ValueError } from "../errors/valueError.ts";
import { huber_loss, l1_loss, mse_loss, smooth_l1_loss } from "../ops/networks/distance.ts";
import { gaussian_nll_loss, kl_div, poisson_nll_loss } from "../ops/networks/likelihood.ts";
import { cosine_embedding_loss, hinge_embedding_loss, margin_ranking_loss } from "../ops/networks/ranking.ts";
import {
  legacyParameter,
  lossParameters,
  reductionOf,
  reductionParameter,
  type LossOptions,
  type LossReduction,
} from "../ops/networks/reduction.ts";
import { triplet_margin_loss, triplet_margin_with_distance_loss } from "../ops/networks/triplet.ts";
import { flag, keywordOnly, number } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import type { Operand } from "../types.ts";
import { Loss, PlainLoss, type LossParameters, type ReductionPositions } from "./loss.ts";
import { Module } from "./module.ts";
import { PairwiseDistance } from "./rearranging.ts";

/** The mean squared error of `input` against `target`, of one shape. Source: `torch.nn.MSELoss`. */
export class MSELoss extends PlainLoss {
  get _inputNames(): readonly ["input", "target"] {
    return ["input", "target"];
  }

  /** @throws as `torch.nn.functional.mse_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return mse_loss(input, target, { reduction: this.reduction });
  }
}

/** The mean absolute error. Source: `torch.nn.L1Loss`. */
export class L1Loss extends PlainLoss {
  get _inputNames(): readonly ["input", "target"] {
    return ["input", "target"];
  }

  /** @throws as `torch.nn.functional.l1_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return l1_loss(input, target, { reduction: this.reduction });
  }
}

/** What `nn.SmoothL1Loss` is made with. */
export interface SmoothL1LossArguments extends LossOptions {
  /** The distance at which the loss becomes linear; 1 unless given. */
  readonly beta?: number;
}

const smoothParameters: LossParameters<SmoothL1LossArguments> = {
  ...lossParameters,
  beta: number(1),
};

/** The mean absolute error, smooth near 0. Source: `torch.nn.SmoothL1Loss`. */
export class SmoothL1Loss extends Loss {
  readonly beta: number;

  constructor(...args: CallForms<SmoothL1LossArguments, [...ReductionPositions, beta?: number]>) {
    const settings = bind("SmoothL1Loss", smoothParameters, args);
    super(settings);
    this.beta = settings.beta;
  }

  get _inputNames(): readonly ["input", "target"] {
    return ["input", "target"];
  }

  /** @throws as `torch.nn.functional.smooth_l1_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { beta, reduction } = this;
    return smooth_l1_loss(input, target, { beta, reduction });
  }
}

/** What `nn.HuberLoss` is made with. */
export interface HuberLossArguments {
  readonly reduction?: LossReduction;
  /** The distance at which the loss becomes linear; 1 unless given. */
  readonly delta?: number;
}

const huberParameters: LossParameters<HuberLossArguments> = {
  reduction: reductionParameter,
  delta: number(1),
};

/** Huber's loss: half the squared error near 0, and linear further out. Source: `torch.nn.HuberLoss`. */
export class HuberLoss extends Loss {
  readonly delta: number;

  constructor(...args: CallForms<HuberLossArguments, [reduction?: LossReduction, delta?: number]>) {
    const settings = bind("HuberLoss", huberParameters, args);
    super(settings);
    this.delta = settings.delta;
  }

  get _inputNames(): readonly ["input", "target"] {
    return ["input", "target"];
  }

  /** @throws as `torch.nn.functional.huber_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { delta, reduction } = this;
    return huber_loss(input, target, { delta, reduction });
  }
}

/** What `nn.KLDivLoss` is made with. */
export interface KLDivLossArguments extends Omit<LossOptions, "reduction"> {
  /** `"batchmean"` divides the sum by the first size: the divergence as mathematics defines it. */
  readonly reduction?: LossReduction | "batchmean";
  /** Whether the target holds log-probabilities too. */
  readonly log_target?: boolean;
}

const divergenceParameters: LossParameters<KLDivLossArguments> = {
  size_average: legacyParameter,
  reduce: legacyParameter,
  reduction: reductionParameter,
  log_target: flag(false),
};

/** The Kullback-Leibler divergence of a target distribution from log-probabilities. Source: `torch.nn.KLDivLoss`. */
export class KLDivLoss extends Module {
  readonly reduction: LossReduction | "batchmean";
  readonly log_target: boolean;

  constructor(
    ...args: CallForms<
      KLDivLossArguments,
      [
        size_average?: boolean | null,
        reduce?: boolean | null,
        reduction?: LossReduction | "batchmean",
        log_target?: boolean,
      ]
    >
  ) {
    super();
    const settings = bind("KLDivLoss", divergenceParameters, args);
    this.reduction = settings.reduction === "batchmean" ? settings.reduction : reductionOf(settings);
    this.log_target = settings.log_target;
  }

  get _inputNames(): readonly ["input", "target"] {
    return ["input", "target"];
  }

  /** @throws as `torch.nn.functional.kl_div`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { log_target, reduction } = this;
    return kl_div(input, target, { log_target, reduction });
  }
}

/** What `nn.PoissonNLLLoss` is made with. */
export interface PoissonNLLLossArguments extends LossOptions {
  /** Whether the input is the logarithm of the rate; `true` unless given. */
  readonly log_input?: boolean;
  /** Whether Stirling's approximation of the constant is added. */
  readonly full?: boolean;
  /** What is added to a rate before its logarithm; 1e-8 unless given. */
  readonly eps?: number;
}

const poissonParameters: LossParameters<PoissonNLLLossArguments> = {
  log_input: flag(true),
  full: flag(false),
  size_average: legacyParameter,
  eps: number(1e-8),
  reduce: legacyParameter,
  reduction: reductionParameter,
};

/** The negative log-likelihood of counts. Source: `torch.nn.PoissonNLLLoss`. */
export class PoissonNLLLoss extends Loss {
  readonly log_input: boolean;
  readonly full: boolean;
  readonly eps: number;

  constructor(
    ...args: CallForms<
      PoissonNLLLossArguments,
      [
        log_input?: boolean,
        full?: boolean,
        size_average?: boolean | null,
        eps?: number,
        reduce?: boolean | null,
        reduction?: LossReduction,
      ]
    >
  ) {
    const settings = bind("PoissonNLLLoss", poissonParameters, args);
    super(settings);
    this.log_input = settings.log_input;
    this.full = settings.full;
    this.eps = settings.eps;
  }

  get _inputNames(): readonly ["log_input", "target"] {
    return ["log_input", "target"];
  }

  /** @throws as `torch.nn.functional.poisson_nll_loss`. */
  override forward(log_input: Tensor, target: Tensor): Tensor {
    const { full, eps, reduction } = this;
    return poisson_nll_loss(log_input, target, { log_input: this.log_input, full, eps, reduction });
  }
}

/** What `nn.GaussianNLLLoss` is made with. */
export interface GaussianNLLLossArguments {
  /** Whether the constant is added. */
  readonly full?: boolean;
  /** The smallest variance; 1e-6 unless given. */
  readonly eps?: number;
  readonly reduction?: LossReduction;
}

const gaussianParameters: LossParameters<GaussianNLLLossArguments> = {
  full: keywordOnly(flag(false)),
  eps: keywordOnly(number(1e-6)),
  reduction: keywordOnly(reductionParameter),
};

/** The negative log-likelihood of normal distributions with given means and variances. Source: `torch.nn.GaussianNLLLoss`. */
export class GaussianNLLLoss extends Loss {
  readonly full: boolean;
  readonly eps: number;

  constructor(...args: CallForms<GaussianNLLLossArguments, []>) {
    const settings = bind("GaussianNLLLoss", gaussianParameters, args);
    super(settings);
    this.full = settings.full;
    this.eps = settings.eps;
  }

  get _inputNames(): readonly ["input", "target", "variance"] {
    return ["input", "target", "variance"];
  }

  /** @throws as `torch.nn.functional.gaussian_nll_loss`. */
  override forward(input: Tensor, target: Tensor, variance: Operand): Tensor {
    const { full, eps, reduction } = this;
    return gaussian_nll_loss(input, target, variance, { full, eps, reduction });
  }
}

/** What losses with a margin are made with. */
export interface MarginLossArguments extends LossOptions {
  /** How far apart is far enough. */
  readonly margin?: number;
}

/** The arguments of a loss with a margin, in PyTorch's order. */
type MarginForms = CallForms<MarginLossArguments, [margin?: number, ...ReductionPositions]>;

abstract class MarginLoss extends Loss {
  readonly margin: number;

  constructor(usual: number, args: readonly unknown[]) {
    const settings = bind(new.target.name, { margin: number(usual), ...lossParameters }, args);
    super(settings);
    this.margin = settings.margin;
  }
}

/** The loss of distances that are to be small for targets 1 and large for −1. Source: `torch.nn.HingeEmbeddingLoss`. */
export class HingeEmbeddingLoss extends MarginLoss {
  /** The margin is 1 unless given. */
  constructor(...args: MarginForms) {
    super(1, args);
  }

  get _inputNames(): readonly ["input", "target"] {
    return ["input", "target"];
  }

  /** @throws as `torch.nn.functional.hinge_embedding_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return hinge_embedding_loss(input, target, { margin, reduction });
  }
}

/** The loss of pairs of rows that are to be alike for targets 1 and not for −1. Source: `torch.nn.CosineEmbeddingLoss`. */
export class CosineEmbeddingLoss extends MarginLoss {
  /** The margin is 0 unless given. */
  constructor(...args: MarginForms) {
    super(0, args);
  }

  get _inputNames(): readonly ["input1", "input2", "target"] {
    return ["input1", "input2", "target"];
  }

  /** @throws as `torch.nn.functional.cosine_embedding_loss`. */
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return cosine_embedding_loss(input1, input2, target, { margin, reduction });
  }
}

/** The loss of pairs of which the first is to be larger for targets 1 and smaller for −1. Source: `torch.nn.MarginRankingLoss`. */
export class MarginRankingLoss extends MarginLoss {
  /** The margin is 0 unless given. */
  constructor(...args: MarginForms) {
    super(0, args);
  }

  get _inputNames(): readonly ["input1", "input2", "target"] {
    return ["input1", "input2", "target"];
  }

  /** @throws as `torch.nn.functional.margin_ranking_loss`. */
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return margin_ranking_loss(input1, input2, target, { margin, reduction });
  }
}

/** @throws ValueError when a margin is not above 0. */
function checkMargin(name: string, margin: number): void {
  if (!(margin > 0))
    throw new ValueError(
      `${name}: expected margin to be greater than 0, got ${margin} instead: without one, equal distances would do.`,
    );
}

/** What `nn.TripletMarginLoss` is made with. */
export interface TripletMarginLossArguments extends LossOptions {
  /** How much nearer the positive example is to be; 1 unless given. */
  readonly margin?: number;
  /** The norm's exponent; 2 unless given. */
  readonly p?: number;
  /** What is added to each difference; 1e-6 unless given. */
  readonly eps?: number;
  /** Whether the negative example's distance may be the one from the positive example. */
  readonly swap?: boolean;
}

const tripletParameters: LossParameters<TripletMarginLossArguments> = {
  margin: number(1),
  p: number(2),
  eps: number(1e-6),
  swap: flag(false),
  ...lossParameters,
};

/** The loss of anchors that are to be nearer to positive examples than to negative ones. Source: `torch.nn.TripletMarginLoss`. */
export class TripletMarginLoss extends Loss {
  readonly margin: number;
  readonly p: number;
  readonly eps: number;
  readonly swap: boolean;

  /** @throws ValueError when the margin is not above 0. */
  constructor(
    ...args: CallForms<
      TripletMarginLossArguments,
      [margin?: number, p?: number, eps?: number, swap?: boolean, ...ReductionPositions]
    >
  ) {
    const settings = bind("TripletMarginLoss", tripletParameters, args);
    super(settings);
    const { margin, p, eps, swap } = settings;
    checkMargin("TripletMarginLoss", margin);
    this.margin = margin;
    this.p = p;
    this.eps = eps;
    this.swap = swap;
  }

  get _inputNames(): readonly ["anchor", "positive", "negative"] {
    return ["anchor", "positive", "negative"];
  }

  /** @throws as `torch.nn.functional.triplet_margin_loss`. */
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { margin, p, eps, swap, reduction } = this;
    return triplet_margin_loss(anchor, positive, negative, { margin, p, eps, swap, reduction });
  }
}

type Distance = (left: Tensor, right: Tensor) => Tensor;

/** What `nn.TripletMarginWithDistanceLoss` is made with. */
export interface TripletMarginWithDistanceLossArguments {
  /** Gives the distance of two tensors, row by row; the Euclidean one unless given. */
  readonly distance_function?: Distance | null;
  /** How much nearer the positive example is to be; 1 unless given. */
  readonly margin?: number;
  /** Whether the negative example's distance may be the one from the positive example. */
  readonly swap?: boolean;
  readonly reduction?: LossReduction;
}

const withDistanceParameters: LossParameters<TripletMarginWithDistanceLossArguments> = {
  distance_function: {
    expects: "a function of two Tensors, or null",
    fallback: null,
    keywordOnly: true,
    // Which arguments a function takes cannot be seen.
    convert: (value) =>
      value === null || typeof value === "function" ? (value as Distance | null) : undefined,
  },
  margin: keywordOnly(number(1)),
  swap: keywordOnly(flag(false)),
  reduction: keywordOnly(reductionParameter),
};

/** `nn.TripletMarginLoss` with a distance of one's own. Source: `torch.nn.TripletMarginWithDistanceLoss`. */
export class TripletMarginWithDistanceLoss extends Loss {
  readonly distance_function: Distance;
  readonly margin: number;
  readonly swap: boolean;

  /** @throws ValueError when the margin is not above 0. */
  constructor(...args: CallForms<TripletMarginWithDistanceLossArguments, []>) {
    const settings = bind("TripletMarginWithDistanceLoss", withDistanceParameters, args);
    super(settings);
    checkMargin("TripletMarginWithDistanceLoss", settings.margin);
    this.distance_function = settings.distance_function ?? new PairwiseDistance();
    this.margin = settings.margin;
    this.swap = settings.swap;
  }

  get _inputNames(): readonly ["anchor", "positive", "negative"] {
    return ["anchor", "positive", "negative"];
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
