/** Losses of yes and no: each element is one question. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import type { ByName } from "../../keywords.ts";
import { bool, int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { choice, optionalTensor, tensor, type Parameter } from "../../parameters.ts";
import { elementwise, promoteTensors } from "../../settle.ts";
import { broadcastShapes, formatShape, sameShape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { softplus } from "../elementwise/activation.ts";
import { add, clamp, div, mul, rsub, sub } from "../elementwise/arithmetic.ts";
import { E, x, y } from "../elementwise/pointwise.ts";
import { all, sum } from "../reductions/reduction.ts";
import { given, sample } from "../samples.ts";
import { log, log1p, neg, sigmoid } from "../elementwise/unary.ts";
import { expand } from "../shaping/view.ts";
import {
  legacyParameter,
  lossParameters,
  numberedReduction,
  reduceLoss,
  reductionNumber,
  reductionOf,
  reductionParameter,
  refuseGradient,
  spreadGrad,
  wrongReduction,
  type LossOptions,
  type LossReduction,
  type LossSignature,
} from "./reduction.ts";

const how: Parameter<LossReduction> = choice(["mean", "sum", "none"], "mean");

const isProbability = E.and(E.ge(x, 0), E.le(x, 1));

/** Checks a tensor of the processor; a step on another device must not wait for an answer: what is wrong there has a loss of NaN. @throws RuntimeError when it holds something else than probabilities. */
function checkProbabilities(name: string, tensor: Tensor): void {
  if (tensor.device.type !== "cpu") return;
  if (all(elementwise(isProbability, [tensor], "bool")).item()) return;
  const hint =
    name === "input"
      ? "Apply torch.sigmoid first, or use binary_cross_entropy_with_logits on what the last layer gives."
      : "Targets are 0 for no, 1 for yes, or something between.";
  throw new RuntimeError(`all elements of ${name} should be between 0 and 1. ${hint}`);
}

/** @throws when the kernel does not take these dtypes. */
function checkDtypes(input: Tensor, target: Tensor, weight: Tensor | null): void {
  if (!input.dtype.is_floating_point)
    throw new NotImplementedError(
      `"binary_cross_entropy" not implemented for '${input.dtype.typeName}': predictions are probabilities. Call .float() first.`,
    );
  for (const tensor of [target, weight])
    if (tensor !== null && tensor.dtype !== input.dtype)
      throw new RuntimeError(
        `Found dtype ${tensor.dtype.typeName} but expected ${input.dtype.typeName}: targets and weights have the dtype of the predictions. Convert with .to(${input.dtype.toString()}).`,
      );
}

/** The logarithm, and at least −100, so that a prediction of exactly 0 or 1 has a finite loss. */
const logOf = E.maximum(E.log(x), -100);
const logOfRest = E.maximum(E.log1p(E.neg(x)), -100);
const crossEntropy = E.sub(E.mul(E.sub(y, 1), logOfRest), E.mul(y, logOf));
/** The same, and NaN where a target is no probability; logarithms are where the prediction is none. */
const crossEntropyOfChecked = E.select(E.and(E.ge(y, 0), E.le(y, 1)), crossEntropy, Number.NaN);

/** A loss's gradient for each element, times the element's weight. */
function weighted(grad: Tensor, weight: Tensor | null): Tensor {
  return weight === null ? grad : mul(grad, weight);
}

type NativeSignature = FunctionSignature<
  (input: Tensor, target: Tensor, weight: Tensor | null, reduction: LossReduction) => Tensor
>;

/** The binary cross entropy of checked arguments. */
export const crossEntropyOfProbabilities: Operator<
  ByName<NativeSignature, "input, target, weight?, reduction?">
