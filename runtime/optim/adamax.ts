import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { E } from "../expression.ts";
import { keywordOnly, number, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { direction, PointwiseOptimizer, stepRule, towards } from "./pointwise.ts";
import * as settings from "./settings.ts";

/** What `optim.Adamax` takes by name. */
export interface AdamaxOptions extends settings.CapturableOptions {
  /** The step's length, 0.002 unless given. */
  readonly lr?: settings.Rate;
  /** How slowly the average of the gradient and its largest size forget; `[0.9, 0.999]` unless given. */
  readonly betas?: readonly [number, number];
  /** Added to the gradient's size, so that it is never 0; 1e-8 unless given. */
  readonly eps?: number;
  /** How strongly parameters are drawn to 0. */
  readonly weight_decay?: number;
}

type Settings = settings.SettingsOf<AdamaxOptions>;

/** What `optim.Adamax` is made with. */
export interface AdamaxArguments extends AdamaxOptions {
  /** The tensors to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
}

/** What Adamax remembers of one parameter. */
export interface AdamaxState {
  /** How many steps were taken. */
  step: number;
  /** The running average of the gradient. */
  exp_avg: Tensor;
  /** The largest size of the gradient, where older ones count less. */
  exp_inf: Tensor;
}

const parameters: ParametersOf<AdamaxArguments> = {
  params: settings.paramsParameter(),
  lr: settings.rate(2e-3),
  betas: settings.numbers([0.9, 0.999]),
  eps: number(1e-8),
  weight_decay: number(0),
  foreach: settings.foreach,
  maximize: keywordOnly(settings.maximize),
  differentiable: keywordOnly(settings.differentiable),
  capturable: keywordOnly(settings.capturable),
};

const rule = stepRule<Settings, AdamaxState>()({
  counts: () => ({ step: 0 }),
  form: ({ maximize, weight_decay }) => ({ maximize, decays: weight_decay !== 0 }),
  buffers: () => ["exp_avg", "exp_inf"],
  numbers: ({ lr, betas: [beta1, beta2], eps, weight_decay }, { step }) => ({
    forget: 1 - beta1,
    keep: beta2,
    length: settings.valueOf(lr) / (1 - beta1 ** step),
    eps,
    decay: weight_decay,
  }),
  formula: ({ parameter, gradient, old, n }, { maximize, decays }) => {
    const along = direction({ parameter, gradient }, maximize, decays ? n.decay : null);
    const exp_avg = towards(old.exp_avg, along, n.forget);
    const exp_inf = E.maximum(E.mul(old.exp_inf, n.keep), E.add(E.abs(along), n.eps));
    return { parameter: E.sub(parameter, E.mul(n.length, E.div(exp_avg, exp_inf))), exp_avg, exp_inf };
  },
});

/**
 * Adamax: Adam with the largest gradient so far in place of the root of the average square.
 *
 * `new optim.Adamax(model.parameters(), {lr: 0.002})`.
 *
 * Source: `torch.optim.Adamax`; Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2014), section 7.1.
 */
export class Adamax extends PointwiseOptimizer<Settings, AdamaxState> {
  /** @throws ValueError when a setting is out of its range. */
  constructor(...args: settings.ArgumentsOfAll);
  constructor(...args: settings.ArgumentsOfMost);
  constructor(
    ...args: CallForms<
      AdamaxArguments,
      [
        params: ParametersOrGroups<Settings>,
        lr?: settings.Rate,
        betas?: readonly [number, number],
        eps?: number,
        weight_decay?: number,
        foreach?: boolean | null,
      ]
    >
  );
  constructor(...args: readonly unknown[]) {
    const { params, ...given } = bind("Adamax", parameters, args);
    settings.checkRate(given.lr);
    settings.checkSetting("epsilon value", given.eps);
    settings.checkBetas(given.betas);
    settings.checkSetting("weight_decay value", given.weight_decay);
    settings.checkStepOptions("Adamax", given);
    super(params, given, rule);
  }
}
