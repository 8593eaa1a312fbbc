/** Distances between predictions and targets. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import type { ByName } from "../../keywords.ts";
import type { Labels, PickedSums } from "../../backends/rows.ts";
import { fillWith } from "../../creation/filled.ts";
import { float64, int64, uint8, type DType } from "../../dtype.ts";
import { IndexError } from "../../errors/indexError.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { input } from "../../expression.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import {
  choice,
  flag,
  integer,
  number,
  numberTensor,
  optionalTensor,
  sizes,
  tensor,
  type Parameter,
} from "../../parameters.ts";
import { allocate, backendOf, convert, duplicate, elementwise, promoteTensors } from "../../settle.ts";
import { broadcastShapes, formatShape, numel, sameShape, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { div, mul, where } from "../elementwise/arithmetic.ts";
import { eq } from "../elementwise/comparison.ts";
import { E, x, y, z } from "../elementwise/pointwise.ts";
import { sum } from "../reductions/reduction.ts";
import { given, sample } from "../samples.ts";
import { gather } from "../shaping/scattering.ts";
import { log_softmax } from "../reductions/softmax.ts";
import { neg } from "../elementwise/unary.ts";
import {
  legacyParameter,
  reduceLoss,
  reductionOf,
  reductionParameter,
  refuseGradient,
  type LossOptions,
  type LossReduction,
} from "./reduction.ts";
import { movedim, reshape } from "../shaping/view.ts";

const reduction: Parameter<LossReduction> = choice(["mean", "sum", "none"], "mean");

const squaredDifference = E.mul(E.sub(x, y), E.sub(x, y));
const squaredDifferenceGrad = E.mul(E.mul(E.sub(x, y), input(3)), z);

/** The gradient of squared differences: `grad · (input − target) · factor`, in one pass. Source: `torch.ops.aten.mse_loss_backward`. */
export const mseLossBackward: Operator<
  FunctionSignature<(grad: Tensor, input: Tensor, target: Tensor, factor: number) => Tensor>
> = operator({
  name: "mse_loss_backward",
  parameters: { grad: tensor, input: tensor, target: tensor, factor: number() },
  saves: ["grad", "input", "target"],
  forward: ({ grad, input, target, factor }) =>
    elementwise(squaredDifferenceGrad, [input, target, grad, numberTensor(factor)]),
  vjp: {
    grad: (g, { input, target, factor }) => mseLossBackward(g, input, target, factor),
    input: (g, { grad, factor }) => mul(mul(g, grad), factor),
    target: (g, { grad, factor }) => mul(mul(g, grad), -factor),
  },
  samples: [
    () => [sample([2, 3]), sample([2, 3], { seed: 1 }), sample([2, 3], { seed: 2 }), 0.5],
    () => [sample([]), sample([2, 3], { seed: 1 }), sample([2, 3], { seed: 2 }), 2],
  ],
});

/** The squared differences of settled arguments, reduced. */
export const squaredError: Operator<
  ByName<
    FunctionSignature<(input: Tensor, target: Tensor, reduction: LossReduction) => Tensor>,
    "input, target, reduction?"
  >
> = operator({
  name: "mse_loss",
  parameters: { input: tensor, target: tensor, reduction },
  saves: ["input", "target"],
  forward: ({ input, target, reduction }) => {
    const dtype = promoteTensors([input, target]);
    if (!dtype.is_floating_point)
      throw new NotImplementedError(
        `"mse_cpu" not implemented for '${dtype.typeName}': both tensors hold whole numbers. Call .float() on them first.`,
      );
    return reduceLoss(elementwise(squaredDifference, [input, target]), reduction);
  },
  vjp: {
    input: (g, { input, target, reduction }) => squaredErrorGrad(g, input, target, reduction),
    target: (g, { input, target, reduction }) => squaredErrorGrad(g, target, input, reduction),
  },
  samples: [
    () => [sample([2, 3]), sample([2, 3], { seed: 1 })],
    () => [sample([2, 3]), sample([2, 3], { seed: 1 }), "sum"],
    () => [sample([2, 3]), sample([2, 3], { seed: 1 }), "none"],
  ],
});

function squaredErrorGrad(grad: Tensor, from: Tensor, to: Tensor, how: LossReduction): Tensor {
  const count = how === "mean" ? numel(broadcastShapes(from.shape, to.shape)) : 1;
  return mseLossBackward(grad, from, to, 2 / count);
}

