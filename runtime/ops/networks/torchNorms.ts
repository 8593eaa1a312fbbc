/** Normalisations as functions of `torch`, which PyTorch gives other parameters than those of `torch.nn.functional`. */
import type { ByName } from "../../keywords.ts";
import { composite, type Operator, type Sample } from "../../operator.ts";
import { overloaded } from "../../overloaded.ts";
import { flag, number, optionalTensor, required, sizes, tensor } from "../../parameters.ts";
import { allocateZeros } from "../../settle.ts";
import type { Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { batchNormWithStatistics, type BatchNormArguments } from "./batchNormalization.ts";
import { instance_norm } from "./instanceNormalization.ts";
import { layer_norm } from "./normalization.ts";
import { sample } from "../samples.ts";

type LayerNormOptions = {
  weight?: Tensor | null;
  bias?: Tensor | null;
  eps?: number;
  cudnn_enable?: boolean;
};

/**
 * Layer normalisation as a function of `torch`, which also takes whether some devices may use a library; nothing depends on it here.
 *
 * @throws as `torch.nn.functional.layer_norm`. Source: `torch.layer_norm`.
 */
export const torchLayerNorm: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        normalized_shape: Shape,
        weight?: Tensor | null | LayerNormOptions,
        bias?: Tensor | null,
        eps?: number,
        cudnn_enable?: boolean,
      ) => Tensor
    >,
    "input, normalized_shape?, weight?, bias?, eps?, cudnn_enable?"
  >
> = composite({
  name: "layer_norm",
  parameters: {
    input: tensor,
    normalized_shape: sizes,
    weight: optionalTensor,
    bias: optionalTensor,
    eps: number(1e-5),
    cudnn_enable: flag(true),
  },
  define: ({ input, normalized_shape, weight, bias, eps }) =>
    layer_norm(input, normalized_shape, weight, bias, eps),
  samples: [() => [sample([3, 4]), [4], sample([4], { seed: 1 }), sample([4], { seed: 2 }), 0.1, false]],
});

/** In the order of PyTorch's functions of `torch`; none can be left out. */
const channelParameters = {
  input: tensor,
  weight: required(optionalTensor),
  bias: required(optionalTensor),
  running_mean: required(optionalTensor),
  running_var: required(optionalTensor),
} as const;

type ChannelSignature = FunctionSignature<
  (
    input: Tensor,
    weight: Tensor | null,
    bias: Tensor | null,
    running_mean: Tensor | null,
    running_var: Tensor | null,
    training: boolean,
    momentum: number,
    eps: number,
    cudnn_enabled: boolean,
  ) => Tensor
>;

const channelSample: Sample = () => [
  sample([2, 3, 2]),
  sample([3], { seed: 1 }),
  sample([3], { seed: 2 }),
  null,
  null,
  true,
  0.1,
  0.1,
  true,
];

/**
 * Batch normalisation as a function of `torch`, which takes the parameters before the running statistics.
 *
 * @throws RuntimeError when a parameter's length is not the number of channels, or running statistics are missing in evaluation.
 * Source: `torch.batch_norm`; the usual form is `torch.nn.functional.batch_norm`.
 */
export const torchBatchNorm: Operator<
  ByName<
    ChannelSignature,
    "input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled"
  >
> = composite({
  name: "batch_norm",
  parameters: {
    ...channelParameters,
    training: required(flag(true)),
    momentum: number(),
    eps: number(),
    cudnn_enabled: required(flag(true)),
  },
  define: (args) => batchNormWithStatistics(args)[0],
  samples: [channelSample],
});

/**
 * Instance normalisation as a function of `torch`, which takes the parameters before the running statistics.
 *
 * @throws as `torch.nn.functional.instance_norm`, which is the usual form. Source: `torch.instance_norm`.
 */
export const torchInstanceNorm: Operator<
  ByName<
    ChannelSignature,
    "input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, cudnn_enabled"
  >
> = composite({
  name: "instance_norm",
  parameters: {
    ...channelParameters,
    use_input_stats: required(flag(true)),
    momentum: number(),
    eps: number(),
    cudnn_enabled: required(flag(true)),
  },
  define: ({ input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps }) =>
    instance_norm(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps),
  samples: [channelSample],
});

type NativeSignature = FunctionSignature<
  (
    input: Tensor,
    weight: Tensor | null,
    bias: Tensor | null,
    running_mean: Tensor | null,
    running_var: Tensor | null,
    training: boolean,
    momentum: number,
    eps: number,
  ) => [Tensor, Tensor, Tensor]
>;

/** The results of the native function: in evaluation nothing of the batch was computed. */
function nativeResults(args: BatchNormArguments): readonly [Tensor, Tensor, Tensor] {
  const [result, means, scales] = batchNormWithStatistics(args);
  // Statistics of 16 bits are those of their parameters.
  const { dtype } = args.weight ?? args.running_mean ?? args.input;
  if (args.training) return [result, means.to({ dtype }), scales.to({ dtype })];
  return [result, allocateZeros([0], dtype), allocateZeros([0], dtype)];
}

const nativeParameters = {
  ...channelParameters,
  training: required(flag(true)),
  momentum: number(),
  eps: number(),
} as const;

const nativeSample: Sample = () => channelSample().slice(0, 8);

/**
 * Batch normalisation with the means of the channels and one over their deviations, both of shape `[C]`, or `[0]` in evaluation.
 *
 * @throws as `torch.batch_norm`. Source: `torch.native_batch_norm`.
 */
export const native_batch_norm: Operator<
  ByName<NativeSignature, "input, weight, bias, running_mean, running_var, training, momentum, eps">
> = composite({
  name: "native_batch_norm",
  parameters: nativeParameters,
  define: (args) => nativeResults(args),
  samples: [nativeSample],
});

const legitimate = composite<NativeSignature, typeof nativeParameters>({
  name: "_native_batch_norm_legit",
  parameters: nativeParameters,
  define: (args) => nativeResults(args),
  samples: [nativeSample],
});

const withoutStatistics = composite({
  name: "_native_batch_norm_legit",
  parameters: {
    input: tensor,
    weight: required(optionalTensor),
    bias: required(optionalTensor),
    training: required(flag(true)),
    momentum: number(),
    eps: number(),
  },
  define: (args) => nativeResults({ ...args, running_mean: null, running_var: null }),
  samples: [() => [sample([2, 3, 2]), sample([3], { seed: 1 }), sample([3], { seed: 2 }), true, 0.1, 0.1]],
});

/**
 * `native_batch_norm` with running statistics, or without: then `training` is the fourth argument.
 *
 * @throws as `torch.batch_norm`. Source: `torch._native_batch_norm_legit`.
 */
export const _native_batch_norm_legit: Operator<
  ByName<
    FunctionSignature<
      NativeSignature["function"] &
        ((
          input: Tensor,
          weight: Tensor | null,
          bias: Tensor | null,
          training: boolean,
          momentum: number,
          eps: number,
        ) => [Tensor, Tensor, Tensor])
    >,
    "input, weight, bias, running_mean, running_var, training, momentum, eps"
  >
> = overloaded({
  name: "_native_batch_norm_legit",
  forms: [legitimate, withoutStatistics],
  choose: (...args) => (typeof args[3] === "boolean" ? withoutStatistics : legitimate),
});
