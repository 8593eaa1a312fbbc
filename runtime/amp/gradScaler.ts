/** Losses made large, so that gradients of 16 bits do not vanish. Source: `torch/amp/grad_scaler.py`. */
import { no_grad } from "../autograd/modes.ts";
import { AssertionError } from "../errors/assertionError.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { Tensor } from "../tensor.ts";
import { warnOnce } from "../warn.ts";

/** What `GradScaler` takes by name. */
export interface GradScalerOptions {
  /** What losses are multiplied by at first. */
  readonly init_scale?: number;
  /** What the factor is multiplied by after `growth_interval` steps without an infinite gradient. */
  readonly growth_factor?: number;
  /** What the factor is multiplied by after a step with one. */
  readonly backoff_factor?: number;
  readonly growth_interval?: number;
  /** Without it, losses and steps stay as they are. */
  readonly enabled?: boolean;
}

const defaults = {
  init_scale: 65536,
  growth_factor: 2,
  backoff_factor: 0.5,
  growth_interval: 2000,
  enabled: true,
} satisfies GradScalerOptions;

type Scaled = Tensor | readonly Scaled[];

/** What `state_dict` gives, under PyTorch's names; nothing where the scaler is not enabled. */
export interface GradScalerState {
  readonly scale?: number;
  readonly growth_factor?: number;
  readonly backoff_factor?: number;
  readonly growth_interval?: number;
  readonly _growth_tracker?: number;
}

/** Where an optimizer is between two updates. */
type Stage = "ready" | "unscaled" | "stepped";

/** An optimizer between two updates, and whether a gradient of its parameters was infinite or NaN. */
interface Progress {
  stage: Stage;
  foundInfinite: boolean;
}

/**
 * Multiplies a loss by a large factor before `backward`, and divides the gradients by it before the step; a step whose gradients are not finite is left out, and the
 * factor made smaller.
 *
 * `scaler.scale(loss).backward(); scaler.step(optimizer); scaler.update()`.
 *
 * @throws AssertionError for a growth factor up to 1 or a backoff factor from 1, and from `update` before any step; RuntimeError for a second `unscale_` or `step` without `update`.
 * Source: `torch.amp.GradScaler`.
 */
export class GradScaler {
  readonly #enabled: boolean;
  #scale: number;
  #growth: number;
  #backoff: number;
  #interval: number;
  /** Steps since the factor last changed. */
  #tracker = 0;
  readonly #progress = new Map<Optimizer, Progress>();

