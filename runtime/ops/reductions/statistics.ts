/** Variances and standard deviations. Derivatives: PyTorch's `FunctionsManual.cpp`. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type Operator, type Sample } from "../../operator.ts";
import { dims, flag, keywordOnly, tensor, type Parameter } from "../../parameters.ts";
import { varianceAlong } from "../../settle.ts";
import { normalizeDims } from "../../shape.ts";
import type { DeviationSignature, Dims } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { div, mul, sub, where } from "../elementwise/arithmetic.ts";
import { eq } from "../elementwise/comparison.ts";
import { count, keepDims, mean, outOfRange } from "./reduction.ts";
import { sample } from "../samples.ts";
import { sqrt } from "../elementwise/unary.ts";

/** @internal */
export interface DeviationArguments {
  readonly input: Tensor;
  readonly dim: Dims | boolean | null;
  readonly correction: number;
  readonly unbiased: boolean;
  readonly keepdim: boolean;
}

/** A dimension, several, or all; or, in PyTorch's older form, whether the result is unbiased. */
const dimsOrUnbiased: Parameter<Dims | boolean | null> = {
  ...dims,
  expects: `${dims.expects}, or true or false for unbiased`,
  convert: (value) => (typeof value === "boolean" ? value : dims.convert(value)),
};

/** How many degrees of freedom are lost; `null` is 1, as in PyTorch. */
const correction: Parameter<number> = keywordOnly({
  expects: "a number or null",
  fallback: 1,
  convert: (value) => (value === null ? 1 : typeof value === "number" ? value : undefined),
});

/** The parameters of variances and deviations. @internal */
export const deviationParameters = {
  input: tensor,
  dim: dimsOrUnbiased,
  unbiased: flag(true),
  keepdim: flag(false),
  correction,
} as const;

/** The dimensions, and what the sum of squares is divided by: the count less the correction, and not below 0. */
function settleDeviation({ input, dim, correction, unbiased }: DeviationArguments): {
  dim: Dims | null;
  degrees: number;
} {
  const dimensions = typeof dim === "boolean" ? null : dim;
  const isUnbiased = typeof dim === "boolean" ? dim : unbiased;
  return {
    dim: dimensions,
    degrees: Math.max(0, count(input.shape, dimensions) - (isUnbiased ? correction : 0)),
  };
}

/** The variance, unrecorded. @internal */
export function computeVariance(args: DeviationArguments, name = "std and var"): Tensor {
  const { input, keepdim } = args;
  if (!input.dtype.is_floating_point)
    throw new RuntimeError(
      `${name} only support floating point and complex dtypes, got ${input.dtype.toString()}. Call .float() first.`,
    );
  const { dim, degrees } = settleDeviation(args);
  return varianceAlong(input, normalizeDims(dim, input.ndim), keepdim, degrees);
}

/** The gradient of a variance. @internal */
export function varianceGrad(grad: Tensor, args: DeviationArguments): Tensor {
  const { input, keepdim } = args;
  const { dim, degrees } = settleDeviation(args);
  const factor = div(keepDims(grad, input.shape, dim, keepdim).mul(2), degrees);
  return mul(factor, sub(input, mean(input, dim, true)));
}

/** The gradient of a deviation. One of 0 has no slope; without the choice it would be 0 / 0. @internal */
export function deviationGrad(grad: Tensor, deviation: Tensor, args: DeviationArguments): Tensor {
  return varianceGrad(where(eq(deviation, 0), 0, div(grad, mul(deviation, 2))), args);
}

const deviationSamples: readonly Sample[] = [
  () => [sample([2, 3])],
  () => [sample([2, 3]), 1],
  () => [sample([2, 3, 2]), [0, 2], { correction: 0, keepdim: true }],
  () => [sample([2, 3]), { dim: 0, unbiased: false }],
];

const variance: Operator<DeviationSignature> = operator({
  name: "var",
  out: true,
  parameters: deviationParameters,
  saves: ["input"],
  forward: (args) => computeVariance(args),
  vjp: { input: (g, context) => varianceGrad(g, context) },
  samples: deviationSamples,
  errors: [outOfRange],
});

export {
  /**
   * The variance of all elements, or along `dim`: the mean square distance from the mean, divided by `n − correction` (1 unless given).
   *
   * @throws RuntimeError for a dtype without fractions.
   * Source: `torch.var`.
   */
  variance as var,
};

/**
 * The standard deviation: the square root of the variance with the same arguments.
 *
 * @throws RuntimeError for a dtype without fractions.
 * Source: `torch.std`.
 */
export const std: Operator<DeviationSignature> = operator({
  name: "std",
  out: true,
  parameters: deviationParameters,
  saves: ["input", "result"],
  forward: (args) => sqrt(computeVariance(args)),
  vjp: {
    input: (g, context) => deviationGrad(g, context.result, context),
  },
  samples: deviationSamples,
  errors: [outOfRange],
});