> = operator({
  name: "binary_cross_entropy",
  parameters: { input: tensor, target: tensor, weight: optionalTensor, reduction: how },
  saves: ["input", "target", "weight"],
  forward: ({ input, target, weight, reduction }) => {
    const formula = input.device.type === "cpu" ? crossEntropy : crossEntropyOfChecked;
    const losses = elementwise(formula, [input, target]);
    return reduceLoss(weighted(losses, weight), reduction);
  },
  vjp: {
    // (x − t) / (x · (1 − x)), with a divisor that does not vanish
    input: (g, { input, target, weight, reduction }) => {
      const slope = div(sub(input, target), clamp(mul(input, rsub(input, 1)), 1e-12));
      return mul(weighted(spreadGrad(g, reduction, input.shape), weight), slope);
    },
    target: (g, { input, weight, reduction }) => {
      const slope = sub(clamp(log1p(neg(input)), -100), clamp(log(input), -100));
      return mul(weighted(spreadGrad(g, reduction, input.shape), weight), slope);
    },
    weight: null,
  },
  samples: [
    () => [probabilities([2, 3]), probabilities([2, 3], 1), null, "mean"],
    () => [probabilities([3]), probabilities([3], 1), sample([3], { low: 0.5, requiresGrad: false }), "sum"],
    () => [probabilities([3]), probabilities([3], 1), null, "none"],
  ],
});

function probabilities(shape: readonly number[], seed = 0): Tensor {
  return sample(shape, { low: 0.1, high: 0.9, seed });
}

type BinarySignature<Options extends LossOptions> = FunctionSignature<{
  (input: Tensor, target: Tensor, options?: Options): Tensor;
  (
    input: Tensor,
    target: Tensor,
    weight: Tensor | null,
    size_average?: boolean | null | Options,
    reduce?: boolean | null,
    reduction?: LossReduction | Options,
    pos_weight?: Tensor | null,
  ): Tensor;
}>;

type BinaryOptions = LossOptions & { readonly weight?: Tensor | null };

/**
 * Binary cross entropy of probabilities: `−(t · log x + (1 − t) · log(1 − x))`, times `weight`, reduced to its mean, its sum, or not.
 *
 * Shapes: `input` and `target` the same, `weight` broadcasts to it. All are of one floating-point dtype, `input` and `target` between 0 and 1.
 * What a layer gives without a sigmoid belongs into `binary_cross_entropy_with_logits`, which is also more exact.
 *
 * @throws ValueError when the shapes differ, RuntimeError for numbers that are no probabilities or another dtype.
 * Source: `torch.nn.functional.binary_cross_entropy`.
 */
export const binary_cross_entropy: Operator<
  ByName<BinarySignature<BinaryOptions>, "input, target, weight?, size_average?, reduce?, reduction?">
> = composite({
  name: "binary_cross_entropy",
  parameters: { input: tensor, target: tensor, weight: optionalTensor, ...lossParameters },
  define: ({ input, target, weight, ...options }) => {
    const reduction = reductionOf(options);
    if (!sameShape(input.shape, target.shape))
      throw new ValueError(
        `Using a target size (${formatShape(target.shape)}) that is different to the input size (${formatShape(input.shape)}) is deprecated. Please ensure they have the same size, for example with input.squeeze(1) or target.reshape(input.shape).`,
      );
    const whole = weight === null ? null : expand(weight, broadcastShapes(target.shape, weight.shape));
    refuseGradient("binary_cross_entropy", "weight", weight);
    checkDtypes(input, target, weight);
    checkProbabilities("input", input);
    checkProbabilities("target", target);
    return crossEntropyOfProbabilities(input, target, whole, reduction);
  },
  samples: crossEntropyOfProbabilities.samples.map((make) => () => {
    const [input, target, weight, reduction] = make();
    return [input, target, weight, { reduction }];
  }),
  errors: [
    {
      args: () => [probabilities([2]), probabilities([2]), { reduction: "avg" }],
      error: "ValueError",
      message: /^avg is not a valid value/,
    },
    {
      args: () => [probabilities([2, 1]), probabilities([2])],
      error: "ValueError",
      message: /target size \(\[2\]\) that is different to the input size \(\[2, 1\]\)/,
    },
    {
      args: () => [sample([2]), probabilities([2])],
      error: "RuntimeError",
      message: /all elements of input should be between 0 and 1\. Apply torch\.sigmoid/,
    },
    {
      args: () => [probabilities([2]), sample([2])],
      error: "RuntimeError",
      message: /all elements of target should be between 0 and 1/,
    },
    {
      args: () => [probabilities([2]), given([0, 1], int64)],
      error: "RuntimeError",
      message: /Found dtype Long but expected Double/,
    },
    {
      args: () => [probabilities([2]), probabilities([2]), sample([2])],
      error: "RuntimeError",
      message: /not differentiable with respect to argument 'weight'/,
    },
  ],
});

