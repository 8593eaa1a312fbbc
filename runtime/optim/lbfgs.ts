import { enable_grad, no_grad } from "../autograd/modes.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { zeros } from "../create.ts";
import { ValueError } from "../errors/valueError.ts";
import { integer, number, optionalInteger, type Parameter, type ParametersOf } from "../parameters.ts";
import { cat } from "../ops/shaping/joining.ts";
import type { Tensor } from "../tensor.ts";
import type { ParameterGroup, ParametersOrGroups } from "./groups.ts";
import { Optimizer } from "./optimizer.ts";
import * as settings from "./settings.ts";
import { strongWolfe, type Place } from "./strongWolfe.ts";

/** What `optim.LBFGS` takes by name. */
export interface LBFGSOptions {
  /** The step's length, 1 unless given. */
  readonly lr?: settings.Rate;
  /** How many directions one `step` follows at most; 20 unless given. */
  readonly max_iter?: number;
  /** How often one `step` calls the closure at most; `max_iter · 1.25` unless given. */
  readonly max_eval?: number | null;
  /** A step ends when no element of the gradient is larger; 1e-7 unless given. */
  readonly tolerance_grad?: number;
  /** A step ends when neither the loss nor a parameter changes by more; 1e-9 unless given. */
  readonly tolerance_change?: number;
  /** How many directions are remembered; 100 unless given. */
  readonly history_size?: number;
  /** `"strong_wolfe"` to search along each direction, or `null` to go `lr` of its length. */
  readonly line_search_fn?: "strong_wolfe" | null;
}

type Settings = settings.SettingsOf<LBFGSOptions>;

/** What `optim.LBFGS` is made with. */
export interface LBFGSArguments extends LBFGSOptions {
  /** The tensors to change. There are no groups. */
  readonly params: ParametersOrGroups<Settings>;
}

/** What LBFGS remembers of all parameters, under the first of them. */
export interface LBFGSState {
  /** How often the closure was called. */
  func_evals: number;
  /** How many directions were followed. */
  n_iter: number;
  /** The last direction, of all parameters as one vector. */
  d?: Tensor;
  /** How far along it the last step went. */
  t?: settings.Rate;
  /** Differences of gradients, the newest last. */
  old_dirs?: Tensor[];
  /** Differences of parameters. */
  old_stps?: Tensor[];
  /** One over the products of both. */
  ro?: settings.Rate[];
  /** The curvature along the last step, inverted. */
  H_diag?: settings.Rate;
  prev_flat_grad?: Tensor;
  prev_loss?: number;
}

const search: Parameter<"strong_wolfe" | null> = {
  expects: '"strong_wolfe" or null',
  fallback: null,
  convert: (value) => (value === null || value === "strong_wolfe" ? value : undefined),
};

const parameters: ParametersOf<LBFGSArguments> = {
  params: settings.paramsParameter(),
  lr: settings.rate(1),
  max_iter: integer(20),
  max_eval: optionalInteger,
  tolerance_grad: number(1e-7),
  tolerance_change: number(1e-9),
  history_size: integer(100),
  line_search_fn: search,
};

/** Computes the loss, and puts the gradients of the parameters into them. */
type Closure = () => unknown;

function largest(vector: Tensor): number {
  return Number(vector.abs().max().item());
}

function product(a: Tensor, b: Tensor): number {
  return Number(a.dot(b).item());
}

/**
 * L-BFGS: follows Newton's direction, which it guesses from the last gradients. For whole data sets; `step` needs a closure, which it calls several times.
 *
 * `optimizer.step(() => { optimizer.zero_grad(); const loss = …; loss.backward(); return loss; })`.
 *
 * Source: `torch.optim.LBFGS`; Nocedal, "Updating Quasi-Newton Matrices with Limited Storage" (1980).
 */
