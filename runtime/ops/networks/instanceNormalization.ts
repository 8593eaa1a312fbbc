/** Instance normalisation: the batch normalisation of each sample's channels. */
import type { ByName } from "../../keywords.ts";
import { no_grad } from "../../autograd/modes.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, number, optionalTensor, tensor } from "../../parameters.ts";
import { formatShape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { mean as meanOf } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import { expand, reshape, unsqueeze } from "../shaping/view.ts";
import { batch_norm, checkChannels } from "./batchNormalization.ts";

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
  ByName<
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
    }>,
    "input, running_mean?, running_var?, weight?, bias?, use_input_stats?, momentum?, eps?"
  >
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