/** −log sigmoid(x). The softplus goes on until it is exact in float64. */
function minusLogSigmoid(input: Tensor): Tensor {
  return softplus(neg(input), 1, 40);
}

interface LogitsArguments {
  readonly input: Tensor;
  readonly target: Tensor;
  readonly pos_weight: Tensor | null;
}

/** log(1 + exp(−x)) without overflow: the larger of −x and 0, and what is missing. */
const softplusOfMinus = E.add(E.maximum(E.neg(x), 0), E.log1p(E.exp(E.neg(E.abs(x)))));
const lossOfLogits = E.add(E.mul(E.sub(1, y), x), softplusOfMinus);

/** How much the logarithm of the sigmoid counts: 1, or more for positive targets. */
function logWeight(target: Tensor, positive: Tensor): Tensor {
  return add(mul(sub(positive, 1), target), 1);
}

function lossesOfLogits({ input, target, pos_weight }: LogitsArguments): Tensor {
  if (pos_weight === null) return elementwise(lossOfLogits, [input, target]);
  const near = mul(logWeight(target, pos_weight), minusLogSigmoid(input));
  return add(mul(rsub(target, 1), input), near);
}

type LogitsSignature = FunctionSignature<
  (
    input: Tensor,
    target: Tensor,
    weight: Tensor | null,
    pos_weight: Tensor | null,
    reduction: LossReduction,
  ) => Tensor
>;

/** The binary cross entropy of logits, of checked arguments. */
export const crossEntropyOfLogits: Operator<
  ByName<LogitsSignature, "input, target, weight?, pos_weight?, reduction?">
> = operator({
  name: "binary_cross_entropy_with_logits",
  parameters: {
    input: tensor,
    target: tensor,
    weight: optionalTensor,
    pos_weight: optionalTensor,
    reduction: how,
  },
  saves: ["input", "target", "weight", "pos_weight"],
  forward: ({ weight, reduction, ...args }) => reduceLoss(weighted(lossesOfLogits(args), weight), reduction),
  vjp: {
    input: (g, { input, target, weight, pos_weight, reduction }) => {
      const each = weighted(spreadGrad(g, reduction, input.shape, target.shape), weight);
      if (pos_weight === null) return mul(sub(sigmoid(input), target), each);
      const positive = mul(pos_weight, target);
      return mul(sub(mul(sub(add(positive, 1), target), sigmoid(input)), positive), each);
    },
    target: (g, { input, target, weight, pos_weight, reduction }) => {
      const each = weighted(spreadGrad(g, reduction, input.shape, target.shape), weight);
      if (pos_weight === null) return mul(neg(input), each);
      return mul(sub(mul(sub(pos_weight, 1), minusLogSigmoid(input)), input), each);
    },
    weight: null,
    pos_weight: null,
  },
  samples: [
    () => [sample([2, 3]), probabilities([2, 3], 1), null, null, "mean"],
    () => [
      sample([3]),
      probabilities([3], 1),
      sample([3], { low: 0.5, requiresGrad: false }),
      sample([3], { low: 0.5, seed: 3, requiresGrad: false }),
      "sum",
    ],
    () => [sample([3]), probabilities([3], 1), null, null, "none"],
  ],
});

/** The checks that the function of `torch` and that of `torch.nn.functional` share. */
function checkLogits(input: Tensor, target: Tensor, weights: Record<string, Tensor | null>): void {
  for (const [argument, weight] of Object.entries(weights))
    refuseGradient("binary_cross_entropy_with_logits", argument, weight);
  if (!input.dtype.is_floating_point)
    throw new NotImplementedError(
      `"log_sigmoid_cpu" not implemented for '${input.dtype.typeName}': logits have fractions. Call .float() first.`,
    );
  if (target.dtype === bool)
    throw new RuntimeError(
      "Subtraction, the `-` operator, with two bool tensors is not supported. Targets are numbers: call target.float().",
    );
  if (!target.dtype.is_floating_point)
    throw new RuntimeError(
      `result type ${input.dtype.typeName} can't be cast to the desired output type ${target.dtype.typeName}: targets have fractions, as probabilities do. Call target.float().`,
    );
}

