/** What losses as modules share: how they are reduced, and the weights that belong to their state. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import {
  lossParameters,
  reductionOf,
  type LossOptions,
  type LossReduction,
  type ReductionSettings,
} from "../ops/networks/reduction.ts";
import { optionalTensor, type Parameter, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";

/** The last arguments of a loss, by position in PyTorch's older order. */
export type ReductionPositions = [
  size_average?: boolean | null,
  reduce?: boolean | null,
  reduction?: LossReduction,
];

/** A loss with a reduction, of which the older forms have been read. Source: `torch.nn.modules.loss._Loss`. */
export abstract class Loss extends Module {
  readonly reduction: LossReduction;

  /** @throws ValueError for a word that is no reduction. */
  constructor(settings: ReductionSettings) {
    super();
    this.reduction = reductionOf(settings);
  }
}

/** A loss without settings of its own. */
export abstract class PlainLoss extends Loss {
  constructor(...args: CallForms<LossOptions, ReductionPositions>) {
    super(bind(new.target.name, lossParameters, args));
  }
}

/** The parameters of a loss: which word is a reduction, the loss says itself. */
export type LossParameters<Named> = Omit<ParametersOf<Named>, "reduction"> & {
  readonly reduction: Parameter<string>;
};

/** What a loss with weights is made with. */
export interface WeightedLossArguments extends LossOptions {
  /** How much each class, or each element, counts. */
  readonly weight?: Tensor | null;
}

/** The parameters of a loss with weights that has no others. */
export const weightedParameters: LossParameters<WeightedLossArguments> = {
  weight: optionalTensor,
  ...lossParameters,
};

/** A loss with weights, which are part of its state. Source: `torch.nn.modules.loss._WeightedLoss`. */
export abstract class WeightedLoss extends Loss {
  declare readonly weight: Tensor | null;

  constructor(settings: ReductionSettings & { readonly weight: Tensor | null }) {
    super(settings);
    this.register_buffer("weight", settings.weight);
  }
}

/** A loss with weights and without other settings. */
export abstract class PlainWeightedLoss extends WeightedLoss {
  constructor(...args: CallForms<WeightedLossArguments, [weight?: Tensor | null, ...ReductionPositions]>) {
    super(bind(new.target.name, weightedParameters, args));
  }
}
