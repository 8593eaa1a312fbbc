/** Functions made of logarithms, and the inverse of the error function. Derivatives: PyTorch's `torch/csrc/autograd/FunctionsManual.cpp`. */
import { call, parameter } from "../../expression.ts";
import { operator, type InPlaceOperator, type Operator } from "../../operator.ts";
import { optionalNumber, tensor } from "../../parameters.ts";
import { elementwise } from "../../settle.ts";
import type {
  BinarySignature,
  EitherSignature,
  FloatUnarySignature,
  GeneralSignature,
} from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { div, mul, sub, where } from "./arithmetic.ts";
import { eq, ge, le, logical_and } from "./comparison.ts";
import { binary, binarySamples, E, fractionsOnly, tensorSamples, unary, x, y } from "./pointwise.ts";
import { sample } from "../samples.ts";
import { cos, exp, log, sigmoid, sin, square } from "./unary.ts";

/** The number whose `erf` the element is: ±∞ at ±1, NaN beyond. Source: `torch.erfinv`. */
export const erfinv: InPlaceOperator<FloatUnarySignature> = unary({
  name: "erfinv",
  expression: call("erfinv", x),
  dtype: "float",
  saves: ["result"],
  vjp: (g, { result }) => mul(g, mul(exp(square(result)), Math.sqrt(Math.PI) / 2)),
  samples: [() => [sample([2, 3], { low: -0.9, high: 0.9 })], () => [sample([], { low: -0.9, high: 0.9 })]],
});

const eps = parameter(0);
const clamped = E.minimum(E.maximum(x, eps), E.sub(1, eps));
const logitExpression = E.log(E.div(x, E.sub(1, x)));
const logitWithin = E.log(E.div(clamped, E.sub(1, clamped)));

/**
 * The inverse of `sigmoid`: `log(x / (1 − x))`, NaN outside of [0, 1]. With `eps` elements are first limited to [eps, 1 − eps].
 *
 * Source: `torch.logit`.
 */
export const logit: InPlaceOperator<
  GeneralSignature<[eps?: number | null | { readonly eps?: number | null }]>
> = operator({
  name: "logit",
  out: true,
  parameters: { input: tensor, eps: optionalNumber },
  saves: ["input"],
  forward: ({ input, eps: limit }, output) =>
    limit === null
      ? elementwise(logitExpression, [input], "float", output)
      : elementwise(logitWithin, [input], "float", output, [limit]),
  vjp: {
    input: (g, { input, eps: limit }) => {
      const inside = logical_and(ge(input, limit ?? 0), le(input, 1 - (limit ?? 0)));
      return where(inside, div(g, mul(input, input.rsub(1))), limit === null ? NaN : 0);
    },
  },
  inPlace: true,
  samples: [
    () => [sample([2, 3], { low: 0.1, high: 0.9 })],
    () => [sample([2, 3], { low: 0.1, high: 0.9 }), 0.2],
  ],
});

const scaledByPi = E.mul(Math.PI, x);

/** The derivative of `sinc` where x is not 0, else 0. */
function sincSlope(input: Tensor): Tensor {
  const atZero = eq(input, 0);
  const nonzero = where(atZero, 1, input);
  const angle = mul(nonzero, Math.PI);
  return where(atZero, 0, div(sub(cos(angle), div(sin(angle), angle)), nonzero));
}

/** `sin(π x) / (π x)`, 1 at 0. Source: `torch.sinc`. */
export const sinc: InPlaceOperator<FloatUnarySignature> = unary({
  name: "sinc",
  expression: E.select(E.eq(x, 0), 1, E.div(E.sin(scaledByPi), scaledByPi)),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => mul(g, sincSlope(input)),
});

/** `input · log(other)`, 0 where the input is 0 and `other` is a number. Source: `torch.xlogy`. */
export const xlogy: InPlaceOperator<EitherSignature> = binary({
  name: "xlogy",
  numberFirst: true,
  gradFn: ({ input, other }) => `XlogyBackward${other.isNumber ? 2 : input.isNumber ? 1 : 0}`,
  expression: E.select(E.ne(y, y), y, E.select(E.eq(x, 0), 0, E.mul(x, E.log(y)))),
  dtype: "float",
  saves: ["input", "other"],
  vjp: {
    input: (g, { input, other }) => where(logical_and(eq(input, 0), le(other, 0)), 0, mul(g, log(other))),
    other: (g, { input, other }) => div(mul(g, input), other),
  },
  samples: [
    ...binarySamples.slice(0, 3).map((each) => () => [each()[0], each()[1]]),
    () => [2, sample([3], { low: 0.5 })],
  ],
});

const distance = E.abs(E.sub(x, y));
const bothInfinite = E.and(E.eq(x, y), E.eq(E.abs(x), Infinity));

/**
 * `log(eˣ + eʸ)`, without overflow. @throws NotImplementedError for whole numbers. Source: `torch.logaddexp`.
 */
export const logaddexp: Operator<BinarySignature> = binary({
  name: "logaddexp",
  inPlace: false,
  tensorsOnly: true,
  expression: E.select(bothInfinite, x, E.add(E.maximum(x, y), E.log1p(E.exp(E.neg(distance))))),
  check: fractionsOnly("logaddexp_cpu"),
  saves: ["input", "other"],
  vjp: {
    input: (g, { input, other }) => mul(g, sigmoid(sub(input, other))),
    other: (g, { input, other }) => mul(g, sigmoid(sub(other, input))),
  },
  samples: tensorSamples,
});

/** `log₂(2ˣ + 2ʸ)`, without overflow. @throws NotImplementedError for whole numbers. Source: `torch.logaddexp2`. */
export const logaddexp2: Operator<BinarySignature> = binary({
  name: "logaddexp2",
  inPlace: false,
  tensorsOnly: true,
  expression: E.select(
    bothInfinite,
    x,
    E.add(E.maximum(x, y), E.mul(E.log1p(E.exp2(E.neg(distance))), Math.LOG2E)),
  ),
  check: fractionsOnly("logaddexp2_cpu"),
  saves: ["input", "other"],
  vjp: {
    input: (g, { input, other }) => mul(g, sigmoid(mul(sub(input, other), Math.LN2))),
    other: (g, { input, other }) => mul(g, sigmoid(mul(sub(other, input), Math.LN2))),
  },
  samples: tensorSamples,
});
