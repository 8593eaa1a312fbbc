/** Batch normalisation as one operator: statistics of each channel, and derivatives. Those are PyTorch's `batch_norm_cpu_template` and `batchnorm_double_backward`. */
import type { ByName } from "../../keywords.ts";
import { is_grad_enabled } from "../../autograd/modes.ts";
import { input as operandAt } from "../../expression.ts";
import { operator, type Operator } from "../../operator.ts";
import { flag, number, optionalTensor, tensor } from "../../parameters.ts";
import {
  allocate,
  backendOf,
  convert,
  duplicate,
  elementwise,
  reduceDims,
  reshaped,
  varianceAlong,
} from "../../settle.ts";
import { numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, div, mul, sub } from "../elementwise/arithmetic.ts";
import { perChannel } from "./normalization.ts";
import { E, x, y, z } from "../elementwise/pointwise.ts";
import { mean as meanOf, sum } from "../reductions/reduction.ts";
import { given, sample } from "../samples.ts";
import { rsqrt } from "../elementwise/unary.ts";

/** Elements along a channel's row from which on whole rows are worth their own kernels. */
const longRow = 8;

/** A tensor `[N, C, …]` in row-major order as `[N, C, S]`. */
function asChannels(tensor: Tensor): Tensor {
  const [batch, channels] = tensor.shape as readonly [number, number];
  const whole = tensor.is_contiguous() ? tensor : duplicate(tensor);
  const count = batch * channels;
  return reshaped(whole, [batch, channels, count === 0 ? 0 : numel(tensor.shape) / count]);
}

interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Mean and variance of each channel of `[N, C, S]`: of the rows first, which lie side by side, and then of these. */
function channelMoments(input: Tensor): Moments {
  const [batch, channels, length] = input.shape as readonly [number, number, number];
  if (length < longRow)
    return {
      mean: reduceDims("mean", input, [0, 2], false),
      variance: varianceAlong(input, [0, 2], false, batch * length),
    };
  const [means, variances] = [
    allocate([batch, channels], input.dtype),
    allocate([batch, channels], input.dtype),
  ];
  backendOf(input).moments(means, variances, input);
  const within = reduceDims("mean", variances, [0], false);
  const between = varianceAlong(means, [0], false, batch);
  return {
    mean: reduceDims("mean", means, [0], false),
    variance: elementwise(E.add(x, y), [within, between]),
  };
}

/** `Σ g` and `Σ g · x` of each channel. */
function channelSums(grad: Tensor, input: Tensor): { readonly grads: Tensor; readonly products: Tensor } {
  const [batch, channels, length] = input.shape as readonly [number, number, number];
  const grads = reduceDims("sum", grad, [0, 2], false);
  if (length < longRow)
    return { grads, products: reduceDims("sum", elementwise(product, [grad, input]), [0, 2], false) };
  const rows = allocate([batch, channels], input.dtype);
  backendOf(input).rowProducts(rows, grad, input);
  return { grads, products: reduceDims("sum", rows, [0], false) };
}

const product = E.mul(x, y);
const scaleOf = E.div(1, E.sqrt(E.add(x, y)));
/** `weight · scale`, and `bias − mean · weight · scale`. */
const shiftOf = E.sub(z, E.mul(x, y));
const affine = E.add(E.mul(x, y), z);

/** Numbers by channel, so that they broadcast against `[N, C, S]`. */
function column(parameter: Tensor): Tensor {
  return reshaped(parameter, [parameter.shape[0]!, 1]);
}

function contiguous(parameter: Tensor): Tensor {
  return parameter.is_contiguous() ? parameter : duplicate(parameter);
}

interface Facts {
  readonly input: Tensor;
  readonly weight: Tensor | null;
  readonly running_mean: Tensor | null;
  readonly running_var: Tensor | null;
  readonly training: boolean;
  readonly eps: number;
  readonly others: readonly Tensor[];
}

/** The statistics that a call normalises with, differentiable where they are the batch's own. */
function statisticsOf({ input, running_mean, running_var, training, eps }: Facts): {
  readonly normal: Tensor;
  readonly scale: Tensor;
} {
  const dims = [...input.shape.keys()].filter((dim) => dim !== 1);
  if (!training) {
    const scale = perChannel(rsqrt(add(running_var!, eps)), input.ndim);
    return { scale, normal: mul(sub(input, perChannel(running_mean!, input.ndim)), scale) };
  }
  const centered = sub(input, meanOf(input, dims, true));
  const scale = rsqrt(add(meanOf(mul(centered, centered), dims, true), eps));
  return { scale, normal: mul(centered, scale) };
}

/** The gradient of the input in operators, where it is differentiated again. */
function writtenInputGradient(grad: Tensor, facts: Facts): Tensor {
  const { normal, scale } = statisticsOf(facts);
  const { input, weight } = facts;
  const g = weight === null ? grad : mul(grad, perChannel(weight, input.ndim));
  if (!facts.training) return mul(g, scale);
  const dims = [...input.shape.keys()].filter((dim) => dim !== 1);
  return mul(scale, sub(sub(g, meanOf(g, dims, true)), mul(normal, meanOf(mul(g, normal), dims, true))));
}

const inputGradientOf = E.add(E.add(E.mul(x, y), E.mul(z, operandAt(3))), operandAt(4));

