/** Activation functions. Each is one kernel, and so is its gradient, unless it is made of other functions. */
import type { ByName } from "../../keywords.ts";
import { bool, int64, type DType } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { parameter as plainNumber, type Expression } from "../../expression.ts";
import { composite, operator, type ErrorCase, type Operator, type Sample } from "../../operator.ts";
import { dtype, integer, number, optionalInteger, tensor } from "../../parameters.ts";
import { elementwise } from "../../settle.ts";
import { normalizeDim } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { div, mul, sub } from "./arithmetic.ts";
import { cat } from "../shaping/joining.ts";
import { E, refuseWholeNumbers, x } from "./pointwise.ts";
import { given, sample } from "../samples.ts";
import type { Slope } from "./slopes.ts";
import { softmax } from "../reductions/softmax.ts";
import { abs, sigmoid, tanh } from "./unary.ts";
import {
  hardsigmoidBackward,
  hardswishBackward,
  logSigmoidBackward,
  mishBackward,
  scaledEluBackward,
} from "./activationSlopes.ts";

type OneTensor = FunctionSignature<(input: Tensor) => Tensor>;

const samples: readonly Sample[] = [() => [sample([2, 3])], () => [sample([])]];

function wholeNumberError(kernel: string): ErrorCase {
  return { args: () => [given([1], int64)], error: "NotImplementedError", message: new RegExp(kernel) };
}

/** An activation without settings. */
function plain(
  name: string,
  kernel: string,
  expression: Expression,
  slope: Slope,
  gradFn?: string,
): Operator<OneTensor> {
  return operator({
    name,
    ...(gradFn === undefined ? {} : { gradFn }),
    parameters: { input: tensor },
    saves: ["input"],
    forward: ({ input }, output) => {
      refuseWholeNumbers(kernel, input.dtype);
      return elementwise(expression, [input], "promote", output);
    },
    vjp: { input: (g, { input }) => slope(g, input) },
    samples,
    errors: [wholeNumberError(kernel)],
  });
}

const sixth = E.mul(E.minimum(E.maximum(E.add(x, 3), 0), 6), 1 / 6);

/**
 * `sigmoid` made of three lines: 0 below −3, 1 above 3, `x/6 + ½` between.
 *
 * @throws NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.hardsigmoid`.
 */
export const hardsigmoid: Operator<OneTensor> = plain(
  "hardsigmoid",
  "hardsigmoid_cpu",
  sixth,
  hardsigmoidBackward,
);

/**
 * `x · hardsigmoid(x)`.
 *
 * @throws NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.hardswish`; A. Howard et al., "Searching for MobileNetV3" (2019).
 */
export const hardswish: Operator<OneTensor> = plain(
  "hardswish",
  "hardswish_cpu",
  E.mul(x, sixth),
  hardswishBackward,
);

/**
 * `x · tanh(softplus(x))`.
 *
 * @throws NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.mish`; D. Misra, "Mish" (2019).
 */
export const mish: Operator<OneTensor> = plain(
  "mish",
  "mish_cpu",
  E.mul(x, E.tanh(E.log1p(E.exp(x)))),
  mishBackward,
);

/** `log(sigmoid(x))`, without overflow. @throws NotImplementedError for whole numbers. Source: `torch.nn.functional.logsigmoid`. */
export const logsigmoid: Operator<OneTensor> = plain(
  "logsigmoid",
  "log_sigmoid_cpu",
  E.sub(E.minimum(x, 0), E.log1p(E.exp(E.neg(E.abs(x))))),
  logSigmoidBackward,
  "LogSigmoidBackward0",
);

const [below, above, inner] = [plainNumber(0), plainNumber(1), plainNumber(2)];
const scaledElu = E.select(E.le(x, 0), E.mul(below, E.expm1(E.mul(x, inner))), E.mul(x, above));

/**
 * An exponential linear unit without a kink at 0 whatever `alpha` is: x where it is positive, else `alpha · (exp(x / alpha) − 1)`.
 *
 * @throws RuntimeError when alpha is 0, NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.celu`; J. T. Barron, "Continuously differentiable exponential linear units" (2017).
 */
export const celu: Operator<
  ByName<
    FunctionSignature<(input: Tensor, alpha?: number | { readonly alpha?: number }) => Tensor>,
    "input, alpha?"
  >
> = operator({
  name: "celu",
  gradFnInPlace: "CeluBackward1",
  parameters: { input: tensor, alpha: number(1) },
  saves: ["input"],
  forward: ({ input, alpha }, output) => {
    if (alpha === 0)
      throw new RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU. relu is what it tends to.");
    refuseWholeNumbers("elu_cpu", input.dtype);
    return elementwise(scaledElu, [input], "promote", output, [alpha, 1, 1 / alpha]);
  },
  vjp: { input: (g, { input, alpha }) => scaledEluBackward(g, input, [1, 1, 1 / alpha]) },
  samples: [...samples, () => [sample([2, 3]), 0.6]],
  errors: [
    wholeNumberError("elu_cpu"),
    { args: () => [sample([2]), 0], error: "RuntimeError", message: /alpha cannot be 0/ },
  ],
});

/** With these, mean and variance of normal numbers stay as they are. Source: `aten/src/ATen/native/Activation.cpp`. */
const selfNormalizing = { alpha: 1.673_263_242_354_377_2, scale: 1.050_700_987_355_480_5 };

