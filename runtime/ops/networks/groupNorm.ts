/** Normalisation of groups of channels. Derivatives: PyTorch's `native_group_norm_backward` and `infinitely_differentiable_native_group_norm_backward`. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, operator, type Context, type Operator, type Sample } from "../../operator.ts";
import { flag, integer, number, optionalTensor, tensor } from "../../parameters.ts";
import { allocate, backendOf, broadcastTo, duplicate, elementwise, reshaped } from "../../settle.ts";
import { formatShape, numel, sameShape, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, div, mul, sub } from "../elementwise/arithmetic.ts";
import { to, widened } from "../shaping/conversion.ts";
import { asRows, checkDtypes } from "./normalization.ts";
import { E, x, y } from "../elementwise/pointwise.ts";
import { mean, sum } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import { reshape } from "../shaping/view.ts";

const groupParameters = {
  input: tensor,
  weight: optionalTensor,
  bias: optionalTensor,
  N: integer(),
  C: integer(),
  HxW: integer(),
  group: integer(),
  eps: number(),
} as const;

type Facts = Context<typeof groupParameters>;
type Sizes = Pick<Facts, "N" | "C" | "HxW" | "group">;

/** Numbers by channel, as they broadcast against `[N, G, C / G, S]`. */
function byChannel(parameter: Tensor, { C, group }: Sizes): Tensor {
  return reshape(parameter, [1, group, C / group, 1]);
}

/** A tensor as `[N, G, C / G, S]`. */
function asGroups(tensor: Tensor, { N, C, HxW, group }: Sizes): Tensor {
  return reshape(tensor, [N, group, C / group, HxW]);
}

function asSingles(statistic: Tensor): Tensor {
  return reshape(statistic, [...statistic.shape, 1, 1]);
}

interface Statistics {
  /** The input less its mean, divided by its deviation, `[N, G, C / G, S]`. */
  readonly normal: Tensor;
  /** One over the deviation of each group, `[N, G, 1, 1]`. */
  readonly scale: Tensor;
}

/** The results beside the first carry gradients too: what is made of them can be differentiated again. */
function statisticsOf(facts: Facts): Statistics {
  const [means, scales] = facts.others as readonly [Tensor, Tensor];
  const scale = asSingles(scales);
  return { scale, normal: mul(sub(asGroups(facts.input, facts), asSingles(means)), scale) };
}

interface Gradients {
  readonly result: Tensor | null;
  readonly mean: Tensor | null;
  readonly scale: Tensor | null;
}

/** The gradient of the input from those of the results. */
function inputGradient(grads: Gradients, { normal, scale }: Statistics, facts: Facts): Tensor {
  const count = (facts.C / facts.group) * facts.HxW;
  const terms: Tensor[] = [];
  if (grads.result !== null) {
    const g = asGroups(grads.result, facts);
    const onNormal = facts.weight === null ? g : mul(g, byChannel(facts.weight, facts));
    const along = mul(normal, mean(mul(onNormal, normal), [2, 3], true));
    terms.push(mul(scale, sub(sub(onNormal, mean(onNormal, [2, 3], true)), along)));
  }
  if (grads.mean !== null) terms.push(div(asSingles(grads.mean), count));
  if (grads.scale !== null)
    terms.push(div(mul(mul(asSingles(grads.scale), normal), mul(scale, scale)), -count));
  return reshape(terms.reduce((total, term) => add(total, term)).expand(normal.shape), facts.input.shape);
}

type NativeSignature = FunctionSignature<
  (
    input: Tensor,
    weight: Tensor | null,
    bias: Tensor | null,
    N: number,
    C: number,
    HxW: number,
    group: number,
    eps: number,
  ) => [Tensor, Tensor, Tensor]
>;

const nativeSamples: readonly Sample[] = [
  () => [sample([2, 4, 3]), sample([4], { seed: 1 }), sample([4], { seed: 2 }), 2, 4, 3, 2, 0.1],
  () => [sample([1, 4]), null, null, 1, 4, 1, 2, 0.1],
];

const scaled = E.mul(x, y);
const moved = E.add(x, y);

