import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { zeros } from "../create.ts";
import { finfo } from "../limits.ts";
import { ValueError } from "../errors/valueError.ts";
import { keywordOnly, number, type Parameter, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import type { ParameterGroup, ParametersOrGroups } from "./groups.ts";
import { Optimizer } from "./optimizer.ts";
import * as settings from "./settings.ts";

/** What `optim.Adafactor` takes by name. */
export interface AdafactorOptions {
  /** The longest step, relative to the parameter's size; 0.01 unless given. */
  readonly lr?: settings.Rate;
  /** The power of the count of steps by which the average of squares is renewed; −0.8 unless given. */
  readonly beta2_decay?: number;
  /** The smallest root of an average square (`null` for what the dtype can tell from 0), and the smallest size of a parameter; `[null, 0.001]` unless given. */
  readonly eps?: readonly [number | null, number];
  /** Steps whose root mean square is larger are cut to it; 1 unless given. */
  readonly d?: number;
  /** How strongly parameters are drawn to 0. */
  readonly weight_decay?: number;
  /** Taken, and without effect. */
  readonly foreach?: boolean | null;
  /** Whether to go up instead of down. */
  readonly maximize?: boolean;
}

type Settings = settings.SettingsOf<AdafactorOptions>;

/** What `optim.Adafactor` is made with. */
export interface AdafactorArguments extends AdafactorOptions {
  /** The tensors to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
}

/** What Adafactor remembers of one parameter: two factors of the average square for a matrix, and the average itself for a vector. */
export interface AdafactorState {
  /** How many steps were taken. */
  step: number;
  /** The average square of each row, of shape [..., rows, 1]. */
  row_var?: Tensor;
  /** The average square of each column, of shape [..., 1, columns]. */
  col_var?: Tensor;
  /** The average square of each element. */
  variance?: Tensor;
}

const smallest: Parameter<readonly [number | null, number]> = {
  expects: "an array of a number or null and a number",
  fallback: [null, 1e-3],
  convert: (value) => (isSmallest(value) ? value : undefined),
};

function isSmallest(value: unknown): value is readonly [number | null, number] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    (value[0] === null || typeof value[0] === "number") &&
    typeof value[1] === "number"
  );
}

const parameters: ParametersOf<AdafactorArguments> = {
  params: settings.paramsParameter(),
  lr: settings.rate(1e-2),
  beta2_decay: number(-0.8),
  eps: smallest,
  d: number(1),
  weight_decay: number(0),
  foreach: keywordOnly(settings.foreach),
  maximize: keywordOnly(settings.maximize),
};

/** @throws ValueError as PyTorch, for a setting out of its range. */
function checkSettings({ lr, beta2_decay, eps, d, weight_decay }: settings.Given<Settings>): void {
  const rate = settings.valueOf(lr);
  const rules: readonly [right: boolean, message: string][] = [
    [rate >= 0, `Learning rate should be >= 0 but is: ${rate}`],
    [beta2_decay <= 0, `beta2_decay should be <= 0 but is: ${beta2_decay}`],
    [eps[0] === null || eps[0] >= 0, `epsilon1 should be >= 0 but is: ${eps[0]}`],
    [eps[1] >= 0, `epsilon2 should be >= 0 but is: ${eps[1]}`],
    [d >= 1, `Clipping threshold d should be >= 1 but is: ${d}`],
    [
      settings.valueOf(weight_decay) >= 0,
      `weight_decay should be >= 0 but is: ${settings.valueOf(weight_decay)}`,
    ],
  ];
  for (const [right, message] of rules) if (!right) throw new ValueError(message);
}

/** The root of the mean square of all elements. */
function rootMeanSquare(tensor: Tensor): number {
  return Number(tensor.norm(2).item()) / Math.sqrt(tensor.numel());
}

/** The mean square along a dimension, which stays. */
function meanSquare(tensor: Tensor, dim: number): Tensor {
  return tensor.norm(2, dim, true).square().div(tensor.shape.at(dim)!); // a dimension that a matrix has
}

/**
 * Adafactor: as Adam without an average of the gradient, where of a matrix's average squares only those of rows and columns are kept.
 *
 * `new optim.Adafactor(model.parameters(), {lr: 0.01})`.
 *
 * Source: `torch.optim.Adafactor`; Shazeer and Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost" (2018).
 */
export class Adafactor extends Optimizer<Settings, AdafactorState> {
  /** @throws ValueError when a setting is out of its range. */
  constructor(...args: settings.ArgumentsOfAll);
  constructor(...args: settings.ArgumentsOfMost);
  constructor(
    ...args: CallForms<
      AdafactorArguments,
      [
        params: ParametersOrGroups<Settings>,
        lr?: settings.Rate,
        beta2_decay?: number,
        eps?: readonly [number | null, number],
        d?: number,
        weight_decay?: number,
      ]
    >
  );
  constructor(...args: readonly unknown[]) {
    const { params, ...given } = bind("Adafactor", parameters, args);
    settings.checkOneElement(given.lr);
    checkSettings(given);
    super(params, given);
  }

  override get fractions(): readonly string[] {
    return ["d", "weight_decay"];
  }

  protected override update(group: ParameterGroup<Settings>): void {
    for (const parameter of group.params)
      if (parameter.grad !== null)
        this.#step(parameter, group.maximize ? parameter.grad.neg() : parameter.grad, group);
  }

  #step(parameter: Tensor, grad: Tensor, { lr, beta2_decay, eps, d, weight_decay }: Settings): void {
    const state = this.#stateOf(parameter, grad);
    const [rate, floor] = [settings.valueOf(lr), eps[0] ?? finfo(parameter.dtype).eps];
    state.step++;
    const length = Math.max(eps[1], rootMeanSquare(parameter)) * Math.min(rate, 1 / Math.sqrt(state.step));
    if (weight_decay !== 0) parameter.mul_(1 - rate * weight_decay);
    const step = averageSquare(state, grad, state.step ** beta2_decay, floor)
      .clamp(floor * floor)
      .rsqrt()
      .mul(grad);
    parameter.sub_(step.mul(length / Math.max(1, rootMeanSquare(step) / d)));
  }

  #stateOf(parameter: Tensor, grad: Tensor): AdafactorState {
    let state = this.state.get(parameter);
    if (state === undefined) this.state.set(parameter, (state = begin(grad)));
    for (const tensor of [state.row_var, state.col_var, state.variance])
      if (tensor !== undefined) settings.followParameter(tensor, parameter);
    return state;
  }
}

function begin(grad: Tensor): AdafactorState {
  const { shape, dtype, device } = grad;
  if (shape.length < 2) return { step: 0, variance: zeros(shape, { dtype, device }) };
  const around = shape.slice(0, -2);
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!]; // it has two dimensions at least
  return {
    step: 0,
    row_var: zeros([...around, rows, 1], { dtype, device }),
    col_var: zeros([...around, 1, columns], { dtype, device }),
  };
}

/** Renews a share of what is known of squares of gradients, and gives the average square of each element. */
function averageSquare(
  { row_var, col_var, variance }: AdafactorState,
  grad: Tensor,
  share: number,
  floor: number,
): Tensor {
  if (variance !== undefined) return variance.lerp_(grad.square(), share);
  // A matrix has both.
  row_var!.lerp_(meanSquare(grad, -1), share);
  col_var!.lerp_(meanSquare(grad, -2), share);
  return row_var!.matmul(col_var!).div(row_var!.mean(-2, true).clamp(floor));
}