type LogitsOptions = BinaryOptions & { readonly pos_weight?: Tensor | null };

/**
 * Binary cross entropy of logits, that is of what a layer gives before a sigmoid: `−(t · log σ(x) + (1 − t) · log(1 − σ(x)))`, times `weight`, reduced to its mean,
 * its sum, or not. `pos_weight` says how much a positive target counts.
 *
 * Shapes: `input` and `target` the same, the weights broadcast to it.
 *
 * @throws ValueError when the shapes differ, RuntimeError when the targets have no fractions or a weight requires grad.
 * Source: `torch.nn.functional.binary_cross_entropy_with_logits`.
 */
export const binary_cross_entropy_with_logits: Operator<
  ByName<
    BinarySignature<LogitsOptions>,
    "input, target, weight?, size_average?, reduce?, reduction?, pos_weight?"
  >
> = composite({
  name: "binary_cross_entropy_with_logits",
  parameters: {
    input: tensor,
    target: tensor,
    weight: optionalTensor,
    ...lossParameters,
    pos_weight: optionalTensor,
  },
  define: ({ input, target, weight, pos_weight, ...options }) => {
    const reduction = reductionOf(options);
    if (!sameShape(input.shape, target.shape))
      throw new ValueError(
        `Target size (${formatShape(target.shape)}) must be the same as input size (${formatShape(input.shape)}). Use input.squeeze(1), or target.reshape(input.shape).`,
      );
    checkLogits(input, target, { weight, pos_weight });
    return crossEntropyOfLogits(input, target, weight, pos_weight, reduction);
  },
  samples: crossEntropyOfLogits.samples.map((make) => () => {
    const [input, target, weight, pos_weight, reduction] = make();
    return [input, target, { weight, pos_weight, reduction }];
  }),
  errors: [
    wrongReduction,
    {
      args: () => [sample([2, 1]), sample([2])],
      error: "ValueError",
      message: /Target size \(\[2\]\) must be the same as input size \(\[2, 1\]\)/,
    },
    {
      args: () => [sample([2]), given([0, 1], int64)],
      error: "RuntimeError",
      message: /can't be cast to the desired output type Long: .* target\.float\(\)/,
    },
    {
      args: () => [given([0, 1], int64), given([0, 1], int64)],
      error: "NotImplementedError",
      message: /"log_sigmoid_cpu" not implemented for 'Long'/,
    },
  ],
});

/**
 * Binary cross entropy of logits as a function of `torch`, where the reduction is a number: 0 none, 1 mean, 2 sum.
 *
 * @throws as `torch.nn.functional.binary_cross_entropy_with_logits`, which is the usual form.
 * Source: `torch.binary_cross_entropy_with_logits`.
 */
export const torchCrossEntropyOfLogits: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        target: Tensor,
        weight?: Tensor | null,
        pos_weight?: Tensor | null,
        reduction?: number,
      ) => Tensor
    >,
    "input, target, weight?, pos_weight?, reduction?"
  >
> = composite({
  name: "binary_cross_entropy_with_logits",
  parameters: {
    input: tensor,
    target: tensor,
    weight: optionalTensor,
    pos_weight: optionalTensor,
    reduction: reductionNumber,
  },
  define: ({ input, target, weight, pos_weight, reduction }) => {
    checkLogits(input, target, { weight, pos_weight });
    return crossEntropyOfLogits(input, target, weight, pos_weight, numberedReduction(reduction));
  },
  samples: [() => [sample([3]), probabilities([3], 1), null, null, 2]],
});

const softMargin = E.log1p(E.exp(E.neg(E.mul(x, y))));

/** @throws RuntimeError for whole numbers and truth values, in which neither the opposite nor the logarithm can be held. */
function refuseWholeMargins(input: Tensor, target: Tensor): void {
  const dtype = promoteTensors([input, target]);
  if (dtype === bool)
    throw new RuntimeError(
      "Negation, the `-` operator, on a bool tensor is not supported: soft_margin_loss got truth values. Give labels of 1 and -1 as float32.",
    );
  if (!dtype.is_floating_point)
    throw new RuntimeError(
      `result type Float can't be cast to the desired output type ${dtype.typeName}: soft_margin_loss needs fractions. Convert the input with .float().`,
    );
}

