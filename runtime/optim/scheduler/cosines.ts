/** Schedules along half a cosine. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { ValueError } from "../../errors/valueError.ts";
import { integer, number, type ParametersOf } from "../../parameters.ts";
import type { AnyOptimizer } from "../hooks.ts";
import { LRScheduler, optimizerParameter } from "./scheduler.ts";

/** What `lr_scheduler.CosineAnnealingLR` is made with. */
export interface CosineAnnealingLRArguments {
  readonly optimizer: AnyOptimizer;
  /** After how many epochs the learning rate is lowest. */
  readonly T_max: number;
  /** The lowest learning rate; 0 unless given. */
  readonly eta_min?: number;
  /** The epoch before the next one; −1 unless training goes on. */
  readonly last_epoch?: number;
}

const annealingParameters: ParametersOf<CosineAnnealingLRArguments> = {
  optimizer: optimizerParameter,
  T_max: number(),
  eta_min: number(0),
  last_epoch: integer(-1),
};

/**
 * Lets the learning rate fall to `eta_min` along half a cosine, and rise again behind it: `new CosineAnnealingLR(optimizer, 100)`.
 *
 * Source: `torch.optim.lr_scheduler.CosineAnnealingLR`; Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2016).
 */
export class CosineAnnealingLR extends LRScheduler {
  declare T_max: number;
  declare eta_min: number;

  constructor(
    ...args: CallForms<
      CosineAnnealingLRArguments,
      [optimizer: AnyOptimizer, T_max: number, eta_min?: number, last_epoch?: number],
      ["optimizer", "T_max"]
    >
  ) {
    const { optimizer, last_epoch, ...own } = bind("CosineAnnealingLR", annealingParameters, args);
    super(optimizer, last_epoch, own);
  }

  protected override nextRates(): number[] {
    const { last_epoch, T_max, eta_min } = this;
    if (this._is_initial) return this.rates;
    if (this._step_count === 1 && last_epoch > 0) return this.closedForm();
    if ((last_epoch - 1 - T_max) % (2 * T_max) === 0)
      // Behind the lowest point the quotient of cosines would be by 0.
      return this.rates.map(
        (rate, i) => rate + ((this.base_lrs[i]! - eta_min) * (1 - Math.cos(Math.PI / T_max))) / 2,
      );
    const [now, before] = [last_epoch, last_epoch - 1].map(
      (epoch) => 1 + Math.cos((Math.PI * epoch) / T_max),
    );
    return this.rates.map((rate) => (now! / before!) * (rate - eta_min) + eta_min); // two numbers, as above
  }

  protected override closedForm(): number[] {
    const { last_epoch, T_max, eta_min } = this;
    return this.base_lrs.map(
      (rate) => eta_min + ((rate - eta_min) * (1 + Math.cos((Math.PI * last_epoch) / T_max))) / 2,
    );
  }
}

/** What `lr_scheduler.CosineAnnealingWarmRestarts` is made with. */
export interface CosineAnnealingWarmRestartsArguments {
  readonly optimizer: AnyOptimizer;
  /** After how many epochs the learning rate begins again. */
  readonly T_0: number;
  /** By what that number is multiplied each time; 1 unless given. */
  readonly T_mult?: number;
  /** The lowest learning rate; 0 unless given. */
  readonly eta_min?: number;
  /** The epoch before the next one; −1 unless training goes on. */
  readonly last_epoch?: number;
}

const restartsParameters: ParametersOf<CosineAnnealingWarmRestartsArguments> = {
  optimizer: optimizerParameter,
  T_0: number(),
  T_mult: number(1),
  eta_min: number(0),
  last_epoch: integer(-1),
};

/**
 * Lets the learning rate fall along half a cosine, and begins again: `new CosineAnnealingWarmRestarts(optimizer, 10, 2)` after 10 epochs, after 20 more, after 40 more.
 *
 * Source: `torch.optim.lr_scheduler.CosineAnnealingWarmRestarts`; Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2016).
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  declare T_0: number;
  /** How many epochs there are between the last restart and the next. */
  declare T_i: number;
  declare T_mult: number;
  declare eta_min: number;
  /** How many epochs ago the last restart was. */
  declare T_cur: number;

  /** @throws ValueError when a length is no whole number above 0. */
  constructor(
    ...args: CallForms<
      CosineAnnealingWarmRestartsArguments,
      [optimizer: AnyOptimizer, T_0: number, T_mult?: number, eta_min?: number, last_epoch?: number],
      ["optimizer", "T_0"]
    >
  ) {
    const given = bind("CosineAnnealingWarmRestarts", restartsParameters, args);
    const { optimizer, T_0, T_mult, eta_min, last_epoch } = given;
    if (!(Number.isInteger(T_0) && T_0 > 0))
      throw new ValueError(`Expected positive integer T_0, but got ${T_0}.`);
    if (!(Number.isInteger(T_mult) && T_mult >= 1))
      throw new ValueError(`Expected integer T_mult >= 1, but got ${T_mult}.`);
    super(optimizer, last_epoch, { T_0, T_i: T_0, T_mult, eta_min, T_cur: last_epoch });
  }

  protected override nextRates(): number[] {
    const { T_cur, T_i, eta_min } = this;
    return this.base_lrs.map(
      (rate) => eta_min + ((rate - eta_min) * (1 + Math.cos((Math.PI * T_cur) / T_i))) / 2,
    );
  }

  /**
   * Goes on to the next learning rates, or to those of an epoch, which may be a fraction: `scheduler.step(epoch + i / batches)`.
   *
   * @throws ValueError when the epoch is negative.
   */
  override step(epoch: number | null = null): void {
    if (epoch === null && this.last_epoch >= 0) goOn(this);
    else goTo(this, epoch ?? 0);
    this._get_lr_called_within_step = true;
    try {
      this._use(this.get_lr());
    } finally {
      this._get_lr_called_within_step = false;
    }
  }
}

/** The next epoch. */
function goOn(scheduler: CosineAnnealingWarmRestarts): void {
  scheduler.last_epoch++;
  scheduler.T_cur++;
  if (scheduler.T_cur < scheduler.T_i) return;
  scheduler.T_cur %= scheduler.T_i;
  scheduler.T_i *= scheduler.T_mult;
}

/** Any epoch, which may be a fraction. */
function goTo(scheduler: CosineAnnealingWarmRestarts, epoch: number): void {
  if (!(epoch >= 0)) throw new ValueError(`Expected non-negative epoch, but got ${epoch}.`);
  const { T_0, T_mult } = scheduler;
  if (epoch < T_0) [scheduler.T_i, scheduler.T_cur] = [T_0, epoch];
  else if (T_mult === 1) scheduler.T_cur = epoch % T_0;
  else {
    const restarts = Math.trunc(Math.log((epoch / T_0) * (T_mult - 1) + 1) / Math.log(T_mult));
    scheduler.T_cur = epoch - (T_0 * (T_mult ** restarts - 1)) / (T_mult - 1);
    scheduler.T_i = T_0 * T_mult ** restarts;
  }
  scheduler.last_epoch = Math.floor(epoch);
}
