/** Ends a training when it does not get better any more. */
import { no_grad } from "../autograd/modes.ts";
import { bind, describe } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { ValueError } from "../errors/valueError.ts";
import { Module } from "../nn/module.ts";
import { integer, number, type ParametersOf } from "../parameters.ts";
import { Tensor } from "../tensor.ts";

/** What `EarlyStopping` is made with. */
export interface EarlyStoppingArguments {
  /** The model whose best state is kept; none unless given. */
  readonly model?: Module | null;
  /** How many steps in a row may bring nothing better; 5 unless given. */
  readonly patience?: number;
  /** By how much a value must be better to count; 0 unless given. */
  readonly min_delta?: number;
  /** Whether smaller (`"min"`, as of a loss) or larger (`"max"`, as of an accuracy) is better; `"min"` unless given. */
  readonly mode?: "min" | "max";
}

const parameters: ParametersOf<EarlyStoppingArguments> = {
  model: {
    expects: "a Module or null",
    fallback: null,
    convert: (value) => (value === null || value instanceof Module ? value : undefined),
  },
  patience: integer(5),
  min_delta: number(0),
  mode: {
    expects: '"min" or "max"',
    fallback: "min",
    convert: (value) => (value === "min" || value === "max" ? value : undefined),
  },
};

/**
 * Says when a training has not become better for a while, and keeps the best state of the model.
 *
 * ```ts
 * const stopping = new EarlyStopping(model, { patience: 5 });
 * for (let epoch = 0; epoch < 100; epoch++) {
 *   // … train, and compute the loss on the validation data
 *   if (stopping.step(loss)) break;
 * }
 * stopping.restore();
 * ```
 *
 * Source: the callbacks of that name in PyTorch Lightning and Keras; Prechelt, "Early Stopping – But When?" (1998).
 */
export class EarlyStopping {
  readonly patience: number;
  readonly min_delta: number;
  readonly mode: "min" | "max";
  readonly #model: Module | null;
  #best_state: Readonly<Record<string, Tensor>> | null = null;
  #best = Number.NaN;
  #best_step = -1;
  #steps = 0;

  /** @throws ValueError when `patience` or `min_delta` is below 0. */
  constructor(
    ...args: CallForms<
      EarlyStoppingArguments,
      [model?: Module | null, patience?: number, min_delta?: number, mode?: "min" | "max"]
    >
  ) {
    const { model, patience, min_delta, mode } = bind("EarlyStopping", parameters, args);
    if (patience < 0) throw new ValueError(`EarlyStopping: patience must be 0 or more, got ${patience}.`);
    if (!(min_delta >= 0))
      throw new ValueError(`EarlyStopping: min_delta must be 0 or more, got ${min_delta}.`);
    this.#model = model;
    this.patience = patience;
    this.min_delta = min_delta;
    this.mode = mode;
  }

  /** The best value so far; NaN before the first. */
  get best(): number {
    return this.#best;
  }

  /** At which step, counted from 0, the best value came; −1 before the first. */
  get best_step(): number {
    return this.#best_step;
  }

  /** The model's `state_dict` when it was best, copied; `null` without a model, or before the first step. `torch.save` takes it. */
  get best_state(): Readonly<Record<string, Tensor>> | null {
    return this.#best_state;
  }

  /** How many steps in a row have brought nothing better. */
  get waited(): number {
    return this.#steps === 0 ? 0 : this.#steps - 1 - this.#best_step;
  }

  /** Whether it is time to stop. */
  get stopped(): boolean {
    return this.waited > 0 && this.waited >= this.patience;
  }

  /**
   * Tells the value after another step, such as the validation loss of an epoch, and answers whether it is time to stop: after `patience` steps in a row without a better value.
   * NaN is never better.
   *
   * @throws TypeError when it is no number, nor a tensor with one element.
   */
  step(value: number | Tensor): boolean {
    const number = value instanceof Tensor ? Number(value.item()) : value;
    if (typeof number !== "number")
      throw new TypeError(
        `EarlyStopping: expected a number or a tensor with one element, got ${describe(value)}.`,
      );
    if (this.#isBetter(number)) {
      this.#best = number;
      this.#best_step = this.#steps;
      this.#keep();
    }
    this.#steps += 1;
    return this.stopped;
  }

  /**
   * Puts the model back into the state in which it was best, in place.
   *
   * @throws RuntimeError when there is no model, or no state yet.
   */
  restore(): void {
    if (this.#model === null)
      throw new RuntimeError(
        "EarlyStopping: there is no model to restore. Make it with new EarlyStopping(model, …).",
      );
    if (this.#best_state === null)
      throw new RuntimeError(
        "EarlyStopping: there is no state to restore. Call step with the value of each epoch first.",
      );
    this.#model.load_state_dict(this.#best_state);
  }

  #isBetter(value: number): boolean {
    if (Number.isNaN(value)) return false;
    if (Number.isNaN(this.#best)) return true;
    return this.mode === "min" ? value < this.#best - this.min_delta : value > this.#best + this.min_delta;
  }

  #keep(): void {
    if (this.#model === null) return;
    const state = Object.entries(this.#model.state_dict());
    this.#best_state = no_grad(() =>
      Object.fromEntries(state.map(([name, tensor]) => [name, tensor.clone()])),
    );
  }
}
