/** Losses of numbers: how far predictions are from targets. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import type { ByName } from "../../keywords.ts";
import { int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { parameter as plainNumber, type Expression } from "../../expression.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { choice, number, optionalTensor, tensor, type Parameter } from "../../parameters.ts";
import { elementwise, promoteTensors } from "../../settle.ts";
import { formatShape, sameShape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { clamp, div, mul, sub } from "../elementwise/arithmetic.ts";
import { squaredError } from "./loss.ts";
import { E, x, y } from "../elementwise/pointwise.ts";
import { sum } from "../reductions/reduction.ts";
import { given, sample } from "../samples.ts";
import { abs, square } from "../elementwise/unary.ts";
import {
  lossParameters,
  reduceLoss,
  reductionOf,
  reductionParameter,
  spreadGrad,
  broadcastPair,
  wrongReduction,
  type LossOptions,
  type LossReduction,
  type LossSignature,
} from "./reduction.ts";

/** @throws NotImplementedError when neither tensor has fractions. */
function refuseWholeNumbers(kernel: string, input: Tensor, target: Tensor): void {
  const dtype = promoteTensors([input, target]);
  if (!dtype.is_floating_point)
    throw new NotImplementedError(
      `"${kernel}" not implemented for '${dtype.typeName}': both tensors hold whole numbers. Call .float() on them first.`,
    );
}

/** @throws ValueError when weights are not of the predictions' shape. */
function checkWeights(input: Tensor, weight: Tensor): void {
  if (!sameShape(weight.shape, input.shape))
    throw new ValueError(
      `Weights and input must have the same size: got ${formatShape(weight.shape)} and ${formatShape(input.shape)}. Expand the weights, for example with weight.expand(input.shape).`,
    );
}

/** Losses times weights, reduced; their mean is over the weights. */
function reduceWeighted(losses: Tensor, weight: Tensor, how: LossReduction): Tensor {
  const weighted = mul(losses, weight);
  return how === "mean" ? div(sum(weighted), sum(weight)) : reduceLoss(weighted, how);
}

type WeightedOptions = LossOptions & { readonly weight?: Tensor | null };

/**
 * The mean squared error `(input − target)²`, or its sum, or each element's, with `weight` for each element: then the mean is over the weights.
 *
 * Shapes should be the same. Others broadcast, as in PyTorch, with a warning: `[N, 1]` against `[N]` compares each element with each.
 *
 * @throws RuntimeError when the shapes do not broadcast, NotImplementedError when both tensors hold whole numbers, ValueError when `weight` has another shape.
 * Source: `torch.nn.functional.mse_loss`.
 */
export const mse_loss: Operator<
  ByName<LossSignature<WeightedOptions>, "input, target, size_average?, reduce?, reduction?, weight?">
> = composite({
  name: "mse_loss",
  parameters: { input: tensor, target: tensor, ...lossParameters, weight: optionalTensor },
  define: ({ input, target, weight, ...options }) => {
    const [from, to] = broadcastPair(input, target);
    const how = reductionOf(options);
    if (weight === null) return squaredError(from, to, how);
    checkWeights(input, weight);
    return reduceWeighted(square(sub(from, to)), weight, how);
  },
  samples: [
    () => [sample([2, 3]), sample([2, 3], { seed: 1 })],
    () => [sample([2]), sample([2], { seed: 1 }), null, false],
    () => [sample([2]), sample([2], { seed: 1 }), { weight: sample([2], { low: 0.5, seed: 2 }) }],
  ],
  errors: [
    wrongReduction,
    {
      args: () => [sample([2]), sample([3])],
      error: "RuntimeError",
      message: /must match the size of tensor b \(3\)/,
    },
    {
      args: () => [given([1], int64), given([1], int64)],
      error: "NotImplementedError",
      message: /"mse_cpu" not implemented for 'Long'/,
    },
  ],
});

/**
 * The mean absolute error `|input − target|`, or its sum, or each element's, with `weight` for each element: then the mean is over the weights.
 *
 * Shapes should be the same; others broadcast, with a warning.
 *
 * @throws RuntimeError when the shapes do not broadcast, ValueError when `weight` has another shape or `reduction` is no reduction.
 * Source: `torch.nn.functional.l1_loss`.
 */
