/** Functions of each element as modules. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { applyInPlace } from "../autograd/inplace.ts";
import { AssertionError } from "../errors/assertionError.ts";
import type { OperatorFacts } from "../operator.ts";
import { elu, gelu, hardtanh, leaky_relu, relu6, silu, softplus } from "../ops/elementwise/activation.ts";
import { sigmoid, tanh } from "../ops/elementwise/unary.ts";
import { choice, flag, number, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { fraction } from "./printed.ts";

/** Gives back its input; arguments of the constructor are ignored. Source: `torch.nn.Identity`. */
export class Identity extends Module {
  constructor(..._ignored: readonly unknown[]) {
    super();
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return input;
  }
}

/** The hyperbolic tangent of each element. Source: `torch.nn.Tanh`. */
export class Tanh extends Module {
  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return tanh(input);
  }
}

/** The logistic function of each element. Source: `torch.nn.Sigmoid`. */
export class Sigmoid extends Module {
  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return sigmoid(input);
  }
}

/** What `nn.GELU` is made with. */
export interface GELUArguments {
  /** `"tanh"` computes it by the hyperbolic tangent; `"none"` unless given. */
  readonly approximate?: "none" | "tanh";
}

const geluParameters: ParametersOf<GELUArguments> = { approximate: choice(["none", "tanh"], "none") };

/** The Gaussian error linear unit: each element times the probability that a normal number is below it. Source: `torch.nn.GELU`. */
export class GELU extends Module {
  readonly approximate: "none" | "tanh";

  constructor(...args: CallForms<GELUArguments, [approximate?: "none" | "tanh"]>) {
    super();
    this.approximate = bind("GELU", geluParameters, args).approximate;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return gelu(input, { approximate: this.approximate });
  }

  override extra_repr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** What modules that may write over their input take by name. */
export interface InPlaceOption {
  /** Whether the result is written over the input; `false` unless given. */
  readonly inplace?: boolean;
}

/** The parameters of modules that take nothing else. */
export const inPlaceParameters: ParametersOf<InPlaceOption> = { inplace: flag(false) };

/** A function with settings, which may write over its input. */
export abstract class InPlaceActivation extends Module {
  readonly inplace: boolean;

  constructor({ inplace }: Required<InPlaceOption>) {
    super();
    this.inplace = inplace;
  }

  /** The operator, with the arguments behind the input. */
  protected abstract readonly operation: readonly [
    OperatorFacts & ((input: Tensor, ...rest: number[]) => Tensor),
    ...number[],
  ];

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    const [operator, ...settings] = this.operation;
    return this.inplace ? applyInPlace(operator, input, settings) : operator(input, ...settings);
  }

  /** The settings as they are printed. */
  protected settings(): readonly string[] {
    return [];
  }

  override extra_repr(): string {
    return [...this.settings(), ...(this.inplace ? ["inplace=True"] : [])].join(", ");
  }
}

/** A function without settings, which may write over its input. */
export abstract class PlainActivation extends InPlaceActivation {
  constructor(...args: CallForms<InPlaceOption, [inplace?: boolean]>) {
    super(bind(new.target.name, inPlaceParameters, args));
  }
}

/** The sigmoid linear unit, also called swish: each element times its logistic function. Source: `torch.nn.SiLU`. */
export class SiLU extends PlainActivation {
  protected override get operation(): InPlaceActivation["operation"] {
    return [silu];
  }
}

/** Each element, or 0 where it is negative, or 6 where it is above. Source: `torch.nn.ReLU6`. */
export class ReLU6 extends PlainActivation {
  protected override get operation(): InPlaceActivation["operation"] {
    return [relu6];
  }
}

/** What `nn.LeakyReLU` is made with. */
export interface LeakyReLUArguments extends InPlaceOption {
  /** The slope where the input is negative; 0.01 unless given. */
  readonly negative_slope?: number;
}

const leakyParameters: ParametersOf<LeakyReLUArguments> = {
  negative_slope: number(0.01),
  ...inPlaceParameters,
};

/** Each element, with a small slope where it is negative. Source: `torch.nn.LeakyReLU`. */
export class LeakyReLU extends InPlaceActivation {
  readonly negative_slope: number;

