/** Modified Bessel functions of the first kind. Derivatives: PyTorch's `torch/csrc/autograd/FunctionsManual.cpp`. */
import { call } from "../../expression.ts";
import type { InPlaceOperator, Operator } from "../../operator.ts";
import type { FloatUnarySignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, div, mul, sub, where } from "./arithmetic.ts";
import { eq } from "./comparison.ts";
import { unary, x } from "./pointwise.ts";
import { reciprocal, sign } from "./unary.ts";

/** The modified Bessel function of order 0. Source: `torch.i0`. */
export const i0: InPlaceOperator<FloatUnarySignature> = unary({
  name: "i0",
  expression: call("i0", x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => mul(g, i1(input)),
});

/** `slope(input)`, and ½ where the input is 0 and the formula would divide by it. */
function awayFromZero(input: Tensor, slope: (nonzero: Tensor) => Tensor): Tensor {
  const atZero = eq(input, 0);
  return where(atZero, 0.5, slope(where(atZero, 1, input)));
}

/** The modified Bessel function of order 1. Source: `torch.special.i1`. */
export const i1: Operator<FloatUnarySignature> = unary({
  name: "i1",
  gradFn: "SpecialI1Backward0",
  inPlace: false,
  expression: call("i1", x),
  dtype: "float",
  saves: ["input", "result"],
  vjp: (g, { input, result }) =>
    mul(
      g,
      awayFromZero(input, (nonzero) => sub(i0(nonzero), div(result, nonzero))),
    ),
});

/** `e^−|x| i0(x)`, which stays small. Source: `torch.special.i0e`. */
export const i0e: Operator<FloatUnarySignature> = unary({
  name: "i0e",
  gradFn: "SpecialI0EBackward0",
  inPlace: false,
  expression: call("i0e", x),
  dtype: "float",
  saves: ["input", "result"],
  vjp: (g, { input, result }) => mul(g, sub(i1e(input), mul(sign(input), result))),
});

/** `e^−|x| i1(x)`, which stays small. Source: `torch.special.i1e`. */
export const i1e: Operator<FloatUnarySignature> = unary({
  name: "i1e",
  gradFn: "SpecialI1EBackward0",
  inPlace: false,
  expression: call("i1e", x),
  dtype: "float",
  saves: ["input", "result"],
  vjp: (g, { input, result }) =>
    mul(
      g,
      awayFromZero(input, (nonzero) =>
        sub(i0e(nonzero), mul(result, add(sign(nonzero), reciprocal(nonzero)))),
      ),
    ),
});
