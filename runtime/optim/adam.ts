import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { E } from "../expression.ts";
import { flag, keywordOnly, number, type ParametersOf } from "../parameters.ts";
import { ValueError } from "../errors/valueError.ts";
import { Tensor } from "../tensor.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { direction, PointwiseOptimizer, stepRule, towards } from "./pointwise.ts";
import * as settings from "./settings.ts";

/** What `optim.AdamW` takes by name. */
export interface AdamWOptions extends settings.CapturableOptions, settings.FusedOptions {
  /** The step's length, 0.001 unless given. */
  readonly lr?: settings.Rate;
  /** How slowly the averages of the gradient and of its square forget; `[0.9, 0.999]` unless given. */
  readonly betas?: readonly [number, number];
  /** Added to the denominator, so that it is never 0; 1e-8 unless given. */
  readonly eps?: number;
  /** How strongly parameters are drawn to 0; 0 for Adam and 0.01 for AdamW unless given. */
  readonly weight_decay?: number;
  /** Whether to divide by the largest average so far, as in "On the Convergence of Adam and Beyond" (2018). */
  readonly amsgrad?: boolean;
}

/** What `optim.Adam` takes by name. */
export interface AdamOptions extends AdamWOptions {
  /** Whether the decay shrinks the parameter itself, as AdamW does, and not by way of the gradient. */
  readonly decoupled_weight_decay?: boolean;
}

type Settings = settings.SettingsOf<AdamOptions>;

/** What `optim.AdamW` is made with. */
export interface AdamWArguments extends AdamWOptions {
  /** The tensors to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
}

/** What `optim.Adam` is made with. */
export interface AdamArguments extends AdamOptions {
  /** The tensors to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
}

/** The parameters of AdamW, of which Adam has another decay. */
function parametersWith(weightDecay: number): ParametersOf<AdamWArguments> {
  return {
    params: settings.paramsParameter(),
    lr: settings.rate(1e-3),
    betas: settings.numbers([0.9, 0.999]),
    eps: number(1e-8),
    weight_decay: number(weightDecay),
    amsgrad: flag(false),
    foreach: keywordOnly(settings.foreach),
    maximize: keywordOnly(settings.maximize),
    capturable: keywordOnly(settings.capturable),
    differentiable: keywordOnly(settings.differentiable),
    fused: settings.fused,
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
  lr?: settings.Rate,
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
  exp_avg: Tensor;
  /** The running average of the gradient's square. */
  exp_avg_sq: Tensor;
  /** The largest `exp_avg_sq` so far, where `amsgrad` asks for it. */
  max_exp_avg_sq?: Tensor;
}

const rule = stepRule<Settings, AdamState>()({
  counts: () => ({ step: 0 }),
  form: ({ weight_decay, amsgrad, maximize, decoupled_weight_decay }) => ({
    amsgrad,
    maximize,
    decays: weight_decay !== 0,
    decoupled: decoupled_weight_decay,
  }),
  buffers: ({ amsgrad }) => ["exp_avg", "exp_avg_sq", ...(amsgrad ? (["max_exp_avg_sq"] as const) : [])],
  numbers: ({ lr, betas: [beta1, beta2], eps, weight_decay, decoupled_weight_decay }, { step }) => {
    const correction = Math.sqrt(1 - beta2 ** step);
    const rate = settings.valueOf(lr);
    return {
      forget: 1 - beta1,
      keepSquare: beta2,
      addSquare: 1 - beta2,
      // lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε), with both corrections in the numbers, so that an element costs one division.
      length: (rate * correction) / (1 - beta1 ** step),
      eps: eps * correction,
      decay: decoupled_weight_decay ? 1 - rate * weight_decay : weight_decay,
    };
  },
  formula: ({ parameter, gradient, old, n }, { amsgrad, maximize, decays, decoupled }) => {
    const along = direction({ parameter, gradient }, maximize, decays && !decoupled ? n.decay : null);
    const exp_avg = towards(old.exp_avg, along, n.forget);
    const exp_avg_sq = E.add(E.mul(old.exp_avg_sq, n.keepSquare), E.mul(E.mul(n.addSquare, along), along));
    const largest = amsgrad ? E.maximum(old.max_exp_avg_sq, exp_avg_sq) : exp_avg_sq;
    const step = E.mul(n.length, E.div(exp_avg, E.add(E.sqrt(largest), n.eps)));
    const start = decays && decoupled ? E.mul(parameter, n.decay) : parameter;
    return { parameter: E.sub(start, step), exp_avg, exp_avg_sq, max_exp_avg_sq: largest };
  },
});

/**
 * Adam: steps along the average gradient, divided by the root of the average square of each element's gradient.
 *
 * `new optim.Adam(model.parameters(), {lr: 0.001, betas: [0.9, 0.999]})`.
 *
 * Source: `torch.optim.Adam`; Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2014).
 */
export class Adam extends PointwiseOptimizer<Settings, AdamState> {
  /** @throws ValueError when a setting is out of its range. */
  constructor(...args: settings.ArgumentsOfAll);
  constructor(...args: settings.ArgumentsOfMost);
  constructor(...args: CallForms<AdamArguments, AdamPositions>);
  constructor(...args: readonly unknown[]) {
    const { params, ...given } = bind(new.target.name, adamParameters, args);
    if (given.lr instanceof Tensor && given.foreach === true && !given.capturable)
      throw new ValueError(
        "lr as a Tensor is not supported for capturable=False and foreach=True. Drop {foreach: true}.",
      );
    settings.checkRate(given.lr);
    settings.checkSetting("epsilon value", given.eps);
    settings.checkBetas(given.betas);
    settings.checkSetting("weight_decay value", given.weight_decay);
    settings.checkStepOptions(new.target.name, given);
    super(params, given, rule);
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
  constructor(...args: settings.ArgumentsOfAll);
  constructor(...args: settings.ArgumentsOfMost);
  constructor(...args: CallForms<AdamWArguments, AdamPositions>);
  constructor(...args: readonly unknown[]) {
    super({ ...bind("AdamW", adamWParameters, args), decoupled_weight_decay: true });
  }
}