type Wanted = Readonly<Record<"input" | "weight" | "bias", boolean>>;
type Gradients = Readonly<Record<"input" | "weight" | "bias", Tensor | null>>;

/** The gradients in operators, where they are differentiated again. */
function writtenGradients(grad: Tensor, facts: Facts, wanted: Wanted): Gradients {
  const dims = [...facts.input.shape.keys()].filter((dim) => dim !== 1);
  return {
    input: wanted.input ? writtenInputGradient(grad, facts) : null,
    weight: wanted.weight ? sum(mul(grad, statisticsOf(facts).normal), dims) : null,
    bias: wanted.bias ? sum(grad, dims) : null,
  };
}

/** The gradients by kernels, from one pass over the elements for all sums. */
function computedGradients(grad: Tensor, facts: Facts, wanted: Wanted): Gradients {
  const [means, scales] = facts.others as readonly [Tensor, Tensor];
  const [g, values] = [asChannels(grad), asChannels(facts.input)];
  if (!wanted.weight && !wanted.bias && !facts.training)
    return { input: runningGradient(g, facts), weight: null, bias: null };
  const { grads, products } = channelSums(g, values);
  // Σ g · (x − mean)
  const centered = sub(products, mul(grads, means));
  const input = facts.training
    ? batchGradient(g, values, { grads, centered }, facts)
    : runningGradient(g, facts);
  return {
    input: wanted.input ? reshaped(input, facts.input.shape) : null,
    weight: wanted.weight ? mul(centered, scales) : null,
    bias: wanted.bias ? grads : null,
  };
}

/** What each channel is multiplied with. */
function factorOf({ others, weight }: Facts): Tensor {
  const scales = others[1]!;
  return weight === null ? scales : elementwise(product, [scales, weight]);
}

function runningGradient(grad: Tensor, facts: Facts): Tensor {
  return reshaped(elementwise(product, [grad, column(factorOf(facts))]), facts.input.shape);
}

/** `factor · (g − Σ g / M − x̂ · Σ g · x̂ / M)` for M elements a channel, as `g · factor + x · b + c`. */
function batchGradient(
  grad: Tensor,
  input: Tensor,
  { grads, centered }: { readonly grads: Tensor; readonly centered: Tensor },
  facts: Facts,
): Tensor {
  const [means, scales] = facts.others as readonly [Tensor, Tensor];
  const factor = factorOf(facts);
  const count = numel(input.shape) / input.shape[1]!;
  const onInput = div(mul(mul(factor, mul(scales, scales)), centered), -count);
  const rest = sub(div(mul(factor, grads), -count), mul(onInput, means));
  return elementwise(inputGradientOf, [grad, column(factor), input, column(onInput), column(rest)]);
}

type NativeSignature = FunctionSignature<
  (
    input: Tensor,
    weight: Tensor | null,
    bias: Tensor | null,
    running_mean: Tensor | null,
    running_var: Tensor | null,
    training: boolean,
    eps: number,
  ) => [Tensor, Tensor, Tensor, Tensor]
>;

/**
 * Batch normalisation without keeping statistics; beside the result the means and scales that were used, and the variances.
 *
 * Source: `torch.native_batch_norm`.
 */
export const nativeBatchNorm: Operator<
  ByName<NativeSignature, "input, weight?, bias?, running_mean?, running_var?, training?, eps">
> = operator({
  name: "native_batch_norm",
  parameters: {
    input: tensor,
    weight: optionalTensor,
    bias: optionalTensor,
    running_mean: optionalTensor,
    running_var: optionalTensor,
    training: flag(true),
    eps: number(),
  },
  saves: ["input", "weight", "running_mean", "running_var", "others"],
  forward: ({ input, weight, bias, running_mean, running_var, training, eps }) => {
    const values = asChannels(input);
    const { mean, variance } = training
      ? channelMoments(values)
      : {
          mean: contiguous(convert(running_mean!, input.dtype)),
          variance: contiguous(convert(running_var!, input.dtype)),
        };
    const scales = elementwise(scaleOf, [variance, given([eps], input.dtype, [])]);
    const factor = weight === null ? scales : elementwise(product, [scales, contiguous(weight)]);
    const zero = bias ?? given([0], input.dtype, []);
    const shift = elementwise(shiftOf, [mean, factor, zero]);
    const result = elementwise(affine, [values, column(factor), column(shift)]);
    return [reshaped(result, input.shape), mean, scales, variance];
  },
  nonDifferentiable: [1, 2, 3],
  jointVjp: ([g], context, wanted) =>
    is_grad_enabled() ? writtenGradients(g!, context, wanted) : computedGradients(g!, context, wanted),
  samples: [
    () => [sample([4, 3]), sample([3], { seed: 1 }), sample([3], { seed: 2 }), null, null, true, 0.1],
    () => [sample([2, 2, 9]), sample([2], { seed: 1 }), null, null, null, true, 0.1],
    () => [
      sample([2, 3, 2]),
      sample([3], { seed: 1 }),
      sample([3], { seed: 2 }),
      sample([3], { seed: 3, requiresGrad: false }),
      sample([3], { seed: 4, low: 0.5, requiresGrad: false }),
      false,
      0.1,
    ],
  ],
});
