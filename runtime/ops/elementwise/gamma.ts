/** The gamma function's logarithm, derivatives and parts. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { bool, get_default_dtype } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { call, parameter } from "../../expression.ts";
import { operator, type InPlaceOperator, type Sample } from "../../operator.ts";
import { integer, tensor } from "../../parameters.ts";
import { elementwise } from "../../settle.ts";
import type { BinarySignature, FloatUnarySignature, GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { missingDerivative } from "../missingDerivative.ts";
import { binary, fractionsOnly, unary, x, y } from "./pointwise.ts";
import { sample } from "../samples.ts";
import { exp, log } from "./unary.ts";

const positive: readonly Sample[] = [
  () => [sample([2, 3], { low: 0.3, high: 4 })],
  () => [sample([], { low: 0.3, high: 4 })],
];

/** The logarithm of the size of the gamma function, `log |Γ(x)|`. Source: `torch.lgamma`. */
export const lgamma: InPlaceOperator<FloatUnarySignature> = unary({
  name: "lgamma",
  expression: call("lgamma", x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => mul(g, digamma(input)),
  samples: positive,
});

/** The derivative of `lgamma`. Source: `torch.digamma`. */
export const digamma: InPlaceOperator<FloatUnarySignature> = unary({
  name: "digamma",
  expression: call("digamma", x),
  dtype: "float",
  saves: ["input"],
  vjp: (g, { input }) => mul(g, polygamma(input, 1)),
  samples: positive,
});

const polygammaExpression = call("polygamma", parameter(0), x);

/**
 * The derivative of order `n` of `digamma`. As a function: `torch.polygamma(n, input)`, as a method: `input.polygamma(n)`.
 *
 * @throws RuntimeError for a negative order.
 * Source: `torch.Tensor.polygamma`.
 */
export const polygamma: InPlaceOperator<GeneralSignature<[n: number], "same", ["n"]>> = operator({
  name: "polygamma",
  gradFnInPlace: "PolygammaBackward1",
  out: true,
  parameters: { input: tensor, n: integer() },
  saves: ["input"],
  forward: ({ input, n }, output) => {
    if (n < 0)
      throw new RuntimeError(
        `polygamma(n, x) does not support negative n. Got n=${n}; the first derivative of digamma is n=1.`,
      );
    return elementwise(polygammaExpression, [input], "float", output, [n]);
  },
  vjp: { input: (g, { input, n }) => mul(g, polygamma(input, n + 1)) },
  inPlace: true,
  samples: [() => [sample([2, 3], { low: 0.5, high: 4 }), 1], () => [sample([3], { low: 0.5, high: 4 }), 0]],
  errors: [{ args: () => [sample([2]), -1], error: "RuntimeError", message: /negative n/ }],
});

/** The elements at which a function of `p` dimensions asks the gamma function: `input − k/2` for k from 0. */
function halves(input: Tensor, p: number): readonly Tensor[] {
  return Array.from({ length: p }, (_, k) => sub(input, k / 2));
}

/**
 * The logarithm of the gamma function of `p` dimensions, up to which matrices of the Wishart distribution are counted.
 *
 * @throws RuntimeError for `p` below 1, and for bool.
 * Source: `torch.mvlgamma`; DLMF 35.3.4.
 */
export const mvlgamma: InPlaceOperator<GeneralSignature<[p: number], "same", ["p"]>> = operator({
  name: "mvlgamma",
  out: true,
  parameters: { input: tensor, p: integer() },
  saves: ["input"],
  forward: ({ input, p }) => {
    if (input.dtype === bool)
      throw new RuntimeError("The input tensor may not be a boolean tensor. Convert with .float() first.");
    if (p < 1) throw new RuntimeError(`p has to be greater than or equal to 1, but it is ${p}.`);
    const fraction = input.dtype.is_floating_point ? input : input.to(get_default_dtype());
    const sum = halves(fraction, p)
      .map((part) => lgamma(part))
      .reduce((left, right) => add(left, right));
    return add(sum, (p * (p - 1) * Math.log(Math.PI)) / 4);
  },
  vjp: {
    input: (g, { input, p }) =>
      mul(
        g,
        halves(input, p)
          .map((part): Tensor => digamma(part))
          .reduce((left, right) => add(left, right)),
      ),
  },
  inPlace: true,
  samples: [() => [sample([2, 3], { low: 1.5, high: 4 }), 3], () => [sample([], { low: 1.5, high: 4 }), 1]],
  errors: [{ args: () => [sample([2]), 0], error: "RuntimeError", message: /greater than or equal to 1/ }],
});

/** The gamma distribution's density of shape a at x, with its gradient. */
function density(a: Tensor, at: Tensor): Tensor {
  return exp(sub(sub(mul(sub(a, 1), log(at)), at), lgamma(a)));
}

const shares: readonly Sample[] = [
  () => [
    sample([2, 3], { low: 0.5, high: 3, requiresGrad: false }),
    sample([2, 3], { seed: 1, low: 0.3, high: 4 }),
  ],
  () => [
    sample([3], { low: 0.5, high: 3, requiresGrad: false }),
    sample([2, 1], { seed: 2, low: 0.3, high: 4 }),
  ],
];

/**
 * The regularised lower incomplete gamma function: the share of the gamma distribution of shape `input` that lies below `other`.
 *
 * It has a gradient for `other` only. @throws NotImplementedError for whole numbers.
 * Source: `torch.igamma`.
 */
export const igamma: InPlaceOperator<BinarySignature> = binary({
  name: "igamma",
  tensorsOnly: true,
  expression: call("igamma", x, y),
  check: fractionsOnly("igamma_cpu"),
  saves: ["input", "other"],
  vjp: {
    input: missingDerivative("igamma: input"),
    other: (g, { input, other }) => mul(g, density(input, other)),
  },
  samples: shares,
});

/** The regularised upper incomplete gamma function, `1 − igamma(input, other)` with all its digits. Source: `torch.igammac`. */
export const igammac: InPlaceOperator<BinarySignature> = binary({
  name: "igammac",
  tensorsOnly: true,
  expression: call("igammac", x, y),
  check: fractionsOnly("igammac_cpu"),
  saves: ["input", "other"],
  vjp: {
    input: missingDerivative("igammac: input"),
    other: (g, { input, other }) => mul(g.neg(), density(input, other)),
  },
  samples: shares,
});
