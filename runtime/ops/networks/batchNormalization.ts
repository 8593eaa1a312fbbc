/** Batch normalisation with running statistics. */
import type { ByName } from "../../keywords.ts";
import { no_grad } from "../../autograd/modes.ts";
import { int64 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, number, optionalTensor, tensor } from "../../parameters.ts";
import { formatShape, normalizeDim, numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { checkDtypes } from "./normalization.ts";
import { to, widened } from "../shaping/conversion.ts";
import { given, sample } from "../samples.ts";
import { nativeBatchNorm } from "./nativeBatchNorm.ts";

/** @throws when a parameter has another length than there are channels. */
export function checkChannels(channels: number, parameters: Record<string, Tensor | null>): void {
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
  ByName<
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
    }>,
    "input, running_mean?, running_var?, weight?, bias?, training?, momentum?, eps?"
  >
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
