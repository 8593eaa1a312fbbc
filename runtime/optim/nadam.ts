import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { E } from "../expression.ts";
import { flag, keywordOnly, number, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { direction, PointwiseOptimizer, stepRule, towards } from "./pointwise.ts";
import * as settings from "./settings.ts";
import { rounded } from "./stateDict.ts";

/** What `optim.NAdam` takes by name. */
export interface NAdamOptions extends settings.CapturableOptions {
  /** The step's length, 0.002 unless given. */
  readonly lr?: settings.Rate;
  /** How slowly the averages of the gradient and of its square forget; `[0.9, 0.999]` unless given. */
  readonly betas?: readonly [number, number];
  /** Added to the denominator, so that it is never 0; 1e-8 unless given. */
  readonly eps?: number;
  /** How strongly parameters are drawn to 0. */
  readonly weight_decay?: number;
  /** How fast the momentum grows to the first of `betas`; 0.004 unless given. */
  readonly momentum_decay?: number;
  /** Whether the decay shrinks the parameter itself, as AdamW does, and not by way of the gradient. */
  readonly decoupled_weight_decay?: boolean;
}

type Settings = settings.SettingsOf<NAdamOptions>;

/** What `optim.NAdam` is made with. */
export interface NAdamArguments extends NAdamOptions {
  /** The tensors to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
}

/** What NAdam remembers of one parameter. */
export interface NAdamState {
  /** How many steps were taken. */
  step: number;
  /** The product of the momenta of all steps. */
  mu_product: number;
  /** The running average of the gradient. */
  exp_avg: Tensor;
  /** The running average of the gradient's square. */
  exp_avg_sq: Tensor;
}

const parameters: ParametersOf<NAdamArguments> = {
  params: settings.paramsParameter(),
  lr: settings.rate(2e-3),
  betas: settings.numbers([0.9, 0.999]),
  eps: number(1e-8),
  weight_decay: number(0),
  momentum_decay: number(4e-3),
  decoupled_weight_decay: flag(false),
  foreach: keywordOnly(settings.foreach),
  maximize: keywordOnly(settings.maximize),
  capturable: keywordOnly(settings.capturable),
  differentiable: keywordOnly(settings.differentiable),
};

/** The momentum of a step: it grows from half of the first of `betas`. */
function momentumAt({ betas: [beta1], momentum_decay }: Settings, step: number): number {
  return beta1 * (1 - 0.5 * 0.96 ** (step * momentum_decay));
}

const rule = stepRule<Settings, NAdamState>()({
  counts: () => ({ step: 0, mu_product: 1 }),
  before: (counts, settings) => {
    counts.mu_product = rounded(counts.mu_product * momentumAt(settings, counts.step));
  },
  form: ({ maximize, weight_decay, decoupled_weight_decay }) => ({
    maximize,
    decays: weight_decay !== 0,
    decoupled: decoupled_weight_decay,
  }),
  buffers: () => ["exp_avg", "exp_avg_sq"],
  numbers: (given, { step, mu_product }) => {
    const { betas, eps, weight_decay } = given;
    const [lr, next] = [settings.valueOf(given.lr), momentumAt(given, step + 1)];
    const correction = Math.sqrt(1 - betas[1] ** step);
    return {
      forget: 1 - betas[0],
      keepSquare: betas[1],
      addSquare: 1 - betas[1],
      // The root is of the square without its correction, which is in these lengths and in ε.
      alongGradient: (correction * lr * (1 - momentumAt(given, step))) / (1 - mu_product),
      alongAverage: (correction * lr * next) / (1 - mu_product * next),
      eps: eps * correction,
      decay: given.decoupled_weight_decay ? 1 - lr * weight_decay : weight_decay,
    };
  },
  formula: ({ parameter, gradient, old, n }, { maximize, decays, decoupled }) => {
    const along = direction({ parameter, gradient }, maximize, decays && !decoupled ? n.decay : null);
    const exp_avg = towards(old.exp_avg, along, n.forget);
    const exp_avg_sq = E.add(E.mul(old.exp_avg_sq, n.keepSquare), E.mul(E.mul(n.addSquare, along), along));
    const step = E.add(E.mul(n.alongGradient, along), E.mul(n.alongAverage, exp_avg));
    const start = decays && decoupled ? E.mul(parameter, n.decay) : parameter;
    return { parameter: E.sub(start, E.div(step, E.add(E.sqrt(exp_avg_sq), n.eps))), exp_avg, exp_avg_sq };
  },
});

/**
 * NAdam: Adam with Nesterov's momentum, which looks ahead along the average.
 *
 * `new optim.NAdam(model.parameters(), {lr: 0.002})`.
 *
 * Source: `torch.optim.NAdam`; Dozat, "Incorporating Nesterov Momentum into Adam" (2016).
 */
export class NAdam extends PointwiseOptimizer<Settings, NAdamState> {
  /** @throws ValueError when a setting is out of its range. */
  constructor(...args: settings.ArgumentsOfAll);
  constructor(...args: settings.ArgumentsOfMost);
  constructor(
    ...args: CallForms<
      NAdamArguments,
      [
        params: ParametersOrGroups<Settings>,
        lr?: settings.Rate,
        betas?: readonly [number, number],
        eps?: number,
        weight_decay?: number,
        momentum_decay?: number,
        decoupled_weight_decay?: boolean,
      ]
    >
  );
  constructor(...args: readonly unknown[]) {
    const { params, ...given } = bind("NAdam", parameters, args);
    settings.checkRate(given.lr);
    settings.checkSetting("epsilon value", given.eps);
    settings.checkBetas(given.betas);
    settings.checkSetting("weight_decay value", given.weight_decay);
    settings.checkSetting("momentum_decay value", given.momentum_decay);
    settings.checkStepOptions("NAdam", given);
    super(params, given, rule);
  }
}
