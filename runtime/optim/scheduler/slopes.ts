/** Schedules along a line or a power of one. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { ValueError } from "../../errors/valueError.ts";
import { integer, number, type ParametersOf } from "../../parameters.ts";
import type { AnyOptimizer } from "../hooks.ts";
import { LRScheduler, optimizerParameter } from "./scheduler.ts";

/** What `lr_scheduler.LinearLR` is made with. */
export interface LinearLRArguments {
  readonly optimizer: AnyOptimizer;
  /** By what the learning rate is multiplied at first; a third unless given. */
  readonly start_factor?: number;
  /** By what it is multiplied in the end; 1 unless given. */
  readonly end_factor?: number;
  /** How many epochs that takes; 5 unless given. */
  readonly total_iters?: number;
  /** The epoch before the next one; −1 unless training goes on. */
  readonly last_epoch?: number;
}

const linearParameters: ParametersOf<LinearLRArguments> = {
  optimizer: optimizerParameter,
  start_factor: number(1 / 3),
  end_factor: number(1),
  total_iters: integer(5),
  last_epoch: integer(-1),
};

/**
 * Multiplies the learning rate by a factor that goes from one number to another in equal steps: `new LinearLR(optimizer, 0.1, 1, 10)` warms up.
 *
 * Source: `torch.optim.lr_scheduler.LinearLR`.
 */
export class LinearLR extends LRScheduler {
  declare start_factor: number;
  declare end_factor: number;
  declare total_iters: number;

  /** @throws ValueError when a factor is not between 0 and 1. */
  constructor(
    ...args: CallForms<
      LinearLRArguments,
      [
        optimizer: AnyOptimizer,
        start_factor?: number,
        end_factor?: number,
        total_iters?: number,
        last_epoch?: number,
      ]
    >
  ) {
    const { optimizer, last_epoch, ...own } = bind("LinearLR", linearParameters, args);
    if (own.start_factor > 1 || own.start_factor <= 0)
      throw new ValueError(
        `Starting multiplicative factor expected to be greater than 0 and less or equal to 1, and it is ${own.start_factor}.`,
      );
    if (own.end_factor > 1 || own.end_factor < 0)
      throw new ValueError(
        `Ending multiplicative factor expected to be between 0 and 1, and it is ${own.end_factor}.`,
      );
    super(optimizer, last_epoch, own);
  }

  protected override nextRates(): number[] {
    const { last_epoch, start_factor, end_factor, total_iters } = this;
    if (last_epoch === 0) return this.rates.map((rate) => rate * start_factor);
    if (this._is_initial || last_epoch > total_iters) return this.rates;
    const slope = end_factor - start_factor;
    const factor = 1 + slope / (total_iters * start_factor + (last_epoch - 1) * slope);
    return this.rates.map((rate) => rate * factor);
  }

  protected override closedForm(): number[] {
    const { last_epoch, start_factor, end_factor, total_iters } = this;
    const factor =
      start_factor + ((end_factor - start_factor) * Math.min(total_iters, last_epoch)) / total_iters;
    return this.base_lrs.map((rate) => rate * factor);
  }
}

/** What `lr_scheduler.PolynomialLR` is made with. */
export interface PolynomialLRArguments {
  readonly optimizer: AnyOptimizer;
  /** After how many epochs the learning rate is 0; 5 unless given. */
  readonly total_iters?: number;
  /** The power of the line; 1 unless given. */
  readonly power?: number;
  /** The epoch before the next one; −1 unless training goes on. */
  readonly last_epoch?: number;
}

const polynomialParameters: ParametersOf<PolynomialLRArguments> = {
  optimizer: optimizerParameter,
  total_iters: integer(5),
  power: number(1),
  last_epoch: integer(-1),
};

/**
 * Lets the learning rate fall to 0 along a power of a line: `new PolynomialLR(optimizer, 50, 0.9)`.
 *
 * Source: `torch.optim.lr_scheduler.PolynomialLR`.
 */
export class PolynomialLR extends LRScheduler {
  declare total_iters: number;
  declare power: number;

  constructor(
    ...args: CallForms<
      PolynomialLRArguments,
      [optimizer: AnyOptimizer, total_iters?: number, power?: number, last_epoch?: number]
    >
  ) {
    const { optimizer, last_epoch, ...own } = bind("PolynomialLR", polynomialParameters, args);
    super(optimizer, last_epoch, own);
  }

  protected override nextRates(): number[] {
    const { last_epoch, total_iters, power } = this;
    if (this._is_initial || last_epoch > total_iters) return this.rates;
    const factor = ((1 - last_epoch / total_iters) / (1 - (last_epoch - 1) / total_iters)) ** power;
    return this.rates.map((rate) => rate * factor);
  }

  protected override closedForm(): number[] {
    const factor = (1 - Math.min(this.total_iters, this.last_epoch) / this.total_iters) ** this.power;
    return this.base_lrs.map((rate) => rate * factor);
  }
}
