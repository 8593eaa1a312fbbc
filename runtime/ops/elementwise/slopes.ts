/**
 * Gradients of functions of one tensor, each as one kernel: `grad · f′(x)`, x being the function's input or its result. Their own derivatives are written in other
 * operators. Source: PyTorch's `tools/autograd/derivatives.yaml` and `torch/csrc/autograd/FunctionsManual.cpp`.
 */
import { parameter as plainNumber, type Expression } from "../../expression.ts";
import { operator, type Operator, type Sample } from "../../operator.ts";
import { tensor, type Parameter } from "../../parameters.ts";
import { elementwise } from "../../settle.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { mul } from "./arithmetic.ts";
import { gt, le } from "./comparison.ts";
import { E, x, y } from "./pointwise.ts";
import { sample } from "../samples.ts";
import { exp, sigmoid, square, tanh } from "./unary.ts";

/** A slope: of a gradient, x, and the function's settings. */
export type Slope = Operator<
  FunctionSignature<(grad: Tensor, input: Tensor, numbers?: readonly number[]) => Tensor>
>;

const numbersParameter: Parameter<readonly number[]> = {
  expects: "an array of numbers",
  fallback: [],
  convert: (value) =>
    Array.isArray(value) && value.every((item) => typeof item === "number") ? value : undefined,
};

interface SlopeFacts {
  /** PyTorch's name of the kernel. */
  readonly name: string;
  /** `grad · f′(x)`: the gradient is input 0, x is input 1, and the function's settings are parameters. */
  readonly expression: Expression;
  /** `product · f″(x)`, or `null` where the slope is the same on both sides of every point that counts. */
  readonly curvature: ((product: Tensor, input: Tensor, numbers: readonly number[]) => Tensor) | null;
  readonly samples?: readonly Sample[];
}

/** Makes the operator. It keeps its gradient only where the slope depends on x. */
export function slope({ name, expression, curvature, samples }: SlopeFacts): Slope {
  const own: Slope = operator({
    name,
    parameters: { grad: tensor, input: tensor, numbers: numbersParameter },
    saves: curvature === null ? ["input"] : ["grad", "input"],
    forward: ({ grad, input, numbers }) => elementwise(expression, [grad, input], "promote", null, numbers),
    vjp: {
      grad: (g, { input, numbers }) => own(g, input, numbers),
      input:
        curvature === null ? null : (g, { grad, input, numbers }) => curvature(mul(g, grad), input, numbers),
    },
    samples: samples ?? samplesWith(),
  });
  return own;
}

/** Samples for the settings `numbers`; x asks for a gradient where one flows. */
export function samplesWith(numbers: readonly number[] = [], requiresGrad = true): readonly Sample[] {
  return [
    () => [sample([2, 3], { seed: 1 }), sample([2, 3], { requiresGrad }), numbers],
    () => [sample([], { seed: 1 }), sample([], { requiresGrad }), numbers],
  ];
}

const first = plainNumber(0);
const second = plainNumber(1);

/** From the result of `sigmoid`. */
export const sigmoidBackward: Slope = slope({
  name: "sigmoid_backward",
  expression: E.mul(x, E.mul(E.sub(1, y), y)),
  curvature: (product, result) => mul(product, mul(result, -2).add(1)),
});

/** From the result of `tanh`: (1 + y)(1 − y) keeps its digits near y = ±1, where 1 − y² loses them. */
export const tanhBackward: Slope = slope({
  name: "tanh_backward",
  expression: E.mul(x, E.mul(E.add(1, y), E.sub(1, y))),
  curvature: (product, result) => mul(product, mul(result, -2)),
});

/** From the result of `relu`, or from x: what is at or below the threshold passes nothing. */
export const thresholdBackward: Slope = slope({
  name: "threshold_backward",
  expression: E.select(E.le(y, 0), 0, x),
  curvature: null,
  samples: samplesWith([], false),
});

/** Density of the standard normal distribution at 0. */
const normalDensity = 1 / Math.sqrt(2 * Math.PI);