/** The groups normalised, and the means and scales of each. */
function normalizeGroups(input: Tensor, sizes: Sizes, eps: number): [Tensor, Tensor, Tensor] {
  const { N, C, HxW, group } = sizes;
  const length = (C / group) * HxW;
  const result = allocate(input.shape, input.dtype);
  const [means, scales] = [allocate([N, group], input.dtype), allocate([N, group], input.dtype)];
  if (numel(input.shape) > 0)
    backendOf(result).normalize(
      reshaped(result, [N * group, length]),
      means,
      scales,
      asRows(input, length),
      null,
      null,
      eps,
    );
  return [result, means, scales];
}

/** Parameters by channel, applied. */
function affine(normal: Tensor, { weight, bias }: Pick<Facts, "weight" | "bias">, sizes: Sizes): Tensor {
  const { N, C, HxW } = sizes;
  let whole = reshaped(normal, [N, C, HxW]);
  const column = (parameter: Tensor): Tensor => {
    const row = parameter.is_contiguous() ? parameter : duplicate(parameter);
    return broadcastTo(reshaped(row, [C, 1]), whole.shape);
  };
  if (weight !== null) whole = elementwise(scaled, [whole, column(weight)]);
  if (bias !== null) whole = elementwise(moved, [whole, column(bias)]);
  return reshaped(whole, normal.shape);
}

/** Group normalisation of settled arguments. */
export const normalizedGroups: Operator<
  ByName<NativeSignature, "input, weight?, bias?, N, C, HxW, group, eps">
> = operator({
  name: "native_group_norm",
  parameters: groupParameters,
  saves: ["input", "weight", "others"],
  forward: ({ input, weight, bias, eps, ...sizes }) => {
    const [normal, means, scales] = normalizeGroups(input, sizes, eps);
    return [affine(normal, { weight, bias }, sizes), means, scales];
  },
  jointVjp: ([result, means, scales], context, wanted) => {
    const grads = { result: result ?? null, mean: means ?? null, scale: scales ?? null };
    const statistics = statisticsOf(context);
    const byGroup = grads.result === null ? null : asGroups(grads.result, context);
    const channelSums = (values: Tensor): Tensor => reshape(sum(values, [0, 3]), [context.C]);
    return {
      input: wanted.input ? inputGradient(grads, statistics, context) : null,
      weight: wanted.weight && byGroup ? channelSums(mul(byGroup, statistics.normal)) : null,
      bias: wanted.bias && byGroup ? channelSums(byGroup) : null,
    };
  },
  samples: nativeSamples,
});

/**
 * Group normalisation with what its derivative needs: beside the result the mean of each group of each sample, and one over its deviation, `[N, group]`.
 *
 * `N`, `C` and `HxW` are the sizes of the input: samples, channels, and elements of a channel.
 *
 * @throws RuntimeError when shapes or dtypes do not fit, NotImplementedError for a dtype without fractions.
 * Source: `torch.native_group_norm`.
 */
export const native_group_norm: Operator<
  ByName<NativeSignature, "input, weight?, bias?, N, C, HxW, group, eps">
> = composite({
  name: "native_group_norm",
  parameters: groupParameters,
  define: ({ input, weight, bias, N, C, HxW, group, eps }) => {
    checkGroups(input, group, { weight, bias });
    checkDtypes("GroupNormKernelImpl", input, [weight, bias]);
    const [result, means, scales] = normalizedGroups(
      widened(input),
      weight && widened(weight),
      bias && widened(bias),
      N,
      C,
      HxW,
      group,
      eps,
    );
    const { dtype } = weight ?? input;
    return [to(result, input.dtype), to(means, dtype), to(scales, dtype)];
  },
  samples: nativeSamples,
});

