import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { ValueError } from "../../errors/valueError.ts";
import {
  choice,
  flag,
  integer,
  number,
  optionalInteger,
  type Parameter,
  type ParametersOf,
} from "../../parameters.ts";
import type { AnyOptimizer } from "../hooks.ts";
import { beginMomentum, changeMomentum, forEachGroup, usesBetas } from "./momentum.ts";
import { numberOrNumbers } from "./plateau.ts";
import { change, groupsOf, LRScheduler, optimizerParameter, type SchedulerState } from "./scheduler.ts";

/** Gives the share of the amplitude for the count of cycles or of steps. */
export type ScaleFunction = (x: number) => number;

/** What `lr_scheduler.CyclicLR` is made with. */
export interface CyclicLRArguments {
  readonly optimizer: AnyOptimizer;
  /** The lowest learning rate, for all groups or for each. */
  readonly base_lr: number | readonly number[];
  /** The highest one. */
  readonly max_lr: number | readonly number[];
  /** How many steps the way up takes; 2000 unless given. */
  readonly step_size_up?: number;
  /** How many the way down takes; as many unless given. */
  readonly step_size_down?: number | null;
  /** Whether cycles stay as high, halve each time, or shrink by `gamma` with every step; `"triangular"` unless given. */
  readonly mode?: "triangular" | "triangular2" | "exp_range";
  /** By what cycles shrink in the last mode; 1 unless given. */
  readonly gamma?: number;
  /** What to do instead of a mode. */
  readonly scale_fn?: ScaleFunction | null;
  /** Whether that function gets the count of cycles or of steps; `"cycle"` unless given. */
  readonly scale_mode?: "cycle" | "iterations";
  /** Whether the momentum goes the other way; true unless given. */
  readonly cycle_momentum?: boolean;
  /** The lowest momentum, 0.8 unless given. */
  readonly base_momentum?: number | readonly number[];
  /** The highest one, 0.9 unless given. */
  readonly max_momentum?: number | readonly number[];
  /** The step before the next one; −1 unless training goes on. */
  readonly last_epoch?: number;
}

const modeParameter: Parameter<"triangular" | "triangular2" | "exp_range"> = {
  expects: '"triangular", "triangular2" or "exp_range"',
  fallback: "triangular",
  convert: (value) => (typeof value === "string" ? (value as "triangular") : undefined), // the constructor looks at it
};

const functionParameter: Parameter<ScaleFunction | null> = {
  expects: "a function of one number, or null",
  fallback: null,
  convert: (value) =>
    value === null || typeof value === "function" ? (value as ScaleFunction | null) : undefined,
};

const parameters: ParametersOf<CyclicLRArguments> = {
  optimizer: optimizerParameter,
  base_lr: numberOrNumbers(),
  max_lr: numberOrNumbers(),
  step_size_up: integer(2000),
  step_size_down: optionalInteger,
  mode: modeParameter,
  gamma: number(1),
  scale_fn: functionParameter,
  scale_mode: choice(["cycle", "iterations"], "cycle"),
  cycle_momentum: flag(true),
  base_momentum: numberOrNumbers(0.8),
  max_momentum: numberOrNumbers(0.9),
  last_epoch: integer(-1),
};

type CyclicPositions = [
  optimizer: AnyOptimizer,
  base_lr: number | readonly number[],
  max_lr: number | readonly number[],
  step_size_up?: number,
  step_size_down?: number | null,
  mode?: "triangular" | "triangular2" | "exp_range",
  gamma?: number,
  scale_fn?: ScaleFunction | null,
  scale_mode?: "cycle" | "iterations",
  cycle_momentum?: boolean,
  base_momentum?: number | readonly number[],
  max_momentum?: number | readonly number[],
  last_epoch?: number,
];

/**
 * Lets the learning rate go up and down between two numbers in straight lines, and the momentum down and up: `new CyclicLR(optimizer, 0.001, 0.1, 200)`. For a step with every batch.
 *
 * Source: `torch.optim.lr_scheduler.CyclicLR`; Smith, "Cyclical Learning Rates for Training Neural Networks" (2015).
 */
export class CyclicLR extends LRScheduler {
  declare max_lrs: number[];
  /** How many steps a cycle has. */
  declare total_size: number;
  /** The share of the way up in them. */
  declare step_ratio: number;
  declare mode: "triangular" | "triangular2" | "exp_range";
  declare gamma: number;
  declare scale_mode: "cycle" | "iterations";
  declare cycle_momentum: boolean;
  declare use_beta1: boolean;
  declare base_momentums: number[];
  declare max_momentums: number[];
  /** @internal */
  declare _scale_fn_custom: ScaleFunction | null;