/** @throws when labels and predictions do not fit. */
function checkLabels(input: Tensor, target: Tensor, weight: Tensor | null): void {
  const classes = input.size(-1);
  if (target.ndim !== input.ndim - 1)
    throw new RuntimeError(
      `0D or 1D target tensor expected, multi-target not supported: for predictions of shape ${formatShape(input.shape)} the labels must have shape ${formatShape(input.shape.slice(0, -1))}, got ${formatShape(target.shape)}.`,
    );
  if (target.ndim === 1 && target.shape[0] !== input.shape[0])
    throw new ValueError(
      `Expected input batch_size (${input.shape[0]}) to match target batch_size (${target.shape[0]}).`,
    );
  if (target.dtype !== int64 && target.dtype !== uint8)
    throw new RuntimeError(
      `expected target dtype to be Long or Byte, but got ${target.dtype.typeName}: labels are class numbers of dtype int64. Make them from bigints ([0n, 2n]), or call target.long().`,
    );
  if (weight !== null && !sameShape(weight.shape, [classes]))
    throw new RuntimeError(
      `weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: ${formatShape(weight.shape)}.`,
    );
  if (weight !== null && weight.dtype !== input.dtype)
    throw new RuntimeError(
      `expected scalar type ${input.dtype.typeName} but found ${weight.dtype.typeName}: weights have the dtype of the predictions. Convert with weight.to(${input.dtype.toString()}).`,
    );
}

function notAClass(target: Tensor, row: number, classes: number): IndexError {
  const label = Number(target.reshape([-1]).select(0, row).item());
  return new IndexError(
    `Target ${label} is out of bounds: there are ${classes} classes, numbered 0 to ${classes - 1}. Check the labels, or the size of the last layer.`,
  );
}

interface NllArguments {
  readonly target: Tensor;
  readonly weight: Tensor | null;
  readonly ignore_index: number;
  readonly reduction: LossReduction;
}

/** How much each label counts: its class's weight, 0 for the ignored. */
function labelWeights(
  input: { readonly dtype: Tensor["dtype"]; readonly shape: Shape },
  { target, weight, ignore_index }: NllArguments,
): Tensor {
  const counted = target.ne(ignore_index).to({ dtype: input.dtype });
  if (weight === null) return counted;
  const labels = safeLabels(target, ignore_index);
  return mul(counted, gather(weight, 0, reshape(labels, [-1])).reshape(target.shape));
}

/** The labels with 0 in place of the ignored ones, so that all can be looked up. */
function safeLabels(target: Tensor, ignoreIndex: number): Tensor {
  return where(eq(target, ignoreIndex), 0, target).long();
}

type BatchOptions = {
  weight?: Tensor | null;
  ignore_index?: number;
  reduction?: LossReduction;
  spatial?: boolean;
};

/** What the operators of one batch take. */
const batchOptions = {
  weight: optionalTensor,
  ignore_index: integer(-100),
  reduction,
} as const;

const labels = { ...tensor, expects: "an int64 Tensor of class numbers" };

/** What the functions take, in PyTorch's order. */
const nllParameters = {
  input: tensor,
  target: labels,
  weight: optionalTensor,
  size_average: legacyParameter,
  ignore_index: integer(-100),
  reduce: legacyParameter,
  reduction: reductionParameter,
} as const;

type NllOptions = LossOptions & { weight?: Tensor | null; ignore_index?: number };
type NllSignature<Options> = FunctionSignature<{
  (input: Tensor, target: Tensor, options?: Options): Tensor;
  (
    input: Tensor,
    target: Tensor,
    weight: Tensor | null,
    size_average?: boolean | null | Options,
    ignore_index?: number,
    reduce?: boolean | null,
    reduction?: LossReduction,
    label_smoothing?: number,
  ): Tensor;
}>;

/** Labels, weights and what is ignored, as the backend takes them. */
function labelsOf(dtype: DType, { target, weight, ignore_index }: NllArguments): Labels {
  return {
    labels: rowMajor(convert(target, int64)),
    weight: weight === null ? null : rowMajor(convert(weight, dtype)),
    ignored: ignore_index,
  };
}

function rowMajor(tensor: Tensor): Tensor {
  return tensor.is_contiguous() ? tensor : duplicate(tensor);
}

/** Results that sums are written to. */
interface Sums extends PickedSums {
  readonly total: Tensor;
  readonly weights: Tensor;
}

