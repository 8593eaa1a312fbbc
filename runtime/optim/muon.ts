import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { zeros } from "../create.ts";
import { bfloat16, float32 } from "../dtype.ts";
import { ValueError } from "../errors/valueError.ts";
import { choice, flag, integer, number, type Parameter, type ParametersOf } from "../parameters.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { GivenGroup, ParameterGroup, ParametersOrGroups } from "./groups.ts";
import { Optimizer } from "./optimizer.ts";
import * as settings from "./settings.ts";

/** What `optim.Muon` takes by name. */
export interface MuonOptions {
  /** The step's length, 0.001 unless given. */
  readonly lr?: settings.Rate;
  /** How strongly parameters are drawn to 0; 0.1 unless given. */
  readonly weight_decay?: number;
  /** How slowly the average of the gradient forgets; 0.95 unless given. */
  readonly momentum?: number;
  /** Whether the gradient is taken ahead, where the momentum leads; true unless given. */
  readonly nesterov?: boolean;
  /** The coefficients of the polynomial that makes a matrix orthogonal. */
  readonly ns_coefficients?: readonly [number, number, number];
  /** The smallest norm by which a matrix is divided; 1e-7 unless given. */
  readonly eps?: number;
  /** How often the polynomial is applied, 5 unless given; less than 100. */
  readonly ns_steps?: number;
  /** How the length follows a matrix's sizes: `"original"` (as `null`) or `"match_rms_adamw"`. */
  readonly adjust_lr_fn?: "original" | "match_rms_adamw" | null;
}

type Settings = settings.SettingsOf<MuonOptions>;

/** What `optim.Muon` is made with. */
export interface MuonArguments extends MuonOptions {
  /** The matrices to change, or groups of them with settings of their own. */
  readonly params: ParametersOrGroups<Settings>;
}

/** What Muon remembers of one matrix. */
export interface MuonState {
  /** The running average of the gradient. */
  momentum_buffer: Tensor;
}

const adjustment: Parameter<"original" | "match_rms_adamw" | null> = {
  ...choice(["original", "match_rms_adamw"], "original"),
  expects: '"original", "match_rms_adamw" or null',
  fallback: null,
  convert: (value) =>
    value === null || value === "original" || value === "match_rms_adamw" ? value : undefined,
};

const parameters: ParametersOf<MuonArguments> = {
  params: settings.paramsParameter(),
  lr: settings.rate(1e-3),
  weight_decay: number(0.1),
  momentum: number(0.95),
  nesterov: flag(true),
  ns_coefficients: settings.numbers([3.4445, -4.775, 2.0315]),
  eps: number(1e-7),
  ns_steps: integer(5),
  adjust_lr_fn: adjustment,
};

/** Rounds to what bfloat16 can hold; kernels add in float32. */
function narrowed(tensor: Tensor): Tensor {
  return tensor.to(bfloat16).to(float32);
}

/** A matrix with the same directions, and singular values near 1. Every result is rounded to bfloat16, as in PyTorch. */
function orthogonal(matrix: Tensor, { ns_coefficients: [a, b, c], ns_steps, eps }: Settings): Tensor {
  if (ns_steps >= 100)
    throw new ValueError(
      `Number of steps must be less than 100 for computational efficiency, and ns_steps is ${ns_steps}.`,
    );
  const tall = matrix.shape[0]! > matrix.shape[1]!; // a matrix has both
  const narrow = narrowed(tall ? matrix.t() : matrix);
  let x = narrowed(narrow.div(narrowed(narrow.norm()).clamp(eps)));
  for (let i = 0; i < ns_steps; i++) {
    const gram = narrowed(x.matmul(x.t()));
    const bent = narrowed(gram.addmm(gram, gram, { beta: b, alpha: c }));
    x = narrowed(x.addmm(bent, x, { beta: a }));
  }
  return tall ? x.t() : x;
}

/** A step's length for a matrix of this shape. */
function lengthFor(lr: number, adjust: Settings["adjust_lr_fn"], [rows, columns]: readonly number[]): number {
  if (adjust === "match_rms_adamw") return lr * 0.2 * Math.sqrt(Math.max(rows!, columns!)); // it is a matrix's shape
  return lr * Math.sqrt(Math.max(1, rows! / columns!));
}

/**
 * Muon: momentum whose steps are made orthogonal, so that all directions of a matrix learn alike. For the weights of hidden layers; other parameters need another optimizer.
 *
 * `new optim.Muon(matrices, {lr: 0.02, momentum: 0.95})`.
 *
 * Source: `torch.optim.Muon`; Jordan, "Muon: An optimizer for hidden layers in neural networks" (2024); Liu et al., "Muon is Scalable for LLM Training" (2025).
 */
export class Muon extends Optimizer<Settings, MuonState> {
  /** @throws ValueError when a setting is out of its range, or a parameter is no matrix. */
  constructor(...args: settings.ArgumentsOfAll);
  constructor(...args: settings.ArgumentsOfMost);
  constructor(
    ...args: CallForms<
      MuonArguments,
      [
        params: ParametersOrGroups<Settings>,
        lr?: settings.Rate,
        weight_decay?: number,
        momentum?: number,
        nesterov?: boolean,
        ns_coefficients?: readonly [number, number, number],
        eps?: number,
        ns_steps?: number,
        adjust_lr_fn?: "original" | "match_rms_adamw" | null,
      ]
    >
  );
  constructor(...args: readonly unknown[]) {
    const { params, ...given } = bind("Muon", parameters, args);
    settings.checkOneElement(given.lr);
    const rate = settings.valueOf(given.lr);
    if (!(rate >= 0)) throw new ValueError(`Learning rate should be >= 0 but is: ${rate}`);
    if (!(given.momentum >= 0)) throw new ValueError(`momentum should be >= 0 but is: ${given.momentum}`);
    if (!(given.weight_decay >= 0))
      throw new ValueError(`weight decay should be >= 0 but is: ${given.weight_decay}`);
    super(params, given);
  }

  override add_param_group(param_group: GivenGroup<Settings>): void {
    super.add_param_group(param_group);
    const wrong = this.param_groups.at(-1)!.params.find(({ ndim }) => ndim !== 2); // the one that was added
    if (wrong === undefined) return;
    this.param_groups.pop();
    throw new ValueError(
      `Muon only supports 2D parameters whereas we found a parameter with size: ${formatShape(wrong.shape)}. Give biases and the like to another optimizer, such as AdamW.`,
    );
  }

  override get counts(): readonly string[] {
    return [];
  }

  protected override update(group: ParameterGroup<Settings>): void {
    const { weight_decay, momentum, nesterov, adjust_lr_fn } = group;
    const lr = settings.valueOf(group.lr);
    for (const parameter of group.params) {
      const { grad } = parameter;
      if (grad === null) continue;
      const average = this.#averageOf(parameter).lerp_(grad, 1 - momentum);
      const step = orthogonal(nesterov ? grad.lerp(average, momentum) : average, group);
      parameter.mul_(1 - lr * weight_decay);
      parameter.sub_(step.to(parameter.dtype).mul(lengthFor(lr, adjust_lr_fn, parameter.shape)));
    }
  }

  #averageOf(parameter: Tensor): Tensor {
    let state = this.state.get(parameter);
    if (state === undefined) {
      const { shape, dtype, device } = parameter;
      this.state.set(parameter, (state = { momentum_buffer: zeros(shape, { dtype, device }) }));
    }
    settings.followParameter(state.momentum_buffer, parameter);
    return state.momentum_buffer;
  }
}
