/** `torch.optim.swa_utils`: averages of a model's parameters over the steps of training. */
import { no_grad } from "../autograd/modes.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { full } from "../create.ts";
import { deepcopy } from "../deepcopy.ts";
import type { Device } from "../device.ts";
import { int64 } from "../dtype.ts";
import { AssertionError } from "../errors/assertionError.ts";
import { ValueError } from "../errors/valueError.ts";
import { BatchNorm } from "../nn/batchNormalization.ts";
import { Module } from "../nn/module.ts";
import { integer, type Parameter, type ParametersOf } from "../parameters.ts";
import { Tensor } from "../tensor.ts";
import type { AnyOptimizer } from "./hooks.ts";
import { forEachGroup } from "./scheduler/momentum.ts";
import { numberOrNumbers } from "./scheduler/plateau.ts";
import { groupsOf, LRScheduler, optimizerParameter } from "./scheduler/scheduler.ts";
import { valueOf, type Rate } from "./settings.ts";

/** Gives the new average of a parameter, from the average, the parameter, and how many are in the average. */
export type AverageFunction = (averaged: Tensor, current: Tensor, num_averaged: Tensor) => Tensor;

/** Changes averages of several parameters. */
export type MultiAverageFunction = (
  averaged: readonly Tensor[],
  current: readonly Tensor[],
  num_averaged: Tensor,
) => void;

/** What an averaged model is made with, besides the model. */
export interface AveragedModelOptions {
  /** Where the averages are; with the model unless given. */
  readonly device?: Device | string | null;
  /** How one parameter is averaged; all steps count alike unless given. */
  readonly avg_fn?: AverageFunction | null;
  /** How several are. */
  readonly multi_avg_fn?: MultiAverageFunction | null;
  /** Whether buffers are averaged, too; they are those of the last model otherwise. */
  readonly use_buffers?: boolean;
}

/** @throws ValueError when a share is not between 0 and 1. */
function checkDecay(decay: number): void {
  if (!(decay >= 0 && decay <= 1))
    throw new ValueError(`Invalid decay value ${decay} provided. Please provide a value in [0,1] range.`);
}

/** An average of all steps alike. Source: `torch.optim.swa_utils.get_swa_avg_fn`. */
export function get_swa_avg_fn(): AverageFunction {
  return (averaged, current, count) =>
    no_grad(() => averaged.add(current.sub(averaged).div(Number(count.item()) + 1)));
}

/** An average that forgets: `decay · average + (1 − decay) · parameter`. @throws ValueError when `decay` is not between 0 and 1. Source: `torch.optim.swa_utils.get_ema_avg_fn`. */
export function get_ema_avg_fn(decay = 0.999): AverageFunction {
  checkDecay(decay);
  return (averaged, current) => no_grad(() => averaged.mul(decay).add(current.mul(1 - decay)));
}

/** As `get_swa_avg_fn`, for several parameters. Source: `torch.optim.swa_utils.get_swa_multi_avg_fn`. */
export function get_swa_multi_avg_fn(): MultiAverageFunction {
  return forEach(get_swa_avg_fn());
}

/** As `get_ema_avg_fn`, for several parameters. @throws ValueError when `decay` is not between 0 and 1. Source: `torch.optim.swa_utils.get_ema_multi_avg_fn`. */
export function get_ema_multi_avg_fn(decay = 0.999): MultiAverageFunction {
  return forEach(get_ema_avg_fn(decay));
}

function forEach(average: AverageFunction): MultiAverageFunction {
  return (averaged, current, count) => {
    no_grad(() => {
      // As many of one as of the other.
      for (const [i, tensor] of averaged.entries()) tensor.copy_(average(tensor, current[i]!, count));
    });
  };
}

/**
 * A copy of a model whose parameters are averages: `const average = new AveragedModel(model)`, and `average.update_parameters(model)` after steps of training.
 *
 * Source: `torch.optim.swa_utils.AveragedModel`; Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization" (2018).
 */
export class AveragedModel<Model extends Module = Module> extends Module {
  /** The copy. */
  readonly module: Model;
  /** How many models are in the average. */
  declare n_averaged: Tensor;
  readonly avg_fn: AverageFunction | null;
  readonly multi_avg_fn: MultiAverageFunction | null;
  readonly use_buffers: boolean;

  /** @throws AssertionError when there are two functions for averages. */
  constructor(
    model: Model,
    { device = null, avg_fn = null, multi_avg_fn = null, use_buffers = false }: AveragedModelOptions = {},
  ) {
    super();
    if (avg_fn !== null && multi_avg_fn !== null)
      throw new AssertionError("Only one of avg_fn and multi_avg_fn should be provided. Drop one of them.");
    this.module = deepcopy(model);
    if (device !== null) this.module.to(device);
    this.register_buffer("n_averaged", full([], 0n, { dtype: int64, device }));
    this.avg_fn = avg_fn;
    this.multi_avg_fn = multi_avg_fn;
    this.use_buffers = use_buffers;
  }

  /** What the model with the averages gives. */
  override forward(...inputs: globalThis.Parameters<Model["forward"]>): ReturnType<Model["forward"]> {
    return (this.module as (...inputs: unknown[]) => unknown)(...inputs) as ReturnType<Model["forward"]>; // a module is called as its `forward`
  }

