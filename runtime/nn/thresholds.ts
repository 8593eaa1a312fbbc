/** Activations as modules that are made of straight lines. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { hardsigmoid, hardswish } from "../ops/elementwise/activations.ts";
import { prelu, rrelu } from "../ops/elementwise/learnedRelu.ts";
import { rrelu as rreluInPlace } from "../ops/elementwise/inPlaceOption.ts";
import { hardshrink, softshrink, threshold as aboveThreshold } from "../ops/elementwise/shrinking.ts";
import { full } from "../create.ts";
import { get_default_dtype } from "../dtype.ts";
import { integer, number, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { InPlaceActivation, inPlaceParameters, PlainActivation, type InPlaceOption } from "./activation.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";
import { pythonNumber } from "./printed.ts";
import { placement, type Placement } from "./settings.ts";

/** A sigmoid made of three lines. Source: `torch.nn.Hardsigmoid`. */
export class Hardsigmoid extends PlainActivation {
  protected override get operation(): InPlaceActivation["operation"] {
    return [hardsigmoid];
  }

  override extra_repr(): string {
    return "";
  }
}

/** Each element times its `Hardsigmoid`. Source: `torch.nn.Hardswish`. */
export class Hardswish extends PlainActivation {
  protected override get operation(): InPlaceActivation["operation"] {
    return [hardswish];
  }

  override extra_repr(): string {
    return "";
  }
}

/** What `nn.Threshold` is made with. */
export interface ThresholdArguments extends InPlaceOption {
  readonly threshold: number;
  /** What stands for elements that are not above the threshold. */
  readonly value: number;
}

const thresholdParameters: ParametersOf<ThresholdArguments> = {
  threshold: number(),
  value: number(),
  ...inPlaceParameters,
};

/** Each element where it is above `threshold`, else `value`. Source: `torch.nn.Threshold`. */
export class Threshold extends InPlaceActivation {
  readonly threshold: number;
  readonly value: number;

  constructor(
    ...args: CallForms<
      ThresholdArguments,
      [threshold: number, value: number, inplace?: boolean],
      ["threshold", "value"]
    >
  ) {
    const settings = bind("Threshold", thresholdParameters, args);
    super(settings);
    this.threshold = settings.threshold;
    this.value = settings.value;
  }

  protected override get operation(): InPlaceActivation["operation"] {
    return [aboveThreshold, this.threshold, this.value];
  }

  protected override settings(): readonly string[] {
    return [`threshold=${pythonNumber(this.threshold)}`, `value=${pythonNumber(this.value)}`];
  }
}

/** What the modules that shrink are made with. */
export interface ShrinkArguments {
  /** How near to 0 elements are 0 in the result; 0.5 unless given. */
  readonly lambd?: number;
}

const shrinkParameters: ParametersOf<ShrinkArguments> = { lambd: number(0.5) };

/** Each element, or 0 within `lambd` of 0. Source: `torch.nn.Hardshrink`. */
export class Hardshrink extends Module {
  readonly lambd: number;

  constructor(...args: CallForms<ShrinkArguments, [lambd?: number]>) {
    super();
    this.lambd = bind("Hardshrink", shrinkParameters, args).lambd;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
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

  constructor(...args: CallForms<ShrinkArguments, [lambd?: number]>) {
    super();
    this.lambd = bind("Softshrink", shrinkParameters, args).lambd;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return softshrink(input, this.lambd);
  }

  override extra_repr(): string {
    return pythonNumber(this.lambd);
  }
}

/** What `nn.PReLU` is made with. */
export interface PReLUArguments extends Placement {
  /** How many slopes: 1 unless given, or as many as there are channels. */
  readonly num_parameters?: number;
  /** What every slope begins with; 0.25 unless given. */
  readonly init?: number;
}

const learnedParameters: ParametersOf<PReLUArguments> = {
  num_parameters: integer(1),
  init: number(0.25),
  ...placement,
};

/** Each element, times a slope that is learned where it is negative: one slope, or one for each channel. Source: `torch.nn.PReLU`. */
export class PReLU extends Module {
  readonly num_parameters: number;
  readonly init: number;
  readonly weight: Parameter;

  constructor(...args: CallForms<PReLUArguments, [num_parameters?: number, init?: number]>) {
    super();
    const { num_parameters, init, ...place } = bind("PReLU", learnedParameters, args);
    this.num_parameters = num_parameters;
    this.init = init;
    // A whole number would make whole numbers of it.
    const dtype = place.dtype ?? get_default_dtype();
    this.weight = new Parameter(full([num_parameters], init, { ...place, dtype }));
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return prelu(input, this.weight);
  }

  override extra_repr(): string {
    return `num_parameters=${this.num_parameters}`;
  }
}

/** What `nn.RReLU` is made with. */
export interface RReLUArguments extends InPlaceOption {
  /** The smallest slope; 1/8 unless given. */
  readonly lower?: number;
  /** The largest slope; 1/3 unless given. */
  readonly upper?: number;
}

const randomParameters: ParametersOf<RReLUArguments> = {
  lower: number(1 / 8),
  upper: number(1 / 3),
  ...inPlaceParameters,
};

/** Each element, times a slope where it is negative: drawn at random while training, fixed in evaluation. Source: `torch.nn.RReLU`. */
export class RReLU extends Module {
  readonly lower: number;
  readonly upper: number;
  readonly inplace: boolean;

  constructor(...args: CallForms<RReLUArguments, [lower?: number, upper?: number, inplace?: boolean]>) {
    super();
    const { lower, upper, inplace } = bind("RReLU", randomParameters, args);
    this.lower = lower;
    this.upper = upper;
    this.inplace = inplace;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
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
