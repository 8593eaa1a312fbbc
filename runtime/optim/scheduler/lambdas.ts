/** Schedules that a function decides. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { ValueError } from "../../errors/valueError.ts";
import { integer, type Parameter, type ParametersOf } from "../../parameters.ts";
import type { AnyOptimizer } from "../hooks.ts";
import { groupsOf, LRScheduler, optimizerParameter, type SchedulerState } from "./scheduler.ts";

/** Gives a factor for an epoch; the first is 0. */
export type RateFunction = (epoch: number) => number;

/** What `lr_scheduler.LambdaLR` and `lr_scheduler.MultiplicativeLR` are made with. */
export interface LambdaArguments {
  readonly optimizer: AnyOptimizer;
  /** One function for all groups, or one for each. */
  readonly lr_lambda: RateFunction | readonly RateFunction[];
  /** The epoch before the next one; −1 unless training goes on. */
  readonly last_epoch?: number;
}

type LambdaForms = CallForms<
  LambdaArguments,
  [optimizer: AnyOptimizer, lr_lambda: RateFunction | readonly RateFunction[], last_epoch?: number],
  ["optimizer", "lr_lambda"]
>;

const functions: Parameter<RateFunction | readonly RateFunction[]> = {
  expects: "a function of the epoch, or an array of functions",
  convert: (value) =>
    typeof value === "function" || (Array.isArray(value) && value.every((item) => typeof item === "function"))
      ? (value as RateFunction) // what it gives is used as a number
      : undefined,
};

const parameters: ParametersOf<LambdaArguments> = {
  optimizer: optimizerParameter,
  lr_lambda: functions,
  last_epoch: integer(-1),
};

/** A function for each group. @throws ValueError when there are more or fewer. */
function functionsFor(
  optimizer: AnyOptimizer,
  given: RateFunction | readonly RateFunction[],
): RateFunction[] {
  const groups = groupsOf(optimizer);
  if (typeof given === "function") return groups.map(() => given);
  if (given.length !== groups.length)
    throw new ValueError(
      `Expected ${groups.length} lr_lambdas, but got ${given.length}. Pass a function for each group, or one for all.`,
    );
  return [...given];
}

/** What both have in common: functions, which are not saved. */
class FunctionScheduler extends LRScheduler {
  declare lr_lambdas: RateFunction[];

  constructor(name: string, args: LambdaForms) {
    const { optimizer, lr_lambda, last_epoch } = bind(name, parameters, args);
    super(optimizer, last_epoch, { lr_lambdas: functionsFor(optimizer, lr_lambda) });
  }

  /** As of every scheduler; the functions are not among it. */
  override state_dict(): SchedulerState {
    return { ...super.state_dict(), lr_lambdas: this.lr_lambdas.map(() => null) };
  }

  override load_state_dict({ lr_lambdas: _, ...state_dict }: SchedulerState): void {
    super.load_state_dict(state_dict);
  }

  /** The factor of each group. */
  protected factors(): number[] {
    return this.lr_lambdas.map((factor) => factor(this.last_epoch));
  }
}

/**
 * The first learning rate times what a function gives for the epoch: `new LambdaLR(optimizer, (epoch) => 0.95 ** epoch)`.
 *
 * Source: `torch.optim.lr_scheduler.LambdaLR`.
 */
export class LambdaLR extends FunctionScheduler {
  /** @throws ValueError when there are more or fewer functions than groups. */
  constructor(...args: LambdaForms) {
    super("LambdaLR", args);
  }

  protected override nextRates(): number[] {
    const factors = this.factors();
    return this.base_lrs.map((rate, i) => rate * factors[i]!); // one for each
  }
}

/**
 * The learning rate times what a function gives for the epoch, with every step: `new MultiplicativeLR(optimizer, () => 0.95)`.
 *
 * Source: `torch.optim.lr_scheduler.MultiplicativeLR`.
 */
export class MultiplicativeLR extends FunctionScheduler {
  /** @throws ValueError when there are more or fewer functions than groups. */
  constructor(...args: LambdaForms) {
    super("MultiplicativeLR", args);
  }

  protected override nextRates(): number[] {
    if (this._is_initial) return this.rates;
    const factors = this.factors();
    return this.rates.map((rate, i) => rate * factors[i]!); // one for each
  }
}