export class LBFGS extends Optimizer<Settings, LBFGSState> {
  /** @throws ValueError when the learning rate is negative, or there are several groups. */
  constructor(...args: settings.ArgumentsOfAll);
  constructor(
    ...args: CallForms<
      LBFGSArguments,
      [
        params: ParametersOrGroups<Settings>,
        lr?: settings.Rate,
        max_iter?: number,
        max_eval?: number | null,
        tolerance_grad?: number,
        tolerance_change?: number,
        history_size?: number,
        line_search_fn?: "strong_wolfe" | null,
      ]
    >
  );
  constructor(...args: readonly unknown[]) {
    const { params, ...given } = bind("LBFGS", parameters, args);
    settings.checkRate(given.lr);
    super(params, { ...given, max_eval: given.max_eval ?? Math.floor((given.max_iter * 5) / 4) });
    if (this.param_groups.length !== 1)
      throw new ValueError(
        `LBFGS doesn't support per-parameter options (parameter groups), and there are ${this.param_groups.length}. Pass model.parameters().`,
      );
  }

  override get counts(): readonly string[] {
    return [];
  }

  /**
   * Follows directions until the loss no longer changes, or `max_iter` of them. The answer is what the closure gave first.
   *
   * @throws TypeError without a closure.
   */
  override step(closure?: null): never;
  override step<T>(closure: () => T): T;
  override step(closure?: Closure | null): unknown {
    if (typeof closure !== "function")
      throw new TypeError(
        "LBFGS.step() missing 1 required positional argument: 'closure', a function that computes the loss, calls backward and returns the loss.",
      );
    return no_grad(() => new Iterations(this.param_groups[0]!, this.#state(), closure).run()); // there is one, see above
  }

  #state(): LBFGSState {
    const first = this.param_groups[0]!.params[0]!; // an optimizer has a parameter
    let state = this.state.get(first);
    if (state === undefined) this.state.set(first, (state = { func_evals: 0, n_iter: 0 }));
    for (const vector of [
      state.d,
      state.prev_flat_grad,
      ...(state.old_dirs ?? []),
      ...(state.old_stps ?? []),
    ])
      if (vector !== undefined) settings.followParameter(vector, first);
    return state;
  }
}

/** One call of `step`. */
class Iterations {
  readonly #group: ParameterGroup<Settings>;
  readonly #state: LBFGSState;
  readonly #closure: Closure;
  readonly #lr: number;
  #evaluations = 0;
  #loss = 0;
  #grad: Tensor;
  readonly #answer: unknown;

  constructor(group: ParameterGroup<Settings>, state: LBFGSState, closure: Closure) {
    this.#group = group;
    this.#state = state;
    this.#closure = closure;
    this.#lr = settings.valueOf(group.lr);
    this.#answer = this.#evaluate();
    this.#count(1);
    this.#grad = this.#gatherGrad();
  }

