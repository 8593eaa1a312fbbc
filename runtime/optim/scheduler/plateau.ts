import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { integer, number, type Parameter, type ParametersOf } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import type { AnyOptimizer } from "../hooks.ts";
import { valueOf, type Rate } from "../settings.ts";
import {
  change,
  groupsOf,
  LRScheduler,
  optimizerParameter,
  warnOfEpoch,
  type SchedulerState,
} from "./scheduler.ts";

/** What `lr_scheduler.ReduceLROnPlateau` is made with. */
export interface ReduceLROnPlateauArguments {
  readonly optimizer: AnyOptimizer;
  /** Whether the quantity is to fall or to rise; `"min"` unless given. */
  readonly mode?: "min" | "max";
  /** By what the learning rate is multiplied; 0.1 unless given. */
  readonly factor?: number;
  /** How many epochs in a row may pass without an improvement; 10 unless given. */
  readonly patience?: number;
  /** How large an improvement must be; 1e-4 unless given. */
  readonly threshold?: number;
  /** Whether that is a share of the best so far, or a difference; `"rel"` unless given. */
  readonly threshold_mode?: "rel" | "abs";
  /** For how many epochs nothing is counted after a change. */
  readonly cooldown?: number;
  /** The lowest learning rate, for all groups or for each. */
  readonly min_lr?: number | readonly number[];
  /** Smaller changes are not made; 1e-8 unless given. */
  readonly eps?: number;
}

const words: Parameter<"min" | "max"> = {
  expects: '"min" or "max"',
  fallback: "min",
  convert: (value) => (typeof value === "string" ? (value as "min") : undefined), // `checkWord` looks at it
};

const thresholdWords: Parameter<"rel" | "abs"> = {
  expects: '"rel" or "abs"',
  fallback: "rel",
  convert: (value) => (typeof value === "string" ? (value as "rel") : undefined), // `checkWord` looks at it
};

/** A number for all groups, or one for each. */
export function numberOrNumbers(fallback?: number): Parameter<number | readonly number[]> {
  const parameter: Parameter<number | readonly number[]> = {
    expects: "a number or an array of numbers",
    convert: (value) =>
      typeof value === "number" || (Array.isArray(value) && value.every((item) => typeof item === "number"))
        ? (value as number)
        : undefined,
  };
  return fallback === undefined ? parameter : { ...parameter, fallback };
}

const parameters: ParametersOf<ReduceLROnPlateauArguments> = {
  optimizer: optimizerParameter,
  mode: words,
  factor: number(0.1),
  patience: integer(10),
  threshold: number(1e-4),
  threshold_mode: thresholdWords,
  cooldown: integer(0),
  min_lr: numberOrNumbers(0),
  eps: number(1e-8),
};

function checkWord(what: string, word: string, known: readonly string[]): void {
  if (!known.includes(word))
    throw new ValueError(
      `${what} ${word} is unknown! It is one of ${known.map((each) => `"${each}"`).join(", ")}.`,
    );
}

/** A lowest rate for each group. @throws ValueError when there are more or fewer. */
function lowestRates(optimizer: AnyOptimizer, given: number | readonly number[]): number[] {
  const groups = groupsOf(optimizer);
  if (typeof given === "number") return groups.map(() => given);
  if (given.length !== groups.length)
    throw new ValueError(
      `expected ${groups.length} min_lrs, got ${given.length}. Pass a number for each group, or one for all.`,
    );
  return [...given];
}

/**
 * Multiplies the learning rate by `factor` when a quantity, such as the loss on held-out data, has not become better for `patience` epochs: `scheduler.step(loss)`.
 *
 * Source: `torch.optim.lr_scheduler.ReduceLROnPlateau`.
 */
export class ReduceLROnPlateau extends LRScheduler {
  declare factor: number;
  declare default_min_lr: number | null;
  declare min_lrs: number[];
  declare patience: number;
  declare cooldown: number;
  declare eps: number;
  declare mode: "min" | "max";
  declare threshold: number;
  declare threshold_mode: "rel" | "abs";
  /** What is worse than anything. @internal */
  declare mode_worse: number;
  /** The best so far. */
  declare best: number;
  declare cooldown_counter: number;
  declare num_bad_epochs: number;