/** Of `gelu`: Φ(x) + x φ(x). */
export const geluBackward: Slope = slope({
  name: "gelu_backward",
  expression: E.mul(
    x,
    E.add(E.normalCdf(y), E.mul(y, E.mul(normalDensity, E.exp(E.mul(E.mul(y, y), -0.5))))),
  ),
  curvature: (product, input) => {
    const squared = square(input);
    const density = mul(exp(mul(squared, -0.5)), normalDensity);
    return mul(product, mul(density, squared.rsub(2)));
  },
});

const tanhScale = Math.sqrt(2 / Math.PI);
const tanhCubic = 0.044715;
const tanhInner = E.tanh(E.mul(tanhScale, E.add(y, E.mul(tanhCubic, E.mul(y, E.mul(y, y))))));
const tanhInnerSlope = E.mul(tanhScale, E.add(1, E.mul(3 * tanhCubic, E.mul(y, y))));

/** Of `gelu` by way of tanh. */
export const geluTanhBackward: Slope = slope({
  name: "gelu_tanh_backward",
  expression: E.mul(
    x,
    E.mul(
      0.5,
      E.add(
        E.add(1, tanhInner),
        E.mul(y, E.mul(E.mul(E.sub(1, tanhInner), E.add(1, tanhInner)), tanhInnerSlope)),
      ),
    ),
  ),
  curvature: (product, input) => {
    const squared = square(input);
    const t = tanh(mul(mul(input, mul(squared, tanhCubic).add(1)), tanhScale));
    const inner = mul(mul(squared, 3 * tanhCubic).add(1), tanhScale);
    const innerCurvature = mul(input, 6 * tanhCubic * tanhScale);
    const bend = innerCurvature.sub(mul(mul(t, 2), square(inner)));
    const own = mul(square(t).rsub(1), inner.add(mul(mul(input, 0.5), bend)));
    return mul(product, own);
  },
});

const sigmoidOfY = E.sigmoid(y);

/** Of `silu`: σ(x) (1 + x (1 − σ(x))). */
export const siluBackward: Slope = slope({
  name: "silu_backward",
  expression: E.mul(x, E.mul(sigmoidOfY, E.add(1, E.mul(y, E.sub(1, sigmoidOfY))))),
  curvature: (product, input) => {
    const s = sigmoid(input);
    return mul(product, mul(mul(s, s.rsub(1)), mul(input, mul(s, -2).add(1)).add(2)));
  },
});

/** Of `leaky_relu`, with its slope below 0. */
export const leakyReluBackward: Slope = slope({
  name: "leaky_relu_backward",
  expression: E.select(E.gt(y, 0), x, E.mul(x, first)),
  curvature: null,
  samples: samplesWith([0.1], false),
});

/** Of `elu`, with its alpha. */
export const eluBackward: Slope = slope({
  name: "elu_backward",
  expression: E.select(E.le(y, 0), E.mul(x, E.mul(first, E.exp(y))), x),
  curvature: (product, input, [alpha]) =>
    mul(product, mul(exp(mul(input, le(input, 0))), alpha!)).masked_fill(gt(input, 0), 0),
  samples: samplesWith([0.7]),
});

/** Of `softplus`, with its beta and its threshold. */
export const softplusBackward: Slope = slope({
  name: "softplus_backward",
  expression: E.select(E.gt(E.mul(y, first), second), x, E.mul(x, E.sigmoid(E.mul(y, first)))),
  curvature: (product, input, [beta, threshold]) => {
    const scaled = mul(input, beta!);
    const s = sigmoid(scaled);
    return mul(mul(product, mul(s, s.rsub(1))), beta!).masked_fill(gt(scaled, threshold!), 0);
  },
  samples: samplesWith([1.5, 2]),
});

/** Of `hardtanh`, with its limits. */
export const hardtanhBackward: Slope = slope({
  name: "hardtanh_backward",
  expression: E.select(E.or(E.le(y, first), E.ge(y, second)), 0, x),
  curvature: null,
  samples: samplesWith([-0.5, 0.7], false),
});
