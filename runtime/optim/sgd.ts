import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ValueError } from "../errors/valueError.ts";
import { E, input, parameter as plainNumber, type Expression } from "../expression.ts";
import { flag, keywordOnly, number, type ParametersOf } from "../parameters.ts";
import { placedOn } from "../placement.ts";
import { allocate, replaceTogether, follow } from "../settle.ts";
import type { Tensor } from "../tensor.ts";
import { checkSetting, Optimizer, type ParameterGroup, type ParametersOrGroups } from "./optimizer.ts";
import { checkStepOptions, paramsParameter, stepOptions, type StepOptions } from "./settings.ts";

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

/** What `optim.SGD` is made with. */
export interface SGDArguments extends SGDOptions, StepOptions {
  /** The tensors to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
}

type Settings = { -readonly [K in keyof SGDOptions]-?: NonNullable<SGDOptions[K]> };

const parameters: ParametersOf<SGDArguments> = {
  params: paramsParameter(),
  lr: number(1e-3),
  momentum: number(0),
  dampening: number(0),
  weight_decay: number(0),
  nesterov: flag(false),
  maximize: keywordOnly(flag(false)),
  ...stepOptions,
};

/** Whether a parameter's step has a momentum, and whether there is one from the steps before. */
type MomentumState = "none" | "begins" | "goes on";

const [oldParameter, gradient, oldMomentum] = [input(0), input(1), input(2)];
const [rate, decay, keep, add] = [plainNumber(0), plainNumber(1), plainNumber(2), plainNumber(3)];

/** The new parameter, and with momentum the new momentum, from the old ones. */
function makeExpressions(settings: Settings, state: MomentumState): readonly Expression[] {
  const signed = settings.maximize ? E.neg(gradient) : gradient;
  const direction = settings.weight_decay === 0 ? signed : E.add(signed, E.mul(decay, oldParameter));
  const step = (along: Expression): Expression => E.sub(oldParameter, E.mul(rate, along));
  if (state === "none") return [step(direction)];
  const momentum = state === "begins" ? direction : E.add(E.mul(keep, oldMomentum), E.mul(add, direction));
  return [step(settings.nesterov ? E.add(direction, E.mul(keep, momentum)) : momentum), momentum];
}

const made = new Map<string, readonly Expression[]>();

/** The same list for the same form: compiled code is kept by the list's identity. */
function expressionsOf(settings: Settings, state: MomentumState): readonly Expression[] {
  const key = `${state} ${settings.maximize} ${settings.nesterov} ${settings.weight_decay === 0}`;
  let expressions = made.get(key);
  if (expressions === undefined) made.set(key, (expressions = makeExpressions(settings, state)));
  return expressions;
}

/**
 * Stochastic gradient descent: `p ← p − lr · gradient`, optionally with momentum.
 *
 * `new optim.SGD(model.parameters(), {lr: 0.1, momentum: 0.9})`. A step is one kernel for each parameter.
 *
 * Source: `torch.optim.SGD`; Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013), for Nesterov's form.
 */
export class SGD extends Optimizer<Settings> {
  /** What is remembered of the last steps. */
  readonly #momenta = new WeakMap<Tensor, Tensor>();

  /** @throws ValueError when a setting is negative, or `nesterov` has no momentum to look ahead with. */
  constructor(
    ...args: CallForms<
      SGDArguments,
      [
        params: ParametersOrGroups<Settings>,
        lr?: number,
        momentum?: number,
        dampening?: number,
        weight_decay?: number,
        nesterov?: boolean,
      ]
    >
  ) {
    const { params, foreach: _, fused: __, differentiable, ...settings } = bind("SGD", parameters, args);
    checkStepOptions("SGD", { differentiable });
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
    const { lr, weight_decay: decay, momentum, dampening } = group;
    const numbers = [lr, decay, momentum, 1 - dampening];
    for (const parameter of group.params) {
      if (parameter.grad === null) continue;
      if (momentum === 0)
        replaceTogether(expressionsOf(group, "none"), [parameter], [parameter, parameter.grad], numbers);
      else this.#withMomentum(parameter, parameter.grad, group, numbers);
    }
  }

  #withMomentum(parameter: Tensor, grad: Tensor, settings: Settings, numbers: readonly number[]): void {
    const known = this.#momenta.get(parameter);
    if (known !== undefined) follow(known, parameter);
    const momentum = known ?? placedOn(parameter.device, () => allocate(parameter.shape, parameter.dtype));
    const expressions = expressionsOf(settings, known === undefined ? "begins" : "goes on");
    replaceTogether(
      expressions,
      [parameter, momentum],
      known === undefined ? [parameter, grad] : [parameter, grad, momentum],
      numbers,
    );
    this.#momenta.set(parameter, momentum);
  }
}
