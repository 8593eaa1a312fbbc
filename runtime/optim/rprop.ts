import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ValueError } from "../errors/valueError.ts";
import { E } from "../expression.ts";
import { keywordOnly, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { PointwiseOptimizer, stepRule } from "./pointwise.ts";
import * as settings from "./settings.ts";

/** What `optim.Rprop` takes by name. */
export interface RpropOptions extends settings.CapturableOptions {
  /** The length of the first step of each element, 0.01 unless given. */
  readonly lr?: settings.Rate;
  /** By what an element's step is multiplied when its gradient has changed its sign, and when it has not; `[0.5, 1.2]` unless given. */
  readonly etas?: readonly [number, number];
  /** The shortest and the longest step; `[1e-6, 50]` unless given. */
  readonly step_sizes?: readonly [number, number];
}

type Settings = settings.SettingsOf<RpropOptions>;

/** What `optim.Rprop` is made with. */
export interface RpropArguments extends RpropOptions {
  /** The tensors to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
}

/** What Rprop remembers of one parameter. */
export interface RpropState {
  /** How many steps were taken. */
  step: number;
  /** The gradient of the last step, and 0 where the sign changed then. */
  prev: Tensor;
  /** The length of each element's step. */
  step_size: Tensor;
}

const parameters: ParametersOf<RpropArguments> = {
  params: settings.paramsParameter(),
  lr: settings.rate(1e-2),
  etas: settings.numbers([0.5, 1.2]),
  step_sizes: settings.numbers([1e-6, 50]),
  capturable: keywordOnly(settings.capturable),
  foreach: keywordOnly(settings.foreach),
  maximize: keywordOnly(settings.maximize),
  differentiable: keywordOnly(settings.differentiable),
};

const rule = stepRule<Settings, RpropState>()({
  counts: () => ({ step: 0 }),
  beginning: ({ lr }) => ({ step_size: settings.valueOf(lr) }),
  form: ({ maximize }) => ({ maximize }),
  buffers: () => ["prev", "step_size"],
  numbers: ({ etas: [shrink, grow], step_sizes: [shortest, longest] }) => ({
    shrink,
    grow,
    shortest,
    longest,
  }),
  formula: ({ parameter, gradient, old, n }, { maximize }) => {
    const along = maximize ? E.neg(gradient) : gradient;
    const agreement = E.mul(along, old.prev);
    const turned = E.lt(agreement, 0);
    const factor = E.select(E.gt(agreement, 0), n.grow, E.select(turned, n.shrink, 1));
    const step_size = E.minimum(E.maximum(E.mul(old.step_size, factor), n.shortest), n.longest);
    const prev = E.select(turned, 0, along);
    return { parameter: E.sub(parameter, E.mul(E.sign(prev), step_size)), prev, step_size };
  },
});

/**
 * Resilient backpropagation: a step whose length each element learns by itself, from whether its gradient keeps its sign. For whole data sets, not for batches.
 *
 * `new optim.Rprop(model.parameters(), {lr: 0.01})`.
 *
 * Source: `torch.optim.Rprop`; Riedmiller and Braun, "A Direct Adaptive Method for Faster Backpropagation Learning" (1993).
 */
export class Rprop extends PointwiseOptimizer<Settings, RpropState> {
  /** @throws ValueError when a setting is out of its range. */
  constructor(...args: settings.ArgumentsOfAll);
  constructor(
    ...args: CallForms<
      RpropArguments,
      [
        params: ParametersOrGroups<Settings>,
        lr?: settings.Rate,
        etas?: readonly [number, number],
        step_sizes?: readonly [number, number],
      ]
    >
  );
  constructor(...args: readonly unknown[]) {
    const { params, ...given } = bind("Rprop", parameters, args);
    settings.checkRate(given.lr);
    const [shrink, grow] = given.etas;
    if (!(shrink > 0 && shrink < 1 && grow > 1))
      throw new ValueError(
        `Invalid eta values: ${shrink}, ${grow}. The first must be between 0 and 1, the second more than 1, as in {etas: [0.5, 1.2]}.`,
      );
    settings.checkStepOptions("Rprop", given);
    super(params, given, rule);
  }
}