/** Adds up the labelled elements; what is added up for no labels is 0. Gives the row of a label that is no class, −1 where there is none. */
function pick(losses: Tensor | null, sums: Sums, input: Tensor, labels: Labels): number {
  if (numel(labels.labels.shape) > 0)
    return backendOf(input).pickLabels(losses, sums, rowMajor(input), labels);
  fillWith(sums.total, sums.mean ? Number.NaN : 0);
  fillWith(sums.weights, 0);
  return -1;
}

/**
 * The gradient of the negative log-likelihood's input: zeros, and at each label minus its weight, for a mean divided by the sum of all weights.
 *
 * Source: `torch.ops.aten.nll_loss_backward`.
 */
export const nllLossBackward: Operator<
  FunctionSignature<
    (grad: Tensor, target: Tensor, total_weight: Tensor, shape: Shape, options?: BatchOptions) => Tensor
  >
> = operator({
  name: "nll_loss_backward",
  parameters: { grad: tensor, target: tensor, total_weight: tensor, shape: sizes, ...batchOptions },
  saves: ["target", "weight"],
  forward: ({ grad, target, total_weight, shape, ...options }) => {
    const result = allocate(shape, grad.dtype);
    if (numel(shape) === 0) return result;
    const divisor = options.reduction === "mean" ? convert(total_weight, grad.dtype) : null;
    const labels = labelsOf(grad.dtype, { target, ...options });
    backendOf(result).spreadLabels(result, rowMajor(grad), divisor, labels);
    return result;
  },
  vjp: {
    // Linear in its input, as the loss itself is: the derivative of the one is the other.
    grad: (g, { target, weight, ignore_index, reduction }) =>
      nllOfBatch(g, target, { weight, ignore_index, reduction })[0],
    target: null,
    total_weight: null,
    weight: null,
  },
  samples: [
    () => [sample([]), given([1, 0, 3], int64), given([3], float64, []), [3, 4]],
    () => [sample([]), given([1, 0, 3], int64), given([3], float64, []), [3, 4], { reduction: "sum" }],
    () => [sample([3]), given([1, 0, 3], int64), given([3], float64, []), [3, 4], { reduction: "none" }],
  ],
});

/** The loss of one batch, classes last: shapes `[N, C]` and `[N]`, or `[C]` and `[]`; beside it the sum of the weights. */
const nllOfBatch: Operator<
  FunctionSignature<(input: Tensor, target: Tensor, options?: BatchOptions) => [Tensor, Tensor]>
> = operator({
  name: "nll_loss",
  gradFn: ({ spatial }) => (spatial ? "NllLoss2DBackward0" : "NllLossBackward0"),
  parameters: { input: tensor, target: labels, ...batchOptions, spatial: flag(false) },
  saves: ["target", "weight"],
  forward: ({ input, target, weight, ignore_index, reduction }) => {
    checkLabels(input, target, weight);
    const labels = labelsOf(input.dtype, { target, weight, ignore_index, reduction });
    const losses = reduction === "none" ? allocate(target.shape, input.dtype) : null;
    const sums = {
      total: allocate([], input.dtype),
      weights: allocate([], input.dtype),
      mean: reduction === "mean",
    };
    const wrongRow = pick(losses, sums, input, labels);
    if (wrongRow >= 0) throw notAClass(target, wrongRow, input.size(-1));
    return [losses ?? sums.total, sums.weights];
  },
  vjp: {
    input: (g, { shapes, others, target, weight, ignore_index, reduction }) => {
      const options = { weight, ignore_index, reduction };
      return nllLossBackward(g, target, others[0]!, shapes.input, options);
    },
    target: null,
    weight: null,
  },
  samples: [
    () => [sample([3, 4]), given([1, 0, 3], int64)],
    () => [sample([3, 4]), given([1, 0, 3], int64), { reduction: "sum" }],
    () => [
      sample([3, 4]),
      given([1, 0, 3], int64),
      { reduction: "none", weight: sample([4], { low: 0.5, requiresGrad: false }) },
    ],
    () => [
      sample([3, 4]),
      given([1, 2, 3], int64),
      { ignore_index: 2, weight: sample([4], { low: 0.5, requiresGrad: false }) },
    ],
    () => [sample([4]), given([2], int64, [])],
  ],
  errors: [
    {
      args: () => [sample([2, 3]), given([0, 3], int64)],
      error: "IndexError",
      message: /Target 3 is out of bounds: there are 3 classes/,
    },
    {
      args: () => [sample([2, 3]), sample([2])],
      error: "RuntimeError",
      message: /expected target dtype to be Long or Byte, but got Double/,
    },
    {
      args: () => [sample([2, 3]), given([0], int64)],
      error: "ValueError",
      message: /batch_size \(2\) to match target batch_size \(1\)/,
    },
  ],
});

