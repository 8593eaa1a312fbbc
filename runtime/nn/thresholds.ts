/** Activations as modules that are made of straight lines. */
import { hardsigmoid, hardswish } from "../ops/elementwise/activations.ts";
import { prelu, rrelu } from "../ops/elementwise/learnedRelu.ts";
import { rrelu as rreluInPlace } from "../ops/elementwise/inPlaceOption.ts";
import { hardshrink, softshrink, threshold as aboveThreshold } from "../ops/elementwise/shrinking.ts";
import { full } from "../create.ts";
import type { DType } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { InPlaceActivation, named, type InPlaceOption } from "./activation.ts";
import { Module } from "./module.ts";
import { pythonNumber } from "./normalization.ts";
import { Parameter } from "./parameter.ts";

/** A sigmoid made of three lines. Source: `torch.nn.Hardsigmoid`. */
export class Hardsigmoid extends InPlaceActivation {
  constructor(inplace: boolean | InPlaceOption = false) {
    super(named<InPlaceOption>(["inplace"], [inplace]));
  }

  protected override get operation(): InPlaceActivation["operation"] {
    return [hardsigmoid];
  }

  override extra_repr(): string {
    return "";
  }
}

/** Each element times its `Hardsigmoid`. Source: `torch.nn.Hardswish`. */
export class Hardswish extends InPlaceActivation {
  constructor(inplace: boolean | InPlaceOption = false) {
    super(named<InPlaceOption>(["inplace"], [inplace]));
  }

  protected override get operation(): InPlaceActivation["operation"] {
    return [hardswish];
  }

  override extra_repr(): string {
    return "";
  }
}

/** Each element where it is above `threshold`, else `value`. Source: `torch.nn.Threshold`. */
export class Threshold extends InPlaceActivation {
  readonly threshold: number;
  readonly value: number;

  constructor(threshold: number, value: number, inplace: boolean | InPlaceOption = false) {
    super(named<InPlaceOption>(["inplace"], [inplace]));
    this.threshold = threshold;
    this.value = value;
  }

  protected override get operation(): InPlaceActivation["operation"] {
    return [aboveThreshold, this.threshold, this.value];
  }

  protected override settings(): readonly string[] {
    return [`threshold=${pythonNumber(this.threshold)}`, `value=${pythonNumber(this.value)}`];
  }
}

/** What the modules that shrink take by name. */
interface LambdaOption {
  readonly lambd?: number;
}

/** Each element, or 0 within `lambd` of 0. Source: `torch.nn.Hardshrink`. */
export class Hardshrink extends Module {
  readonly lambd: number;

  constructor(lambd: number | LambdaOption = {}) {
    super();
    this.lambd = named<LambdaOption>(["lambd"], [lambd]).lambd ?? 0.5;
  }

  override forward(input: Tensor): Tensor {
    return hardshrink(input, this.lambd);
  }

  override extra_repr(): string {
    return pythonNumber(this.lambd);
  }
}

/** Each element moved towards 0 by `lambd`. Source: `torch.nn.Softshrink`. */
export class Softshrink extends Module {
  readonly lambd: number;

  constructor(lambd: number | LambdaOption = {}) {
    super();
    this.lambd = named<LambdaOption>(["lambd"], [lambd]).lambd ?? 0.5;
  }

  override forward(input: Tensor): Tensor {
    return softshrink(input, this.lambd);
  }

  override extra_repr(): string {
    return pythonNumber(this.lambd);
  }
}

/** What `nn.PReLU` takes by name. */
interface PReLUOptions {
  readonly num_parameters?: number;
  readonly init?: number;
  readonly dtype?: DType | null;
}

/** Each element, times a slope that is learned where it is negative: one slope, or one for each channel. Source: `torch.nn.PReLU`. */
export class PReLU extends Module {
  readonly num_parameters: number;
  readonly init: number;
  readonly weight: Parameter;

  constructor(
    num_parameters: number | PReLUOptions = {},
    init: number | PReLUOptions = {},
    options: PReLUOptions = {},
  ) {
    super();
    const given = named<PReLUOptions>(["num_parameters", "init"], [num_parameters, init]);
    this.num_parameters = given.num_parameters ?? 1;
    this.init = given.init ?? 0.25;
    const dtype = options.dtype ?? given.dtype ?? null;
    // A whole number would make whole numbers of it.
    this.weight = new Parameter(full([this.num_parameters], 1, { dtype }).float().mul(this.init));
  }

  override forward(input: Tensor): Tensor {
    return prelu(input, this.weight);
  }

  override extra_repr(): string {
    return `num_parameters=${this.num_parameters}`;
  }
}

/** What `nn.RReLU` takes by name. */
interface RReLUOptions extends InPlaceOption {
  readonly lower?: number;
  readonly upper?: number;
}

/** Each element, times a slope where it is negative: drawn at random while training, fixed in evaluation. Source: `torch.nn.RReLU`. */
export class RReLU extends Module {
  readonly lower: number;
  readonly upper: number;
  readonly inplace: boolean;

  constructor(
    lower: number | RReLUOptions = {},
    upper: number | RReLUOptions = {},
    inplace: boolean | InPlaceOption = {},
  ) {
    super();
    const options = named<RReLUOptions>(["lower", "upper", "inplace"], [lower, upper, inplace]);
    this.lower = options.lower ?? 1 / 8;
    this.upper = options.upper ?? 1 / 3;
    this.inplace = options.inplace ?? false;
  }

  override forward(input: Tensor): Tensor {
    return this.inplace
      ? rreluInPlace(input, this.lower, this.upper, this.training, true)
      : rrelu(input, this.lower, this.upper, this.training);
  }

  override extra_repr(): string {
    const settings = `lower=${pythonNumber(this.lower)}, upper=${pythonNumber(this.upper)}`;
    return this.inplace ? `${settings}, inplace=True` : settings;
  }
}