  /** @throws ValueError when there is no such mode, not a number for each group, or the optimizer has no momentum that could move. */
  constructor(...args: CallForms<CyclicLRArguments, CyclicPositions, ["optimizer", "base_lr", "max_lr"]>) {
    const given = bind("CyclicLR", parameters, args);
    const { optimizer, mode, gamma, scale_fn, cycle_momentum, last_epoch } = given;
    const base_lrs = forEachGroup("base_lr", optimizer, given.base_lr);
    const max_lrs = forEachGroup("max_lr", optimizer, given.max_lr);
    if (!["triangular", "triangular2", "exp_range"].includes(mode) && scale_fn === null)
      throw new ValueError(
        `mode is invalid and scale_fn is None: the mode is "${mode}", and it is one of "triangular", "triangular2" and "exp_range".`,
      );
    const total_size = given.step_size_up + (given.step_size_down ?? given.step_size_up);
    const momenta = cycle_momentum ? momentaOf(given) : {};
    if (last_epoch === -1)
      for (const [i, group] of groupsOf(optimizer).entries()) change(group, "lr", base_lrs[i]!); // a number for each
    if (cycle_momentum && last_epoch === -1) beginFrom(optimizer, momenta);
    super(optimizer, last_epoch, {
      max_lrs,
      total_size,
      step_ratio: given.step_size_up / total_size,
      mode,
      gamma,
      _scale_fn_custom: scale_fn,
      scale_mode: scale_fn === null ? (mode === "exp_range" ? "iterations" : "cycle") : given.scale_mode,
      cycle_momentum,
      ...momenta,
    });
    this.base_lrs = base_lrs;
  }

  /** The share of the amplitude after so many cycles, or steps. Source: `torch.optim.lr_scheduler.CyclicLR.scale_fn`. */
  scale_fn(x: number): number {
    if (this._scale_fn_custom !== null) return this._scale_fn_custom(x);
    if (this.mode === "triangular2") return 1 / 2 ** (x - 1);
    return this.mode === "exp_range" ? this.gamma ** x : 1;
  }

  /** As of every scheduler; a function is not among it. */
  override state_dict(): SchedulerState {
    return { ...super.state_dict(), _scale_fn_custom: null };
  }

  override load_state_dict({ _scale_fn_custom: _, ...state_dict }: SchedulerState): void {
    super.load_state_dict(state_dict);
  }

  protected override nextRates(): number[] {
    const { last_epoch, total_size, step_ratio, scale_mode } = this;
    const cycle = Math.floor(1 + last_epoch / total_size);
    const x = 1 + last_epoch / total_size - cycle;
    const height = x <= step_ratio ? x / step_ratio : (x - 1) / (step_ratio - 1);
    const scale = this.scale_fn(scale_mode === "cycle" ? cycle : last_epoch);
    if (this.cycle_momentum)
      for (const [i, group] of groupsOf(this.optimizer).entries()) {
        const [lowest, highest] = [this.base_momentums[i]!, this.max_momentums[i]!]; // a number for each
        changeMomentum(group, this.use_beta1, highest - (highest - lowest) * height * scale);
      }
    return this.base_lrs.map((lowest, i) => lowest + (this.max_lrs[i]! - lowest) * height * scale); // a number for each
  }
}

interface Momenta {
  readonly use_beta1?: boolean;
  readonly base_momentums?: readonly number[];
  readonly max_momentums?: readonly number[];
}

function momentaOf({
  optimizer,
  base_momentum = 0.8,
  max_momentum = 0.9,
}: Pick<CyclicLRArguments, "optimizer" | "base_momentum" | "max_momentum">): Momenta {
  return {
    use_beta1: usesBetas(optimizer),
    base_momentums: forEachGroup("base_momentum", optimizer, base_momentum),
    max_momentums: forEachGroup("max_momentum", optimizer, max_momentum),
  };
}

function beginFrom(
  optimizer: AnyOptimizer,
  { use_beta1 = false, base_momentums = [], max_momentums = [] }: Momenta,
): void {
  beginMomentum(optimizer, use_beta1, base_momentums, max_momentums);
}
