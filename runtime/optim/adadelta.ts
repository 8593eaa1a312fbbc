import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ValueError } from "../errors/valueError.ts";
import { E } from "../expression.ts";
import { keywordOnly, number, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { direction, PointwiseOptimizer, stepRule } from "./pointwise.ts";
import * as settings from "./settings.ts";

/** What `optim.Adadelta` takes by name. */
export interface AdadeltaOptions extends settings.CapturableOptions {
  /** By what a step is multiplied; 1 unless given. */
  readonly lr?: settings.Rate;
  /** How slowly the averages of squares forget; 0.9 unless given. */
  readonly rho?: number;
  /** Added to the squares under the roots; 1e-6 unless given. */
  readonly eps?: number;
  /** How strongly parameters are drawn to 0. */
  readonly weight_decay?: number;
}

type Settings = settings.SettingsOf<AdadeltaOptions>;

/** What `optim.Adadelta` is made with. */
export interface AdadeltaArguments extends AdadeltaOptions {
  /** The tensors to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
}

/** What Adadelta remembers of one parameter. */
export interface AdadeltaState {
  /** How many steps were taken. */
  step: number;
  /** The running average of the gradient's square. */
  square_avg: Tensor;
  /** The running average of the step's square. */
  acc_delta: Tensor;
}

const parameters: ParametersOf<AdadeltaArguments> = {
  params: settings.paramsParameter(),
  lr: settings.rate(1),
  rho: number(0.9),
  eps: number(1e-6),
  weight_decay: number(0),
  foreach: settings.foreach,
  capturable: keywordOnly(settings.capturable),
  maximize: keywordOnly(settings.maximize),
  differentiable: keywordOnly(settings.differentiable),
};

const rule = stepRule<Settings, AdadeltaState>()({
  counts: () => ({ step: 0 }),
  form: ({ maximize, weight_decay }) => ({ maximize, decays: weight_decay !== 0 }),
  buffers: () => ["square_avg", "acc_delta"],
  numbers: ({ lr, rho, eps, weight_decay }) => ({
    lr: settings.valueOf(lr),
    rho,
    share: 1 - rho,
    eps,
    decay: weight_decay,
  }),
  formula: ({ parameter, gradient, old, n }, { maximize, decays }) => {
    const along = direction({ parameter, gradient }, maximize, decays ? n.decay : null);
    const square_avg = E.add(E.mul(old.square_avg, n.rho), E.mul(E.mul(n.share, along), along));
    const root = E.sqrt(E.add(square_avg, n.eps));
    const step = E.mul(E.div(E.sqrt(E.add(old.acc_delta, n.eps)), root), along);
    const acc_delta = E.add(E.mul(old.acc_delta, n.rho), E.mul(E.mul(n.share, step), step));
    return { parameter: E.sub(parameter, E.mul(n.lr, step)), square_avg, acc_delta };
  },
});

/**
 * Adadelta: as RMSprop, with a step whose length is the root of the average square of the steps before.
 *
 * `new optim.Adadelta(model.parameters(), {rho: 0.95})`.
 *
 * Source: `torch.optim.Adadelta`; Zeiler, "ADADELTA: An Adaptive Learning Rate Method" (2012).
 */
export class Adadelta extends PointwiseOptimizer<Settings, AdadeltaState> {
  /** @throws ValueError when a setting is out of its range. */
  constructor(...args: settings.ArgumentsOfAll);
  constructor(...args: settings.ArgumentsOfMost);
  constructor(
    ...args: CallForms<
      AdadeltaArguments,
      [
        params: ParametersOrGroups<Settings>,
        lr?: settings.Rate,
        rho?: number,
        eps?: number,
        weight_decay?: number,
        foreach?: boolean | null,
      ]
    >
  );
  constructor(...args: readonly unknown[]) {
    const { params, ...given } = bind("Adadelta", parameters, args);
    settings.checkRate(given.lr);
    if (!(given.rho >= 0 && given.rho <= 1))
      throw new ValueError(`Invalid rho value: ${given.rho}. It must be between 0 and 1, as in {rho: 0.9}.`);
    settings.checkSetting("epsilon value", given.eps);
    settings.checkSetting("weight_decay value", given.weight_decay);
    settings.checkStepOptions("Adadelta", given);
    super(params, given, rule);
  }

  override get fractions(): readonly string[] {
    return ["lr"];
  }
}
