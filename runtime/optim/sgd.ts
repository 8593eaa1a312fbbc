import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ValueError } from "../errors/valueError.ts";
import { E } from "../expression.ts";
import { flag, keywordOnly, number, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { direction, PointwiseOptimizer, stepRule } from "./pointwise.ts";
import * as settings from "./settings.ts";

/** What `optim.SGD` takes by name. */
export interface SGDOptions extends settings.FusedOptions {
  /** The step's length, in units of the gradient; 0.001 unless given. */
  readonly lr?: settings.Rate;
  /** How much of the last step goes into the next. */
  readonly momentum?: number;
  /** How much less the new gradient counts in it. */
  readonly dampening?: number;
  /** How strongly parameters are drawn to 0. */
  readonly weight_decay?: settings.Rate;
  /** Whether the gradient is taken ahead, where the momentum leads. */
  readonly nesterov?: boolean;
}

type Settings = settings.SettingsOf<SGDOptions>;

/** What `optim.SGD` is made with. */
export interface SGDArguments extends SGDOptions {
  /** The tensors to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
}

/** What SGD remembers of one parameter. */
export interface SGDState {
  /** The direction of the last step, where there is a momentum. */
  momentum_buffer?: Tensor;
}

const parameters: ParametersOf<SGDArguments> = {
  params: settings.paramsParameter(),
  lr: settings.rate(1e-3),
  momentum: number(0),
  dampening: number(0),
  weight_decay: settings.rate(0),
  nesterov: flag(false),
  maximize: keywordOnly(settings.maximize),
  foreach: keywordOnly(settings.foreach),
  differentiable: keywordOnly(settings.differentiable),
  fused: settings.fused,
};

const rule = stepRule<Settings, SGDState>()({
  counts: () => ({}),
  form: ({ maximize, weight_decay, momentum, nesterov }) => ({
    maximize,
    nesterov,
    decays: settings.valueOf(weight_decay) !== 0,
    momentum: momentum !== 0,
  }),
  buffers: ({ momentum }) => (momentum ? ["momentum_buffer"] : []),
  numbers: ({ lr, weight_decay, momentum, dampening }, _, first) => ({
    lr: settings.valueOf(lr),
    decay: settings.valueOf(weight_decay),
    momentum,
    // The first momentum is the gradient itself.
    share: first ? 1 : 1 - dampening,
  }),
  formula: ({ parameter, gradient, old, n }, { maximize, nesterov, decays, momentum }) => {
    const along = direction({ parameter, gradient }, maximize, decays ? n.decay : null);
    if (!momentum) return { parameter: E.sub(parameter, E.mul(n.lr, along)) };
    const momentum_buffer = E.add(E.mul(n.momentum, old.momentum_buffer), E.mul(n.share, along));
    const step = nesterov ? E.add(along, E.mul(n.momentum, momentum_buffer)) : momentum_buffer;
    return { parameter: E.sub(parameter, E.mul(n.lr, step)), momentum_buffer };
  },
});

/**
 * Stochastic gradient descent: `p ← p − lr · gradient`, optionally with momentum.
 *
 * `new optim.SGD(model.parameters(), {lr: 0.1, momentum: 0.9})`. A step is one kernel for each parameter.
 *
 * Source: `torch.optim.SGD`; Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013), for Nesterov's form.
 */
export class SGD extends PointwiseOptimizer<Settings, SGDState> {
  /** @throws ValueError when a setting is negative, or `nesterov` has no momentum to look ahead with. */
  constructor(...args: settings.ArgumentsOfAll);
  constructor(...args: settings.ArgumentsOfMost);
  constructor(
    ...args: CallForms<
      SGDArguments,
      [
        params: ParametersOrGroups<Settings>,
        lr?: settings.Rate,
        momentum?: number,
        dampening?: number,
        weight_decay?: settings.Rate,
        nesterov?: boolean,
      ]
    >
  );
  constructor(...args: readonly unknown[]) {
    const { params, ...given } = bind("SGD", parameters, args);
    settings.checkRate(given.lr);
    settings.checkSetting("momentum value", given.momentum);
    settings.checkSetting("weight_decay value", settings.valueOf(given.weight_decay));
    if (given.nesterov && (given.momentum <= 0 || given.dampening !== 0))
      throw new ValueError(
        "Nesterov momentum requires a momentum and zero dampening: pass for example {momentum: 0.9, nesterov: true}.",
      );
    settings.checkStepOptions("SGD", given);
    super(params, given, rule);
  }
}