  /** Takes a model into the average. The first one is copied. Source: `torch.optim.swa_utils.AveragedModel.update_parameters`. */
  update_parameters(model: Module): void {
    no_grad(() => {
      const [averaged, current] = [this.#tensorsOf(this.module), this.#tensorsOf(model)];
      const here = current.map((tensor, i) => tensor.detach().to(averaged[i]!.device)); // one for each
      const details = averaged.map((tensor) => tensor.detach());
      if (Number(this.n_averaged.item()) === 0)
        for (const [i, tensor] of details.entries()) tensor.copy_(here[i]!);
      else (this.multi_avg_fn ?? forEach(this.avg_fn ?? get_swa_avg_fn()))(details, here, this.n_averaged);
      if (!this.use_buffers) this.#copyBuffers(model);
      this.n_averaged.add_(1);
    });
  }

  /** What is averaged. */
  #tensorsOf(model: Module): Tensor[] {
    return [...model.parameters(), ...(this.use_buffers ? model.buffers() : [])];
  }

  #copyBuffers(model: Module): void {
    const buffers = [...model.buffers()];
    for (const [i, buffer] of [...this.module.buffers()].entries()) buffer.copy_(buffers[i]!.detach()); // one for each
  }
}

/**
 * Computes the running means and variances of batch normalisation anew, from all batches of a loader: averaged parameters do not fit to those that were counted while training. A batch is a tensor, or an
 * array that begins with one.
 *
 * Source: `torch.optim.swa_utils.update_bn`.
 */
export function update_bn(
  loader: Iterable<Tensor | readonly unknown[]>,
  model: Module,
  device: Device | string | null = null,
): void {
  const momenta = new Map<BatchNorm, number | null>();
  for (const module of model.modules())
    if (module instanceof BatchNorm) {
      module.reset_running_stats();
      momenta.set(module, module.momentum);
    }
  if (momenta.size === 0) return;
  const { training } = model;
  model.train();
  for (const module of momenta.keys()) module.momentum = null;
  no_grad(() => {
    for (const batch of loader) {
      const input = batch instanceof Tensor ? batch : (batch[0] as Tensor); // as is said above
      (model as (input: Tensor) => unknown)(device === null ? input : input.to(device)); // a module is called as its `forward`
    }
  });
  for (const [module, momentum] of momenta) module.momentum = momentum;
  model.train(training);
}

/** What `SWALR` is made with. */
export interface SWALRArguments {
  readonly optimizer: AnyOptimizer;
  /** The learning rate in the end, for all groups or for each. */
  readonly swa_lr: number | readonly number[];
  /** After how many epochs; 10 unless given. */
  readonly anneal_epochs?: number;
  /** Whether the way is half a cosine or straight; `"cos"` unless given. */
  readonly anneal_strategy?: "cos" | "linear";
  /** The epoch before the next one; −1 unless training goes on. */
  readonly last_epoch?: number;
}

const strategies: Parameter<"cos" | "linear"> = {
  expects: '"cos" or "linear"',
  fallback: "cos",
  convert: (value) => (typeof value === "string" ? (value as "cos") : undefined), // the constructor looks at it
};

const parameters: ParametersOf<SWALRArguments> = {
  optimizer: optimizerParameter,
  swa_lr: numberOrNumbers(),
  anneal_epochs: integer(10),
  anneal_strategy: strategies,
  last_epoch: integer(-1),
};

/** Which share of the way has been gone after a share of the time. */
function gone(how: "cos" | "linear", time: number): number {
  const t = Math.max(0, Math.min(1, time));
  return how === "cos" ? (1 - Math.cos(Math.PI * t)) / 2 : t;
}

/**
 * Moves the learning rate to one at which it stays while parameters are averaged: `new SWALR(optimizer, 0.05)`.
 *
 * Source: `torch.optim.swa_utils.SWALR`.
 */
export class SWALR extends LRScheduler {
  declare anneal_epochs: number;
  /** @internal */
  declare _anneal_strategy: "cos" | "linear";

  /** @throws ValueError when there is no such strategy, or the count of epochs is negative. */
  constructor(
    ...args: CallForms<
      SWALRArguments,
      [
        optimizer: AnyOptimizer,
        swa_lr: number | readonly number[],
        anneal_epochs?: number,
        anneal_strategy?: "cos" | "linear",
        last_epoch?: number,
      ],
      ["optimizer", "swa_lr"]
    >
  ) {
    const { optimizer, swa_lr, anneal_epochs, anneal_strategy, last_epoch } = bind("SWALR", parameters, args);
    const finals = forEachGroup("swa_lr", optimizer, swa_lr);
    if (anneal_strategy !== "cos" && anneal_strategy !== "linear")
      throw new ValueError(
        `anneal_strategy must be one of 'cos' or 'linear', instead got ${String(anneal_strategy)}.`,
      );
    if (anneal_epochs < 0)
      throw new ValueError(`anneal_epochs must be equal or greater than 0, got ${anneal_epochs}.`);
    for (const [i, group] of groupsOf(optimizer).entries()) group["swa_lr"] = finals[i];
    super(optimizer, last_epoch, { _anneal_strategy: anneal_strategy, anneal_epochs });
  }

  protected override nextRates(): number[] {
    const epochs = Math.max(1, this.anneal_epochs);
    const step = this.anneal_epochs === 0 ? Math.max(1, this._step_count - 1) : this._step_count - 1;
    const before = gone(this._anneal_strategy, (step - 1) / epochs);
    const now = gone(this._anneal_strategy, step / epochs);
    return groupsOf(this.optimizer).map((group) => {
      const [rate, final] = [valueOf(group["lr"] as Rate), valueOf(group["swa_lr"] as Rate)]; // numbers, or tensors of one
      const start = before === 1 ? final : (rate - before * final) / (1 - before);
      return final * now + start * (1 - now);
    });
  }
}