/** @throws ValueError when there are not as many labels as predictions. */
function checkBatch(input: Tensor, target: Tensor): void {
  if (input.ndim < 1)
    throw new ValueError(
      "Expected 1 or more dimensions (got 0): the predictions are [C] or [N, C], a number for each class.",
    );
  if (input.ndim > 1 && input.shape[0] !== target.shape[0])
    throw new ValueError(
      `Expected input batch_size (${input.shape[0]}) to match target batch_size (${target.shape[0] ?? "none"}): there is one label for each row of predictions.`,
    );
}

/** Classes from position 1 to the end, and everything else into one batch. */
function asBatch(input: Tensor, target: Tensor): { readonly input: Tensor; readonly target: Tensor } {
  const last = movedim(input, 1, -1);
  const expected = last.shape.slice(0, -1);
  if (!sameShape(target.shape, expected))
    throw new RuntimeError(
      `Expected target size ${formatShape(expected)}, got ${formatShape(target.shape)}: for predictions of shape ${formatShape(input.shape)} the classes are dimension 1, and the labels have all the others.`,
    );
  return { input: reshape(last, [-1, last.size(-1)]), target: reshape(target, [-1]) };
}

/** The negative log-likelihood of settled arguments. */
function nll(
  input: Tensor,
  target: Tensor,
  { weight, ignore_index, reduction }: Omit<NllArguments, "target">,
): Tensor {
  const options = { weight, ignore_index, reduction };
  checkBatch(input, target);
  refuseGradient("nll_loss_forward", "weight", weight);
  if (input.ndim <= 2) return nllOfBatch(input, target, options)[0];
  const batch = asBatch(input, target);
  const [loss] = nllOfBatch(batch.input, batch.target, { ...options, spatial: true });
  return reduction === "none" ? reshape(loss, target.shape) : loss;
}

/**
 * The negative log-likelihood: minus the log-probability of each label's class, `input[i, target[i]]`, averaged.
 *
 * Shapes: `input` `[C]`, `[N, C]` or `[N, C, d1, …]` of log-probabilities, `target` `[]`, `[N]` or `[N, d1, …]` of class numbers (int64). `weight` `[C]`
 * says how much each class counts; labels equal to `ignore_index` do not.
 *
 * @throws RuntimeError when shapes or dtypes do not fit, IndexError for a label that is no class, ValueError when the batch sizes differ.
 * Source: `torch.nn.functional.nll_loss`.
 */
export const nll_loss: Operator<
  ByName<
    NllSignature<NllOptions>,
    "input, target, weight?, size_average?, ignore_index?, reduce?, reduction?"
  >
> = composite({
  name: "nll_loss",
  parameters: nllParameters,
  define: ({ input, target, weight, ignore_index, ...options }) =>
    nll(input, target, { weight, ignore_index, reduction: reductionOf(options) }),
  samples: [...nllOfBatch.samples, () => [sample([2, 3, 2]), given([0, 2, 1, 1], int64, [2, 2])]],
  errors: nllOfBatch.errors,
});

type CrossEntropyOptions = NllOptions & { label_smoothing?: number };
type Smoothing = Omit<NllArguments, "target"> & { readonly label_smoothing: number };

/** Cross entropy against probabilities, classes in dimension `classDim`. */
function softCrossEntropy(
  logProbabilities: Tensor,
  target: Tensor,
  weight: Tensor | null,
  how: LossReduction,
  classDim: number,
): Tensor {
  const weights =
    weight === null
      ? null
      : weight.reshape([-1, ...Array.from<number>({ length: logProbabilities.ndim - 1 - classDim }).fill(1)]);
  const weighted = weights === null ? logProbabilities : mul(logProbabilities, weights);
  const terms = mul(weighted, target);
  if (how === "none") return neg(sum(terms, classDim));
  const total = neg(sum(terms));
  return how === "sum" ? total : div(total, Math.max(numel(terms.shape) / terms.size(classDim), 1));
}

