import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { E } from "../expression.ts";
import { keywordOnly, number, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { direction, PointwiseOptimizer, stepRule } from "./pointwise.ts";
import * as settings from "./settings.ts";

/** What `optim.Adagrad` takes by name. */
export interface AdagradOptions extends settings.FusedOptions {
  /** The step's length, 0.01 unless given. */
  readonly lr?: settings.Rate;
  /** How fast the length shrinks: it is divided by `1 + lr_decay · steps`. */
  readonly lr_decay?: number;
  /** How strongly parameters are drawn to 0. */
  readonly weight_decay?: number;
  /** With what the sums of squares begin. */
  readonly initial_accumulator_value?: number;
  /** Added to the denominator, so that it is never 0; 1e-10 unless given. */
  readonly eps?: number;
}

type Settings = settings.SettingsOf<AdagradOptions>;

/** What `optim.Adagrad` is made with. */
export interface AdagradArguments extends AdagradOptions {
  /** The tensors to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
}

/** What Adagrad remembers of one parameter. */
export interface AdagradState {
  /** How many steps were taken. */
  step: number;
  /** The sum of the squares of all gradients. */
  sum: Tensor;
}

const parameters: ParametersOf<AdagradArguments> = {
  params: settings.paramsParameter(),
  lr: settings.rate(1e-2),
  lr_decay: number(0),
  weight_decay: number(0),
  initial_accumulator_value: number(0),
  eps: number(1e-10),
  foreach: settings.foreach,
  maximize: keywordOnly(settings.maximize),
  differentiable: keywordOnly(settings.differentiable),
  fused: settings.fused,
};

const rule = stepRule<Settings, AdagradState>()({
  counts: () => ({ step: 0 }),
  beginning: ({ initial_accumulator_value: sum }) => ({ sum }),
  form: ({ maximize, weight_decay }) => ({ maximize, decays: weight_decay !== 0 }),
  buffers: () => ["sum"],
  numbers: ({ lr, lr_decay, weight_decay, eps }, { step }) => ({
    lr: settings.valueOf(lr) / (1 + (step - 1) * lr_decay),
    decay: weight_decay,
    eps,
  }),
  formula: ({ parameter, gradient, old, n }, { maximize, decays }) => {
    const along = direction({ parameter, gradient }, maximize, decays ? n.decay : null);
    const sum = E.add(old.sum, E.mul(along, along));
    return { parameter: E.sub(parameter, E.mul(n.lr, E.div(along, E.add(E.sqrt(sum), n.eps)))), sum };
  },
});

/**
 * Adagrad: divides each element's gradient by the root of the sum of all its squares so far.
 *
 * `new optim.Adagrad(model.parameters(), {lr: 0.01, lr_decay: 1e-4})`.
 *
 * Source: `torch.optim.Adagrad`; Duchi et al., "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization" (2011).
 */
export class Adagrad extends PointwiseOptimizer<Settings, AdagradState> {
  /** @throws ValueError when a setting is out of its range. */
  constructor(...args: settings.ArgumentsOfAll);
  constructor(...args: settings.ArgumentsOfMost);
  constructor(
    ...args: CallForms<
      AdagradArguments,
      [
        params: ParametersOrGroups<Settings>,
        lr?: settings.Rate,
        lr_decay?: number,
        weight_decay?: number,
        initial_accumulator_value?: number,
        eps?: number,
        foreach?: boolean | null,
      ]
    >
  );
  constructor(...args: readonly unknown[]) {
    const { params, ...given } = bind("Adagrad", parameters, args);
    settings.checkRate(given.lr);
    settings.checkSetting("lr_decay value", given.lr_decay);
    settings.checkSetting("weight_decay value", given.weight_decay);
    settings.checkSetting("initial_accumulator_value value", given.initial_accumulator_value);
    settings.checkSetting("epsilon value", given.eps);
    settings.checkStepOptions("Adagrad", given);
    super(params, given, rule);
    // The sums are there from the beginning, as in PyTorch.
    for (const group of this.param_groups) this.begin(group);
  }
}
