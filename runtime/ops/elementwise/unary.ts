/** Functions of one tensor, element by element. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { bool, int64 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { operator, type InPlaceOperator, type Sample } from "../../operator.ts";
import { keywordOnly, numberTensor, optionalInteger, tensor } from "../../parameters.ts";
import { convert, elementwise } from "../../settle.ts";
import type { FloatUnarySignature, GeneralSignature, UnarySignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { div, mul, pow } from "./arithmetic.ts";
import { E, refuseBoolKernel, unary, x } from "./pointwise.ts";
import { given, sample } from "../samples.ts";
import { sigmoidBackward, tanhBackward, thresholdBackward } from "./slopes.ts";

const positive: readonly Sample[] = [() => [sample([2, 3], { low: 0.3 })], () => [sample([], { low: 0.3 })]];

function noSlope(grad: Tensor): Tensor {
  return mul(grad, 0);
}

/** The negative: `−x`. @throws RuntimeError for bool. Source: `torch.neg`. */
export const neg: InPlaceOperator<UnarySignature> = unary({
  name: "neg",
  expression: E.neg(x),
  check: (input) => {
    if (input.dtype === bool)
      throw new RuntimeError(
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead, which is x.logical_not() here.",
      );
  },
  vjp: (g) => neg(g),
  errors: [{ args: () => [given([1], bool)], error: "RuntimeError", message: /logical_not/ }],
});

/** The absolute value. The slope at 0 is taken as 0. Source: `torch.abs`. */
export const abs: InPlaceOperator<UnarySignature> = unary({
  name: "abs",
  check: refuseBoolKernel("abs_cpu"),
  expression: E.abs(x),
  saves: ["input"],
  vjp: (g, { input }) => mul(g, sign(input)),
});

/** −1, 0 or 1. Source: `torch.sign`. */
export const sign: InPlaceOperator<UnarySignature> = unary({
  name: "sign",
  expression: E.sign(x),
  vjp: noSlope,
});

/** The largest whole number that is not above the element. Source: `torch.floor`. */
export const floor: InPlaceOperator<UnarySignature> = unary({
  name: "floor",
  check: refuseBoolKernel("floor_vml_cpu"),
  expression: E.floor(x),
  vjp: noSlope,
});

/** The smallest whole number that is not below the element. Source: `torch.ceil`. */
export const ceil: InPlaceOperator<UnarySignature> = unary({
  name: "ceil",
  check: refuseBoolKernel("ceil_vml_cpu"),
  expression: E.ceil(x),
  vjp: noSlope,
});

const roundExpression = E.round(x);

type Step = (value: Tensor, by: Tensor) => Tensor;

/** Rounds to a number of digits behind the point; a negative one counts digits before it. Source: `round_decimals_kernel`. */
function roundTo(input: Tensor, decimals: number): Tensor {
  if (decimals === 0) return elementwise(roundExpression, [input]);
  const power = numberTensor(10 ** Math.abs(decimals));
  const [shift, back]: readonly [Step, Step] = decimals > 0 ? [mul, div] : [div, mul];
  return back(elementwise(roundExpression, [shift(input, power)]), power);
}

/**
 * The nearest whole number, halves to the even one; with `decimals`, the nearest number of so many digits behind the point.
 *
 * @throws NotImplementedError for bool, and for whole numbers with `decimals`.
 * Source: `torch.round`.
 */
export const round: InPlaceOperator<GeneralSignature<[options?: { readonly decimals?: number }]>> = operator({
  name: "round",
  out: true,
  parameters: { input: tensor, decimals: keywordOnly(optionalInteger) },
  forward: ({ input, decimals }) => {
    if (input.dtype === bool || (decimals !== null && !input.dtype.is_floating_point))
      throw new NotImplementedError(
        `"round_${decimals ? "" : "vml_"}cpu" not implemented for '${input.dtype.typeName}': convert with .float() first.`,
      );
    return roundTo(input, decimals ?? 0);
  },
  vjp: { input: noSlope },
  inPlace: true,
  samples: [() => [sample([2, 3])], () => [sample([2, 3]), { decimals: 1 }]],
  errors: [{ args: () => [given([1], bool)], error: "NotImplementedError", message: /round_vml_cpu/ }],
});

/** The exponential, `eˣ`. Source: `torch.exp`. */
export const exp: InPlaceOperator<FloatUnarySignature> = unary({
  name: "exp",
  expression: E.exp(x),
  dtype: "float",
  saves: ["result"],
  vjp: (g, { result }) => mul(g, result),
});

/** `eˣ − 1`, exact for small x. Source: `torch.expm1`. */
export const expm1: InPlaceOperator<FloatUnarySignature> = unary({
  name: "expm1",
  expression: E.expm1(x),
  dtype: "float",
  saves: ["result"],
  vjp: (g, { result }) => mul(g, result.add(1)),
});

