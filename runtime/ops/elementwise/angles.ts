/** Trigonometric and hyperbolic functions beyond sine and cosine. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import type { InPlaceOperator } from "../../operator.ts";
import type { FloatUnarySignature } from "../../signatures.ts";
import { div, mul } from "./arithmetic.ts";
import { E, unary, x } from "./pointwise.ts";
import { sample } from "../samples.ts";
import { sqrt, square } from "./unary.ts";

/** Samples between −1 and 1. */
const inside = [
  (): unknown[] => [sample([2, 3], { low: -0.9, high: 0.9 })],
  (): unknown[] => [sample([], { low: -0.9, high: 0.9 })],
];

/** The tangent of an angle in radians. Source: `torch.tan`. */
export const tan: InPlaceOperator<FloatUnarySignature> = unary({
  name: "tan",
  expression: E.tan(x),
  dtype: "float",
  saves: ["result"],
  vjp: (g, { result }) => mul(g, square(result).add(1)),
  samples: inside,
});

/** The angle whose sine the element is: from −π/2 to π/2, NaN outside of [−1, 1]. Source: `torch.asin`. */
export const asin: InPlaceOperator<FloatUnarySignature> = unary({
  name: "asin",
  expression: E.asin(x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => div(g, sqrt(square(input).rsub(1))),
  samples: inside,
});

/** The angle whose cosine the element is: from 0 to π, NaN outside of [−1, 1]. Source: `torch.acos`. */
export const acos: InPlaceOperator<FloatUnarySignature> = unary({
  name: "acos",
  expression: E.acos(x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => div(g.neg(), sqrt(square(input).rsub(1))),
  samples: inside,
});

/** The angle whose tangent the element is: from −π/2 to π/2. Source: `torch.atan`. */
export const atan: InPlaceOperator<FloatUnarySignature> = unary({
  name: "atan",
  expression: E.atan(x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => div(g, square(input).add(1)),
});

/** The hyperbolic sine, `(eˣ − e⁻ˣ) / 2`. Source: `torch.sinh`. */
export const sinh: InPlaceOperator<FloatUnarySignature> = unary({
  name: "sinh",
  expression: E.sinh(x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => mul(g, cosh(input)),
});

/** The hyperbolic cosine, `(eˣ + e⁻ˣ) / 2`. Source: `torch.cosh`. */
export const cosh: InPlaceOperator<FloatUnarySignature> = unary({
  name: "cosh",
  expression: E.cosh(x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => mul(g, sinh(input)),
});