/** @throws RuntimeError when the groups do not divide the channels, or a parameter has not one number for each. */
function checkGroups(input: Tensor, groups: number, parameters: Record<string, Tensor | null>): void {
  if (input.ndim < 2)
    throw new RuntimeError(
      `Expected at least 2 dimensions for input tensor but received ${input.ndim}: group_norm takes [N, C, …].`,
    );
  const channels = input.shape[1]!;
  if (groups < 1 || channels % groups !== 0)
    throw new RuntimeError(
      `Expected number of channels in input to be divisible by num_groups, but got input of shape ${formatShape(input.shape)} and num_groups=${groups}: ${channels} channels do not make ${groups} equal groups.`,
    );
  for (const [name, parameter] of Object.entries(parameters))
    if (parameter !== null && !sameShape(parameter.shape, [channels]))
      throw new RuntimeError(
        `Expected ${name} to be a vector of size equal to the number of channels in input, but got ${name} of shape ${formatShape(parameter.shape)} and input of shape ${formatShape(input.shape)}.`,
      );
}

/** @throws RuntimeError when shapes or dtypes do not fit. */
function groupNorm(
  input: Tensor,
  groups: number,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  checkGroups(input, groups, { weight, bias });
  const [batch, channels, ...rest] = input.shape as [number, number, ...number[]]; // at least two dimensions, as checked
  return native_group_norm(input, weight, bias, batch, channels, numel(rest as Shape), groups, eps)[0];
}

type GroupNormOptions = { weight?: Tensor | null; bias?: Tensor | null; eps?: number };

const groupNormParameters = {
  input: tensor,
  num_groups: integer(),
  weight: optionalTensor,
  bias: optionalTensor,
  eps: number(1e-5),
} as const;

const groupNormSamples: readonly Sample[] = [
  () => [sample([2, 4, 3]), 2, sample([4], { seed: 1 }), sample([4], { seed: 2 }), 0.1],
  () => [sample([3, 4]), 1],
];

/**
 * Group normalisation: the channels in `num_groups` groups, each group of a sample less its mean and divided by its deviation, then times `weight` plus `bias` by channel.
 *
 * Shapes: `input` `[N, C, …]`, `weight` and `bias` `[C]`; the result has the input's.
 *
 * @throws RuntimeError when the groups do not divide the channels, or shapes or dtypes do not fit.
 * Source: `torch.nn.functional.group_norm`; Wu and He, "Group Normalization" (2018).
 */
export const group_norm: Operator<
  ByName<
    FunctionSignature<{
      (input: Tensor, num_groups: number, weight?: Tensor | null, bias?: Tensor | null, eps?: number): Tensor;
      (input: Tensor, num_groups: number, options: GroupNormOptions): Tensor;
    }>,
    "input, num_groups, weight?, bias?, eps?"
  >
> = composite({
  name: "group_norm",
  parameters: groupNormParameters,
  define: ({ input, num_groups, weight, bias, eps }) => {
    if (input.ndim > 1 && input.numel() === num_groups)
      throw new ValueError(
        `Expected more than 1 value per channel when training, got input size ${formatShape(input.shape)}: each of ${num_groups} groups has one value, which has no variance. Use fewer groups.`,
      );
    return groupNorm(input, num_groups, weight, bias, eps);
  },
  samples: groupNormSamples,
  errors: [
    {
      args: () => [sample([2, 4]), 3],
      error: "RuntimeError",
      message: /divisible by num_groups, but got input of shape \[2, 4\] and num_groups=3/,
    },
    { args: () => [sample([2]), 1], error: "RuntimeError", message: /at least 2 dimensions/ },
  ],
});

/**
 * Group normalisation as a function of `torch`, which also takes whether some devices may use a library; nothing depends on it here.
 *
 * @throws as `torch.nn.functional.group_norm`. Source: `torch.group_norm`.
 */
export const torchGroupNorm: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        num_groups: number,
        weight?: Tensor | null | (GroupNormOptions & { readonly cudnn_enabled?: boolean }),
        bias?: Tensor | null,
        eps?: number,
        cudnn_enabled?: boolean,
      ) => Tensor
    >,
    "input, num_groups, weight?, bias?, eps?, cudnn_enabled?"
  >
> = composite({
  name: "group_norm",
  parameters: { ...groupNormParameters, cudnn_enabled: flag(true) },
  define: ({ input, num_groups, weight, bias, eps }) => groupNorm(input, num_groups, weight, bias, eps),
  samples: groupNormSamples,
});
