/** Losses of classes and of answers as modules. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ValueError } from "../errors/valueError.ts";
import { cross_entropy, nll_loss } from "../ops/networks/loss.ts";
import {
  binary_cross_entropy,
  binary_cross_entropy_with_logits,
  multilabel_soft_margin_loss,
  soft_margin_loss,
} from "../ops/networks/binary.ts";
import { ctc_loss } from "../ops/networks/ctc.ts";
import { multi_margin_loss, multilabel_margin_loss } from "../ops/networks/margins.ts";
import { legacyParameter, reductionParameter, type LossReduction } from "../ops/networks/reduction.ts";
import { flag, integer, number, optionalTensor } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import {
  Loss,
  PlainLoss,
  PlainWeightedLoss,
  WeightedLoss,
  weightedParameters,
  type LossParameters,
  type ReductionPositions,
  type WeightedLossArguments,
} from "./loss.ts";

/** What `nn.NLLLoss` is made with. */
export interface NLLLossArguments extends WeightedLossArguments {
  /** A label that does not count; −100 unless given. */
  readonly ignore_index?: number;
}

/** What `nn.CrossEntropyLoss` is made with. */
export interface CrossEntropyLossArguments extends NLLLossArguments {
  /** From 0 to 1: how much of the uniform distribution is mixed in; 0 unless given. */
  readonly label_smoothing?: number;
}

/** The arguments of a loss of class numbers, in PyTorch's order. */
type ClassPositions = [
  weight?: Tensor | null,
  size_average?: boolean | null,
  ignore_index?: number,
  reduce?: boolean | null,
  reduction?: LossReduction,
];

const classParameters: LossParameters<NLLLossArguments> = {
  weight: optionalTensor,
  size_average: legacyParameter,
  ignore_index: integer(-100),
  reduce: legacyParameter,
  reduction: reductionParameter,
};

const crossEntropyParameters: LossParameters<CrossEntropyLossArguments> = {
  ...classParameters,
  label_smoothing: number(0),
};

/**
 * Cross entropy of logits, shape `[N, C]`, against class numbers `[N]` (int64) or probabilities `[N, C]`.
 *
 * Source: `torch.nn.CrossEntropyLoss`.
 */
export class CrossEntropyLoss extends WeightedLoss {
  readonly ignore_index: number;
  readonly label_smoothing: number;

  constructor(...args: CallForms<CrossEntropyLossArguments, [...ClassPositions, label_smoothing?: number]>) {
    const settings = bind("CrossEntropyLoss", crossEntropyParameters, args);
    super(settings);
    this.ignore_index = settings.ignore_index;
    this.label_smoothing = settings.label_smoothing;
  }

  get _inputNames(): readonly ["input", "target"] {
    return ["input", "target"];
  }

  /** @throws as `torch.nn.functional.cross_entropy`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignore_index, reduction, label_smoothing } = this;
    return cross_entropy(input, target, { weight, ignore_index, reduction, label_smoothing });
  }
}

/**
 * The negative log-likelihood of log-probabilities, shape `[N, C]`, for class numbers `[N]` (int64): what follows `nn.LogSoftmax`.
 *
 * Source: `torch.nn.NLLLoss`.
 */
export class NLLLoss extends WeightedLoss {
  readonly ignore_index: number;

  constructor(...args: CallForms<NLLLossArguments, ClassPositions>) {
    const settings = bind(new.target.name, classParameters, args);
    super(settings);
    this.ignore_index = settings.ignore_index;
  }

  get _inputNames(): readonly ["input", "target"] {
    return ["input", "target"];
  }

  /** @throws as `torch.nn.functional.nll_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignore_index, reduction } = this;
    return nll_loss(input, target, { weight, ignore_index, reduction });
  }
}

/** As `NLLLoss`, by the name that it had for images. Source: `torch.nn.NLLLoss2d`. */
export class NLLLoss2d extends NLLLoss {}

/** Binary cross entropy of probabilities; after a sigmoid. Source: `torch.nn.BCELoss`. */
export class BCELoss extends PlainWeightedLoss {
  get _inputNames(): readonly ["input", "target"] {
    return ["input", "target"];
  }

  /** @throws as `torch.nn.functional.binary_cross_entropy`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction } = this;
    return binary_cross_entropy(input, target, { weight, reduction });
  }
}

/** What `nn.BCEWithLogitsLoss` is made with. */
export interface BCEWithLogitsLossArguments extends WeightedLossArguments {
  /** How much a positive target counts. */
  readonly pos_weight?: Tensor | null;
}

const logitsParameters: LossParameters<BCEWithLogitsLossArguments> = {
  ...weightedParameters,
  pos_weight: optionalTensor,
};

/** Binary cross entropy of logits, without a sigmoid before. Source: `torch.nn.BCEWithLogitsLoss`. */
export class BCEWithLogitsLoss extends WeightedLoss {
  declare readonly pos_weight: Tensor | null;