  /** @throws ValueError when the factor is 1 or more, or a word is not one of those above. */
  constructor(
    ...args: CallForms<
      ReduceLROnPlateauArguments,
      [
        optimizer: AnyOptimizer,
        mode?: "min" | "max",
        factor?: number,
        patience?: number,
        threshold?: number,
        threshold_mode?: "rel" | "abs",
        cooldown?: number,
        min_lr?: number | readonly number[],
        eps?: number,
      ]
    >
  ) {
    const { optimizer, min_lr, ...own } = bind("ReduceLROnPlateau", parameters, args);
    if (own.factor >= 1) throw new ValueError(`Factor should be < 1.0, and it is ${own.factor}.`);
    checkWord("mode", own.mode, ["min", "max"]);
    checkWord("threshold mode", own.threshold_mode, ["rel", "abs"]);
    super(optimizer, -1, {
      ...own,
      min_lrs: lowestRates(optimizer, min_lr),
      default_min_lr: typeof min_lr === "number" ? min_lr : null,
    });
  }

  /** The first learning rate stays. @internal */
  override _begin(): void {
    this.last_epoch = 0;
    this._last_lr = this.rates;
    this.mode_worse = this.mode === "min" ? Infinity : -Infinity;
    this.best = this.mode_worse;
    this.cooldown_counter = 0;
    this.num_bad_epochs = 0;
  }

  /** Whether nothing is counted, because the learning rate was changed. */
  get in_cooldown(): boolean {
    return this.cooldown_counter > 0;
  }

  /** Counts an epoch with this value of the quantity. @throws TypeError when none is given. */
  override step(metrics?: number | Tensor | null, epoch: number | null = null): void {
    if (metrics === undefined || metrics === null)
      throw new TypeError(
        "ReduceLROnPlateau.step() missing 1 required positional argument: 'metrics', the quantity that is to fall or rise, as in scheduler.step(loss).",
      );
    const value = valueOf(metrics);
    if (epoch !== null) warnOfEpoch();
    this.last_epoch = epoch ?? this.last_epoch + 1;
    if (this.#isBetter(value)) {
      this.best = value;
      this.num_bad_epochs = 0;
    } else this.num_bad_epochs++;
    if (this.in_cooldown) {
      this.cooldown_counter--;
      this.num_bad_epochs = 0;
    }
    if (this.num_bad_epochs > this.patience) {
      this.#reduce();
      this.cooldown_counter = this.cooldown;
      this.num_bad_epochs = 0;
    }
    this._last_lr = this.rates;
  }

  /** Takes over what `state_dict` gave. */
  override load_state_dict(state_dict: SchedulerState): void {
    super.load_state_dict(state_dict);
    checkWord("mode", this.mode, ["min", "max"]);
    checkWord("threshold mode", this.threshold_mode, ["rel", "abs"]);
    this.mode_worse = this.mode === "min" ? Infinity : -Infinity;
  }

  #isBetter(value: number): boolean {
    const { best, threshold, mode } = this;
    const sign = mode === "min" ? -1 : 1;
    const needed = this.threshold_mode === "rel" ? best * (1 + sign * threshold) : best + sign * threshold;
    return mode === "min" ? value < needed : value > needed;
  }

  #reduce(): void {
    const groups = groupsOf(this.optimizer);
    if (groups.length !== this.min_lrs.length) {
      const lowest = this.default_min_lr;
      if (lowest === null)
        throw new RuntimeError(
          `The number of param groups in the \`optimizer\` (${groups.length}) differs from when \`ReduceLROnPlateau\` was initialized (${this.min_lrs.length}), usually due to a new param group being added to the optimizer. Please modify the \`min_lrs\` field to match the length of the \`optimizer\` param groups.`,
        );
      this.min_lrs = groups.map(() => lowest);
    }
    for (const [i, group] of groups.entries()) {
      const before = valueOf(group["lr"] as Rate);
      const after = Math.max(before * this.factor, this.min_lrs[i]!); // one for each
      if (before - after > this.eps) change(group, "lr", after);
    }
  }
}
