/** Schedules that multiply the learning rate by one number now and then. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { ValueError } from "../../errors/valueError.ts";
import { integer, number, type Parameter, type ParametersOf } from "../../parameters.ts";
import type { AnyOptimizer } from "../hooks.ts";
import { LRScheduler, optimizerParameter } from "./scheduler.ts";

/** What `lr_scheduler.StepLR` is made with. */
export interface StepLRArguments {
  readonly optimizer: AnyOptimizer;
  /** How many epochs the learning rate stays. */
  readonly step_size: number;
  /** By what it is multiplied then; 0.1 unless given. */
  readonly gamma?: number;
  /** The epoch before the next one; −1 unless training goes on. */
  readonly last_epoch?: number;
}

const stepParameters: ParametersOf<StepLRArguments> = {
  optimizer: optimizerParameter,
  step_size: integer(),
  gamma: number(0.1),
  last_epoch: integer(-1),
};

/**
 * Multiplies the learning rate by `gamma` every `step_size` epochs: `new StepLR(optimizer, 30, 0.1)`.
 *
 * Source: `torch.optim.lr_scheduler.StepLR`.
 */
export class StepLR extends LRScheduler {
  declare step_size: number;
  declare gamma: number;

  constructor(
    ...args: CallForms<
      StepLRArguments,
      [optimizer: AnyOptimizer, step_size: number, gamma?: number, last_epoch?: number],
      ["optimizer", "step_size"]
    >
  ) {
    const { optimizer, last_epoch, ...own } = bind("StepLR", stepParameters, args);
    super(optimizer, last_epoch, own);
  }

  protected override nextRates(): number[] {
    if (this.last_epoch === 0 || this.last_epoch % this.step_size !== 0) return this.rates;
    return this.rates.map((rate) => rate * this.gamma);
  }

  protected override closedForm(): number[] {
    return this.base_lrs.map((rate) => rate * this.gamma ** Math.floor(this.last_epoch / this.step_size));
  }
}

/** What `lr_scheduler.MultiStepLR` is made with. */
export interface MultiStepLRArguments {
  readonly optimizer: AnyOptimizer;
  /** The epochs at which the learning rate changes. */
  readonly milestones: Iterable<number>;
  /** By what it is multiplied then; 0.1 unless given. */
  readonly gamma?: number;
  /** The epoch before the next one; −1 unless training goes on. */
  readonly last_epoch?: number;
}

const epochs: Parameter<Iterable<number>> = {
  expects: "an array of whole numbers",
  convert: (value) =>
    typeof value === "object" && value !== null && Symbol.iterator in value
      ? (value as Iterable<number>) // what it gives is compared with epochs
      : undefined,
};

const multiStepParameters: ParametersOf<MultiStepLRArguments> = {
  optimizer: optimizerParameter,
  milestones: epochs,
  gamma: number(0.1),
  last_epoch: integer(-1),
};

/** How often each number comes, as Python's `Counter`. */
function counted(numbers: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const item of numbers) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/**
 * Multiplies the learning rate by `gamma` at each of the milestones: `new MultiStepLR(optimizer, [30, 80])`.
 *
 * Source: `torch.optim.lr_scheduler.MultiStepLR`.
 */
export class MultiStepLR extends LRScheduler {
  /** How often each milestone was given. */
  declare milestones: Map<number, number>;
  declare gamma: number;

  constructor(
    ...args: CallForms<
      MultiStepLRArguments,
      [optimizer: AnyOptimizer, milestones: Iterable<number>, gamma?: number, last_epoch?: number],
      ["optimizer", "milestones"]
    >
  ) {
    const { optimizer, last_epoch, milestones, gamma } = bind("MultiStepLR", multiStepParameters, args);
    super(optimizer, last_epoch, { milestones: counted(milestones), gamma });
  }

  protected override nextRates(): number[] {
    const times = this.milestones.get(this.last_epoch);
    return times === undefined ? this.rates : this.rates.map((rate) => rate * this.gamma ** times);
  }

  protected override closedForm(): number[] {
    let times = 0;
    for (const [milestone, count] of this.milestones) if (milestone <= this.last_epoch) times += count;
    return this.base_lrs.map((rate) => rate * this.gamma ** times);
  }
}

/** What `lr_scheduler.ConstantLR` is made with. */
export interface ConstantLRArguments {
  readonly optimizer: AnyOptimizer;
  /** By what the learning rate is multiplied at first; a third unless given. */
  readonly factor?: number;
  /** For how many epochs; 5 unless given. */
  readonly total_iters?: number;
  /** The epoch before the next one; −1 unless training goes on. */
  readonly last_epoch?: number;
}

const constantParameters: ParametersOf<ConstantLRArguments> = {
  optimizer: optimizerParameter,
  factor: number(1 / 3),
  total_iters: integer(5),
  last_epoch: integer(-1),
};

/**
 * Multiplies the learning rate by `factor` for the first `total_iters` epochs: `new ConstantLR(optimizer, 0.5, 4)`.
 *
 * Source: `torch.optim.lr_scheduler.ConstantLR`.
 */
export class ConstantLR extends LRScheduler {
  declare factor: number;
  declare total_iters: number;

  /** @throws ValueError when the factor is not between 0 and 1. */
  constructor(
    ...args: CallForms<
      ConstantLRArguments,
      [optimizer: AnyOptimizer, factor?: number, total_iters?: number, last_epoch?: number]
    >
  ) {
    const { optimizer, last_epoch, ...own } = bind("ConstantLR", constantParameters, args);
    if (own.factor > 1 || own.factor < 0)
      throw new ValueError(
        `Constant multiplicative factor expected to be between 0 and 1, and it is ${own.factor}.`,
      );
    super(optimizer, last_epoch, own);
  }

  protected override nextRates(): number[] {
    if (this.last_epoch === 0) return this.rates.map((rate) => rate * this.factor);
    return this.last_epoch === this.total_iters
      ? this.rates.map((rate) => rate * (1 / this.factor))
      : this.rates;
  }

  protected override closedForm(): number[] {
    const factor = this.factor + Number(this.last_epoch >= this.total_iters) * (1 - this.factor);
    return this.base_lrs.map((rate) => rate * factor);
  }
}

/** What `lr_scheduler.ExponentialLR` is made with. */
export interface ExponentialLRArguments {
  readonly optimizer: AnyOptimizer;
  /** By what the learning rate is multiplied with every epoch. */
  readonly gamma: number;
  /** The epoch before the next one; −1 unless training goes on. */
  readonly last_epoch?: number;
}

const exponentialParameters: ParametersOf<ExponentialLRArguments> = {
  optimizer: optimizerParameter,
  gamma: number(),
  last_epoch: integer(-1),
};

/**
 * Multiplies the learning rate by `gamma` with every epoch: `new ExponentialLR(optimizer, 0.95)`.
 *
 * Source: `torch.optim.lr_scheduler.ExponentialLR`.
 */
export class ExponentialLR extends LRScheduler {
  declare gamma: number;

  constructor(
    ...args: CallForms<
      ExponentialLRArguments,
      [optimizer: AnyOptimizer, gamma: number, last_epoch?: number],
      ["optimizer", "gamma"]
    >
  ) {
    const { optimizer, last_epoch, gamma } = bind("ExponentialLR", exponentialParameters, args);
    super(optimizer, last_epoch, { gamma });
  }

  protected override nextRates(): number[] {
    return this._is_initial ? this.rates : this.rates.map((rate) => rate * this.gamma);
  }

  protected override closedForm(): number[] {
    return this.base_lrs.map((rate) => rate * this.gamma ** this.last_epoch);
  }
}