export const l1_loss: Operator<
  ByName<LossSignature<WeightedOptions>, "input, target, size_average?, reduce?, reduction?, weight?">
> = composite({
  name: "l1_loss",
  parameters: { input: tensor, target: tensor, ...lossParameters, weight: optionalTensor },
  define: ({ input, target, weight, ...options }) => {
    const [from, to] = broadcastPair(input, target);
    const how = reductionOf(options);
    if (weight !== null) checkWeights(input, weight);
    const losses = abs(sub(from, to));
    return weight === null ? reduceLoss(losses, how) : reduceWeighted(losses, weight, how);
  },
  samples: [
    () => [sample([2, 3]), sample([2, 3], { seed: 1 })],
    () => [sample([2, 3]), sample([2, 3], { seed: 1 }), false],
    () => [sample([2]), sample([2], { seed: 1 }), { weight: sample([2], { low: 0.5, seed: 2 }) }],
  ],
  errors: [
    wrongReduction,
    {
      args: () => [sample([2]), sample([3])],
      error: "RuntimeError",
      message: /must match the size of tensor b \(3\)/,
    },
    {
      args: () => [sample([2]), sample([2]), { weight: sample([1]) }],
      error: "ValueError",
      message: /Weights and input must have the same size/,
    },
    {
      args: () => [given([1], int64), given([1], int64)],
      error: "RuntimeError",
      message: /floating point/,
    },
    {
      args: () => [sample([2]), sample([2]), "sum"],
      error: "TypeError",
      message: /the reduction is given by name/,
    },
  ],
});

const how: Parameter<LossReduction> = choice(["mean", "sum", "none"], "mean");

interface SteppedLoss {
  readonly name: string;
  /** The losses, with the limit as plain number 0. */
  readonly expression: Expression;
  readonly kernel: string;
  /** The slope of the loss, which is limited to both sides, from the difference. */
  readonly slope: (difference: Tensor, limit: number) => Tensor;
}

type SteppedSignature = FunctionSignature<
  (input: Tensor, target: Tensor, reduction: LossReduction, limit: number) => Tensor
>;

/** A loss that is quadratic near 0 and linear further out. */
function stepped({ name, expression, kernel, slope }: SteppedLoss): Operator<SteppedSignature> {
  return operator({
    name,
    parameters: { input: tensor, target: tensor, reduction: how, limit: number() },
    saves: ["input", "target"],
    forward: ({ input, target, reduction, limit }) => {
      refuseWholeNumbers(kernel, input, target);
      return reduceLoss(elementwise(expression, [input, target], "promote", null, [limit]), reduction);
    },
    vjp: {
      input: (g, { input, target, reduction, limit }) =>
        mul(spreadGrad(g, reduction, input.shape, target.shape), slope(sub(input, target), limit)),
      target: (g, { input, target, reduction, limit }) =>
        mul(spreadGrad(g, reduction, input.shape, target.shape), slope(sub(target, input), limit)),
    },
    samples: [
      () => [sample([2, 3]), sample([2, 3], { seed: 1 }), "mean", 0.7],
      () => [sample([3]), sample([3], { seed: 1 }), "sum", 1],
      () => [sample([2, 3]), sample([3], { seed: 1 }), "none", 1.5],
    ],
  });
}

const distance = E.abs(E.sub(x, y));
const limit = plainNumber(0);

/** The smooth absolute error of settled arguments. */
export const smoothAbsoluteError: Operator<SteppedSignature> = stepped({
  name: "smooth_l1_loss",
  kernel: "smooth_l1_cpu",
  expression: E.select(
    E.lt(distance, limit),
    E.div(E.mul(E.mul(distance, distance), 0.5), limit),
    E.sub(distance, E.mul(limit, 0.5)),
  ),
  slope: (difference, beta) => clamp(div(difference, beta), -1, 1),
});

/** Huber's loss of settled arguments. */
export const huberError: Operator<SteppedSignature> = stepped({
  name: "huber_loss",
  kernel: "huber_cpu",
  expression: E.select(
    E.le(distance, limit),
    E.mul(E.mul(distance, distance), 0.5),
    E.mul(limit, E.sub(distance, E.mul(limit, 0.5))),
  ),
  slope: (difference, delta) => clamp(difference, -delta, delta),
});

