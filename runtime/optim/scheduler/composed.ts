/** Schedules that are made of others. */
import { bind, describe } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { ValueError } from "../../errors/valueError.ts";
import { integer, type Parameter, type ParametersOf } from "../../parameters.ts";
import type { AnyOptimizer } from "../hooks.ts";
import { valueOf, type Rate } from "../settings.ts";
import { ReduceLROnPlateau } from "./plateau.ts";
import {
  change,
  countUpTo,
  groupsOf,
  LRScheduler,
  optimizerParameter,
  type SchedulerState,
} from "./scheduler.ts";

const schedulersParameter: Parameter<readonly LRScheduler[]> = {
  expects: "an array of schedulers",
  convert: (value) => (Array.isArray(value) ? (value as readonly LRScheduler[]) : undefined), // `checkSchedulers` looks at each
};

/** @throws ValueError when there are none, one belongs to another optimizer, or waits for a quantity; TypeError when one is no scheduler. */
function checkSchedulers(name: string, schedulers: readonly unknown[], optimizer: AnyOptimizer | null): void {
  for (const [i, scheduler] of schedulers.entries()) {
    if (!(scheduler instanceof LRScheduler))
      throw new TypeError(
        `${name} at index ${i} should have \`optimizer\` as its attribute: it is ${describe(scheduler)}, and not a scheduler.`,
      );
    if (scheduler instanceof ReduceLROnPlateau)
      throw new ValueError(
        `${name} does not support \`ReduceLROnPlateau\` scheduler as it requires additional kwargs to be specified when calling \`step\`, but got one at index ${i} in the given schedulers sequence.`,
      );
    if (optimizer !== null && scheduler.optimizer !== optimizer)
      throw new ValueError(
        `${name} expects all schedulers to belong to the same optimizer, but got scheduler ${scheduler.constructor.name} at index ${i} has another one. Make them all with one optimizer.`,
      );
  }
}

/** What both have in common: the schedulers inside, and their states. */
class ComposedScheduler extends LRScheduler {
  /** @internal */
  declare _schedulers: LRScheduler[];

  /** As of every scheduler, with the states of those inside. */
  override state_dict(): SchedulerState {
    return {
      ...super.state_dict(),
      _schedulers: this._schedulers.map((scheduler) => scheduler.state_dict()),
    };
  }

  override load_state_dict({ _schedulers, ...own }: SchedulerState): void {
    super.load_state_dict(own);
    // A state for each of those inside.
    for (const [i, state] of (_schedulers as readonly SchedulerState[]).entries())
      this._schedulers[i]?.load_state_dict(state);
  }
}

/** What `lr_scheduler.SequentialLR` is made with. */
export interface SequentialLRArguments {
  readonly optimizer: AnyOptimizer;
  readonly schedulers: readonly LRScheduler[];
  /** The epochs at which the next scheduler takes over: one fewer than there are schedulers. */
  readonly milestones: readonly number[];
  /** The epoch before the next one; −1 unless training goes on. */
  readonly last_epoch?: number;
}

const milestonesParameter: Parameter<readonly number[]> = {
  expects: "an array of whole numbers",
  convert: (value) =>
    Array.isArray(value) && value.every(Number.isInteger) ? (value as readonly number[]) : undefined,
};

const sequentialParameters: ParametersOf<SequentialLRArguments> = {
  optimizer: optimizerParameter,
  schedulers: schedulersParameter,
  milestones: milestonesParameter,
  last_epoch: integer(-1),
};

/**
 * One scheduler after the other: `new SequentialLR(optimizer, [warmUp, decay], [10])` changes to the second at epoch 10, which is its epoch 0.
 *
 * Source: `torch.optim.lr_scheduler.SequentialLR`.
 */
export class SequentialLR extends ComposedScheduler {
  /** @internal */
  declare _milestones: readonly number[];