  constructor(...args: CallForms<LeakyReLUArguments, [negative_slope?: number, inplace?: boolean]>) {
    const settings = bind("LeakyReLU", leakyParameters, args);
    super(settings);
    this.negative_slope = settings.negative_slope;
  }

  protected override get operation(): InPlaceActivation["operation"] {
    return [leaky_relu, this.negative_slope];
  }

  protected override settings(): readonly string[] {
    return [`negative_slope=${fraction(this.negative_slope, 0.01)}`];
  }
}

/** What exponential units are made with. */
export interface ExponentialArguments extends InPlaceOption {
  /** What the unit goes to, with the sign changed, for very negative inputs; 1 unless given. */
  readonly alpha?: number;
}

const exponentialParameters: ParametersOf<ExponentialArguments> = { alpha: number(1), ...inPlaceParameters };

/** A unit that is exponential where its input is negative. */
export abstract class ExponentialActivation extends InPlaceActivation {
  readonly alpha: number;

  constructor(...args: CallForms<ExponentialArguments, [alpha?: number, inplace?: boolean]>) {
    const settings = bind(new.target.name, exponentialParameters, args);
    super(settings);
    this.alpha = settings.alpha;
  }

  protected override settings(): readonly string[] {
    return [`alpha=${fraction(this.alpha, 1)}`];
  }
}

/** The exponential linear unit: each element, or α(eˣ − 1) where it is negative. Source: `torch.nn.ELU`. */
export class ELU extends ExponentialActivation {
  protected override get operation(): InPlaceActivation["operation"] {
    return [elu, this.alpha];
  }
}

/** What `nn.Hardtanh` is made with. */
export interface HardtanhArguments extends InPlaceOption {
  /** The smallest result; −1 unless given. */
  readonly min_val?: number;
  /** The largest result; 1 unless given. */
  readonly max_val?: number;
}

const hardtanhParameters: ParametersOf<HardtanhArguments> = {
  min_val: number(-1),
  max_val: number(1),
  ...inPlaceParameters,
};

/** Each element, not below one number and not above another. Source: `torch.nn.Hardtanh`. */
export class Hardtanh extends InPlaceActivation {
  readonly min_val: number;
  readonly max_val: number;

  /** @throws AssertionError when the smallest is not below the largest. */
  constructor(
    ...args: CallForms<HardtanhArguments, [min_val?: number, max_val?: number, inplace?: boolean]>
  ) {
    const settings = bind("Hardtanh", hardtanhParameters, args);
    super(settings);
    this.min_val = settings.min_val;
    this.max_val = settings.max_val;
    if (!(this.min_val < this.max_val))
      throw new AssertionError(
        `nn.Hardtanh: min_val must be below max_val, got ${this.min_val} and ${this.max_val}. Exchange them?`,
      );
  }

  protected override get operation(): InPlaceActivation["operation"] {
    return [hardtanh, this.min_val, this.max_val];
  }

  protected override settings(): readonly string[] {
    return [`min_val=${fraction(this.min_val, -1)}`, `max_val=${fraction(this.max_val, 1)}`];
  }
}

/** What `nn.Softplus` is made with. */
export interface SoftplusArguments {
  /** How sharp the bend is; 1 unless given. */
  readonly beta?: number;
  /** Where β · x is above it, the result is x; 20 unless given. */
  readonly threshold?: number;
}

const softplusParameters: ParametersOf<SoftplusArguments> = { beta: number(1), threshold: number(20) };

/** A smooth ReLU: `log(1 + exp(β · x)) / β`, and x itself where β · x is above the threshold. Source: `torch.nn.Softplus`. */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(...args: CallForms<SoftplusArguments, [beta?: number, threshold?: number]>) {
    super();
    const { beta, threshold } = bind("Softplus", softplusParameters, args);
    this.beta = beta;
    this.threshold = threshold;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return softplus(input, this.beta, this.threshold);
  }

  override extra_repr(): string {
    return `beta=${fraction(this.beta, 1)}, threshold=${fraction(this.threshold, 20)}`;
  }
}
