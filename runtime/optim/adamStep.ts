/** The arithmetic of one Adam step, as expressions of the old values. */
import { allocateArray, float64, type DType } from "../dtype.ts";
import { E, input, type Expression } from "../expression.ts";
import { alias, allocate, backendOf, broadcastTo, copyInto, fromArray } from "../settle.ts";
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

/** The inputs, in the order in which the expressions count them: first the numbers, then the tensors. */
const numberNames = ["forget", "keepSquare", "addSquare", "length", "eps", "decay"] as const;
const [forget, keepSquare, addSquare, length, eps, decay] = numberNames.map((_, position) =>
  input(position),
) as [Expression, Expression, Expression, Expression, Expression, Expression]; // one for each name
const [parameter, gradient, average, square, largest] = [6, 7, 8, 9, 10].map(input) as [
  Expression,
  Expression,
  Expression,
  Expression,
  Expression,
]; // one for each position

/** The new values: of the parameter, the average, the average square, and with `amsgrad` the largest square. */
function expressionsOf(form: AdamForm): readonly Expression[] {
  const signed = form.maximize ? E.neg(gradient) : gradient;
  const grad = form.decay === "gradient" ? E.add(signed, E.mul(decay, parameter)) : signed;
  const newAverage = E.add(average, E.mul(forget, E.sub(grad, average)));
  const newSquare = E.add(E.mul(square, keepSquare), E.mul(E.mul(addSquare, grad), grad));
  const newLargest = E.maximum(largest, newSquare);
  const root = E.sqrt(form.amsgrad ? newLargest : newSquare);
  // lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε), with both corrections in the numbers, so that an element costs one division.
  const step = E.mul(length, E.div(newAverage, E.add(root, eps)));
  const start = form.decay === "decoupled" ? E.mul(parameter, decay) : parameter;
  return [E.sub(start, step), newAverage, newSquare, ...(form.amsgrad ? [newLargest] : [])];
}

const known = new Map<string, readonly Expression[]>();

function cachedExpressions(form: AdamForm): readonly Expression[] {
  const key = `${form.decay} ${form.amsgrad} ${form.maximize}`;
  let expressions = known.get(key);
  if (expressions === undefined) known.set(key, (expressions = expressionsOf(form)));
  return expressions;
}

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

/** Numbers as 0-d tensors of one storage. */
function numberTensors(numbers: readonly number[], dtype: DType): readonly Tensor[] {
  const data = allocateArray(dtype, numbers.length);
  data.set(numbers as never); // parameters are floating-point, and so is the array
  const all = fromArray(data, dtype, [numbers.length]);
  return numbers.map((_, position) => alias(all, [], [], position));
}

/** Computes all expressions from the old values, then writes each result over its target. */
function assign(
  expressions: readonly Expression[],
  targets: readonly Tensor[],
  inputs: readonly Tensor[],
): void {
  const { dtype, shape } = targets[0]!;
  const operands = inputs.map((operand) => broadcastTo(operand, shape));
  const results = expressions.map((expression) => {
    const result = allocate(shape, dtype);
    backendOf(result).pointwise(expression, dtype, result, operands);
    return result;
  });
  for (const [position, target] of targets.entries()) {
    copyInto(target, results[position]!);
    target.storage.markWritten();
  }
}

/** One step of a group's parameters. */
export class AdamStep {
  readonly #form: AdamForm;
  readonly #settings: AdamSettings;
  readonly #expressions: readonly Expression[];
  /** The numbers as tensors, which change with the count of steps and the dtype only. */
  #numbers: readonly Tensor[] = [];
  #numbersFor: { readonly step: number; readonly dtype: DType } = { step: 0, dtype: float64 };

  constructor(form: AdamForm, settings: AdamSettings) {
    this.#form = form;
    this.#settings = settings;
    this.#expressions = cachedExpressions(form);
  }

  /** Changes the parameter and what is remembered of it. */
  run(tensor: Tensor, grad: Tensor, { step, exp_avg, exp_avg_sq, max_exp_avg_sq }: AdamState): void {
    const tensors = max_exp_avg_sq === null || !this.#form.amsgrad ? [] : [max_exp_avg_sq];
    assign(
      this.#expressions,
      [tensor, exp_avg, exp_avg_sq, ...tensors],
      [...this.#numbersOf(step, tensor.dtype), tensor, grad, exp_avg, exp_avg_sq, ...tensors],
    );
  }

  #numbersOf(step: number, dtype: DType): readonly Tensor[] {
    if (this.#numbersFor.step !== step || this.#numbersFor.dtype !== dtype) {
      this.#numbers = numberTensors(numbersOf(this.#form, this.#settings, step), dtype);
      this.#numbersFor = { step, dtype };
    }
    return this.#numbers;
  }
}