  run(): unknown {
    const { max_iter, max_eval, tolerance_grad, tolerance_change } = this.#group; // `max_eval` is a number since the constructor
    if (largest(this.#grad) <= tolerance_grad) return this.#answer;
    for (let i = 1; i <= max_iter; i++) {
      const direction = this.#direction();
      const before = this.#loss;
      const slope = product(this.#grad, direction);
      const state = this.#state;
      state.d = direction;
      state.t = this.#firstLength();
      state.prev_flat_grad = this.#grad;
      state.prev_loss = before;
      if (slope > -tolerance_change) break;
      state.t = this.#advance(direction, slope, state.t, i < max_iter);
      if (i === max_iter || this.#evaluations >= max_eval! || largest(this.#grad) <= tolerance_grad) break;
      if (largest(direction) * state.t <= tolerance_change) break;
      if (Math.abs(this.#loss - before) < tolerance_change) break;
    }
    return this.#answer;
  }

  /** Goes along a direction; the answer is how far. The loss there is not needed behind the last one. */
  #advance(direction: Tensor, slope: number, t: number, again: boolean): number {
    if (this.#group.line_search_fn === "strong_wolfe") return this.#search(direction, slope, t);
    this.#move(direction, t);
    if (again) {
      this.#evaluate();
      this.#grad = this.#gatherGrad();
      this.#count(1);
    }
    return t;
  }

  #search(direction: Tensor, slope: number, first: number): number {
    const copies = this.#group.params.map((parameter) => parameter.clone());
    const evaluate = (t: number): Place => {
      this.#move(direction, t);
      this.#evaluate();
      const grad = this.#gatherGrad();
      for (const [i, parameter] of this.#group.params.entries()) parameter.copy_(copies[i]!); // a copy of each
      return { t, loss: this.#loss, grad, slope: product(grad, direction) };
    };
    const start = { t: 0, loss: this.#loss, grad: this.#grad, slope };
    const { place, evaluations } = strongWolfe(evaluate, start, first, {
      size: largest(direction),
      tolerance_change: this.#group.tolerance_change,
      evaluations: this.#group.max_eval! - this.#evaluations, // see `run`
    });
    [this.#loss, this.#grad] = [place.loss, place.grad];
    this.#count(evaluations);
    this.#move(direction, place.t);
    return place.t;
  }

  #count(evaluations: number): void {
    this.#evaluations += evaluations;
    this.#state.func_evals += evaluations;
  }

  /** Calls the closure. */
  #evaluate(): unknown {
    const answer = enable_grad(this.#closure);
    this.#loss = Number(typeof answer === "object" ? (answer as Tensor).item() : answer); // a loss is a tensor, or a number
    return answer;
  }

  /** The gradients of all parameters, as one vector of its own. */
  #gatherGrad(): Tensor {
    return cat(
      this.#group.params.map(({ grad, shape, dtype, device }) =>
        grad === null ? zeros(shape, { dtype, device }).flatten() : grad.flatten(),
      ),
    );
  }

  /** Changes all parameters by `t` times a direction. */
  #move(direction: Tensor, t: number): void {
    let offset = 0;
    for (const parameter of this.#group.params) {
      const count = parameter.numel();
      parameter.add_(direction.narrow(0, offset, count).view(parameter.shape), { alpha: t });
      offset += count;
    }
  }

  #firstLength(): number {
    if (this.#state.n_iter > 1) return this.#lr;
    return Math.min(1, 1 / Number(this.#grad.abs().sum().item())) * this.#lr;
  }

  /** The next direction: down the gradient at first, then as the remembered curvature bends it. */
  #direction(): Tensor {
    const state = this.#state;
    state.n_iter++;
    if (state.n_iter > 1) this.#remember();
    const [changes, steps, inverses] = [(state.old_dirs ??= []), (state.old_stps ??= []), (state.ro ??= [])];
    const direction = this.#grad.neg();
    const factors: number[] = [];
    for (let i = steps.length - 1; i >= 0; i--) {
      factors[i] = product(steps[i]!, direction) * settings.valueOf(inverses[i]!);
      direction.sub_(changes[i]!, { alpha: factors[i]! });
    }
    direction.mul_(settings.valueOf((state.H_diag ??= 1)));
    for (const [i, step] of steps.entries()) {
      const along = product(changes[i]!, direction) * settings.valueOf(inverses[i]!);
      direction.add_(step, { alpha: factors[i]! - along });
    }
    return direction;
  }

  /** Remembers the curvature along the last step, unless it is hardly one. */
  #remember(): void {
    const state = this.#state;
    const change = this.#grad.sub(state.prev_flat_grad!); // all of these are there after a first direction
    const step = state.d!.mul(settings.valueOf(state.t!));
    const curvature = product(change, step);
    if (curvature <= 1e-10) return;
    const [changes, steps, inverses] = [state.old_dirs!, state.old_stps!, state.ro!];
    if (changes.length === this.#group.history_size)
      for (const list of [changes, steps, inverses]) list.shift();
    changes.push(change);
    steps.push(step);
    inverses.push(1 / curvature);
    state.H_diag = curvature / product(change, change);
  }
}
