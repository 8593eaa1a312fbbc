/** Losses of classes and of answers as modules. */
import { cross_entropy, nll_loss } from "../ops/networks/loss.ts";
import {
  binary_cross_entropy,
  binary_cross_entropy_with_logits,
  multilabel_soft_margin_loss,
  soft_margin_loss,
} from "../ops/networks/binary.ts";
import { ctc_loss } from "../ops/networks/ctc.ts";
import { multi_margin_loss, multilabel_margin_loss } from "../ops/networks/margins.ts";
import type { LossOptions, LossReduction } from "../ops/networks/reduction.ts";
import type { Tensor } from "../tensor.ts";
import { named } from "./activation.ts";
import { Loss, reductionNames, WeightedLoss, type ReductionArguments, type WeightedOptions } from "./loss.ts";

/** What `nn.NLLLoss` takes by name. */
export interface NLLLossOptions extends WeightedOptions {
  /** A label that does not count. */
  readonly ignore_index?: number;
}

/** What `nn.CrossEntropyLoss` takes by name. */
export interface CrossEntropyLossOptions extends NLLLossOptions {
  /** From 0 to 1: how much of the uniform distribution is mixed in. */
  readonly label_smoothing?: number;
}

/** The arguments of a loss of class numbers, by position or by name. */
type ClassArguments<Options> = readonly [
  weight?: Tensor | null | Options,
  size_average?: boolean | null | Options,
  ignore_index?: number | Options,
  reduce?: boolean | null | Options,
  reduction?: LossReduction | Options,
  label_smoothing?: number,
];

const classNames = [
  "weight",
  "size_average",
  "ignore_index",
  "reduce",
  "reduction",
  "label_smoothing",
] as const;

/**
 * Cross entropy of logits, shape `[N, C]`, against class numbers `[N]` (int64) or probabilities `[N, C]`.
 *
 * Source: `torch.nn.CrossEntropyLoss`.
 */
export class CrossEntropyLoss extends WeightedLoss {
  readonly ignore_index: number;
  readonly label_smoothing: number;