/** The soft margin loss of settled arguments. */
export const softMarginError: Operator<
  ByName<
    FunctionSignature<(input: Tensor, target: Tensor, reduction: LossReduction) => Tensor>,
    "input, target, reduction?"
  >
> = operator({
  name: "soft_margin_loss",
  parameters: { input: tensor, target: tensor, reduction: how },
  saves: ["input", "target"],
  forward: ({ input, target, reduction }) => {
    refuseWholeMargins(input, target);
    return reduceLoss(elementwise(softMargin, [input, target]), reduction);
  },
  vjp: {
    input: (g, { input, target, reduction }) =>
      mul(
        neg(mul(spreadGrad(g, reduction, input.shape, target.shape), target)),
        sigmoid(neg(mul(target, input))),
      ),
    target: null,
  },
  samples: [
    () => [sample([2, 3]), sample([2, 3], { seed: 1, requiresGrad: false }), "mean"],
    () => [sample([3]), sample([3], { seed: 1, requiresGrad: false }), "none"],
  ],
});

/**
 * The soft margin loss `log(1 + exp(−target · input))` for targets 1 and −1, reduced to its mean, its sum, or not.
 *
 * @throws RuntimeError when the shapes do not broadcast, the target requires grad, or there are no fractions.
 * Source: `torch.nn.functional.soft_margin_loss`.
 */
export const soft_margin_loss: Operator<
  ByName<LossSignature, "input, target, size_average?, reduce?, reduction?">
> = composite({
  name: "soft_margin_loss",
  parameters: { input: tensor, target: tensor, ...lossParameters },
  define: ({ input, target, ...options }) => {
    const reduction = reductionOf(options);
    refuseGradient("soft_margin_loss", "target", target);
    return softMarginError(input, target, reduction);
  },
  samples: [() => [sample([2, 3]), sample([2, 3], { seed: 1, requiresGrad: false })]],
  errors: [
    {
      args: () => [given([1, 2], int64), given([1, -1], int64)],
      error: "RuntimeError",
      message: /result type Float can't be cast to the desired output type Long/,
    },
    {
      args: () => [given([1, 0], bool), given([1, 0], bool)],
      error: "RuntimeError",
      message: /Negation, the `-` operator, on a bool tensor is not supported/,
    },
    wrongReduction,
    {
      args: () => [sample([2]), sample([2])],
      error: "RuntimeError",
      message: /not differentiable with respect to argument 'target'/,
    },
  ],
});

/**
 * Binary cross entropy of logits for several questions about each sample: the mean over the last dimension, then reduced to its mean, its sum, or not.
 *
 * Shapes: `input` and `target` `[C]` or `[N, C]`, `weight` broadcasts to it; losses are `[N]`.
 *
 * @throws ValueError for another reduction, RuntimeError when the shapes do not broadcast.
 * Source: `torch.nn.functional.multilabel_soft_margin_loss`.
 */
export const multilabel_soft_margin_loss: Operator<
  ByName<BinarySignature<BinaryOptions>, "input, target, weight?, size_average?, reduce?, reduction?">
> = composite({
  name: "multilabel_soft_margin_loss",
  parameters: {
    input: tensor,
    target: tensor,
    weight: optionalTensor,
    size_average: legacyParameter,
    reduce: legacyParameter,
    reduction: reductionParameter,
  },
  define: ({ input, target, weight, ...options }) => {
    const reduction = reductionOf(options);
    const yes = mul(target, minusLogSigmoid(input));
    const no = mul(rsub(target, 1), minusLogSigmoid(neg(input)));
    const losses = weighted(add(yes, no), weight);
    return reduceLoss(div(sum(losses, -1), input.size(-1)), reduction);
  },
  samples: [
    () => [sample([2, 3]), probabilities([2, 3], 1)],
    () => [sample([2, 3]), probabilities([2, 3], 1), sample([3], { seed: 4 }), { reduction: "none" }],
  ],
  errors: [wrongReduction],
});
