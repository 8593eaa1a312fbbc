/**
 * `torch.nn.init`: first values for parameters. Each function writes over the tensor that it is given, outside of recording, and returns it; after the same
 * seed the numbers are PyTorch's.
 */
import { no_grad } from "../autograd/modes.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { eye as identity } from "../create.ts";
import { ValueError } from "../errors/valueError.ts";
import {
  number,
  required,
  tensor as tensorParameter,
  type Parameter,
  type ParametersOf,
} from "../parameters.ts";
import type { Generator } from "../random.ts";
import { formatShape, numel } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { warnOnce } from "../warn.ts";
import { generator, type GeneratorOption } from "./initGenerator.ts";

export { dirac_, orthogonal_, sparse_ } from "./initMatrices.ts";
export { trunc_normal_ } from "./initTruncated.ts";
export {
  constant,
  dirac,
  eye,
  kaiming_normal,
  kaiming_uniform,
  normal,
  orthogonal,
  sparse,
  uniform,
  xavier_normal,
  xavier_uniform,
} from "./initDeprecated.ts";

/** Which of a weight's sizes the spread of its values follows. */
type FanMode = "fan_in" | "fan_out";

/** The function behind a layer, which decides how much the layer's values must spread. */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "conv_transpose1d"
  | "conv_transpose2d"
  | "conv_transpose3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leaky_relu"
  | "selu";

function isGain(value: string): value is Nonlinearity {
  return (
    ["sigmoid", "tanh", "relu", "leaky_relu", "selu", "linear"].includes(value) ||
    /^conv(_transpose)?[123]d$/.test(value)
  );
}

// Words that are not known are refused with PyTorch's errors, where they are used.
const nonlinearity: Parameter<Nonlinearity> = {
  expects: 'the name of a function such as "relu", "leaky_relu", "tanh" or "linear"',
  fallback: "leaky_relu",
  convert: (value) => (typeof value === "string" ? (value as Nonlinearity) : undefined),
};

/** What `nn.init.calculate_gain` takes. */
interface GainArguments {
  readonly nonlinearity: Nonlinearity;
  /** The slope of `leaky_relu` below zero, 0.01 unless given. */
  readonly param?: number | null;
}

const calculateGainParameters: ParametersOf<GainArguments> = {
  nonlinearity: required(nonlinearity),
  param: {
    expects: "a number or null",
    fallback: null,
    convert: (value) => value as number | null, // what is no number is refused with PyTorch's error
  },
};

/**
 * The factor by which a layer's values spread more, so that the function behind it does not shrink its outputs. `param` is the slope of `leaky_relu`, 0.01
 * unless given.
 *
 * @throws ValueError for a function that is not known, and a slope that is no number.
 * Source: `torch.nn.init.calculate_gain`.
 */
export function calculate_gain(
  ...args: CallForms<GainArguments, [nonlinearity: Nonlinearity, param?: number | null]>
): number {
  const { nonlinearity, param } = bind("calculate_gain", calculateGainParameters, args);
  return gainOf(nonlinearity, param);
}

function gainOf(nonlinearity: Nonlinearity, param: number | null): number {
  switch (nonlinearity) {
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leaky_relu":
      if (param !== null && typeof param !== "number")
        throw new ValueError(`negative_slope ${String(param)} not a valid number.`);
      return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2));
    case "selu":
      return 3 / 4;
    default:
      if (isGain(nonlinearity)) return 1;
      throw new ValueError(
        `Unsupported nonlinearity ${String(nonlinearity)}. Use one of linear, sigmoid, tanh, relu, leaky_relu and selu.`,
      );
  }
}

/** How many inputs each output of the weight sums, and how many outputs each input reaches. */
function fans(weight: Tensor): { readonly fan_in: number; readonly fan_out: number } {
  if (weight.ndim < 2)
    throw new ValueError(
      `Fan in and fan out can not be computed for tensor with fewer than 2 dimensions, got shape ${formatShape(weight.shape)}. Use nn.init.uniform_ or nn.init.normal_ for a bias.`,
    );
  const field = numel(weight.shape.slice(2));
  return { fan_in: weight.size(1) * field, fan_out: weight.size(0) * field };
}

function fillUniform<T extends Tensor>(tensor: T, bound: number, source: Generator): T {
  no_grad(() => tensor.uniform_(-bound, bound, { generator: source }));
  return tensor;
}

