/** The forms of `torch.nn.functional` that take `inplace`. */
import { applyInPlace } from "../../autograd/inplace.ts";
import { composite, type Operator, type OperatorFacts } from "../../operator.ts";
import { flag } from "../../parameters.ts";
import type { FunctionSignature, Signature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import * as activation from "./activation.ts";
import { relu as plainRelu } from "./unary.ts";
import * as activations from "./activations.ts";
import * as learned from "./learnedRelu.ts";
import { threshold as plainThreshold } from "./shrinking.ts";

type Callable = OperatorFacts & ((...args: never[]) => unknown);

/** The operator with one more argument, which says whether the result is written over the input. */
function withInPlaceOption<S extends Signature>(plain: Callable, names?: readonly string[]): Operator<S> {
  const own = names ?? Object.keys(plain.parameters);
  const parameters = Object.fromEntries(own.map((name) => [name, plain.parameters[name]!]));
  return composite({
    name: plain.operatorName,
    parameters: { ...parameters, inplace: flag(false) },
    define: (args: Readonly<Record<string, unknown>>) => {
      // The most frequent call, made without lists. What was bound to the operator's own parameters fits it.
      if (own.length === 1 && args["inplace"] !== true) return plain(args[own[0]!] as never);
      const [input, ...rest] = own.map((name) => args[name]);
      const given = [input, ...rest] as never[];
      return args["inplace"] === true ? applyInPlace(plain, input as Tensor, rest) : plain(...given);
    },
    samples: plain.samples,
    errors: plain.errors,
  });
}

interface InPlace {
  /** Whether the result is written over the input. */
  readonly inplace?: boolean;
}

type NoSettings = FunctionSignature<(input: Tensor, inplace?: boolean | InPlace) => Tensor>;

/** A function of a tensor and one number. */
type OneNumber<Name extends string> = FunctionSignature<
  (
    input: Tensor,
    number?: number | ({ readonly [K in Name]?: number } & InPlace),
    inplace?: boolean | InPlace,
  ) => Tensor
>;

/** `torch.celu`, also in place. Source: `torch.nn.functional.celu`. */
export const celu: Operator<OneNumber<"alpha">> = withInPlaceOption(activations.celu);

/**
 * The exponential linear unit: x where it is positive, else `alpha · (eˣ − 1)`; with `inplace` written over the input.
 *
 * @throws NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.elu`; D.-A. Clevert et al., "Fast and accurate deep network learning by exponential linear units" (2015).
 */
export const elu: Operator<OneNumber<"alpha">> = withInPlaceOption(activation.elu);

/** `x · hardsigmoid(x)`, where `inplace` writes over the input. Source: `torch.nn.functional.hardswish`. */
export const hardswish: Operator<NoSettings> = withInPlaceOption(activations.hardswish);

/** 0 below −3, 1 above 3, a line between; with `inplace` written over the input. Source: `torch.nn.functional.hardsigmoid`. */
export const hardsigmoid: Operator<NoSettings> = withInPlaceOption(activations.hardsigmoid);

/**
 * Limits to [min_val, max_val], −1 and 1 unless given; with `inplace` written over the input.
 *
 * @throws ValueError when the limits cross, RuntimeError for bool, and for negative limits with an unsigned dtype.
 * Source: `torch.nn.functional.hardtanh`.
 */
export const hardtanh: Operator<
  FunctionSignature<
    (
      input: Tensor,
      min_val?: number | ({ readonly min_val?: number; readonly max_val?: number } & InPlace),
      max_val?: number | ({ readonly max_val?: number } & InPlace),
      inplace?: boolean | InPlace,
    ) => Tensor
  >
> = withInPlaceOption(activation.hardtanh);

/**
 * x where it is positive, else `negative_slope · x`; with `inplace` written over the input.
 *
 * @throws NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.leaky_relu`.
 */
export const leaky_relu: Operator<OneNumber<"negative_slope">> = withInPlaceOption(activation.leaky_relu);

/** `x · tanh(softplus(x))`, where `inplace` writes over the input. Source: `torch.nn.functional.mish`. */
export const mish: Operator<NoSettings> = withInPlaceOption(activations.mish);

/** The element, or 0 where it is negative; with `inplace` written over the input. @throws RuntimeError for bool. Source: `torch.nn.functional.relu`. */
export const relu: Operator<NoSettings> = withInPlaceOption(plainRelu);

/** Limits to [0, 6]; with `inplace` in the input's place. @throws RuntimeError for bool. Source: `torch.nn.functional.relu6`. */
export const relu6: Operator<NoSettings> = withInPlaceOption(activation.relu6);

interface SlopeOptions extends InPlace {
  readonly lower?: number;
  readonly upper?: number;
  readonly training?: boolean;
}

/** `torch.rrelu`, also in place: x, or x times a slope that training draws, where x is not positive. Source: `torch.nn.functional.rrelu`. */
export const rrelu: Operator<
  FunctionSignature<
    (
      input: Tensor,
      lower?: number | SlopeOptions,
      upper?: number | SlopeOptions,
      training?: boolean | SlopeOptions,
      inplace?: boolean | InPlace,
    ) => Tensor
  >
> = withInPlaceOption(learned.rrelu, ["input", "lower", "upper", "training"]);

/** `torch.selu`, also in place. Source: `torch.nn.functional.selu`. */
export const selu: Operator<NoSettings> = withInPlaceOption(activations.selu);

/** `x · sigmoid(x)`, where `inplace` writes over the input. @throws NotImplementedError for whole numbers. Source: `torch.nn.functional.silu`. */
export const silu: Operator<NoSettings> = withInPlaceOption(activation.silu);

/** `torch.threshold`, also in place. Source: `torch.nn.functional.threshold`. */
export const threshold: Operator<
  FunctionSignature<(input: Tensor, threshold: number, value: number, inplace?: boolean | InPlace) => Tensor>
> = withInPlaceOption(plainThreshold);