  constructor(
    ...args: CallForms<
      BCEWithLogitsLossArguments,
      [weight?: Tensor | null, ...ReductionPositions, pos_weight?: Tensor | null]
    >
  ) {
    const settings = bind("BCEWithLogitsLoss", logitsParameters, args);
    super(settings);
    this.register_buffer("pos_weight", settings.pos_weight);
  }

  get _inputNames(): readonly ["input", "target"] {
    return ["input", "target"];
  }

  /** @throws as `torch.nn.functional.binary_cross_entropy_with_logits`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, pos_weight, reduction } = this;
    return binary_cross_entropy_with_logits(input, target, { weight, pos_weight, reduction });
  }
}

/** The loss `log(1 + exp(−target · input))` for targets 1 and −1. Source: `torch.nn.SoftMarginLoss`. */
export class SoftMarginLoss extends PlainLoss {
  get _inputNames(): readonly ["input", "target"] {
    return ["input", "target"];
  }

  /** @throws as `torch.nn.functional.soft_margin_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return soft_margin_loss(input, target, { reduction: this.reduction });
  }
}

/** Binary cross entropy of logits for several questions about each sample. Source: `torch.nn.MultiLabelSoftMarginLoss`. */
export class MultiLabelSoftMarginLoss extends PlainWeightedLoss {
  get _inputNames(): readonly ["input", "target"] {
    return ["input", "target"];
  }

  /** @throws as `torch.nn.functional.multilabel_soft_margin_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction } = this;
    return multilabel_soft_margin_loss(input, target, { weight, reduction });
  }
}

/** The multi-label margin loss, whose targets are lists of class numbers. Source: `torch.nn.MultiLabelMarginLoss`. */
export class MultiLabelMarginLoss extends PlainLoss {
  get _inputNames(): readonly ["input", "target"] {
    return ["input", "target"];
  }

  /** @throws as `torch.nn.functional.multilabel_margin_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return multilabel_margin_loss(input, target, { reduction: this.reduction });
  }
}

/** What `nn.MultiMarginLoss` is made with. */
export interface MultiMarginLossArguments extends WeightedLossArguments {
  /** The power, 1 or 2; 1 unless given. */
  readonly p?: number;
  /** By how much the right class is to lead; 1 unless given. */
  readonly margin?: number;
}

const multiMarginParameters: LossParameters<MultiMarginLossArguments> = {
  p: number(1),
  margin: number(1),
  ...weightedParameters,
};

/** The multi-class margin loss. Source: `torch.nn.MultiMarginLoss`. */
export class MultiMarginLoss extends WeightedLoss {
  readonly p: number;
  readonly margin: number;

  /** @throws ValueError for another power, or weights that are not one for each class. */
  constructor(
    ...args: CallForms<
      MultiMarginLossArguments,
      [p?: number, margin?: number, weight?: Tensor | null, ...ReductionPositions]
    >
  ) {
    const settings = bind("MultiMarginLoss", multiMarginParameters, args);
    super(settings);
    const { p, margin, weight } = settings;
    if (p !== 1 && p !== 2) throw new ValueError(`only p == 1 and p == 2 supported, got ${p}.`);
    if (weight !== null && weight.ndim !== 1)
      throw new ValueError(
        `MultiMarginLoss: expected weight to be null or 1D tensor, got ${weight.ndim}D instead: one number for each class.`,
      );
    this.p = p;
    this.margin = margin;
  }

  get _inputNames(): readonly ["input", "target"] {
    return ["input", "target"];
  }

  /** @throws as `torch.nn.functional.multi_margin_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { p, margin, weight, reduction } = this;
    return multi_margin_loss(input, target, { p, margin, weight, reduction });
  }
}

/** What `nn.CTCLoss` is made with. */
export interface CTCLossArguments {
  /** The class that stands for no label; 0 unless given. */
  readonly blank?: number;
  readonly reduction?: LossReduction;
  /** Whether sequences that are too short for their labels count 0. */
  readonly zero_infinity?: boolean;
}

const ctcParameters: LossParameters<CTCLossArguments> = {
  blank: integer(0),
  reduction: reductionParameter,
  zero_infinity: flag(false),
};

/** The loss of sequences of labels that are shorter than those of predictions. Source: `torch.nn.CTCLoss`. */
export class CTCLoss extends Loss {
  readonly blank: number;
  readonly zero_infinity: boolean;

  constructor(
    ...args: CallForms<CTCLossArguments, [blank?: number, reduction?: LossReduction, zero_infinity?: boolean]>
  ) {
    const settings = bind("CTCLoss", ctcParameters, args);
    super(settings);
    this.blank = settings.blank;
    this.zero_infinity = settings.zero_infinity;
  }

  get _inputNames(): readonly ["log_probs", "targets", "input_lengths", "target_lengths"] {
    return ["log_probs", "targets", "input_lengths", "target_lengths"];
  }

  /** @throws as `torch.nn.functional.ctc_loss`. */
  override forward(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor | readonly number[],
    target_lengths: Tensor | readonly number[],
  ): Tensor {
    const { blank, reduction, zero_infinity } = this;
    return ctc_loss(log_probs, targets, input_lengths, target_lengths, { blank, reduction, zero_infinity });
  }
}
