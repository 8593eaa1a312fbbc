/** Inverse hyperbolic functions. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { call } from "../../expression.ts";
import type { InPlaceOperator } from "../../operator.ts";
import type { FloatUnarySignature } from "../../signatures.ts";
import { div, mul } from "./arithmetic.ts";
import { unary, x } from "./pointwise.ts";
import { sample } from "../samples.ts";
import { rsqrt, square } from "./unary.ts";

/** The number from 0 on whose hyperbolic cosine the element is: NaN below 1. Source: `torch.acosh`. */
export const acosh: InPlaceOperator<FloatUnarySignature> = unary({
  name: "acosh",
  gradFnInPlace: "AcoshBackward1",
  expression: call("acosh", x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => mul(g, rsqrt(square(input).sub(1))),
  samples: [() => [sample([2, 3], { low: 1.2, high: 3 })], () => [sample([], { low: 1.2, high: 3 })]],
});

/** The number whose hyperbolic sine the element is. Source: `torch.asinh`. */
export const asinh: InPlaceOperator<FloatUnarySignature> = unary({
  name: "asinh",
  gradFnInPlace: "AsinhBackward1",
  expression: call("asinh", x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => mul(g, rsqrt(square(input).add(1))),
});

/** The number whose hyperbolic tangent the element is: ±∞ at ±1, NaN beyond. Source: `torch.atanh`. */
export const atanh: InPlaceOperator<FloatUnarySignature> = unary({
  name: "atanh",
  gradFnInPlace: "AtanhBackward1",
  expression: call("atanh", x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => div(g, square(input).rsub(1)),
  samples: [() => [sample([2, 3], { low: -0.9, high: 0.9 })], () => [sample([], { low: -0.9, high: 0.9 })]],
});