function fillNormal<T extends Tensor>(tensor: T, mean: number, std: number, source: Generator): T {
  no_grad(() => tensor.normal_(mean, std, { generator: source }));
  return tensor;
}

/** Writes numbers from [a, b), all as likely. Source: `torch.nn.init.uniform_`. */
export function uniform_<T extends Tensor>(
  tensor: T,
  a?: number | ({ readonly a?: number; readonly b?: number } & GeneratorOption),
  b?: number | ({ readonly b?: number } & GeneratorOption),
  generator?: Generator | null | GeneratorOption,
): T;
export function uniform_(...args: readonly unknown[]): Tensor {
  const { tensor, a, b, generator: source } = bind("uniform_", uniformParameters, args);
  no_grad(() => tensor.uniform_(a, b, { generator: source }));
  return tensor;
}

const uniformParameters = { tensor: tensorParameter, a: number(0), b: number(1), generator };

/** Writes normal random numbers. Source: `torch.nn.init.normal_`. */
export function normal_<T extends Tensor>(
  tensor: T,
  mean?: number | ({ readonly mean?: number; readonly std?: number } & GeneratorOption),
  std?: number | ({ readonly std?: number } & GeneratorOption),
  generator?: Generator | null | GeneratorOption,
): T;
export function normal_(...args: readonly unknown[]): Tensor {
  const { tensor, mean, std, generator: source } = bind("normal_", normalParameters, args);
  return fillNormal(tensor, mean, std, source);
}

const normalParameters = { tensor: tensorParameter, mean: number(0), std: number(1), generator };

/** What `nn.init.constant_` takes. */
interface ConstantArguments<T> {
  readonly tensor: T;
  readonly val: number;
}

const constantParameters = { tensor: tensorParameter, val: number() };

/** Writes one value. Source: `torch.nn.init.constant_`. */
export function constant_<T extends Tensor>(
  ...args: CallForms<ConstantArguments<T>, [tensor: T, val: number], ["tensor", "val"]>
): T;
export function constant_(...args: readonly unknown[]): Tensor {
  const { tensor, val } = bind("constant_", constantParameters, args);
  no_grad(() => tensor.fill_(val));
  return tensor;
}

/** What fillers without settings take. */
interface FillArguments<T> {
  readonly tensor: T;
}

const fillParameters = { tensor: tensorParameter };

/** Writes ones. Source: `torch.nn.init.ones_`. */
export function ones_<T extends Tensor>(...args: CallForms<FillArguments<T>, [tensor: T]>): T;
export function ones_(...args: readonly unknown[]): Tensor {
  return constant_(bind("ones_", fillParameters, args).tensor, 1);
}

/** Writes zeros. Source: `torch.nn.init.zeros_`. */
export function zeros_<T extends Tensor>(...args: CallForms<FillArguments<T>, [tensor: T]>): T;
export function zeros_(...args: readonly unknown[]): Tensor {
  return constant_(bind("zeros_", fillParameters, args).tensor, 0);
}

/** Writes ones on the diagonal of a matrix, and zeros elsewhere. @throws ValueError for other than two dimensions. Source: `torch.nn.init.eye_`. */
export function eye_<T extends Tensor>(...args: CallForms<FillArguments<T>, [tensor: T]>): T;
export function eye_(...args: readonly unknown[]): Tensor {
  const { tensor } = bind("eye_", fillParameters, args);
  if (tensor.ndim !== 2)
    throw new ValueError(
      `Only tensors with 2 dimensions are supported, got shape ${formatShape(tensor.shape)}.`,
    );
  const { dtype, device } = tensor;
  no_grad(() => tensor.copy_(identity(tensor.size(0), tensor.size(1), { dtype, device })));
  return tensor;
}

type GainOptions = { readonly gain?: number } & GeneratorOption;

const gainParameters = { tensor: tensorParameter, gain: number(1), generator };

/** The standard deviation that keeps the spread of values from layer to layer, forward and backward. */
function glorot(weight: Tensor, gain: number): number {
  const { fan_in, fan_out } = fans(weight);
  return gain * Math.sqrt(2 / (fan_in + fan_out));
}

/**
 * Writes uniform random numbers whose spread keeps that of the values from layer to layer: ±gain · √(6 / (fan_in + fan_out)).
 *
 * @throws ValueError for fewer than two dimensions.
 * Source: `torch.nn.init.xavier_uniform_`; Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
 */
