import { ValueError } from "../errors/valueError.ts";
import type { Tensor } from "../tensor.ts";
import { checkSetting, Optimizer, type ParameterGroup, type ParametersOrGroups } from "./optimizer.ts";

/** What `optim.SGD` takes by name. */
export interface SGDOptions {
  /** The step's length, in units of the gradient; 0.001 unless given. */
  readonly lr?: number;
  /** How much of the last step goes into the next. */
  readonly momentum?: number;
  /** How much less the new gradient counts in it. */
  readonly dampening?: number;
  /** How strongly parameters are drawn to 0. */
  readonly weight_decay?: number;
  /** Whether the gradient is taken ahead, where the momentum leads. */
  readonly nesterov?: boolean;
  /** Whether to go up instead of down. */
  readonly maximize?: boolean;
}

type Settings = { -readonly [K in keyof SGDOptions]-?: NonNullable<SGDOptions[K]> };

/**
 * Stochastic gradient descent: `p ← p − lr · gradient`, optionally with momentum.
 *
 * `new optim.SGD(model.parameters(), {lr: 0.1, momentum: 0.9})`.
 *
 * Source: `torch.optim.SGD`; Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013), for Nesterov's form.
 */
export class SGD extends Optimizer<Settings> {
  readonly #momenta = new WeakMap<Tensor, Tensor>();

  /** @throws ValueError when a setting is negative, or `nesterov` has no momentum to look ahead with. */
  constructor(params: ParametersOrGroups<Settings>, options: SGDOptions = {}) {
    const settings = {
      lr: 1e-3,
      momentum: 0,
      dampening: 0,
      weight_decay: 0,
      nesterov: false,
      maximize: false,
      ...options,
    };
    checkSetting("learning rate", settings.lr);
    checkSetting("momentum value", settings.momentum);
    checkSetting("weight_decay value", settings.weight_decay);
    if (settings.nesterov && (settings.momentum <= 0 || settings.dampening !== 0))
      throw new ValueError(
        "Nesterov momentum requires a momentum and zero dampening: pass for example {momentum: 0.9, nesterov: true}.",
      );
    super(params, settings);
  }

  protected override update(group: ParameterGroup<Settings>): void {
    for (const parameter of group.params) {
      if (parameter.grad === null) continue;
      let direction = group.maximize ? parameter.grad.neg() : parameter.grad;
      if (group.weight_decay !== 0) direction = direction.add(parameter, { alpha: group.weight_decay });
      if (group.momentum !== 0) direction = this.#withMomentum(parameter, direction, group);
      parameter.add_(direction, { alpha: -group.lr });
    }
  }

  #withMomentum(parameter: Tensor, gradient: Tensor, { momentum, dampening, nesterov }: Settings): Tensor {
    let buffer = this.#momenta.get(parameter);
    if (buffer === undefined) this.#momenta.set(parameter, (buffer = gradient.clone()));
    else buffer.mul_(momentum).add_(gradient, { alpha: 1 - dampening });
    return nesterov ? gradient.add(buffer, { alpha: momentum }) : buffer;
  }
}
