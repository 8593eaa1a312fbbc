/** Special functions that PyTorch has in `torch.special` only. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { float64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { call } from "../../expression.ts";
import type { Operator } from "../../operator.ts";
import type { EitherSignature, FloatUnarySignature } from "../../signatures.ts";
import { promoteTensors } from "../../settle.ts";
import type { Tensor } from "../../tensor.ts";
import { div, mul, sub, where } from "./arithmetic.ts";
import { eq, le, logical_and } from "./comparison.ts";
import { missingDerivative } from "../missingDerivative.ts";
import { binary, E, unary, x, y } from "./pointwise.ts";
import { given, sample } from "../samples.ts";
import { exp, log, log1p, square } from "./unary.ts";

/** A check for functions that PyTorch computes in float32 and float64 only. */
function refuseHalves(kernel: string): (input: Tensor, other?: Tensor) => void {
  return (input, other) => {
    const promoted = promoteTensors(other === undefined ? [input] : [input, other]);
    if (promoted.is_floating_point && promoted.itemsize < 4)
      throw new NotImplementedError(
        `"${kernel}" not implemented for '${promoted.typeName}': convert with .float() first.`,
      );
  };
}

/** The summand of an entropy, `−x log x`: 0 at 0, −∞ below. Source: `torch.special.entr`. */
export const entr: Operator<FloatUnarySignature> = unary({
  name: "entr",
  gradFn: "SpecialEntrBackward0",
  inPlace: false,
  expression: E.select(
    E.ne(x, x),
    x,
    E.select(E.gt(x, 0), E.neg(E.mul(x, E.log(x))), E.select(E.eq(x, 0), 0, -Infinity)),
  ),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => mul(g, log(input).add(1).neg()),
  samples: [() => [sample([2, 3], { low: 0.2 })], () => [sample([], { low: 0.2 })]],
});

/** `exp(x²) erfc(x)`, which stays in range where both factors do not. @throws NotImplementedError for 16-bit fractions. Source: `torch.special.erfcx`. */
export const erfcx: Operator<FloatUnarySignature> = unary({
  name: "erfcx",
  gradFn: "SpecialErfcxBackward0",
  inPlace: false,
  expression: call("erfcx", x),
  check: refuseHalves("erfcx_cpu"),
  dtype: "float",
  saves: ["input", "result"],
  vjp: (g, { input, result }) => mul(g, sub(mul(mul(input, 2), result), 2 / Math.sqrt(Math.PI))),
});

/** Density of the standard normal distribution at 0. */
const normalDensity = 1 / Math.sqrt(2 * Math.PI);

/** The share of a standard normal distribution below x. Source: `torch.special.ndtr`. */
export const ndtr: Operator<FloatUnarySignature> = unary({
  name: "ndtr",
  gradFn: "SpecialNdtrBackward0",
  inPlace: false,
  expression: E.normalCdf(x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => mul(g, mul(exp(mul(square(input), -0.5)), normalDensity)),
});

/** The number below which a share x of a standard normal distribution lies. @throws NotImplementedError for 16-bit fractions. Source: `torch.special.ndtri`. */
export const ndtri: Operator<FloatUnarySignature> = unary({
  name: "ndtri",
  gradFn: "SpecialNdtriBackward0",
  inPlace: false,
  expression: call("normalQuantile", x),
  check: refuseHalves("ndtri_cpu"),
  dtype: "float",
  saves: ["result"],
  vjp: (g, { result }) => mul(g, mul(exp(mul(square(result), 0.5)), 1 / normalDensity)),
  samples: [() => [sample([2, 3], { low: 0.1, high: 0.9 })], () => [sample([], { low: 0.1, high: 0.9 })]],
});

/** The logarithm of the share of a standard normal distribution below x. @throws NotImplementedError for 16-bit fractions. Source: `torch.special.log_ndtr`. */
export const log_ndtr: Operator<FloatUnarySignature> = unary({
  name: "log_ndtr",
  gradFn: "SpecialLogNdtrBackward0",
  inPlace: false,
  expression: call("logNormalCdf", x),
  check: refuseHalves("log_ndtr_cpu"),
  dtype: "float",
  saves: ["input"],
  // The density over the share, in a form in which neither underflows.
  vjp: (g, { input }) => mul(g, mul(erfcx(mul(input, -Math.SQRT1_2)).reciprocal(), Math.sqrt(2 / Math.PI))),
});

/** `input · log(1 + other)`, 0 where the input is 0 and `other` is a number. Source: `torch.special.xlog1py`. */
export const xlog1py: Operator<EitherSignature> = binary({
  name: "xlog1py",
  gradFn: "SpecialXlog1PyBackward0",
  inPlace: false,
  numberFirst: true,
  expression: E.select(E.ne(y, y), y, E.select(E.eq(x, 0), 0, E.mul(x, E.log1p(y)))),
  dtype: "float",
  saves: ["input", "other"],
  vjp: {
    input: (g, { input, other }) => where(logical_and(eq(input, 0), le(other, -1)), 0, mul(g, log1p(other))),
    other: (g, { input, other }) => div(mul(g, input), other.add(1)),
  },
});

/** Hurwitz's zeta function: the sum of `(other + k) ** −input` over k from 0. @throws NotImplementedError for 16-bit fractions. Source: `torch.special.zeta`. */
export const zeta: Operator<EitherSignature> = binary({
  name: "zeta",
  gradFn: "SpecialZetaBackward0",
  inPlace: false,
  numberFirst: true,
  expression: call("zeta", x, y),
  check: refuseHalves("zeta_cpu"),
  dtype: "float",
  saves: ["input", "other"],
  vjp: {
    input: missingDerivative("zeta"),
    other: (g, { input, other }) => mul(g, mul(input.neg(), zeta(input.add(1), other))),
  },
  samples: [
    () => [given([2, 3.5, 5], float64), sample([2, 3], { low: 0.5, high: 3 })],
    () => [2, sample([3], { low: 0.5, high: 3 })],
  ],
});
