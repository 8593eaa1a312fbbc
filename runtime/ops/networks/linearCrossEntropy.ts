/** The cross entropy of a last linear layer, from that layer's input. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { int64 } from "../../dtype.ts";
import { composite, type Operator } from "../../operator.ts";
import {
  keywordOnly,
  number,
  optionalInteger,
  optionalTensor,
  tensor,
  type Parameter,
} from "../../parameters.ts";
import { formatShape, sameShape, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { cross_entropy } from "./loss.ts";
import { linear } from "../linalg/matmul.ts";
import { given, sample } from "../samples.ts";
import { reshape } from "../shaping/view.ts";
import { reductionParameter, type LossReduction } from "./reduction.ts";

/** How PyTorch divides the work to need less memory: without an effect on the result. */
const chunking: Parameter<object | null> = keywordOnly({
  expects: "options, or null",
  fallback: null,
  convert: (value) => (typeof value === "object" ? value : undefined),
});

interface LinearArguments {
  readonly input: Tensor;
  readonly linear_weight: Tensor;
  readonly linear_bias: Tensor | null;
}

/** @throws RuntimeError when input, weight and bias do not belong together. */
function checkLayer({ input, linear_weight: weight, linear_bias: bias }: LinearArguments): void {
  if (input.ndim < 1 || input.ndim > 2)
    throw new RuntimeError(
      `expected input with dimensionality 1 or 2, got ${input.ndim}: it takes [in_features] or [N, in_features].`,
    );
  if (weight.ndim < 2)
    throw new RuntimeError(
      `expected linear_weight with dimensionality at least 2, got ${weight.ndim}: it takes [C, in_features].`,
    );
  const features = input.size(-1);
  if (features !== weight.size(-1))
    throw new RuntimeError(
      `expected equal input and linear_weight last dimensions (in_features), got ${features} and ${weight.size(-1)}, respectively. The weight is that of nn.Linear(${features}, classes).`,
    );
  const outputs = weight.shape.slice(0, -1);
  if (bias !== null && !sameShape(bias.shape, outputs))
    throw new RuntimeError(
      `expected linear_bias shape ${formatShape(outputs)}, got ${formatShape(bias.shape)}: one number for each class.`,
    );
  if (outputs.length > 1 && input.ndim === 1)
    throw new RuntimeError(
      `K-dimensional loss defined by linear_weight shape ${formatShape(weight.shape)} requires batched input, (N, ${features}), got unbatched input with shape ${formatShape(input.shape)}. Call input.unsqueeze(0).`,
    );
}

/** What the layer gives: `[C]`, `[N, C]` or `[N, C, d1, …]`. */
function logitsOf(
  { input, linear_weight: weight, linear_bias: bias }: LinearArguments,
  shape: Shape,
): Tensor {
  const matrix = weight.ndim > 2 ? reshape(weight, [-1, weight.size(-1)]) : weight;
  const biases = bias !== null && bias.ndim > 1 ? reshape(bias, [-1]) : bias;
  return reshape(linear(input, matrix, biases), shape);
}

interface LinearCrossEntropyOptions {
  readonly linear_bias?: Tensor | null;
  readonly weight?: Tensor | null;
  readonly reduction?: LossReduction;
  readonly ignore_index?: number | null;
  readonly label_smoothing?: number;
  readonly options?: object | null;
}

/**
 * The cross entropy of `linear(input, linear_weight, linear_bias)`, the last layer of a classifier. PyTorch's `options` divide the work to need less memory; they
 * change nothing in the result, and nothing here.
 *
 * Shapes: `input` `[in]` or `[N, in]`, `linear_weight` `[C, in]` or `[C, d1, …, in]`, `linear_bias` the same without the last; `target` and the rest as in `cross_entropy`.
 *
 * @throws RuntimeError when shapes do not fit, or `ignore_index` comes with probabilities; as `cross_entropy` otherwise.
 * Source: `torch.nn.functional.linear_cross_entropy`.
 */
export const linear_cross_entropy: Operator<
  ByName<
    FunctionSignature<
      (input: Tensor, linear_weight: Tensor, target: Tensor, options?: LinearCrossEntropyOptions) => Tensor
    >,
    "input, linear_weight, target, linear_bias?, weight?, reduction?, ignore_index?, label_smoothing?, options?"
  >
> = composite({
  name: "linear_cross_entropy",
  parameters: {
    input: tensor,
    linear_weight: tensor,
    target: tensor,
    linear_bias: keywordOnly(optionalTensor),
    weight: keywordOnly(optionalTensor),
    reduction: keywordOnly(reductionParameter),
    ignore_index: keywordOnly(optionalInteger),
    label_smoothing: keywordOnly(number(0)),
    options: chunking,
  },
  define: ({ target, weight, reduction, ignore_index, label_smoothing, ...layer }) => {
    checkLayer(layer);
    const [classes, ...outputs] = layer.linear_weight.shape.slice(0, -1) as [number, ...number[]]; // at least two dimensions, as checked
    const shape = [...layer.input.shape.slice(0, -1), classes, ...outputs];
    if (ignore_index !== null && sameShape(target.shape, shape))
      throw new RuntimeError(
        "ignore_index cannot be specified when target contains probabilities: give class numbers, or leave it out.",
      );
    return cross_entropy(logitsOf(layer, shape), target, {
      weight,
      // The loss itself refuses other words.
      reduction: reduction as LossReduction,
      ignore_index: ignore_index ?? -100,
      label_smoothing,
    });
  },
  samples: [
    () => [
      sample([3, 2]),
      sample([4, 2], { seed: 1 }),
      given([1, 0, 3], int64),
      { linear_bias: sample([4]) },
    ],
    () => [sample([2, 2]), sample([3, 2, 2], { seed: 1 }), given([1, 0, 2, 1], int64, [2, 2])],
    () => [sample([2]), sample([3, 2], { seed: 1 }), sample([3], { low: 0.1, high: 1 })],
  ],
  errors: [
    {
      args: () => [sample([2, 3]), sample([4, 2]), given([0, 1], int64)],
      error: "RuntimeError",
      message: /in_features\), got 3 and 2, respectively/,
    },
    {
      args: () => [sample([3]), sample([2, 2, 3]), given([0], int64)],
      error: "RuntimeError",
      message: /requires batched input, \(N, 3\)/,
    },
  ],
});
