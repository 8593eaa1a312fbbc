import type { Parameter } from "../../parameters.ts";
import { describe } from "../../binding.ts";
import { KeyError } from "../../errors/keyError.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { Tensor } from "../../tensor.ts";
import { warnOnce } from "../../warn.ts";
import type { AnyOptimizer } from "../hooks.ts";
import { Optimizer } from "../optimizer.ts";
import { valueOf, type Rate } from "../settings.ts";

/** A group of an optimizer's parameters, with whatever settings that optimizer has. */
export type Group = Record<string, unknown>;

/** The state of a scheduler as plain data. */
export type SchedulerState = Record<string, unknown>;

/** The optimizer whose learning rate is changed. */
export const optimizerParameter: Parameter<AnyOptimizer> = {
  expects: "an Optimizer",
  convert: (value) => (value instanceof Optimizer ? value : undefined),
};

/** The groups of an optimizer. */
export function groupsOf({ param_groups }: AnyOptimizer): readonly Group[] {
  return param_groups as readonly Group[]; // settings by name
}

/** A setting of each group as a number. */
function settingsOf(optimizer: AnyOptimizer, name: string): number[] {
  return groupsOf(optimizer).map((group) => valueOf(group[name] as Rate)); // rates and momenta are numbers, or tensors of one
}

/** Changes a setting; a tensor is written into, so that whoever holds it sees the change. */
export function change(group: Group, name: string, value: number): void {
  const before = group[name];
  if (before instanceof Tensor) before.fill_(value);
  else group[name] = value;
}

/** How many numbers of a sorted list are not larger than a value. */
export function countUpTo(sorted: readonly number[], value: number): number {
  return sorted.filter((item) => item <= value).length;
}

/** What is known of an optimizer's steps since it got its first scheduler. */
interface Steps {
  readonly step: unknown;
  called: boolean;
}

const stepsOf = new WeakMap<AnyOptimizer, Steps>();

function watchSteps(optimizer: AnyOptimizer): void {
  if (stepsOf.has(optimizer)) return;
  const steps: Steps = { step: optimizer.step, called: false };
  stepsOf.set(optimizer, steps);
  optimizer.register_step_pre_hook(() => {
    steps.called = true;
  });
}

/** Warns when a schedule begins although its optimizer has not: its first learning rate would never be used. */
function checkOrder(optimizer: AnyOptimizer): void {
  const steps = stepsOf.get(optimizer);
  if (optimizer.step !== steps?.step)
    warnOnce(
      "Seems like `optimizer.step()` has been overridden after learning rate scheduler initialization. Please, make sure to call `optimizer.step()` before `lr_scheduler.step()`. See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate",
    );
  else if (!steps.called)
    warnOnce(
      "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this will result in PyTorch skipping the first value of the learning rate schedule. See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate",
    );
}