/**
 * The smooth absolute error: `d² / (2 · beta)` where the distance d is below `beta`, and `d − beta / 2` further out; reduced to its mean, its sum, or not.
 *
 * Shapes should be the same; others broadcast, with a warning.
 *
 * @throws RuntimeError when the shapes do not broadcast or `beta` is negative, NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.smooth_l1_loss`; Girshick, "Fast R-CNN" (2015).
 */
export const smooth_l1_loss: Operator<
  ByName<
    LossSignature<LossOptions & { readonly beta?: number }>,
    "input, target, size_average?, reduce?, reduction?, beta?"
  >
> = composite({
  name: "smooth_l1_loss",
  parameters: { input: tensor, target: tensor, ...lossParameters, beta: number(1) },
  define: ({ input, target, beta, ...options }) => {
    const [from, to] = broadcastPair(input, target);
    const reduction = reductionOf(options);
    if (beta < 0)
      throw new RuntimeError(
        `smooth_l1_loss does not support negative values for beta: got ${beta}. It is the distance at which the loss becomes linear.`,
      );
    if (beta === 0) return reduceLoss(abs(sub(from, to)), reduction);
    return smoothAbsoluteError(from, to, reduction, beta);
  },
  samples: [
    () => [sample([2, 3]), sample([2, 3], { seed: 1 }), { beta: 0.7 }],
    () => [sample([2]), sample([2], { seed: 1 }), { beta: 0 }],
  ],
  errors: [
    wrongReduction,
    {
      args: () => [sample([2]), sample([2]), { beta: -1 }],
      error: "RuntimeError",
      message: /negative values/,
    },
    {
      args: () => [given([1], int64), given([1], int64)],
      error: "NotImplementedError",
      message: /"smooth_l1_cpu" not implemented for 'Long'/,
    },
  ],
});

interface HuberOptions {
  readonly reduction?: LossReduction;
  readonly delta?: number;
  readonly weight?: Tensor | null;
}

/**
 * Huber's loss: `d² / 2` where the distance d is at most `delta`, and `delta · (d − delta / 2)` further out; reduced to its mean, its sum, or not. With `weight`, for
 * each element, the losses are multiplied by it.
 *
 * Shapes should be the same; others broadcast, with a warning.
 *
 * @throws RuntimeError when the shapes do not broadcast or `delta` is not positive, ValueError when `weight` has another shape, NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.huber_loss`; Huber, "Robust estimation of a location parameter" (1964).
 */
export const huber_loss: Operator<
  ByName<
    FunctionSignature<{
      (input: Tensor, target: Tensor, options?: HuberOptions): Tensor;
      (
        input: Tensor,
        target: Tensor,
        reduction: LossReduction,
        delta?: number | HuberOptions,
        weight?: Tensor | null,
      ): Tensor;
    }>,
    "input, target, reduction?, delta?, weight?"
  >
> = composite({
  name: "huber_loss",
  parameters: {
    input: tensor,
    target: tensor,
    reduction: reductionParameter,
    delta: number(1),
    weight: optionalTensor,
  },
  define: ({ input, target, delta, weight, ...options }) => {
    const [from, to] = broadcastPair(input, target);
    const reduction = reductionOf(options);
    if (weight !== null) checkWeights(input, weight);
    if (!(delta > 0))
      throw new RuntimeError(
        `huber_loss does not support non-positive values for delta: got ${delta}. It is the distance at which the loss becomes linear.`,
      );
    if (weight === null) return huberError(from, to, reduction, delta);
    const losses = mul(huberError(from, to, "none", delta), weight);
    return reduceLoss(losses, reduction);
  },
  samples: [
    () => [sample([2, 3]), sample([2, 3], { seed: 1 }), "sum", 0.7],
    () => [sample([2]), sample([2], { seed: 1 }), { weight: sample([2], { seed: 2, requiresGrad: false }) }],
  ],
  errors: [
    wrongReduction,
    { args: () => [sample([2]), sample([2]), { delta: 0 }], error: "RuntimeError", message: /non-positive/ },
    {
      args: () => [sample([2]), sample([2]), { weight: sample([1]) }],
      error: "ValueError",
      message: /same size/,
    },
  ],
});