export function xavier_uniform_<T extends Tensor>(
  tensor: T,
  gain?: number | GainOptions,
  generator?: Generator | null | GeneratorOption,
): T;
export function xavier_uniform_(...args: readonly unknown[]): Tensor {
  const { tensor, gain, generator: source } = bind("xavier_uniform_", gainParameters, args);
  return fillUniform(tensor, Math.sqrt(3) * glorot(tensor, gain), source);
}

/**
 * Writes normal random numbers with a standard deviation of gain · √(2 / (fan_in + fan_out)).
 *
 * @throws ValueError for fewer than two dimensions.
 * Source: `torch.nn.init.xavier_normal_`; Glorot and Bengio (2010).
 */
export function xavier_normal_<T extends Tensor>(
  tensor: T,
  gain?: number | GainOptions,
  generator?: Generator | null | GeneratorOption,
): T;
export function xavier_normal_(...args: readonly unknown[]): Tensor {
  const { tensor, gain, generator: source } = bind("xavier_normal_", gainParameters, args);
  return fillNormal(tensor, 0, glorot(tensor, gain), source);
}

type KaimingOptions = {
  /** The slope below zero of the `leaky_relu` behind the layer. */
  readonly a?: number;
  /** Whether the spread is kept forward (`"fan_in"`) or backward (`"fan_out"`). */
  readonly mode?: FanMode;
  readonly nonlinearity?: Nonlinearity;
} & GeneratorOption;

const fanMode: Parameter<FanMode> = {
  expects: '"fan_in" or "fan_out"',
  fallback: "fan_in",
  // PyTorch reads capitals too, and has an error of its own for other words.
  convert: (value) => (typeof value === "string" ? checkMode(value.toLowerCase()) : undefined),
};

/** @throws ValueError for another word. */
function checkMode(mode: string): FanMode {
  if (mode === "fan_in" || mode === "fan_out") return mode;
  throw new ValueError(`Mode ${mode} not supported, please use one of ['fan_in', 'fan_out'].`);
}

/** Whether a tensor has no elements, which is told of: nothing is written. */
function isEmpty(tensor: Tensor): boolean {
  if (numel(tensor.shape) > 0) return false;
  warnOnce("Initializing zero-element tensors is a no-op");
  return true;
}

const kaimingParameters = {
  tensor: tensorParameter,
  a: number(0),
  mode: fanMode,
  nonlinearity,
  generator,
};

/** The standard deviation that keeps the spread of values through layers with a function behind each. */
function heDeviation(weight: Tensor, a: number, mode: FanMode, nonlinearity: Nonlinearity): number {
  return gainOf(nonlinearity, a) / Math.sqrt(fans(weight)[mode]);
}

/**
 * Writes uniform random numbers whose spread suits layers with a ReLU behind them: ±gain · √(3 / fan).
 *
 * @throws ValueError for fewer than two dimensions, and an unknown mode or function.
 * Source: `torch.nn.init.kaiming_uniform_`; He et al., "Delving Deep into Rectifiers" (2015).
 */
export function kaiming_uniform_<T extends Tensor>(
  tensor: T,
  a?: number | KaimingOptions,
  mode?: FanMode | KaimingOptions,
  nonlinearity?: Nonlinearity | KaimingOptions,
  generator?: Generator | null | GeneratorOption,
): T;
export function kaiming_uniform_(...args: readonly unknown[]): Tensor {
  const given = bind("kaiming_uniform_", kaimingParameters, args);
  const { tensor } = given;
  if (isEmpty(tensor)) return tensor;
  const std = heDeviation(tensor, given.a, given.mode, given.nonlinearity);
  return fillUniform(tensor, Math.sqrt(3) * std, given.generator);
}

/**
 * Writes normal random numbers whose spread suits layers with a ReLU behind them: a standard deviation of gain / √fan.
 *
 * @throws ValueError for fewer than two dimensions, and an unknown mode or function.
 * Source: `torch.nn.init.kaiming_normal_`; He et al. (2015).
 */
export function kaiming_normal_<T extends Tensor>(
  tensor: T,
  a?: number | KaimingOptions,
  mode?: FanMode | KaimingOptions,
  nonlinearity?: Nonlinearity | KaimingOptions,
  generator?: Generator | null | GeneratorOption,
): T;
export function kaiming_normal_(...args: readonly unknown[]): Tensor {
  const given = bind("kaiming_normal_", kaimingParameters, args);
  const { tensor } = given;
  if (isEmpty(tensor)) return tensor;
  return fillNormal(tensor, 0, heDeviation(tensor, given.a, given.mode, given.nonlinearity), given.generator);
}