/** What PyTorch says of `scheduler.step(epoch)`. */
export function warnOfEpoch(): void {
  warnOnce(
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use `scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed form is used instead of the new chainable form, where available.",
  );
}

/**
 * The base of what changes learning rates as training goes on.
 *
 * One of your own extends it and overrides `get_lr`, which gives the next learning rate of each group. What it needs of its own goes to `super(optimizer, last_epoch, {…})`, which sets it before the first
 * rates are computed.
 *
 * Its properties have PyTorch's names: `state_dict` gives them all.
 *
 * Source: `torch.optim.lr_scheduler.LRScheduler`.
 */
export class LRScheduler {
  /** The optimizer whose learning rates are changed. */
  declare readonly optimizer: AnyOptimizer;
  /** The learning rates with which training began. */
  declare base_lrs: number[];
  /** How often `step` was called. */
  declare last_epoch: number;
  /** How often `step` was called, with the first time by the constructor. @internal */
  declare _step_count: number;
  /** Whether the constructor is at work. @internal */
  declare _is_initial: boolean;
  /** @internal */
  declare _get_lr_called_within_step: boolean;
  /** @internal */
  declare _last_lr: number[];

  /**
   * @param last_epoch the epoch before the next one, when training goes on from a checkpoint: then the groups have an `initial_lr`.
   * @param own properties that `get_lr` needs.
   * @throws TypeError when the first argument is no optimizer, KeyError when training is to go on and there is no `initial_lr`.
   */
  constructor(optimizer: AnyOptimizer, last_epoch = -1, own: object = {}) {
    if (!(optimizer instanceof Optimizer))
      throw new TypeError(`${describe(optimizer)} is not an Optimizer. Pass the optimizer first.`);
    Object.defineProperty(this, "optimizer", { value: optimizer, enumerable: false });
    Object.assign(this, own);
    this._begin(last_epoch);
  }

  /** Looks at the groups, and sets the first learning rates. @internal */
  _begin(last_epoch: number): void {
    const groups = groupsOf(this.optimizer);
    if (last_epoch === -1) for (const group of groups) group["initial_lr"] ??= valueOf(group["lr"] as Rate);
    for (const [i, group] of groups.entries())
      if (group["initial_lr"] === undefined)
        throw new KeyError(
          `param 'initial_lr' is not specified in param_groups[${i}] when resuming scheduler with last_epoch >= 0. Load the optimizer's state first, or leave last_epoch out.`,
        );
    this.base_lrs = settingsOf(this.optimizer, "initial_lr");
    this.last_epoch = last_epoch;
    watchSteps(this.optimizer);
    this._initial_step();
  }

  /** Takes the step with which a schedule begins. @internal */
  _initial_step(): void {
    this._step_count = 0;
    this._is_initial = true;
    try {
      this.step();
    } finally {
      this._is_initial = false;
    }
  }

  /** The properties of the scheduler, without its optimizer. Functions are not among them. Source: `torch.optim.lr_scheduler.LRScheduler.state_dict`. */
  state_dict(): SchedulerState {
    return Object.fromEntries(Object.entries(this));
  }

  /** Takes over what `state_dict` gave. Source: `torch.optim.lr_scheduler.LRScheduler.load_state_dict`. */
  load_state_dict(state_dict: SchedulerState): void {
    Object.assign(this, state_dict);
  }

  /** The learning rate of each group, as the last step has set it. Source: `torch.optim.lr_scheduler.LRScheduler.get_last_lr`. */
  get_last_lr(): number[] {
    return this._last_lr;
  }

  /** The next learning rate of each group, which `step` asks for. For the last one there is `get_last_lr`. @throws NotImplementedError unless a class says how. */
  get_lr(): number[] {
    if (!this._get_lr_called_within_step)
      warnOnce("To get the last learning rate computed by the scheduler, please use `get_last_lr()`.");
    return this.nextRates();
  }

  /** The next learning rate of each group, from those that the groups have. @internal */
  protected nextRates(): number[] {
    throw new NotImplementedError(
      `${this.constructor.name} does not say which learning rate comes next. Add get_lr() { … } to the class; it gives one for each group.`,
    );
  }

  /** The learning rates at `last_epoch`, whatever they are now; `null` where there is no formula. @internal */
  protected closedForm(): number[] | null {
    return null;
  }

  /** The learning rates that the groups have now. @internal */
  protected get rates(): number[] {
    return settingsOf(this.optimizer, "lr");
  }

  /**
   * Goes on to the next learning rates. Call it after the optimizer's `step`.
   *
   * @param epoch goes to the rates of that epoch; PyTorch advises against it.
   * Source: `torch.optim.lr_scheduler.LRScheduler.step`.
   */
  step(epoch: number | null = null): void {
    if (this._step_count === 1) checkOrder(this.optimizer);
    this._step_count++;
    if (epoch !== null) warnOfEpoch();
    this._update_lr(epoch);
  }

  /** Computes learning rates and gives them to the groups. @internal */
  _update_lr(epoch: number | null = null): void {
    this.last_epoch = epoch ?? this.last_epoch + 1;
    this._get_lr_called_within_step = true;
    try {
      this._use((epoch === null ? null : this.closedForm()) ?? this.get_lr());
    } finally {
      this._get_lr_called_within_step = false;
    }
  }

  /** Gives the groups these learning rates. @internal */
  _use(rates: readonly number[]): void {
    // A rate for each group.
    for (const [i, group] of groupsOf(this.optimizer).entries()) change(group, "lr", rates[i]!);
    this._last_lr = this.rates;
  }
}
