/** Batch and instance normalisation: statistics of each channel. Derivatives: PyTorch's `batch_norm_cpu_template` and `batchnorm_double_backward`. */
import { is_grad_enabled, no_grad } from "../../autograd/modes.ts";
import { int64 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { input as operandAt } from "../../expression.ts";
import { composite, operator, type Operator } from "../../operator.ts";
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
import { formatShape, normalizeDim, numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, div, mul, sub } from "../elementwise/arithmetic.ts";
import { checkDtypes, perChannel } from "./normalization.ts";
import { E, x, y, z } from "../elementwise/pointwise.ts";
import { mean as meanOf, sum } from "../reductions/reduction.ts";
import { to, widened } from "../shaping/conversion.ts";
import { given, sample } from "../samples.ts";
import { rsqrt } from "../elementwise/unary.ts";
import { expand, reshape, unsqueeze } from "../shaping/view.ts";

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
export const nativeBatchNorm: Operator<NativeSignature> = operator({
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

/** @throws when a parameter has another length than there are channels. */
function checkChannels(channels: number, parameters: Record<string, Tensor | null>): void {
  for (const [name, parameter] of Object.entries(parameters))
    if (parameter !== null && parameter.numel() !== channels)
      throw new RuntimeError(
        `${name} should contain ${channels} elements not ${parameter.numel()}: it has one number for each channel, and the channels are the input's dimension 1.`,
      );
}

/** Moves running statistics towards the batch's. Source: `batch_norm_cpu_update_stats_template`. */
function updateRunning(running: Tensor | null, now: Tensor, momentum: number): void {
  if (running === null) return;
  no_grad(() => running.mul_(1 - momentum).add_(now, { alpha: momentum }));
}

/** The arguments of a batch normalisation. */
export interface BatchNormArguments {
  readonly input: Tensor;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly running_mean: Tensor | null;
  readonly running_var: Tensor | null;
  readonly training: boolean;
  readonly momentum: number;
  readonly eps: number;
}

/** A batch normalisation that keeps its running statistics; beside the result the means and scales that it used. */
export function batchNormWithStatistics({
  input,
  weight,
  bias,
  running_mean,
  running_var,
  training,
  momentum,
  eps,
}: BatchNormArguments): readonly [result: Tensor, means: Tensor, scales: Tensor] {
  const channels = input.shape[normalizeDim(1, input.ndim)]!;
  const count = numel(input.shape) / channels;
  if (!training && (running_mean === null || running_var === null))
    throw new RuntimeError(
      `${running_mean === null ? "running_mean" : "running_var"} must be defined in evaluation mode: pass the running statistics, or {training: true} to use the batch's own.`,
    );
  checkChannels(channels, { running_mean, running_var, weight, bias });
  checkDtypes("batch_norm", input, [weight, bias]);
  const [result, mean, scale, variance] = nativeBatchNorm(
    widened(input),
    weight === null ? null : widened(weight),
    bias === null ? null : widened(bias),
    training ? null : running_mean,
    training ? null : running_var,
    training,
    eps,
  );
  if (training) {
    updateRunning(running_mean, mean, momentum);
    // The running variance is the unbiased one.
    if (running_var !== null)
      updateRunning(
        running_var,
        no_grad(() => mul(variance, count / (count - 1))),
        momentum,
      );
  }
  return [to(result, input.dtype), mean, scale];
}

interface BatchNormOptions {
  weight?: Tensor | null;
  bias?: Tensor | null;
  training?: boolean;
  momentum?: number;
  eps?: number;
}

/**
 * Batch normalisation: each channel less its mean and divided by its deviation, then times `weight` plus `bias`. In training the statistics are the batch's own, and
 * `running_mean` and `running_var` move towards them by `momentum`; otherwise they are the running ones.
 *
 * Shapes: `input` `[N, C]` or `[N, C, …]`, everything else `[C]`; the result has the input's.
 *
 * @throws ValueError for one value per channel in training, RuntimeError when a parameter's length is not C, or running statistics are missing in evaluation.
 * Source: `torch.nn.functional.batch_norm`; Ioffe and Szegedy, "Batch Normalization" (2015).
 */
export const batch_norm: Operator<
  FunctionSignature<{
    (
      input: Tensor,
      running_mean: Tensor | null,
      running_var: Tensor | null,
      weight?: Tensor | null,
      bias?: Tensor | null,
      training?: boolean,
      momentum?: number,
      eps?: number,
    ): Tensor;
    (
      input: Tensor,
      running_mean: Tensor | null,
      running_var: Tensor | null,
      options: BatchNormOptions,
    ): Tensor;
  }>
> = composite({
  name: "batch_norm",
  parameters: {
    input: tensor,
    running_mean: optionalTensor,
    running_var: optionalTensor,
    weight: optionalTensor,
    bias: optionalTensor,
    training: flag(false),
    momentum: number(0.1),
    eps: number(1e-5),
  },
  define: (args) => {
    const { input, training } = args;
    // Nothing has no statistics.
    if (numel(input.shape) === 0) return input.clone();
    if (training && numel(input.shape) === input.shape[normalizeDim(1, input.ndim)])
      throw new ValueError(
        `Expected more than 1 value per channel when training, got input size ${formatShape(input.shape)}: one value has no variance. Use a larger batch, or evaluation mode.`,
      );
    return batchNormWithStatistics(args)[0];
  },
  samples: [
    () => [sample([4, 3]), null, null, sample([3], { seed: 1 }), sample([3], { seed: 2 }), true, 0.1, 0.1],
    () => [sample([2, 2, 3]), null, null, { training: true }],
  ],
  errors: [
    {
      args: () => [sample([1, 3]), null, null, { training: true }],
      error: "ValueError",
      message: /Expected more than 1 value per channel when training, got input size \[1, 3\]/,
    },
    {
      args: () => [sample([2, 3]), null, null],
      error: "RuntimeError",
      message: /running_mean must be defined in evaluation mode/,
    },
    {
      args: () => [sample([2, 3]), null, null, sample([2]), null, true],
      error: "RuntimeError",
      message: /weight should contain 3 elements not 2/,
    },
    {
      args: () => [given([1, 2, 3, 4], int64, [2, 2]), null, null, { training: true }],
      error: "NotImplementedError",
      message: /"batch_norm" not implemented for 'Long'/,
    },
  ],
});

/** A parameter by channel, once for each sample. */
function repeatedBySample(parameter: Tensor | null, batch: number): Tensor | null {
  if (parameter === null) return null;
  return reshape(expand(unsqueeze(parameter, 0), [batch, parameter.numel()]), [-1]);
}

/** Copies the mean over the samples back into the running statistics. */
function keepRunning(running: Tensor | null, bySample: Tensor | null, batch: number): void {
  if (running !== null && bySample !== null)
    no_grad(() => running.copy_(meanOf(reshape(bySample, [batch, -1]), 0)));
}

interface InstanceNormOptions {
  running_mean?: Tensor | null;
  running_var?: Tensor | null;
  weight?: Tensor | null;
  bias?: Tensor | null;
  use_input_stats?: boolean;
  momentum?: number;
  eps?: number;
}

/**
 * Instance normalisation: each channel of each sample less its mean and divided by its deviation, then times `weight` plus `bias` by channel.
 *
 * Shapes: `input` `[N, C, …]`, everything else `[C]`; the result has the input's.
 *
 * @throws ValueError for one element a channel, RuntimeError when a parameter's length is not C.
 * Source: `torch.nn.functional.instance_norm`; Ulyanov et al., "Instance Normalization" (2016).
 */
export const instance_norm: Operator<
  FunctionSignature<{
    (
      input: Tensor,
      running_mean?: Tensor | null,
      running_var?: Tensor | null,
      weight?: Tensor | null,
      bias?: Tensor | null,
      use_input_stats?: boolean,
      momentum?: number,
      eps?: number,
    ): Tensor;
    (input: Tensor, options: InstanceNormOptions): Tensor;
  }>
> = composite({
  name: "instance_norm",
  parameters: {
    input: tensor,
    running_mean: optionalTensor,
    running_var: optionalTensor,
    weight: optionalTensor,
    bias: optionalTensor,
    use_input_stats: flag(true),
    momentum: number(0.1),
    eps: number(1e-5),
  },
  define: ({ input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps }) => {
    const elements = input.shape.slice(2).reduce((count, size) => count * size, 1);
    if (use_input_stats && elements <= 1)
      throw new ValueError(
        `Expected more than 1 spatial element when training, got input size ${formatShape(input.shape)}: one element has no variance.`,
      );
    const [batch, channels] = input.shape as readonly [number, number];
    checkChannels(channels, { running_mean, running_var, weight, bias });
    const bySample = [running_mean, running_var].map(
      (running) => repeatedBySample(running, batch)?.clone() ?? null,
    ) as [Tensor | null, Tensor | null];
    const result = batch_norm(
      reshape(input, [1, batch * channels, ...input.shape.slice(2)]),
      ...bySample,
      repeatedBySample(weight, batch),
      repeatedBySample(bias, batch),
      use_input_stats,
      momentum,
      eps,
    );
    if (use_input_stats) {
      keepRunning(running_mean, bySample[0], batch);
      keepRunning(running_var, bySample[1], batch);
    }
    return reshape(result, input.shape);
  },
  samples: [
    () => [sample([2, 3, 4]), { weight: sample([3], { seed: 1 }), bias: sample([3], { seed: 2 }), eps: 0.1 }],
  ],
  errors: [
    {
      args: () => [sample([2, 3, 1])],
      error: "ValueError",
      message: /more than 1 spatial element when training, got input size \[2, 3, 1\]/,
    },
  ],
});