  constructor(...args: ClassArguments<CrossEntropyLossOptions>) {
    const options = named<CrossEntropyLossOptions>(classNames, args);
    super(options);
    this.ignore_index = options.ignore_index ?? -100;
    this.label_smoothing = options.label_smoothing ?? 0;
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

  constructor(...args: ClassArguments<NLLLossOptions>) {
    const options = named<CrossEntropyLossOptions>(classNames, args);
    super(options);
    this.ignore_index = options.ignore_index ?? -100;
  }

  /** @throws as `torch.nn.functional.nll_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignore_index, reduction } = this;
    return nll_loss(input, target, { weight, ignore_index, reduction });
  }
}

/** The arguments of a loss with weights, by position or by name. */
type WeightedArguments<Options extends LossOptions = WeightedOptions> = readonly [
  weight?: Tensor | null | Options,
  ...reduction: ReductionArguments<Options>,
];

const weightedNames = ["weight", ...reductionNames] as const;

/** Binary cross entropy of probabilities; after a sigmoid. Source: `torch.nn.BCELoss`. */
export class BCELoss extends WeightedLoss {
  constructor(...args: WeightedArguments) {
    super(named<WeightedOptions>(weightedNames, args));
  }

  /** @throws as `torch.nn.functional.binary_cross_entropy`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction } = this;
    return binary_cross_entropy(input, target, { weight, reduction });
  }
}

/** What `nn.BCEWithLogitsLoss` takes by name. */
export interface BCEWithLogitsLossOptions extends WeightedOptions {
  /** How much a positive target counts. */
  readonly pos_weight?: Tensor | null;
}

/** Binary cross entropy of logits, without a sigmoid before. Source: `torch.nn.BCEWithLogitsLoss`. */
export class BCEWithLogitsLoss extends WeightedLoss {
  declare readonly pos_weight: Tensor | null;

  constructor(
    ...args: readonly [...WeightedArguments<BCEWithLogitsLossOptions>, pos_weight?: Tensor | null]
  ) {
    const options = named<BCEWithLogitsLossOptions>([...weightedNames, "pos_weight"], args);
    super(options);
    this.register_buffer("pos_weight", options.pos_weight ?? null);
  }

  /** @throws as `torch.nn.functional.binary_cross_entropy_with_logits`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, pos_weight, reduction } = this;
    return binary_cross_entropy_with_logits(input, target, { weight, pos_weight, reduction });
  }
}

/** The loss `log(1 + exp(−target · input))` for targets 1 and −1. Source: `torch.nn.SoftMarginLoss`. */
export class SoftMarginLoss extends Loss {
  constructor(...args: ReductionArguments) {
    super(named<LossOptions>(reductionNames, args));
  }

  /** @throws as `torch.nn.functional.soft_margin_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return soft_margin_loss(input, target, { reduction: this.reduction });
  }
}

/** Binary cross entropy of logits for several questions about each sample. Source: `torch.nn.MultiLabelSoftMarginLoss`. */
export class MultiLabelSoftMarginLoss extends WeightedLoss {
  constructor(...args: WeightedArguments) {
    super(named<WeightedOptions>(weightedNames, args));
  }

  /** @throws as `torch.nn.functional.multilabel_soft_margin_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction } = this;
    return multilabel_soft_margin_loss(input, target, { weight, reduction });
  }
}

/** The multi-label margin loss, whose targets are lists of class numbers. Source: `torch.nn.MultiLabelMarginLoss`. */
export class MultiLabelMarginLoss extends Loss {
  constructor(...args: ReductionArguments) {
    super(named<LossOptions>(reductionNames, args));
  }

  /** @throws as `torch.nn.functional.multilabel_margin_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return multilabel_margin_loss(input, target, { reduction: this.reduction });
  }
}

/** What `nn.MultiMarginLoss` takes by name. */
export interface MultiMarginLossOptions extends WeightedOptions {
  /** The power, 1 or 2. */
  readonly p?: number;
  /** By how much the right class is to lead. */
  readonly margin?: number;
}

/** The multi-class margin loss. Source: `torch.nn.MultiMarginLoss`. */
export class MultiMarginLoss extends WeightedLoss {
  readonly p: number;
  readonly margin: number;

  constructor(
    ...args: readonly [
      p?: number | MultiMarginLossOptions,
      margin?: number | MultiMarginLossOptions,
      ...rest: WeightedArguments<MultiMarginLossOptions>,
    ]
  ) {
    const options = named<MultiMarginLossOptions>(["p", "margin", ...weightedNames], args);
    super(options);
    this.p = options.p ?? 1;
    this.margin = options.margin ?? 1;
  }

  /** @throws as `torch.nn.functional.multi_margin_loss`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { p, margin, weight, reduction } = this;
    return multi_margin_loss(input, target, { p, margin, weight, reduction });
  }
}

/** What `nn.CTCLoss` takes by name. */
export interface CTCLossOptions {
  /** The class that stands for no label. */
  readonly blank?: number;
  readonly reduction?: LossReduction;
  /** Whether sequences that are too short for their labels count 0. */
  readonly zero_infinity?: boolean;
}

/** The loss of sequences of labels that are shorter than those of predictions. Source: `torch.nn.CTCLoss`. */
export class CTCLoss extends Loss {
  readonly blank: number;
  readonly zero_infinity: boolean;

  constructor(
    ...args: readonly [
      blank?: number | CTCLossOptions,
      reduction?: LossReduction | CTCLossOptions,
      zero_infinity?: boolean,
    ]
  ) {
    const options = named<CTCLossOptions>(["blank", "reduction", "zero_infinity"], args);
    super(options);
    this.blank = options.blank ?? 0;
    this.zero_infinity = options.zero_infinity ?? false;
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
