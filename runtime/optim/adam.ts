import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ValueError } from "../errors/valueError.ts";
import { flag, keywordOnly, number, type Parameter, type ParametersOf } from "../parameters.ts";
import { numel } from "../shape.ts";
import { placedOn } from "../placement.ts";
import { allocateZeros, follow } from "../settle.ts";
import type { Tensor } from "../tensor.ts";
import { AdamStep, type AdamForm } from "./adamStep.ts";
import { checkSetting, Optimizer, type ParameterGroup, type ParametersOrGroups } from "./optimizer.ts";
import { checkStepOptions, paramsParameter, stepOptions, type StepOptions } from "./settings.ts";

/** What `optim.Adam` and `optim.AdamW` take by name. */
export interface AdamOptions {
  /** The step's length, 0.001 unless given. */
  readonly lr?: number;
  /** How slowly the averages of the gradient and of its square forget; `[0.9, 0.999]` unless given. */
  readonly betas?: readonly [number, number];
  /** Added to the denominator, so that it is never 0; 1e-8 unless given. */
  readonly eps?: number;
  /** How strongly parameters are drawn to 0; 0 for Adam and 0.01 for AdamW unless given. */
  readonly weight_decay?: number;
  /** Whether to divide by the largest average so far, as in "On the Convergence of Adam and Beyond" (2018). */
  readonly amsgrad?: boolean;
  /** Whether to go up instead of down. */
  readonly maximize?: boolean;
  /** Whether the decay shrinks the parameter itself, as AdamW does, and not by way of the gradient. */
  readonly decoupled_weight_decay?: boolean;
}

/** What `optim.AdamW` is made with. */
export interface AdamWArguments extends Omit<AdamOptions, "decoupled_weight_decay">, StepOptions {
  /** The tensors to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
  /** Taken, and without effect. */
  readonly capturable?: boolean;
}

/** What `optim.Adam` is made with. */
export interface AdamArguments extends AdamWArguments, Pick<AdamOptions, "decoupled_weight_decay"> {}

type Settings = { -readonly [K in keyof AdamOptions]-?: NonNullable<AdamOptions[K]> };

const betas: Parameter<readonly [number, number]> = {
  expects: "an array of two numbers",
  fallback: [0.9, 0.999],
  convert: (value) => (isPair(value) ? value : undefined),
};

function isPair(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((item) => typeof item === "number");
}

/** The parameters of AdamW, of which Adam has another decay. */
function parametersWith(weightDecay: number): ParametersOf<AdamWArguments> {
  return {
    params: paramsParameter(),
    lr: number(1e-3),
    betas,
    eps: number(1e-8),
    weight_decay: number(weightDecay),
    amsgrad: flag(false),
    maximize: keywordOnly(flag(false)),
    capturable: keywordOnly(flag(false)),
    ...stepOptions,
  };
}

const adamParameters: ParametersOf<AdamArguments> = {
  ...parametersWith(0),
  decoupled_weight_decay: keywordOnly(flag(false)),
};

const adamWParameters = parametersWith(0.01);

/** The arguments of Adam that can come by position, in PyTorch's order. */
type AdamPositions = [
  params: ParametersOrGroups<Settings>,
  lr?: number,
  betas?: readonly [number, number],
  eps?: number,
  weight_decay?: number,
  amsgrad?: boolean,
];

/** What Adam remembers of one parameter. */
export interface AdamState {
  /** How many steps were taken. PyTorch keeps it as a tensor; here it is a number. */
  step: number;
  /** The running average of the gradient, of the parameter's shape. */
  readonly exp_avg: Tensor;
  /** The running average of the gradient's square. */
  readonly exp_avg_sq: Tensor;
  /** The largest `exp_avg_sq` so far, where `amsgrad` asks for it. */
  max_exp_avg_sq: Tensor | null;
}

/** @throws ValueError as PyTorch, for a setting out of its range. */
function checkSettings({ lr, betas, eps, weight_decay }: Settings): void {
  checkSetting("learning rate", lr);
  checkSetting("epsilon value", eps);
  for (const [position, beta] of betas.entries())
    if (!(beta >= 0 && beta < 1))
      throw new ValueError(
        `Invalid beta parameter at index ${position}: ${beta}. It must be 0 or more and less than 1, as in {betas: [0.9, 0.999]}.`,
      );
  checkSetting("weight_decay value", weight_decay);
}

/** Which arithmetic a group's settings ask for. */
function formOf({ weight_decay, amsgrad, maximize, decoupled_weight_decay }: Settings): AdamForm {
  return {
    decay: weight_decay === 0 ? "none" : decoupled_weight_decay ? "decoupled" : "gradient",
    amsgrad,
    maximize,
  };
}

/**
 * Adam: steps along the average gradient, divided by the root of the average square of each element's gradient.
 *
 * `new optim.Adam(model.parameters(), {lr: 0.001, betas: [0.9, 0.999]})`.
 *
 * Source: `torch.optim.Adam`; Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2014).
 */
export class Adam extends Optimizer<Settings> {
  /** What is remembered of each parameter that has taken a step. */
  readonly state: Map<Tensor, AdamState> = new Map();

  /** @throws ValueError when a setting is out of its range. */
  constructor(...args: CallForms<AdamArguments, AdamPositions>) {
    const given = bind(new.target.name, adamParameters, args);
    const { params, foreach: _, fused: __, capturable: ___, differentiable, ...settings } = given;
    checkStepOptions(new.target.name, { differentiable });
    checkSettings(settings);
    super(params, settings);
  }

  protected override update(group: ParameterGroup<Settings>): void {
    const step = new AdamStep(formOf(group), group);
    for (const parameter of group.params) {
      const { grad } = parameter;
      if (grad === null || numel(parameter.shape) === 0) continue;
      const state = this.#stateOf(parameter, group.amsgrad);
      state.step++;
      step.run(parameter, grad, state);
    }
  }

  #stateOf(parameter: Tensor, amsgrad: boolean): AdamState {
    const zeros = (): Tensor =>
      placedOn(parameter.device, () => allocateZeros(parameter.shape, parameter.dtype));
    let state = this.state.get(parameter);
    if (state === undefined) {
      state = { step: 0, exp_avg: zeros(), exp_avg_sq: zeros(), max_exp_avg_sq: null };
      this.state.set(parameter, state);
    }
    if (amsgrad) state.max_exp_avg_sq ??= zeros();
    // The module may have been moved since the last step.
    for (const tensor of [state.exp_avg, state.exp_avg_sq, state.max_exp_avg_sq])
      if (tensor !== null) follow(tensor, parameter);
    return state;
  }
}

/**
 * Adam whose weight decay shrinks the parameters themselves: `p ← p · (1 − lr · weight_decay)`, then Adam's step.
 *
 * `new optim.AdamW(model.parameters(), {lr: 0.001, weight_decay: 0.01})`.
 *
 * Source: `torch.optim.AdamW`; Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2017).
 */
export class AdamW extends Adam {
  /** @throws ValueError when a setting is out of its range. */
  constructor(...args: CallForms<AdamWArguments, AdamPositions>) {
    super({ ...bind("AdamW", adamWParameters, args), decoupled_weight_decay: true });
  }
}
