import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { ValueError } from "../../errors/valueError.ts";
import {
  flag,
  integer,
  number,
  optionalNumber,
  type Parameter,
  type ParametersOf,
} from "../../parameters.ts";
import type { AnyOptimizer } from "../hooks.ts";
import { beginMomentum, changeMomentum, forEachGroup, usesBetas } from "./momentum.ts";
import { numberOrNumbers } from "./plateau.ts";
import { groupsOf, LRScheduler, optimizerParameter, type Group } from "./scheduler.ts";

/** What `lr_scheduler.OneCycleLR` is made with. */
export interface OneCycleLRArguments {
  readonly optimizer: AnyOptimizer;
  /** The highest learning rate, for all groups or for each. */
  readonly max_lr: number | readonly number[];
  /** How many steps there are. */
  readonly total_steps?: number | null;
  /** Or how many epochs… */
  readonly epochs?: number | null;
  /** …of how many steps. */
  readonly steps_per_epoch?: number | null;
  /** The share of the way up in all steps; 0.3 unless given. */
  readonly pct_start?: number;
  /** Whether the ways are half cosines or straight; `"cos"` unless given. */
  readonly anneal_strategy?: "cos" | "linear";
  /** Whether the momentum goes the other way; true unless given. */
  readonly cycle_momentum?: boolean;
  /** The lowest momentum, 0.85 unless given. */
  readonly base_momentum?: number | readonly number[];
  /** The highest one, 0.95 unless given. */
  readonly max_momentum?: number | readonly number[];
  /** By what the highest learning rate is divided for the first; 25 unless given. */
  readonly div_factor?: number;
  /** By what the first is divided for the last; 10,000 unless given. */
  readonly final_div_factor?: number;
  /** Whether to go back to the first learning rate before going to the last. */
  readonly three_phase?: boolean;
  /** The step before the next one; −1 unless training goes on. */
  readonly last_epoch?: number;
}

const strategies: Parameter<"cos" | "linear"> = {
  expects: '"cos" or "linear"',
  fallback: "cos",
  convert: (value) => (typeof value === "string" ? (value as "cos") : undefined), // the constructor looks at it
};

const parameters: ParametersOf<OneCycleLRArguments> = {
  optimizer: optimizerParameter,
  max_lr: numberOrNumbers(),
  total_steps: optionalNumber,
  epochs: optionalNumber,
  steps_per_epoch: optionalNumber,
  pct_start: number(0.3),
  anneal_strategy: strategies,
  cycle_momentum: flag(true),
  base_momentum: numberOrNumbers(0.85),
  max_momentum: numberOrNumbers(0.95),
  div_factor: number(25),
  final_div_factor: number(1e4),
  three_phase: flag(false),
  last_epoch: integer(-1),
};

/** A part of the schedule, and between which settings of a group it moves. */
interface Phase {
  readonly end_step: number;
  readonly start_lr: string;
  readonly end_lr: string;
  readonly start_momentum: string;
  readonly end_momentum: string;
}

function checkPositive(name: string, value: number): number {
  if (!(Number.isInteger(value) && value > 0))
    throw new ValueError(`Expected positive integer ${name}, but got ${value}.`);
  return value;
}

/** How many steps there are. @throws ValueError when that does not follow from what was given. */
function countSteps({ total_steps, epochs, steps_per_epoch }: Partial<OneCycleLRArguments>): number {
  if (typeof total_steps === "number") return checkPositive("total_steps", total_steps);
  if (typeof epochs === "number" && typeof steps_per_epoch === "number")
    return checkPositive("epochs", epochs) * checkPositive("steps_per_epoch", steps_per_epoch);
  throw new ValueError(
    "You must define either total_steps OR (epochs AND steps_per_epoch), as in {total_steps: 1000}.",
  );
}

function phasesOf(steps: number, start: number, three: boolean): readonly Phase[] {
  const up: Phase = {
    end_step: start * steps - 1,
    start_lr: "initial_lr",
    end_lr: "max_lr",
    start_momentum: "max_momentum",
    end_momentum: "base_momentum",
  };
  const down: Phase = {
    end_step: three ? 2 * start * steps - 2 : steps - 1,
    start_lr: "max_lr",
    end_lr: three ? "initial_lr" : "min_lr",
    start_momentum: "base_momentum",
    end_momentum: "max_momentum",
  };
  const out: Phase = {
    end_step: steps - 1,
    start_lr: "initial_lr",
    end_lr: "min_lr",
    start_momentum: "max_momentum",
    end_momentum: "max_momentum",
  };
  return three ? [up, down, out] : [up, down];
}

