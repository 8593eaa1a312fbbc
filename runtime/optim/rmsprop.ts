import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { E } from "../expression.ts";
import { flag, number, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { direction, PointwiseOptimizer, stepRule, towards } from "./pointwise.ts";
import * as settings from "./settings.ts";

/** What `optim.RMSprop` takes by name. */
export interface RMSpropOptions extends settings.CapturableOptions {
  /** The step's length, 0.01 unless given. */
  readonly lr?: settings.Rate;
  /** How slowly the average of the gradient's square forgets; 0.99 unless given. */
  readonly alpha?: number;
  /** Added to the denominator, so that it is never 0; 1e-8 unless given. */
  readonly eps?: number;
  /** How strongly parameters are drawn to 0. */
  readonly weight_decay?: number;
  /** How much of the last step goes into the next. */
  readonly momentum?: number;
  /** Whether to divide by the gradient's spread around its average, and not around 0. */
  readonly centered?: boolean;
}

type Settings = settings.SettingsOf<RMSpropOptions>;

/** What `optim.RMSprop` is made with. */
export interface RMSpropArguments extends RMSpropOptions {
  /** The tensors to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
}

/** What RMSprop remembers of one parameter. */
export interface RMSpropState {
  /** How many steps were taken. */
  step: number;
  /** The running average of the gradient's square. */
  square_avg: Tensor;
  /** The direction of the last step, where there is a momentum. */
  momentum_buffer?: Tensor;
  /** The running average of the gradient, where the spread is around it. */
  grad_avg?: Tensor;
}

const parameters: ParametersOf<RMSpropArguments> = {
  params: settings.paramsParameter(),
  lr: settings.rate(1e-2),
  alpha: number(0.99),
  eps: number(1e-8),
  weight_decay: number(0),
  momentum: number(0),
  centered: flag(false),
  capturable: settings.capturable,
  foreach: settings.foreach,
  maximize: settings.maximize,
  differentiable: settings.differentiable,
};

const rule = stepRule<Settings, RMSpropState>()({
  counts: () => ({ step: 0 }),
  form: ({ maximize, weight_decay, momentum, centered }) => ({
    maximize,
    centered,
    decays: weight_decay !== 0,
    moves: momentum > 0,
  }),
  buffers: ({ moves, centered }) => [
    "square_avg",
    ...(moves ? (["momentum_buffer"] as const) : []),
    ...(centered ? (["grad_avg"] as const) : []),
  ],
  numbers: ({ lr, alpha, eps, weight_decay, momentum }) => ({
    lr: settings.valueOf(lr),
    alpha,
    share: 1 - alpha,
    eps,
    decay: weight_decay,
    momentum,
  }),
  formula: ({ parameter, gradient, old, n }, { maximize, decays, moves, centered }) => {
    const along = direction({ parameter, gradient }, maximize, decays ? n.decay : null);
    const square_avg = E.add(E.mul(old.square_avg, n.alpha), E.mul(E.mul(n.share, along), along));
    const grad_avg = centered ? towards(old.grad_avg, along, n.share) : null;
    const spread = grad_avg === null ? square_avg : E.sub(square_avg, E.mul(grad_avg, grad_avg));
    const scaled = E.div(along, E.add(E.sqrt(spread), n.eps));
    const momentum_buffer = moves ? E.add(E.mul(old.momentum_buffer, n.momentum), scaled) : scaled;
    return {
      parameter: E.sub(parameter, E.mul(n.lr, momentum_buffer)),
      square_avg,
      momentum_buffer,
      ...(grad_avg === null ? {} : { grad_avg }),
    };
  },
});

/**
 * RMSprop: divides each element's gradient by the root of the average of its square.
 *
 * `new optim.RMSprop(model.parameters(), {lr: 0.01, momentum: 0.9, centered: true})`.
 *
 * Source: `torch.optim.RMSprop`; Hinton's lecture 6e (2012), and Graves, "Generating Sequences With Recurrent Neural Networks" (2013), for the centered form.
 */
export class RMSprop extends PointwiseOptimizer<Settings, RMSpropState> {
  /** @throws ValueError when a setting is out of its range. */
  constructor(...args: settings.ArgumentsOfAll);
  constructor(...args: settings.ArgumentsOfMost);
  constructor(
    ...args: CallForms<
      RMSpropArguments,
      [
        params: ParametersOrGroups<Settings>,
        lr?: settings.Rate,
        alpha?: number,
        eps?: number,
        weight_decay?: number,
        momentum?: number,
        centered?: boolean,
        capturable?: boolean,
        foreach?: boolean | null,
        maximize?: boolean,
        differentiable?: boolean,
      ]
    >
  );
  constructor(...args: readonly unknown[]) {
    const { params, ...given } = bind("RMSprop", parameters, args);
    settings.checkRate(given.lr);
    settings.checkSetting("epsilon value", given.eps);
    settings.checkSetting("momentum value", given.momentum);
    settings.checkSetting("weight_decay value", given.weight_decay);
    settings.checkSetting("alpha value", given.alpha);
    settings.checkStepOptions("RMSprop", given);
    super(params, given, rule);
  }
}
