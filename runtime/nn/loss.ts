/** What losses as modules share: how they are reduced, and the weights that belong to their state. */
import type { LossOptions, LossReduction } from "../ops/networks/reduction.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";

/** The last arguments of a loss, by position in PyTorch's older order. */
export type ReductionArguments<Options extends LossOptions = LossOptions> = readonly [
  size_average?: boolean | null | Options,
  reduce?: boolean | null | Options,
  reduction?: LossReduction | Options,
];

/** The names of those arguments, in their order. */
export const reductionNames = ["size_average", "reduce", "reduction"] as const;

/** A loss with a reduction, of which the older forms have been read. Source: `torch.nn.modules.loss._Loss`. */
export abstract class Loss extends Module {
  readonly reduction: LossReduction;

  constructor({ size_average = null, reduce = null, reduction = "mean" }: LossOptions) {
    super();
    const older = size_average !== null || reduce !== null;
    this.reduction = older
      ? reduce === false
        ? "none"
        : size_average === false
          ? "sum"
          : "mean"
      : reduction;
  }
}

/** What a loss with weights takes by name. */
export interface WeightedOptions extends LossOptions {
  /** How much each class, or each element, counts. */
  readonly weight?: Tensor | null;
}

/** A loss with weights, which are part of its state. Source: `torch.nn.modules.loss._WeightedLoss`. */
export abstract class WeightedLoss extends Loss {
  declare readonly weight: Tensor | null;

  constructor(options: WeightedOptions) {
    super(options);
    this.register_buffer("weight", options.weight ?? null);
  }
}