  constructor(device: string | GradScalerOptions = "cuda", options: GradScalerOptions = {}) {
    const [type, named] = typeof device === "string" ? [device, options] : ["cuda", device];
    const given = { ...defaults, ...named };
    if (given.enabled && given.growth_factor <= 1)
      throw new AssertionError("The growth factor must be > 1.0.");
    if (given.enabled && given.backoff_factor >= 1)
      throw new AssertionError("The backoff factor must be < 1.0.");
    if (given.enabled && type !== "cpu")
      warnOnce(
        `torch.amp.GradScaler is enabled, but ${type} has no 16-bit arithmetic here. Disabling. new torch.amp.GradScaler("cpu") scales.`,
      );
    this.#enabled = given.enabled && type === "cpu";
    [this.#scale, this.#growth] = [given.init_scale, given.growth_factor];
    [this.#backoff, this.#interval] = [given.backoff_factor, given.growth_interval];
  }

  /** A loss, or a list of them, times the factor. */
  scale<T extends Scaled>(outputs: T): T {
    if (!this.#enabled) return outputs;
    // The structure stays, and a tensor stays one: what comes is of the type that was given.
    if (!(outputs instanceof Tensor)) return outputs.map((each) => this.scale(each)) as unknown as T;
    return outputs.mul(this.#scale) as unknown as T;
  }

  /** Divides the gradients of an optimizer's parameters by the factor, before they are clipped, for example. */
  unscale_(optimizer: Optimizer): void {
    if (!this.#enabled) return;
    const progress = this.#of(optimizer);
    if (progress.stage === "unscaled")
      throw new RuntimeError("unscale_() has already been called on this optimizer since the last update().");
    if (progress.stage === "stepped") throw new RuntimeError("unscale_() is being called after step().");
    const gradients = optimizer.param_groups.flatMap(({ params }) =>
      params.map(({ grad }) => grad).filter((grad) => grad !== null),
    );
    no_grad(() => {
      for (const grad of gradients) {
        progress.foundInfinite ||= !grad.isfinite().all().item();
        grad.mul_(1 / this.#scale);
      }
    });
    progress.stage = "unscaled";
  }

  /** Takes the optimizer's step, unless a gradient is infinite or NaN; what the step gives. */
  step(optimizer: Optimizer, ...args: readonly unknown[]): unknown {
    // What follows the optimizer is for its step, which checks it.
    const step = optimizer.step.bind(optimizer) as (...args: readonly unknown[]) => unknown;
    if (!this.#enabled) return step(...args);
    if (typeof args[0] === "function")
      throw new RuntimeError("Closure use is not currently supported if GradScaler is enabled.");
    const progress = this.#of(optimizer);
    if (progress.stage === "stepped")
      throw new RuntimeError("step() has already been called since the last update().");
    if (progress.stage === "ready") this.unscale_(optimizer);
    const result = progress.foundInfinite ? undefined : step(...args);
    progress.stage = "stepped";
    return result;
  }

  /** Makes the factor smaller after a step that was left out, larger after many that were not; or sets it. */
  update(new_scale: number | Tensor | null = null): void {
    if (!this.#enabled) return;
    if (new_scale !== null) this.#scale = new_scale instanceof Tensor ? new_scale.item() : new_scale;
    else this.#adapt();
    this.#progress.clear();
  }

  #adapt(): void {
    const all = [...this.#progress.values()];
    if (!all.some(({ stage }) => stage !== "ready"))
      throw new AssertionError("No inf checks were recorded prior to update. Call step(optimizer) first.");
    if (all.some(({ foundInfinite }) => foundInfinite)) {
      this.#scale *= this.#backoff;
      this.#tracker = 0;
    } else if (++this.#tracker === this.#interval) {
      this.#scale *= this.#growth;
      this.#tracker = 0;
    }
  }

  #of(optimizer: Optimizer): Progress {
    let progress = this.#progress.get(optimizer);
    if (progress === undefined)
      this.#progress.set(optimizer, (progress = { stage: "ready", foundInfinite: false }));
    return progress;
  }

  /** The factor; 1 where the scaler is not enabled. */
  get_scale(): number {
    return this.#enabled ? this.#scale : 1;
  }

  get_growth_factor(): number {
    return this.#growth;
  }

  get_backoff_factor(): number {
    return this.#backoff;
  }

  get_growth_interval(): number {
    return this.#interval;
  }

  is_enabled(): boolean {
    return this.#enabled;
  }

  /** What a checkpoint keeps, under PyTorch's names. */
  state_dict(): GradScalerState {
    if (!this.#enabled) return {};
    return {
      scale: this.#scale,
      growth_factor: this.#growth,
      backoff_factor: this.#backoff,
      growth_interval: this.#interval,
      _growth_tracker: this.#tracker,
    };
  }

  /** @throws RuntimeError for the state of a scaler that was not enabled. */
  load_state_dict(state: GradScalerState): void {
    if (!this.#enabled) return;
    if (Object.keys(state).length === 0)
      throw new RuntimeError(
        "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler.",
      );
    this.#scale = state.scale ?? this.#scale;
    this.#growth = state.growth_factor ?? this.#growth;
    this.#backoff = state.backoff_factor ?? this.#backoff;
    this.#interval = state.growth_interval ?? this.#interval;
    this.#tracker = state._growth_tracker ?? 0;
  }
}