/** The natural logarithm: −∞ at 0, NaN below. Source: `torch.log`. */
export const log: InPlaceOperator<FloatUnarySignature> = unary({
  name: "log",
  expression: E.log(x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => div(g, input),
  samples: positive,
});

/** `log(1 + x)`, exact for small x. Source: `torch.log1p`. */
export const log1p: InPlaceOperator<FloatUnarySignature> = unary({
  name: "log1p",
  expression: E.log1p(x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => div(g, input.add(1)),
  samples: positive,
});

/** The logarithm to base 2. Source: `torch.log2`. */
export const log2: InPlaceOperator<FloatUnarySignature> = unary({
  name: "log2",
  expression: E.log2(x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => div(g, mul(input, Math.LN2)),
  samples: positive,
});

/** The logarithm to base 10. Source: `torch.log10`. */
export const log10: InPlaceOperator<FloatUnarySignature> = unary({
  name: "log10",
  expression: E.log10(x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => div(g, mul(input, Math.LN10)),
  samples: positive,
});

/** Two to the power of the element. Source: `torch.exp2`. */
export const exp2: InPlaceOperator<FloatUnarySignature> = unary({
  name: "exp2",
  expression: E.exp2(x),
  dtype: "float",
  saves: ["result"],
  vjp: (g, { result }) => mul(g, mul(result, Math.LN2)),
});

/** Density of the error function at 0. */
const errorDensity = 2 / Math.sqrt(Math.PI);

/** The error function: how much of a normal distribution of variance ½ lies within ±x. Source: `torch.erf`. */
export const erf: InPlaceOperator<FloatUnarySignature> = unary({
  name: "erf",
  expression: E.erf(x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => mul(g, mul(exp(neg(square(input))), errorDensity)),
});

/** `1 − erf(x)`, with all digits where it is small. Source: `torch.erfc`. */
export const erfc: InPlaceOperator<FloatUnarySignature> = unary({
  name: "erfc",
  expression: E.erfc(x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => mul(g, mul(exp(neg(square(input))), -errorDensity)),
});

/** The square root: NaN below 0. Source: `torch.sqrt`. */
export const sqrt: InPlaceOperator<FloatUnarySignature> = unary({
  name: "sqrt",
  expression: E.sqrt(x),
  dtype: "float",
  saves: ["result"],
  vjp: (g, { result }) => div(g, mul(result, 2)),
  samples: positive,
});

/** One over the square root. Source: `torch.rsqrt`. */
export const rsqrt: InPlaceOperator<FloatUnarySignature> = unary({
  name: "rsqrt",
  expression: E.div(1, E.sqrt(x)),
  dtype: "float",
  saves: ["result"],
  vjp: (g, { result }) => mul(mul(g, -0.5), pow(result, 3)),
  samples: positive,
});

/** One over the element. Source: `torch.reciprocal`. */
export const reciprocal: InPlaceOperator<FloatUnarySignature> = unary({
  name: "reciprocal",
  expression: E.div(1, x),
  dtype: "float",
  saves: ["result"],
  vjp: (g, { result }) => mul(neg(g), mul(result, result)),
  samples: positive,
});

const squareExpression = E.mul(x, x);

/** The square, `x · x`; of truth values as int64. Source: `torch.square`, which PyTorch computes as a power. */
export const square: InPlaceOperator<UnarySignature> = operator({
  name: "square",
  out: true,
  parameters: { input: tensor },
  gradFn: "PowBackward0",
  saves: ["input"],
  forward: ({ input }) =>
    elementwise(squareExpression, [input.dtype === bool ? convert(input, int64) : input]),
  vjp: { input: (g, { input }) => mul(g, mul(input, 2)) },
  inPlace: true,
  samples: [() => [sample([2, 3])], () => [sample([])]],
});

/** The sine of an angle in radians. Source: `torch.sin`. */
export const sin: InPlaceOperator<FloatUnarySignature> = unary({
  name: "sin",
  expression: E.sin(x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => mul(g, cos(input)),
});

/** The cosine of an angle in radians. Source: `torch.cos`. */
export const cos: InPlaceOperator<FloatUnarySignature> = unary({
  name: "cos",
  expression: E.cos(x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => neg(mul(g, sin(input))),
});

/** The hyperbolic tangent, from −1 to 1. Source: `torch.tanh`. */
export const tanh: InPlaceOperator<FloatUnarySignature> = unary({
  name: "tanh",
  expression: E.tanh(x),
  dtype: "float",
  saves: ["result"],
  vjp: (g, { result }) => tanhBackward(g, result),
});

/** The logistic function `1 / (1 + e⁻ˣ)`, from 0 to 1. Source: `torch.sigmoid`. */
export const sigmoid: InPlaceOperator<FloatUnarySignature> = unary({
  name: "sigmoid",
  expression: E.sigmoid(x),
  dtype: "float",
  saves: ["result"],
  vjp: (g, { result }) => sigmoidBackward(g, result),
});

/** The rectified linear unit: the element, or 0 where it is negative. The slope at 0 is taken as 0. Source: `torch.relu`. */
export const relu: InPlaceOperator<UnarySignature> = unary({
  name: "relu",
  out: false,
  expression: E.maximum(x, 0),
  check: (input) => {
    if (input.dtype === bool)
      throw new RuntimeError("Boolean inputs not supported for relu. Convert with .float() first.");
  },
  saves: ["result"],
  vjp: (g, { result }) => thresholdBackward(g, result),
});
