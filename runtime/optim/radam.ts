import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { E } from "../expression.ts";
import { flag, keywordOnly, number, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { direction, PointwiseOptimizer, stepRule, towards } from "./pointwise.ts";
import * as settings from "./settings.ts";

/** What `optim.RAdam` takes by name. */
export interface RAdamOptions extends settings.CapturableOptions {
  /** The step's length, 0.001 unless given. */
  readonly lr?: settings.Rate;
  /** How slowly the averages of the gradient and of its square forget; `[0.9, 0.999]` unless given. */
  readonly betas?: readonly [number, number];
  /** Added to the denominator, so that it is never 0; 1e-8 unless given. */
  readonly eps?: number;
  /** How strongly parameters are drawn to 0. */
  readonly weight_decay?: number;
  /** Whether the decay shrinks the parameter itself, as AdamW does, and not by way of the gradient. */
  readonly decoupled_weight_decay?: boolean;
}

type Settings = settings.SettingsOf<RAdamOptions>;

/** What `optim.RAdam` is made with. */
export interface RAdamArguments extends RAdamOptions {
  /** The tensors to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
}

/** What RAdam remembers of one parameter. */
export interface RAdamState {
  /** How many steps were taken. */
  step: number;
  /** The running average of the gradient. */
  exp_avg: Tensor;
  /** The running average of the gradient's square. */
  exp_avg_sq: Tensor;
}

const parameters: ParametersOf<RAdamArguments> = {
  params: settings.paramsParameter(),
  lr: settings.rate(1e-3),
  betas: settings.numbers([0.9, 0.999]),
  eps: number(1e-8),
  weight_decay: number(0),
  decoupled_weight_decay: flag(false),
  foreach: keywordOnly(settings.foreach),
  maximize: keywordOnly(settings.maximize),
  capturable: keywordOnly(settings.capturable),
  differentiable: keywordOnly(settings.differentiable),
};

/** How many gradients the average of squares stands for, after `step` of them and after infinitely many. */
function lengthsOfAverage(beta2: number, step: number): { now: number; finally: number } {
  const power = beta2 ** step;
  const last = 2 / (1 - beta2) - 1;
  return { now: last - (2 * step * power) / (1 - power), finally: last };
}

/** By what a step is multiplied, since the average of few squares varies much. */
function rectification({ now, finally: last }: { now: number; finally: number }): number {
  return Math.sqrt(((now - 4) * (now - 2) * last) / ((last - 4) * (last - 2) * now));
}

const rule = stepRule<Settings, RAdamState>()({
  counts: () => ({ step: 0 }),
  form: ({ maximize, weight_decay, decoupled_weight_decay, betas }, { step }) => ({
    maximize,
    decays: weight_decay !== 0,
    decoupled: decoupled_weight_decay,
    // The average of fewer squares says nothing.
    adapts: lengthsOfAverage(betas[1], step).now > 5,
  }),
  buffers: () => ["exp_avg", "exp_avg_sq"],
  numbers: ({ lr, betas: [beta1, beta2], eps, weight_decay, decoupled_weight_decay }, { step }) => {
    const rate = settings.valueOf(lr);
    const lengths = lengthsOfAverage(beta2, step);
    const adapted = lengths.now > 5 ? rectification(lengths) * Math.sqrt(1 - beta2 ** step) : 1;
    return {
      forget: 1 - beta1,
      keepSquare: beta2,
      addSquare: 1 - beta2,
      length: (rate / (1 - beta1 ** step)) * adapted,
      eps,
      decay: decoupled_weight_decay ? 1 - rate * weight_decay : weight_decay,
    };
  },
  formula: ({ parameter, gradient, old, n }, { maximize, decays, decoupled, adapts }) => {
    const along = direction({ parameter, gradient }, maximize, decays && !decoupled ? n.decay : null);
    const exp_avg = towards(old.exp_avg, along, n.forget);
    const exp_avg_sq = E.add(E.mul(old.exp_avg_sq, n.keepSquare), E.mul(E.mul(n.addSquare, along), along));
    const step = adapts ? E.div(exp_avg, E.add(E.sqrt(exp_avg_sq), n.eps)) : exp_avg;
    const start = decays && decoupled ? E.mul(parameter, n.decay) : parameter;
    return { parameter: E.sub(start, E.mul(n.length, step)), exp_avg, exp_avg_sq };
  },
});

/**
 * RAdam: Adam whose first steps are along the average gradient alone, until the average of its square can be relied on.
 *
 * `new optim.RAdam(model.parameters(), {lr: 0.001})`.
 *
 * Source: `torch.optim.RAdam`; Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond" (2019).
 */
export class RAdam extends PointwiseOptimizer<Settings, RAdamState> {
  /** @throws ValueError when a setting is out of its range. */
  constructor(...args: settings.ArgumentsOfAll);
  constructor(...args: settings.ArgumentsOfMost);
  constructor(
    ...args: CallForms<
      RAdamArguments,
      [
        params: ParametersOrGroups<Settings>,
        lr?: settings.Rate,
        betas?: readonly [number, number],
        eps?: number,
        weight_decay?: number,
        decoupled_weight_decay?: boolean,
      ]
    >
  );
  constructor(...args: readonly unknown[]) {
    const { params, ...given } = bind("RAdam", parameters, args);
    settings.checkRate(given.lr);
    settings.checkSetting("epsilon value", given.eps);
    settings.checkBetas(given.betas);
    settings.checkSetting("weight_decay value", given.weight_decay);
    settings.checkStepOptions("RAdam", given);
    super(params, given, rule);
  }
}
