/** Rectified linear units whose slope below 0 is learned, or drawn at random. */
import type { ByName } from "../../keywords.ts";
import { onCpu, tensorFrom } from "../../reading.ts";
import { float16, float64, int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { parameter } from "../../expression.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, number, tensor, type Parameter } from "../../parameters.ts";
import { default_generator, Generator } from "../../random.ts";
import { elementwise } from "../../settle.ts";
import type { FunctionSignature, GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { mul, where } from "./arithmetic.ts";
import { gt } from "./comparison.ts";
import { E, refuseWholeNumbers, x, y } from "./pointwise.ts";
import { given, sample } from "../samples.ts";

const product = E.mul(x, y);
const slopedExpression = E.select(E.gt(x, 0), x, E.mul(x, y));

/** x where it is positive, else `weight · x`, for a weight that broadcasts. */
export const preluKernel: Operator<
  ByName<FunctionSignature<(input: Tensor, weight: Tensor) => Tensor>, "input, weight">
> = operator({
  name: "prelu_kernel",
  parameters: { input: tensor, weight: tensor },
  saves: ["input", "weight"],
  forward: ({ input, weight }) => {
    refuseWholeNumbers("prelu_cpu", input.dtype);
    return elementwise(slopedExpression, [input, weight]);
  },
  vjp: {
    input: (g, { input, weight }) => where(gt(input, 0), g, mul(g, weight)),
    weight: (g, { input }) => where(gt(input, 0), 0, mul(g, input)),
  },
  samples: [() => [sample([2, 3]), sample([3], { seed: 1 })]],
});

/** @throws RuntimeError when the weight is not one number, or one for each channel. */
function checkWeight(input: Tensor, weight: Tensor): void {
  if (input.dtype !== weight.dtype)
    throw new RuntimeError(
      `prelu: Type promoting not supported. Got ${input.dtype.typeName} and ${weight.dtype.typeName}. Convert one of them.`,
    );
  if (weight.numel() !== 1) {
    if (input.ndim === 0)
      throw new RuntimeError("Not allow zero-dim input tensor. It has no channels for several weights.");
    const channels = input.ndim > 1 ? input.shape[1]! : 1;
    if (channels !== weight.numel())
      throw new RuntimeError(
        `Mismatch of parameter numbers and input channel size. Found parameter numbers = ${weight.numel()} and channel size = ${channels}. Channels are dimension 1.`,
      );
  }
  if (weight.ndim > 1)
    throw new RuntimeError(
      `prelu: Expected \`weight\` to be a scalar or 1D tensor, but got: ndim = ${weight.ndim}. Use weight.flatten().`,
    );
}

/**
 * x where it is positive, else `weight · x`; the weight is one number, or one for each channel (dimension 1).
 *
 * @throws RuntimeError when the weight does not fit, NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.prelu`; K. He et al., "Delving deep into rectifiers" (2015).
 */
export const prelu: Operator<GeneralSignature<[weight: Tensor], "same", ["weight"]>> = composite({
  name: "prelu",
  parameters: { input: tensor, weight: tensor },
  define: ({ input, weight }) => {
    checkWeight(input, weight);
    const shape = input.shape.map((_, dim) => (dim === (input.ndim > 1 ? 1 : 0) ? weight.numel() : 1));
    return preluKernel(input, weight.reshape(shape));
  },
  samples: [
    () => [sample([2, 3]), sample([3], { seed: 1 })],
    () => [sample([2, 3]), sample([1], { seed: 1 })],
  ],
  errors: [
    {
      args: () => [sample([2, 3]), sample([2])],
      error: "RuntimeError",
      message: /numbers = 2 and channel size = 3/,
    },
    { args: () => [sample([2, 1]), sample([1, 1])], error: "RuntimeError", message: /ndim = 2/ },
    {
      args: () => [given([1], int64), given([1], int64)],
      error: "NotImplementedError",
      message: /prelu_cpu/,
    },
  ],
});

/** The slopes that training draws: one for each element that is not positive, in their order, and 1 for the others. */
function drawnSlopes(input: Tensor, lower: number, upper: number, generator: Generator): Tensor {
  const { storage, offset } = onCpu(input, float64);
  const elements = storage.peek() as Float64Array; // asked for in float64
  const slopes = Float64Array.from({ length: input.numel() }, (_, i) =>
    elements[offset + i]! <= 0 ? generator.uniformDouble() * (upper - lower) + lower : 1,
  );
  return tensorFrom(slopes, float64, input.dtype, input.shape);
}

/** The middle between the limits for elements that are not positive, 1 for the others. */
const fixedSlopes = E.select(E.gt(x, 0), 1, E.select(E.le(x, 0), parameter(0), x));

/** `input · slopes`, in which the slopes are fixed numbers. Source: `torch.ops.aten.rrelu_with_noise`. */
export const rreluWithNoise: Operator<
  ByName<FunctionSignature<(input: Tensor, noise: Tensor) => Tensor>, "input, noise">
> = operator({
  name: "rrelu_with_noise",
  parameters: { input: tensor, noise: tensor },
  saves: ["noise"],
  forward: ({ input, noise }) => elementwise(product, [input, noise]),
  vjp: { input: (g, { noise }) => mul(g, noise), noise: null },
  samples: [() => [sample([2, 3]), sample([2, 3], { seed: 1, requiresGrad: false })]],
});

const generatorParameter: Parameter<Generator | null> = {
  expects: "a torch.Generator or null",
  fallback: null,
  convert: (value) => (value === null || value instanceof Generator ? value : undefined),
};

interface RandomSlopeOptions {
  readonly lower?: number;
  readonly upper?: number;
  readonly training?: boolean;
  readonly generator?: Generator | null;
}

/**
 * x where it is positive, else x times a slope: in training drawn for each element from [lower, upper), otherwise the middle between them.
 *
 * After the same seed the slopes are PyTorch's.
 *
 * @throws RuntimeError when `lower` is above `upper`, NotImplementedError for whole numbers, and for float16 in training.
 * Source: `torch.rrelu`; B. Xu et al., "Empirical evaluation of rectified activations" (2015).
 */
export const rrelu: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        lower?: number | RandomSlopeOptions,
        upper?: number | RandomSlopeOptions,
        training?: boolean | RandomSlopeOptions,
        generator?: Generator | null,
      ) => Tensor
    >,
    "input, lower?, upper?, training?, generator?"
  >
> = composite({
  name: "rrelu",
  parameters: {
    input: tensor,
    lower: number(1 / 8),
    upper: number(1 / 3),
    training: flag(false),
    generator: generatorParameter,
  },
  define: ({ input, lower, upper, training, generator }) => {
    if (!(lower <= upper))
      throw new RuntimeError(
        `Lower bound should be less than or equal to the upper bound, but they are ${lower} and ${upper}. Exchange them.`,
      );
    if (!training) {
      refuseWholeNumbers("leaky_relu_cpu", input.dtype);
      const slopes = elementwise(fixedSlopes, [input], "promote", null, [(lower + upper) / 2]);
      return rreluWithNoise(input, slopes);
    }
    refuseWholeNumbers("rrelu_with_noise_out_cpu", input.dtype);
    if (input.dtype === float16)
      throw new NotImplementedError(
        "\"rrelu_with_noise_out_cpu\" not implemented for 'Half': convert with .float() first.",
      );
    return rreluWithNoise(input, drawnSlopes(input, lower, upper, generator ?? default_generator));
  },
  samples: [() => [sample([2, 3])], () => [sample([2, 3], { low: 0.1 }), 0.1, 0.5, true]],
  errors: [
    { args: () => [sample([2]), 0.5, 0.2], error: "RuntimeError", message: /Lower bound should be less/ },
  ],
});
