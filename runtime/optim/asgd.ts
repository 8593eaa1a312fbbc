import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { E } from "../expression.ts";
import { number, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { direction, PointwiseOptimizer, stepRule, towards } from "./pointwise.ts";
import * as settings from "./settings.ts";
import { rounded } from "./stateDict.ts";

/** What `optim.ASGD` takes by name. */
export interface ASGDOptions extends settings.CapturableOptions {
  /** The length of the first step, 0.01 unless given. */
  readonly lr?: settings.Rate;
  /** How fast parameters and steps shrink; 1e-4 unless given. */
  readonly lambd?: number;
  /** The power with which steps shrink; 0.75 unless given. */
  readonly alpha?: number;
  /** The step with which averaging begins; a million unless given. */
  readonly t0?: number;
  /** How strongly parameters are drawn to 0. */
  readonly weight_decay?: number;
}

type Settings = settings.SettingsOf<ASGDOptions>;

/** What `optim.ASGD` is made with. */
export interface ASGDArguments extends ASGDOptions {
  /** The tensors to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
}

/** What ASGD remembers of one parameter. */
export interface ASGDState {
  /** How many steps were taken. */
  step: number;
  /** The length of the next step. */
  eta: number;
  /** The weight of the next parameter in the average. */
  mu: number;
  /** The average of the parameter over the steps. */
  ax: Tensor;
}

const parameters: ParametersOf<ASGDArguments> = {
  params: settings.paramsParameter(),
  lr: settings.rate(1e-2),
  lambd: number(1e-4),
  alpha: number(0.75),
  t0: number(1e6),
  weight_decay: number(0),
  foreach: settings.foreach,
  maximize: settings.maximize,
  differentiable: settings.differentiable,
  capturable: settings.capturable,
};

const rule = stepRule<Settings, ASGDState>()({
  counts: ({ lr }) => ({ step: 0, eta: rounded(settings.valueOf(lr)), mu: 1 }),
  after: (counts, { lr, lambd, alpha, t0 }) => {
    const rate = settings.valueOf(lr);
    counts.eta = rounded(rate / (1 + lambd * rate * counts.step) ** alpha);
    counts.mu = rounded(1 / Math.max(1, counts.step - t0));
  },
  form: ({ maximize, weight_decay }, { mu }) => ({
    maximize,
    decays: weight_decay !== 0,
    averages: mu !== 1,
  }),
  buffers: () => ["ax"],
  numbers: ({ lambd, weight_decay }, { eta, mu }) => ({
    keep: 1 - lambd * eta,
    length: eta,
    share: mu,
    decay: weight_decay,
  }),
  formula: ({ parameter, gradient, old, n }, { maximize, decays, averages }) => {
    const along = direction({ parameter, gradient }, maximize, decays ? n.decay : null);
    const moved = E.sub(E.mul(parameter, n.keep), E.mul(n.length, along));
    return { parameter: moved, ax: averages ? towards(old.ax, moved, n.share) : moved };
  },
});

/**
 * Averaged stochastic gradient descent: steps that shrink, and an average of the parameters, `optimizer.state.get(parameter).ax`.
 *
 * `new optim.ASGD(model.parameters(), {lr: 0.01, t0: 1000})`.
 *
 * Source: `torch.optim.ASGD`; Polyak and Juditsky, "Acceleration of stochastic approximation by averaging" (1992).
 */
export class ASGD extends PointwiseOptimizer<Settings, ASGDState> {
  /** @throws ValueError when a setting is out of its range. */
  constructor(...args: settings.ArgumentsOfAll);
  constructor(...args: settings.ArgumentsOfMost);
  constructor(
    ...args: CallForms<
      ASGDArguments,
      [
        params: ParametersOrGroups<Settings>,
        lr?: settings.Rate,
        lambd?: number,
        alpha?: number,
        t0?: number,
        weight_decay?: number,
        foreach?: boolean | null,
        maximize?: boolean,
        differentiable?: boolean,
        capturable?: boolean,
      ]
    >
  );
  constructor(...args: readonly unknown[]) {
    const { params, ...given } = bind("ASGD", parameters, args);
    settings.checkRate(given.lr);
    settings.checkSetting("weight_decay value", given.weight_decay);
    settings.checkStepOptions("ASGD", given);
    super(params, given, rule);
  }

  override get fractions(): readonly string[] {
    return ["t0"];
  }
}
