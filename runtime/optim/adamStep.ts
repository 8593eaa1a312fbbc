/** The arithmetic of one Adam step: all new values of a parameter from the old ones, in one pass. */
import { E, input, parameter as plainNumber, type Expression } from "../expression.ts";
import { backendOf } from "../settle.ts";
import type { Tensor } from "../tensor.ts";
import type { AdamState } from "./adam.ts";

/** Which of Adam's variants is computed. */
export interface AdamForm {
  /** Whether weights decay not at all, by way of the gradient, or apart from it as in AdamW. */
  readonly decay: "none" | "gradient" | "decoupled";
  readonly amsgrad: boolean;
  readonly maximize: boolean;
}

/** The numbers of one step. */
export interface AdamSettings {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weight_decay: number;
}

const tensor = input(0);
const gradient = input(1);
const average = input(2);
const square = input(3);
const largest = input(4);

/** What the numbers of a step stand for, in their order. */
const forget = plainNumber(0);
const keepSquare = plainNumber(1);
const addSquare = plainNumber(2);
const length = plainNumber(3);
const eps = plainNumber(4);
const decay = plainNumber(5);

/** The numbers that the expressions read, in the order of their names. */
function numbersOf(form: AdamForm, settings: AdamSettings, step: number): readonly number[] {
  const [beta1, beta2] = settings.betas;
  const correction = Math.sqrt(1 - beta2 ** step);
  return [
    1 - beta1,
    beta2,
    1 - beta2,
    (settings.lr * correction) / (1 - beta1 ** step),
    settings.eps * correction,
    form.decay === "decoupled" ? 1 - settings.lr * settings.weight_decay : settings.weight_decay,
  ];
}

/** The new values: of the parameter, the average, the average square, and with `amsgrad` the largest square. */
function expressionsOf(form: AdamForm): readonly Expression[] {
  const signed = form.maximize ? E.neg(gradient) : gradient;
  const grad = form.decay === "gradient" ? E.add(signed, E.mul(decay, tensor)) : signed;
  const newAverage = E.add(average, E.mul(forget, E.sub(grad, average)));
  const newSquare = E.add(E.mul(square, keepSquare), E.mul(E.mul(addSquare, grad), grad));
  const newLargest = E.maximum(largest, newSquare);
  const root = E.sqrt(form.amsgrad ? newLargest : newSquare);
  // lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε), with both corrections in the numbers, so that an element costs one division.
  const step = E.mul(length, E.div(newAverage, E.add(root, eps)));
  const start = form.decay === "decoupled" ? E.mul(tensor, decay) : tensor;
  return [E.sub(start, step), newAverage, newSquare, ...(form.amsgrad ? [newLargest] : [])];
}

const known = new Map<string, readonly Expression[]>();

/** The same expressions each time, by which a backend knows what it has compiled. */
function cachedExpressions(form: AdamForm): readonly Expression[] {
  const key = `${form.decay} ${form.amsgrad} ${form.maximize}`;
  let expressions = known.get(key);
  if (expressions === undefined) known.set(key, (expressions = expressionsOf(form)));
  return expressions;
}

/** One step of a group's parameters. */
export class AdamStep {
  readonly #form: AdamForm;
  readonly #settings: AdamSettings;
  readonly #expressions: readonly Expression[];
  /** The numbers, which change with the count of steps only. */
  #numbers: readonly number[] = [];
  #numbersOfStep = 0;

  constructor(form: AdamForm, settings: AdamSettings) {
    this.#form = form;
    this.#settings = settings;
    this.#expressions = cachedExpressions(form);
  }

  /** Changes the parameter and what is remembered of it. */
  run(parameter: Tensor, grad: Tensor, { step, exp_avg, exp_avg_sq, max_exp_avg_sq }: AdamState): void {
    if (this.#numbersOfStep !== step) {
      this.#numbers = numbersOf(this.#form, this.#settings, step);
      this.#numbersOfStep = step;
    }
    const largestSoFar = this.#form.amsgrad ? [max_exp_avg_sq!] : []; // made where `amsgrad` asks for it
    const targets = [parameter, exp_avg, exp_avg_sq, ...largestSoFar];
    backendOf(parameter).pointwiseAll(
      this.#expressions,
      parameter.dtype,
      targets,
      [parameter, grad, exp_avg, exp_avg_sq, ...largestSoFar],
      this.#numbers,
    );
    for (const target of targets) target.storage.markWritten();
  }
}