/** Smoothing of class numbers: part of the loss looks at all classes alike. Source: `cross_entropy_loss_label_smoothing`. */
function smoothed(logProbabilities: Tensor, target: Tensor, options: Smoothing, classDim: number): Tensor {
  const { weight, ignore_index, reduction, label_smoothing } = options;
  const hard = nll(logProbabilities, target, { weight, ignore_index, reduction });
  const batch =
    logProbabilities.ndim > 2 ? asBatch(logProbabilities, target) : { input: logProbabilities, target };
  const weighted = weight === null ? batch.input : mul(batch.input, weight);
  const each = where(eq(batch.target, ignore_index), 0, sum(weighted, -1).neg());
  const weights = labelWeights(batch.input, { target: batch.target, weight, ignore_index, reduction });
  const soft =
    reduction === "none"
      ? reshape(each, target.shape)
      : reduction === "sum"
        ? sum(each)
        : div(sum(each), sum(weights));
  return hard.mul(1 - label_smoothing).add(soft.mul(label_smoothing / logProbabilities.size(classDim)));
}

function classDimension(input: Tensor): number {
  return input.ndim === 1 ? 0 : 1;
}

/** @throws RuntimeError when the targets are no probabilities, or an option only fits class numbers. */
function againstProbabilities(input: Tensor, target: Tensor, options: Smoothing): Tensor {
  const { weight, ignore_index, label_smoothing: smoothing, reduction } = options;
  if (!target.dtype.is_floating_point)
    throw new RuntimeError(
      `Expected floating point type for target with class probabilities, got ${target.dtype.typeName}: a target of the input's shape ${formatShape(input.shape)} holds probabilities. Call .float() on it, or give class numbers of shape ${formatShape(input.shape.filter((_, dim) => dim !== classDimension(input)))}: target.argmax(1) makes them of one-hot rows.`,
    );
  if (ignore_index >= 0)
    throw new RuntimeError(
      "ignore_index is not supported for floating point target: give class numbers, or leave it out.",
    );
  const dim = classDimension(input);
  const classes = input.size(dim);
  if (weight !== null && !sameShape(weight.shape, [classes]))
    throw new RuntimeError(
      `cross_entropy: weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: ${formatShape(weight.shape)}.`,
    );
  const mixed = smoothing === 0 ? target : target.mul(1 - smoothing).add(smoothing / classes);
  return softCrossEntropy(log_softmax(input, dim), mixed, weight, reduction, dim);
}

/**
 * Cross entropy of unnormalised predictions (logits): the negative log-likelihood of their log-softmax.
 *
 * Shapes: `input` `[C]`, `[N, C]` or `[N, C, d1, …]`; `target` either class numbers (int64) of shape `[]`, `[N]` or `[N, d1, …]`, or probabilities
 * (floating-point) of the input's shape. `label_smoothing` from 0 to 1 mixes in the uniform distribution.
 *
 * @throws RuntimeError when shapes or dtypes do not fit, IndexError for a label that is no class, ValueError when the batch sizes differ.
 * Source: `torch.nn.functional.cross_entropy`.
 */
export const cross_entropy: Operator<
  ByName<
    NllSignature<CrossEntropyOptions>,
    "input, target, weight?, size_average?, ignore_index?, reduce?, reduction?, label_smoothing?"
  >
> = composite({
  name: "cross_entropy",
  parameters: { ...nllParameters, label_smoothing: number(0) },
  define: ({ input, target, weight, ignore_index, label_smoothing, ...rest }) => {
    const options = { weight, ignore_index, label_smoothing, reduction: reductionOf(rest) };
    if (!(label_smoothing >= 0 && label_smoothing <= 1))
      throw new RuntimeError(`label_smoothing must be between 0.0 and 1.0. Got: ${label_smoothing}.`);
    if (sameShape(target.shape, input.shape)) return againstProbabilities(input, target, options);
    checkBatch(input, target);
    const logProbabilities = log_softmax(input, classDimension(input));
    return label_smoothing === 0
      ? nll(logProbabilities, target, options)
      : smoothed(logProbabilities, target, options, classDimension(input));
  },
  samples: [
    ...nllOfBatch.samples,
    () => [sample([2, 3, 2]), given([0, 2, 1, 1], int64, [2, 2])],
    () => [sample([3, 4]), given([1, 0, 3], int64), { label_smoothing: 0.1 }],
    () => [sample([2, 3]), sample([2, 3], { seed: 1, low: 0.1, high: 1 })],
  ],
  errors: [
    ...nllOfBatch.errors,
    {
      args: () => [sample([2, 3]), given([0, 1], int64), { label_smoothing: 2 }],
      error: "RuntimeError",
      message: /between 0\.0 and 1\.0/,
    },
  ],
});
