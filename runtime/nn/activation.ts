/** Functions of each element as modules. */
import { isKeywords } from "../binding.ts";
import { applyInPlace } from "../autograd/inplace.ts";
import type { OperatorFacts } from "../operator.ts";
import { elu, gelu, hardtanh, leaky_relu, relu6, silu, softplus } from "../ops/elementwise/activation.ts";
import { sigmoid, tanh } from "../ops/elementwise/unary.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { pythonNumber } from "./normalization.ts";

/** Gives back its input; arguments of the constructor are ignored. Source: `torch.nn.Identity`. */
export class Identity extends Module {
  constructor(..._ignored: readonly unknown[]) {
    super();
  }

  override forward(input: Tensor): Tensor {
    return input;
  }
}

/** The hyperbolic tangent of each element. Source: `torch.nn.Tanh`. */
export class Tanh extends Module {
  override forward(input: Tensor): Tensor {
    return tanh(input);
  }
}

/** The logistic function of each element. Source: `torch.nn.Sigmoid`. */
export class Sigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return sigmoid(input);
  }
}

/** The Gaussian error linear unit: each element times the probability that a normal number is below it. Source: `torch.nn.GELU`. */
export class GELU extends Module {
  readonly approximate: "none" | "tanh";

  constructor(approximate: "none" | "tanh" | { readonly approximate?: "none" | "tanh" } = "none") {
    super();
    this.approximate = typeof approximate === "string" ? approximate : (approximate.approximate ?? "none");
  }

  override forward(input: Tensor): Tensor {
    return gelu(input, { approximate: this.approximate });
  }

  override extra_repr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** A number as PyTorch prints its default: with a point. */
export function fraction(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : pythonNumber(value);
}

/** What modules that may write over their input take by name. */
export interface InPlaceOption {
  /** Whether the result is written over the input. */
  readonly inplace?: boolean;
}

/** Arguments by position and by name, as one object. */
export function named<Options extends object>(
  names: readonly (keyof Options & string)[],
  given: readonly unknown[],
): Partial<Options> {
  const options: Record<string, unknown> = {};
  for (const [position, value] of given.entries())
    if (isKeywords(value)) Object.assign(options, value);
    else if (value !== undefined) options[names[position]!] = value; // there are as many names as arguments
  return options as Partial<Options>; // under the names of the options only
}

/** A function with settings, which may write over its input. */
export abstract class InPlaceActivation extends Module {
  readonly inplace: boolean;

  constructor({ inplace = false }: InPlaceOption) {
    super();
    this.inplace = inplace;
  }

  /** The operator, with the arguments behind the input. */
  protected abstract readonly operation: readonly [
    OperatorFacts & ((input: Tensor, ...rest: number[]) => Tensor),
    ...number[],
  ];

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

/** The sigmoid linear unit, also called swish: each element times its logistic function. Source: `torch.nn.SiLU`. */
export class SiLU extends InPlaceActivation {
  constructor(inplace: boolean | InPlaceOption = false) {
    super(named<InPlaceOption>(["inplace"], [inplace]));
  }

  protected override get operation(): InPlaceActivation["operation"] {
    return [silu];
  }
}

/** Each element, or 0 where it is negative, or 6 where it is above. Source: `torch.nn.ReLU6`. */
export class ReLU6 extends InPlaceActivation {
  constructor(inplace: boolean | InPlaceOption = false) {
    super(named<InPlaceOption>(["inplace"], [inplace]));
  }

  protected override get operation(): InPlaceActivation["operation"] {
    return [relu6];
  }
}

/** What `nn.LeakyReLU` takes by name. */
interface LeakyReLUOptions extends InPlaceOption {
  readonly negative_slope?: number;
}

/** Each element, with a small slope where it is negative. Source: `torch.nn.LeakyReLU`. */
export class LeakyReLU extends InPlaceActivation {
  readonly negative_slope: number;

  constructor(negative_slope: number | LeakyReLUOptions = {}, inplace: boolean | InPlaceOption = {}) {
    const options = named<LeakyReLUOptions>(["negative_slope", "inplace"], [negative_slope, inplace]);
    super(options);
    this.negative_slope = options.negative_slope ?? 0.01;
  }

  protected override get operation(): InPlaceActivation["operation"] {
    return [leaky_relu, this.negative_slope];
  }

  protected override settings(): readonly string[] {
    return [`negative_slope=${fraction(this.negative_slope)}`];
  }
}

/** What `nn.ELU` takes by name. */
interface ELUOptions extends InPlaceOption {
  readonly alpha?: number;
}

/** The exponential linear unit: each element, or α(eˣ − 1) where it is negative. Source: `torch.nn.ELU`. */
export class ELU extends InPlaceActivation {
  readonly alpha: number;

  constructor(alpha: number | ELUOptions = {}, inplace: boolean | InPlaceOption = {}) {
    const options = named<ELUOptions>(["alpha", "inplace"], [alpha, inplace]);
    super(options);
    this.alpha = options.alpha ?? 1;
  }

  protected override get operation(): InPlaceActivation["operation"] {
    return [elu, this.alpha];
  }

  protected override settings(): readonly string[] {
    return [`alpha=${fraction(this.alpha)}`];
  }
}

/** What `nn.Hardtanh` takes by name. */
interface HardtanhOptions extends InPlaceOption {
  readonly min_val?: number;
  readonly max_val?: number;
}

/** Each element, not below one number and not above another. Source: `torch.nn.Hardtanh`. */
export class Hardtanh extends InPlaceActivation {
  readonly min_val: number;
  readonly max_val: number;

  constructor(
    min_val: number | HardtanhOptions = {},
    max_val: number | HardtanhOptions = {},
    inplace: boolean | InPlaceOption = {},
  ) {
    const options = named<HardtanhOptions>(["min_val", "max_val", "inplace"], [min_val, max_val, inplace]);
    super(options);
    this.min_val = options.min_val ?? -1;
    this.max_val = options.max_val ?? 1;
  }

  protected override get operation(): InPlaceActivation["operation"] {
    return [hardtanh, this.min_val, this.max_val];
  }

  protected override settings(): readonly string[] {
    return [`min_val=${fraction(this.min_val)}`, `max_val=${fraction(this.max_val)}`];
  }
}

/** What `nn.Softplus` takes by name. */
interface SoftplusOptions {
  readonly beta?: number;
  readonly threshold?: number;
}

/** A smooth ReLU: `log(1 + exp(β · x)) / β`, and x itself where β · x is above the threshold. Source: `torch.nn.Softplus`. */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(beta: number | SoftplusOptions = {}, threshold: number | SoftplusOptions = {}) {
    super();
    const options = named<SoftplusOptions>(["beta", "threshold"], [beta, threshold]);
    this.beta = options.beta ?? 1;
    this.threshold = options.threshold ?? 20;
  }

  override forward(input: Tensor): Tensor {
    return softplus(input, this.beta, this.threshold);
  }

  override extra_repr(): string {
    return `beta=${fraction(this.beta)}, threshold=${fraction(this.threshold)}`;
  }
}