  /** @throws ValueError when there are not as many milestones as changes, or a scheduler belongs to another optimizer. */
  constructor(
    ...args: CallForms<
      SequentialLRArguments,
      [
        optimizer: AnyOptimizer,
        schedulers: readonly LRScheduler[],
        milestones: readonly number[],
        last_epoch?: number,
      ],
      ["optimizer", "schedulers", "milestones"]
    >
  ) {
    const { optimizer, schedulers, milestones, last_epoch } = bind(
      "SequentialLR",
      sequentialParameters,
      args,
    );
    if (schedulers.length === 0)
      throw new ValueError("SequentialLR expects at least one scheduler, but got no scheduler.");
    checkSchedulers("SequentialLR", schedulers, optimizer);
    if (milestones.length !== schedulers.length - 1)
      throw new ValueError(
        `Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but got number of schedulers ${schedulers.length} and the number of milestones to be equal to ${milestones.length}.`,
      );
    super(optimizer, last_epoch, { _schedulers: [...schedulers], _milestones: [...milestones] });
  }

  /** Takes back the first steps of all schedulers, and lets only that take one whose turn it is. @internal */
  override _begin(last_epoch: number): void {
    this.last_epoch = last_epoch + 1;
    for (const group of groupsOf(this.optimizer)) change(group, "lr", valueOf(group["initial_lr"] as Rate));
    this.recursive_undo();
    const first = currentOf(this);
    first._initial_step();
    this._last_lr = first.get_last_lr();
  }

  /** Takes back the first step of a scheduler, or of all that it is made of. Source: `torch.optim.lr_scheduler.SequentialLR.recursive_undo`. */
  recursive_undo(scheduler: LRScheduler = this): void {
    if (scheduler instanceof ComposedScheduler)
      for (const inner of scheduler._schedulers) this.recursive_undo(inner);
    else scheduler.last_epoch--;
  }

  override step(): void {
    this.last_epoch++;
    const scheduler = currentOf(this);
    if (this._milestones.includes(this.last_epoch)) scheduler._update_lr(0);
    else scheduler.step();
    this._last_lr = scheduler.get_last_lr();
  }
}

/** The scheduler whose turn it is. */
function currentOf({ _schedulers, _milestones, last_epoch }: SequentialLR): LRScheduler {
  return _schedulers[countUpTo(_milestones, last_epoch)]!; // one more than there are milestones
}

/** What `lr_scheduler.ChainedScheduler` is made with. */
export interface ChainedSchedulerArguments {
  readonly schedulers: readonly LRScheduler[];
  /** That of the schedulers, which need not be said. */
  readonly optimizer?: AnyOptimizer | null;
}

const chainedParameters: ParametersOf<ChainedSchedulerArguments> = {
  schedulers: schedulersParameter,
  optimizer: {
    expects: "an Optimizer or null",
    fallback: null,
    convert: (value) => (value === null ? null : optimizerParameter.convert(value)),
  },
};

/**
 * Several schedulers at once: each changes what the others have left. `new ChainedScheduler([warmUp, decay])`.
 *
 * Source: `torch.optim.lr_scheduler.ChainedScheduler`.
 */
export class ChainedScheduler extends ComposedScheduler {
  /** @throws ValueError when there is no scheduler, or one belongs to another optimizer. */
  constructor(
    ...args: CallForms<
      ChainedSchedulerArguments,
      [schedulers: readonly LRScheduler[], optimizer?: AnyOptimizer | null]
    >
  ) {
    const { schedulers, optimizer } = bind("ChainedScheduler", chainedParameters, args);
    if (schedulers.length === 0)
      throw new ValueError(
        "ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.",
      );
    checkSchedulers("ChainedScheduler", schedulers.slice(0, 1), null);
    const common = optimizer ?? schedulers[0]!.optimizer; // there is one
    checkSchedulers("ChainedScheduler", schedulers, common);
    super(common, -1, { _schedulers: [...schedulers] });
  }

  /** The schedulers have taken their first steps. @internal */
  override _begin(): void {
    this._last_lr = this.rates;
  }

  override step(): void {
    for (const scheduler of this._schedulers) scheduler.step();
    this._last_lr = this.rates;
  }
}