/**
 * The self-normalising exponential linear unit: `scale · x` where it is positive, else `scale · alpha · (eˣ − 1)`, with fixed numbers.
 *
 * @throws NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.selu`; G. Klambauer et al., "Self-normalizing neural networks" (2017).
 */
export const selu: Operator<ByName<OneTensor, "input">> = operator({
  name: "selu",
  gradFnInPlace: "EluBackward1",
  parameters: { input: tensor },
  gradFn: "EluBackward0",
  saves: ["input"],
  forward: ({ input }, output) => {
    refuseWholeNumbers("elu_cpu", input.dtype);
    const { alpha, scale } = selfNormalizing;
    return elementwise(scaledElu, [input], "promote", output, [alpha * scale, scale, 1]);
  },
  vjp: {
    input: (g, { input }) =>
      scaledEluBackward(g, input, [selfNormalizing.alpha * selfNormalizing.scale, selfNormalizing.scale, 1]),
  },
  samples,
  errors: [wholeNumberError("elu_cpu")],
});

/** `x / (1 + |x|)`, from −1 to 1. @throws NotImplementedError for bool. Source: `torch.nn.functional.softsign`. */
export const softsign: Operator<ByName<OneTensor, "input">> = composite({
  name: "softsign",
  parameters: { input: tensor },
  define: ({ input }) => div(input, abs(input).add(1)),
  samples,
  errors: [{ args: () => [given([1], bool)], error: "NotImplementedError", message: /abs_cpu/ }],
});

/** `x − tanh(x)`. @throws RuntimeError for bool. Source: `torch.nn.functional.tanhshrink`. */
export const tanhshrink: Operator<ByName<OneTensor, "input">> = composite({
  name: "tanhshrink",
  parameters: { input: tensor },
  define: ({ input }) => sub(input, tanh(input)),
  samples,
  errors: [{ args: () => [given([1], bool)], error: "RuntimeError", message: /bool/ }],
});

/** The dimension that PyTorch takes where none is named: classes, whether there are batches or not. Source: `_get_softmax_dim`. */
function implicitDim(ndim: number): number {
  return ndim === 0 || ndim === 1 || ndim === 3 ? 0 : 1;
}

/**
 * `softmax(−input)`: the smallest element has the largest share. Shares along `dim` have the sum 1.
 *
 * @throws NotImplementedError for whole numbers, IndexError for a dimension that is not there.
 * Source: `torch.nn.functional.softmin`.
 */
export const softmin: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        dim?: number | null | { readonly dim?: number | null; readonly dtype?: DType | null },
        options?: { readonly dtype?: DType | null },
      ) => Tensor
    >,
    "input, dim?, dtype?"
  >
> = composite({
  name: "softmin",
  parameters: { input: tensor, dim: optionalInteger, dtype },
  define: ({ input, dim, dtype: wanted }) =>
    softmax(input.neg(), dim ?? implicitDim(input.ndim), wanted === null ? {} : { dtype: wanted }),
  samples: [() => [sample([2, 3]), 1], () => [sample([2])]],
});

/** What passes, and what decides how much of it. */
function halvesOf(input: Tensor, dim: number): { readonly passed: Tensor; readonly gate: Tensor } {
  const half = input.shape[dim]! / 2;
  return { passed: input.narrow(dim, 0, half), gate: input.narrow(dim, half, half) };
}

/**
 * The gated linear unit: the first half of the tensor along `dim` times the `sigmoid` of the second.
 *
 * @throws RuntimeError for an odd size or a tensor without dimensions, NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.glu`; Y. Dauphin et al., "Language modeling with gated convolutional networks" (2017).
 */
export const glu: Operator<
  ByName<
    FunctionSignature<(input: Tensor, dim?: number | { readonly dim?: number }) => Tensor>,
    "input, dim?"
  >
> = operator({
  name: "glu",
  parameters: { input: tensor, dim: integer(-1) },
  saves: ["input"],
  forward: ({ input, dim }) => {
    if (input.ndim === 0)
      throw new RuntimeError("glu does not support 0-dimensional tensors: there is nothing to halve.");
    const along = normalizeDim(dim, input.ndim);
    const size = input.shape[along]!;
    if (size % 2 !== 0)
      throw new RuntimeError(
        `Halving dimension must be even, but dimension ${along} is size ${size}. The layer before it gives twice the features.`,
      );
    refuseWholeNumbers("glu_cpu", input.dtype);
    const { passed, gate } = halvesOf(input, along);
    return mul(passed, sigmoid(gate));
  },
  vjp: {
    input: (g, { input, dim }) => {
      const { passed, gate } = halvesOf(input, normalizeDim(dim, input.ndim));
      const share = sigmoid(gate);
      const forGate = mul(mul(mul(g, passed), share), share.rsub(1));
      return cat([mul(g, share), forGate], dim);
    },
  },
  samples: [() => [sample([2, 4])], () => [sample([2, 3]), 0]],
  errors: [
    { args: () => [sample([2, 3])], error: "RuntimeError", message: /dimension 1 is size 3/ },
    { args: () => [sample([])], error: "RuntimeError", message: /0-dimensional/ },
  ],
});