/** Notes between which learning rates each group moves. */
function beginRates(
  optimizer: AnyOptimizer,
  highest: readonly number[],
  div: number,
  finalDiv: number,
): void {
  for (const [i, group] of groupsOf(optimizer).entries()) {
    const first = highest[i]! / div; // a number for each
    group["initial_lr"] = first;
    group["max_lr"] = highest[i];
    group["min_lr"] = first / finalDiv;
  }
}

/**
 * Lets the learning rate rise to `max_lr` and then fall far below the first one, and the momentum fall and rise: `new OneCycleLR(optimizer, 0.1, {total_steps: 1000})`. For a step with every batch.
 *
 * Source: `torch.optim.lr_scheduler.OneCycleLR`; Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates" (2017).
 */
export class OneCycleLR extends LRScheduler {
  declare total_steps: number;
  /** @internal */
  declare _schedule_phases: readonly Phase[];
  /** @internal */
  declare _anneal_func_type: "cos" | "linear";
  declare cycle_momentum: boolean;
  declare use_beta1: boolean;

  /** @throws ValueError when a number is out of its range, not a number for each group, or the optimizer has no momentum that could move. */
  constructor(
    ...args: CallForms<
      OneCycleLRArguments,
      [
        optimizer: AnyOptimizer,
        max_lr: number | readonly number[],
        total_steps?: number | null,
        epochs?: number | null,
        steps_per_epoch?: number | null,
        pct_start?: number,
        anneal_strategy?: "cos" | "linear",
        cycle_momentum?: boolean,
        base_momentum?: number | readonly number[],
        max_momentum?: number | readonly number[],
        div_factor?: number,
        final_div_factor?: number,
        three_phase?: boolean,
        last_epoch?: number,
      ],
      ["optimizer", "max_lr"]
    >
  ) {
    const given = bind("OneCycleLR", parameters, args);
    const { optimizer, pct_start, anneal_strategy, cycle_momentum, last_epoch } = given;
    const total_steps = countSteps(given);
    if (!(pct_start >= 0 && pct_start <= 1))
      throw new ValueError(`Expected float between 0 and 1 pct_start, but got ${pct_start}.`);
    if (anneal_strategy !== "cos" && anneal_strategy !== "linear")
      throw new ValueError(
        `anneal_strategy must be one of 'cos' or 'linear', instead got ${String(anneal_strategy)}.`,
      );
    const highest = forEachGroup("max_lr", optimizer, given.max_lr);
    const use_beta1 = cycle_momentum && usesBetas(optimizer);
    const most = forEachGroup("max_momentum", optimizer, given.max_momentum);
    const least = forEachGroup("base_momentum", optimizer, given.base_momentum);
    if (last_epoch === -1) beginRates(optimizer, highest, given.div_factor, given.final_div_factor);
    if (last_epoch === -1 && cycle_momentum) beginMomentum(optimizer, use_beta1, least, most);
    super(optimizer, last_epoch, {
      total_steps,
      _schedule_phases: phasesOf(total_steps, pct_start, given.three_phase),
      _anneal_func_type: anneal_strategy,
      cycle_momentum,
      ...(cycle_momentum ? { use_beta1 } : {}),
    });
  }

  /** @throws ValueError behind the last step. */
  protected override nextRates(): number[] {
    const step = this.last_epoch;
    if (step > this.total_steps)
      throw new ValueError(
        `Tried to step ${step} times. The specified number of total steps is ${this.total_steps}.`,
      );
    const phases = this._schedule_phases;
    const found = phases.findIndex(({ end_step }) => step <= end_step);
    const position = found === -1 ? phases.length - 1 : found;
    const phase = phases[position]!; // there are two at least
    const start = phases[position - 1]?.end_step ?? 0;
    const share = (step - start) / (phase.end_step - start);
    return groupsOf(this.optimizer).map((group) => {
      if (this.cycle_momentum)
        changeMomentum(
          group,
          this.use_beta1,
          anneal(this._anneal_func_type, group, phase.start_momentum, phase.end_momentum, share),
        );
      return anneal(this._anneal_func_type, group, phase.start_lr, phase.end_lr, share);
    });
  }
}

/** Between two settings of a group, a share of the way from one to the other. */
function anneal(how: "cos" | "linear", group: Group, from: string, to: string, share: number): number {
  const [start, end] = [group[from] as number, group[to] as number]; // put there by the constructor
  return how === "cos"
    ? end + ((start - end) / 2) * (Math.cos(Math.PI * share) + 1)
    : (end - start) * share + start;
}
