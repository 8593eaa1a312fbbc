/** One of two elements, chosen by their sizes. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { bool, float64, int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { call } from "../../expression.ts";
import { operator, type InPlaceOperator, type Operator } from "../../operator.ts";
import { operand, tensor } from "../../parameters.ts";
import { elementwise, promoteTensors } from "../../settle.ts";
import type { BinarySignature, GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Operand } from "../../types.ts";
import { div, mul, where } from "./arithmetic.ts";
import { ge, gt, isnan, le, logical_or, lt } from "./comparison.ts";
import { binary, E, fractionsOnly, x, y } from "./pointwise.ts";
import { given, sample } from "../samples.ts";

/** The larger one, but of NaN and a number the number. Of equal elements the first one gets the gradient. Source: `torch.fmax`. */
export const fmax: Operator<BinarySignature> = binary({
  name: "fmax",
  inPlace: false,
  tensorsOnly: true,
  expression: E.select(E.ne(x, x), y, E.select(E.lt(x, y), y, x)),
  saves: ["input", "other"],
  vjp: {
    input: (g, { input, other }) => where(logical_or(ge(input, other), isnan(other)), g, 0),
    other: (g, { input, other }) => where(logical_or(ge(input, other), isnan(other)), 0, g),
  },
});

/** The smaller one, but of NaN and a number the number. Of equal elements the first one gets the gradient. Source: `torch.fmin`. */
export const fmin: Operator<BinarySignature> = binary({
  name: "fmin",
  inPlace: false,
  tensorsOnly: true,
  expression: E.select(E.ne(x, x), y, E.select(E.gt(x, y), y, x)),
  saves: ["input", "other"],
  vjp: {
    input: (g, { input, other }) => where(logical_or(le(input, other), isnan(other)), g, 0),
    other: (g, { input, other }) => where(logical_or(le(input, other), isnan(other)), 0, g),
  },
});

const limits = { max: E.minimum(x, y), min: E.maximum(x, y) };
const limitSamples = [
  (): unknown[] => [sample([2, 3]), 0.3],
  (): unknown[] => [sample([2, 3]), sample([3], { seed: 4 })],
];

/** @throws NotImplementedError for truth values and a plain one as limit; PyTorch takes them with a tensor. */
function refuseTruthLimit(name: string, input: Tensor, limit: Tensor): void {
  if (limit.isNumber && promoteTensors([input, limit]) === bool)
    throw new NotImplementedError(
      `"clamp_${name}_scalar_cpu" not implemented for 'Bool': convert with .int() first.`,
    );
}

/** Limits each element to `max`, a number or a tensor. Source: `torch.clamp_max`. */
export const clamp_max: InPlaceOperator<GeneralSignature<[max: Operand | { readonly max: Operand }]>> =
  operator({
    name: "clamp_max",
    out: true,
    inPlace: true,
    parameters: { input: tensor, max: operand },
    gradFn: ({ max }) => (max.isNumber ? "ClampMaxBackward0" : "ClampMaxBackward1"),
    saves: ["input", "max"],
    forward: ({ input, max }, output) => {
      refuseTruthLimit("max", input, max);
      return elementwise(limits.max, [input, max], "promote", output);
    },
    vjp: {
      input: (g, { input, max }) => where(le(input, max), g, 0),
      max: (g, { input, max }) => where(gt(input, max), g, 0),
    },
    samples: limitSamples,
  });

/** Limits each element to `min` from below, a number or a tensor. Source: `torch.clamp_min`. */
export const clamp_min: InPlaceOperator<GeneralSignature<[min: Operand | { readonly min: Operand }]>> =
  operator({
    name: "clamp_min",
    out: true,
    inPlace: true,
    parameters: { input: tensor, min: operand },
    gradFn: ({ min }) => (min.isNumber ? "ClampMinBackward0" : "ClampMinBackward1"),
    saves: ["input", "min"],
    forward: ({ input, min }, output) => {
      refuseTruthLimit("min", input, min);
      return elementwise(limits.min, [input, min], "promote", output);
    },
    vjp: {
      input: (g, { input, min }) => where(ge(input, min), g, 0),
      min: (g, { input, min }) => where(lt(input, min), g, 0),
    },
    samples: limitSamples,
  });

const step = E.select(E.eq(x, 0), y, E.gt(x, 0));

/**
 * The step function: 0 below 0, 1 above, `values` at 0.
 *
 * @throws RuntimeError when the dtypes differ.
 * Source: `torch.heaviside`.
 */
export const heaviside: InPlaceOperator<GeneralSignature<[values: Tensor], "same", ["values"]>> = operator({
  name: "heaviside",
  out: true,
  inPlace: true,
  parameters: { input: tensor, values: tensor },
  forward: ({ input, values }, output) => {
    if (input.dtype !== values.dtype)
      throw new RuntimeError(
        `heaviside is not yet implemented for tensors with different dtypes: ${input.dtype.toString()} and ${values.dtype.toString()}. Convert one of them.`,
      );
    return elementwise(step, [input, values], "promote", output);
  },
  vjp: null,
  samples: [() => [given([-1, 0, 2], float64), given([0.5], float64)]],
  errors: [
    {
      args: () => [given([1], int64), given([1], float64)],
      error: "RuntimeError",
      message: /different dtypes/,
    },
  ],
});

/** The length of the hypotenuse, `√(x² + y²)`, without overflow. @throws NotImplementedError for whole numbers. Source: `torch.hypot`. */
export const hypot: InPlaceOperator<BinarySignature> = binary({
  name: "hypot",
  tensorsOnly: true,
  expression: call("hypot", x, y),
  check: fractionsOnly("hypot_cpu"),
  saves: ["input", "other", "result"],
  vjp: {
    input: (g, { input, result }) => mul(g, div(input, result)),
    other: (g, { other, result }) => mul(g, div(other, result)),
  },
});
