/** Activation functions beyond those in `unary.ts`. Each is one kernel, and so is its gradient. */
import type { ByName } from "../../keywords.ts";
import { bool, type DType } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { parameter as plainNumber, type Expression } from "../../expression.ts";
import { operator, type Operator, type Sample } from "../../operator.ts";
import { number, keywordOnly, tensor, type Parameter } from "../../parameters.ts";
import { elementwise } from "../../settle.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { E, refuseWholeNumbers, x } from "./pointwise.ts";
import { given, sample } from "../samples.ts";
import {
  eluBackward,
  geluBackward,
  geluTanhBackward,
  hardtanhBackward,
  leakyReluBackward,
  siluBackward,
  softplusBackward,
} from "./slopes.ts";

function compute(expression: Expression, input: Tensor, numbers: readonly number[] = []): Tensor {
  return elementwise(expression, [input], "promote", null, numbers);
}

const [first, second] = [plainNumber(0), plainNumber(1)];

const expressions = {
  gelu: E.gelu(x),
  geluTanh: E.mul(
    E.mul(x, 0.5),
    E.add(1, E.tanh(E.mul(Math.sqrt(2 / Math.PI), E.add(x, E.mul(0.044715, E.mul(x, E.mul(x, x))))))),
  ),
  silu: E.mul(x, E.sigmoid(x)),
  leakyRelu: E.select(E.gt(x, 0), x, E.mul(x, first)),
  elu: E.select(E.le(x, 0), E.mul(first, E.expm1(x)), x),
  softplus: E.select(
    E.gt(E.mul(x, first), second),
    x,
    E.div(E.log1p(E.exp(E.minimum(E.mul(x, first), second))), first),
  ),
  hardtanh: E.minimum(E.maximum(x, first), second),
};

const samples: readonly Sample[] = [() => [sample([2, 3])], () => [sample([])], () => [sample([0, 2])]];

function wholeNumberError(kernel: string): {
  readonly args: () => readonly unknown[];
  readonly error: string;
  readonly message: RegExp;
} {
  return { args: () => [given([1], bool)], error: "NotImplementedError", message: new RegExp(kernel) };
}

const approximation: Parameter<"none" | "tanh"> = keywordOnly({
  expects: '"none" or "tanh"',
  fallback: "none",
  convert: (value) => (typeof value === "string" ? (value as "none" | "tanh") : undefined), // `gelu` refuses other words, as PyTorch does
});

/**
 * The Gaussian error linear unit: x times the share of a standard normal distribution below x.
 *
 * `F.gelu(x)`, `F.gelu(x, {approximate: "tanh"})`. Float in, the same shape and dtype out.
 *
 * @throws RuntimeError for another approximation, NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.gelu`; D. Hendrycks and K. Gimpel, "Gaussian error linear units" (2016).
 */
export const gelu: Operator<
  ByName<
    FunctionSignature<(input: Tensor, options?: { readonly approximate?: "none" | "tanh" }) => Tensor>,
    "input, approximate?"
  >
> = operator({
  name: "gelu",
  parameters: { input: tensor, approximate: approximation },
  saves: ["input"],
  forward: ({ input, approximate }) => {
    if (approximate !== "none" && approximate !== "tanh")
      throw new RuntimeError(
        `approximate argument must be either none or tanh., got "${String(approximate)}". Leave it out for the exact function.`,
      );
    refuseWholeNumbers("GeluKernelImpl", input.dtype);
    return compute(approximate === "none" ? expressions.gelu : expressions.geluTanh, input);
  },
  vjp: {
    input: (g, { input, approximate }) =>
      approximate === "none" ? geluBackward(g, input) : geluTanhBackward(g, input),
  },
  samples: [...samples, () => [sample([2, 3]), { approximate: "tanh" }]],
  errors: [
    wholeNumberError("GeluKernelImpl"),
    {
      args: () => [sample([2]), { approximate: "erf" }],
      error: "RuntimeError",
      message: /must be either none or tanh/,
    },
  ],
});

/** The sigmoid linear unit, or swish: `x · sigmoid(x)`. @throws NotImplementedError for whole numbers. Source: `torch.nn.functional.silu`. */
export const silu: Operator<ByName<FunctionSignature<(input: Tensor) => Tensor>, "input">> = operator({
  name: "silu",
  parameters: { input: tensor },
  saves: ["input"],
  forward: ({ input }) => {
    refuseWholeNumbers("silu_cpu", input.dtype);
    return compute(expressions.silu, input);
  },
  vjp: { input: (g, { input }) => siluBackward(g, input) },
  samples,
  errors: [wholeNumberError("silu_cpu")],
});

/**
 * x where it is positive, else `negative_slope · x`.
 *
 * @throws NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.leaky_relu`.
 */
export const leaky_relu: Operator<
  ByName<FunctionSignature<(input: Tensor, negative_slope?: number) => Tensor>, "input, negative_slope?">
