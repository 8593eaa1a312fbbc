/** Losses as modules. */
import { cross_entropy, nll_loss } from "../ops/loss.ts";
import { mse_loss } from "../ops/losses/distance.ts";
import type { LossReduction } from "../ops/losses/reduction.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";

/** The mean squared error of `input` against `target`, of one shape. Source: `torch.nn.MSELoss`. */
export class MSELoss extends Module {
  readonly reduction: LossReduction;

  constructor({ reduction = "mean" }: { readonly reduction?: LossReduction } = {}) {
    super();
    this.reduction = reduction;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return mse_loss(input, target, { reduction: this.reduction });
  }
}

/** What `nn.CrossEntropyLoss` takes by name. */
export interface CrossEntropyLossOptions {
  /** How much each class counts, shape `[C]`. */
  readonly weight?: Tensor | null;
  /** A label that does not count. */
  readonly ignore_index?: number;
  readonly reduction?: LossReduction;
  /** From 0 to 1: how much of the uniform distribution is mixed in. */
  readonly label_smoothing?: number;
}

/**
 * Cross entropy of logits, shape `[N, C]`, against class numbers `[N]` (int64) or probabilities `[N, C]`.
 *
 * Source: `torch.nn.CrossEntropyLoss`.
 */
export class CrossEntropyLoss extends Module {
  readonly #options: Required<CrossEntropyLossOptions>;

  constructor(options: CrossEntropyLossOptions = {}) {
    super();
    this.#options = { weight: null, ignore_index: -100, reduction: "mean", label_smoothing: 0, ...options };
  }

  /** @throws as `torch.nn.functional.cross_entropy`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return cross_entropy(input, target, this.#options);
  }
}

/** What `nn.NLLLoss` takes by name. */
export type NLLLossOptions = Omit<CrossEntropyLossOptions, "label_smoothing">;

/**
 * The negative log-likelihood of log-probabilities, shape `[N, C]`, for class numbers `[N]` (int64): what follows `nn.LogSoftmax`.
 *
 * Source: `torch.nn.NLLLoss`.
 */
export class NLLLoss extends Module {
  readonly #options: Required<NLLLossOptions>;

  constructor(options: NLLLossOptions = {}) {
    super();
    this.#options = { weight: null, ignore_index: -100, reduction: "mean", ...options };
  }

  /** @throws as `torch.nn.functional.nll_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return nll_loss(input, target, this.#options);
  }
}