> = operator({
  name: "leaky_relu",
  gradFnInPlace: "LeakyReluBackward1",
  parameters: { input: tensor, negative_slope: number(0.01) },
  saves: ["input"],
  forward: ({ input, negative_slope: slope }) => {
    refuseWholeNumbers("leaky_relu_cpu", input.dtype);
    return compute(expressions.leakyRelu, input, [slope]);
  },
  vjp: { input: (g, { input, negative_slope: slope }) => leakyReluBackward(g, input, [slope]) },
  samples: [...samples, () => [sample([2, 3]), 0.3]],
  errors: [wholeNumberError("leaky_relu_cpu")],
});

/**
 * The exponential linear unit: x where it is positive, else `alpha · (eˣ − 1)`.
 *
 * @throws NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.elu`; D.-A. Clevert et al., "Fast and accurate deep network learning by exponential linear units" (2015).
 */
export const elu: Operator<
  ByName<FunctionSignature<(input: Tensor, alpha?: number) => Tensor>, "input, alpha?">
> = operator({
  name: "elu",
  gradFnInPlace: "EluBackward1",
  parameters: { input: tensor, alpha: number(1) },
  saves: ["input"],
  forward: ({ input, alpha }) => {
    refuseWholeNumbers("elu_cpu", input.dtype);
    return compute(expressions.elu, input, [alpha]);
  },
  vjp: { input: (g, { input, alpha }) => eluBackward(g, input, [alpha]) },
  samples: [...samples, () => [sample([2, 3]), 0.3]],
  errors: [wholeNumberError("elu_cpu")],
});

/**
 * A smooth form of relu: `log(1 + exp(beta · x)) / beta`, and x itself where `beta · x` is above the threshold.
 *
 * @throws NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.softplus`.
 */
export const softplus: Operator<
  ByName<
    FunctionSignature<(input: Tensor, beta?: number, threshold?: number) => Tensor>,
    "input, beta?, threshold?"
  >
> = operator({
  name: "softplus",
  parameters: { input: tensor, beta: number(1), threshold: number(20) },
  saves: ["input"],
  forward: ({ input, beta, threshold }) => {
    refuseWholeNumbers("softplus_cpu", input.dtype);
    return compute(expressions.softplus, input, [beta, threshold]);
  },
  vjp: { input: (g, { input, beta, threshold }) => softplusBackward(g, input, [beta, threshold]) },
  samples: [...samples, () => [sample([2, 3]), 2, 1]],
  errors: [wholeNumberError("softplus_cpu")],
});

/** @throws RuntimeError or ValueError where limits and dtype do not go together. */
function checkLimits(dtype: DType, low: number, high: number): void {
  if (dtype === bool)
    throw new RuntimeError("Bool inputs not supported for hardtanh. Convert with .float() first.");
  if (low > high)
    throw new ValueError(
      `min_val cannot be greater than max_val, but they are ${low} and ${high}. Exchange them.`,
    );
  if (!dtype.is_signed && !dtype.is_floating_point && low < 0)
    throw new RuntimeError(
      `cannot do hardtanh on an unsigned type with negative limits: ${dtype.toString()} with min_val ${low}. Convert with .float() first.`,
    );
}

function limited(input: Tensor, low: number, high: number): Tensor {
  checkLimits(input.dtype, low, high);
  return compute(expressions.hardtanh, input, [low, high]);
}

/**
 * Limits to [min_val, max_val], −1 and 1 unless given.
 *
 * @throws ValueError when the limits cross, RuntimeError for bool, and for negative limits with an unsigned dtype.
 * Source: `torch.nn.functional.hardtanh`.
 */
export const hardtanh: Operator<
  ByName<
    FunctionSignature<(input: Tensor, min_val?: number, max_val?: number) => Tensor>,
    "input, min_val?, max_val?"
  >
> = operator({
  name: "hardtanh",
  parameters: { input: tensor, min_val: number(-1), max_val: number(1) },
  saves: ["input"],
  forward: ({ input, min_val: low, max_val: high }) => limited(input, low, high),
  vjp: {
    input: (g, { input, min_val: low, max_val: high }) => hardtanhBackward(g, input, [low, high]),
  },
  samples: [...samples, () => [sample([2, 3]), -0.5, 0.3]],
  errors: [
    { args: () => [sample([2]), 2, 1], error: "ValueError", message: /min_val cannot be greater/ },
    { args: () => [given([1], bool)], error: "RuntimeError", message: /Bool inputs not supported/ },
  ],
});

/** Limits to [0, 6]. @throws RuntimeError for bool. Source: `torch.nn.functional.relu6`. */
export const relu6: Operator<ByName<FunctionSignature<(input: Tensor) => Tensor>, "input">> = operator({
  name: "relu6",
  parameters: { input: tensor },
  gradFn: "HardtanhBackward0",
  saves: ["input"],
  forward: ({ input }) => limited(input, 0, 6),
  vjp: { input: (g, { input }) => hardtanhBackward(g, input, [0, 6]) },
  samples,
  errors: [{ args: () => [given([1], bool)], error: "RuntimeError", message: /Bool inputs not supported/ }],
});
