/** Losses of triplets: an anchor is to be nearer to the positive example than to the negative one. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, keywordOnly, number, tensor, type Parameter } from "../../parameters.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, clamp, masked_fill, minimum, mul, pow, sub } from "../elementwise/arithmetic.ts";
import { eq } from "../elementwise/comparison.ts";
import { amax, sum } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import { abs, sqrt } from "../elementwise/unary.ts";
import {
  lossParameters,
  numberedReduction,
  reduceLoss,
  reductionNumber,
  reductionOf,
  reductionParameter,
  withFractions,
  type LossOptions,
  type LossReduction,
} from "./reduction.ts";

/** The p-norm of each row. */
function norm(rows: Tensor, p: number): Tensor {
  if (p === Infinity) return amax(abs(rows), -1);
  if (p === 0) return sum(rows.ne(0).to({ dtype: rows.dtype }), -1);
  if (p === 1) return sum(abs(rows), -1);
  if (p === 2) return rootOf(sum(mul(rows, rows), -1), sqrt);
  return rootOf(sum(pow(abs(rows), p), -1), (total) => pow(total, 1 / p));
}

/** A root, whose slope is taken to be 0 where it is infinite: at 0. */
function rootOf(total: Tensor, root: (total: Tensor) => Tensor): Tensor {
  const zero = eq(total, 0);
  return masked_fill(root(masked_fill(total, zero, 1)), zero, 0);
}

type Distance = (left: Tensor, right: Tensor) => Tensor;

/** The distance of rows; `eps` keeps equal rows apart. Source: `aten::pairwise_distance`. */
function distanceOf(p: number, eps: number): Distance {
  return (left, right) => norm(add(withFractions(sub(left, right)), eps), p);
}

interface Triplet {
  readonly anchor: Tensor;
  readonly positive: Tensor;
  readonly negative: Tensor;
  readonly margin: number;
  readonly swap: boolean;
}

/** @throws RuntimeError when the tensors have different numbers of dimensions. */
function checkRanks({ anchor, positive, negative }: Triplet): void {
  if (anchor.ndim !== positive.ndim || anchor.ndim !== negative.ndim)
    throw new RuntimeError(
      `The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor ${anchor.ndim}D, positive ${positive.ndim}D, and negative ${negative.ndim}D inputs. Reshape them to [N, D].`,
    );
}

/** @throws ValueError when the margin is not positive. */
function checkMargin(margin: number): void {
  if (margin <= 0)
    throw new ValueError(
      `margin must be greater than 0, got ${margin}. It says how much nearer the positive example has to be.`,
    );
}

function tripletLosses(triplet: Triplet, distance: Distance): Tensor {
  checkRanks(triplet);
  const { anchor, positive, negative, margin, swap } = triplet;
  const near = distance(anchor, positive);
  const far = distance(anchor, negative);
  const apart = swap ? minimum(far, distance(positive, negative)) : far;
  return clamp(sub(add(near, margin), apart), 0);
}

const tripletParameters = {
  anchor: tensor,
  positive: tensor,
  negative: tensor,
  margin: number(1),
  p: number(2),
  eps: number(1e-6),
  swap: flag(false),
} as const;

type TripletOptions = LossOptions & {
  readonly margin?: number;
  readonly p?: number;
  readonly eps?: number;
  readonly swap?: boolean;
};

/**
 * The triplet margin loss `max(0, d(anchor, positive) − d(anchor, negative) + margin)` with the distance of the p-norm. With `swap`, the negative example's distance is the smaller
 * one of those from the anchor and from the positive example.
 *
 * Shapes: all `[N, D]` or `[D]`; losses are `[N]` or `[]`.
 *
 * @throws RuntimeError when the numbers of dimensions differ, ValueError when the margin is not positive.
 * Source: `torch.nn.functional.triplet_margin_loss`; Balntas et al., "Learning shallow convolutional feature descriptors with triplet losses" (2016).
 */
export const triplet_margin_loss: Operator<
  ByName<
    FunctionSignature<{
      (anchor: Tensor, positive: Tensor, negative: Tensor, options?: TripletOptions): Tensor;
      (
        anchor: Tensor,
        positive: Tensor,
        negative: Tensor,
        margin: number,
        p?: number | TripletOptions,
        eps?: number,
        swap?: boolean,
        size_average?: boolean | null,
        reduce?: boolean | null,
        reduction?: LossReduction,
      ): Tensor;
    }>,
    "anchor, positive, negative, margin?, p?, eps?, swap?, size_average?, reduce?, reduction?"
  >
> = composite({
  name: "triplet_margin_loss",
  parameters: { ...tripletParameters, ...lossParameters },
  define: ({ p, eps, size_average, reduce, reduction, ...triplet }) => {
    const how = reductionOf({ size_average, reduce, reduction });
    checkMargin(triplet.margin);
    return reduceLoss(tripletLosses(triplet, distanceOf(p, eps)), how);
  },
  samples: [
    () => [sample([3, 4]), sample([3, 4], { seed: 1 }), sample([3, 4], { seed: 2 }), { swap: true }],
    () => [sample([2, 3]), sample([2, 3], { seed: 1 }), sample([2, 3], { seed: 2 }), 2, 3, 0.1],
    () => [sample([3]), sample([3], { seed: 1 }), sample([3], { seed: 2 }), { p: 1, margin: 3 }],
    () => [
      sample([3]),
      sample([3], { high: 1, seed: 1 }),
      sample([3], { high: 3, seed: 2 }),
      { p: Infinity, margin: 3 },
    ],
  ],
  errors: [
    {
      args: () => [sample([2, 3]), sample([3]), sample([2, 3])],
      error: "RuntimeError",
      message: /anchor 2D, positive 1D, and negative 2D/,
    },
    {
      args: () => [sample([3]), sample([3]), sample([3]), { margin: 0 }],
      error: "ValueError",
      message: /margin must be greater than 0, got 0/,
    },
  ],
});

/**
 * The triplet margin loss as a function of `torch`, where the reduction is a number: 0 none, 1 mean, 2 sum.
 *
 * @throws as `torch.nn.functional.triplet_margin_loss`, which is the usual form.
 * Source: `torch.triplet_margin_loss`.
 */
export const torchTripletLoss: Operator<
  ByName<
    FunctionSignature<
      (
        anchor: Tensor,
        positive: Tensor,
        negative: Tensor,
        margin?: number,
        p?: number,
        eps?: number,
        swap?: boolean,
        reduction?: number,
      ) => Tensor
    >,
    "anchor, positive, negative, margin?, p?, eps?, swap?, reduction?"
  >
> = composite({
  name: "triplet_margin_loss",
  parameters: { ...tripletParameters, reduction: reductionNumber },
  define: ({ p, eps, reduction, ...triplet }) =>
    reduceLoss(tripletLosses(triplet, distanceOf(p, eps)), numberedReduction(reduction)),
  samples: [
    () => [sample([2, 3]), sample([2, 3], { seed: 1 }), sample([2, 3], { seed: 2 }), 3, 2, 0.1, false, 2],
  ],
});

const distanceFunction: Parameter<Distance | null> = keywordOnly({
  expects: "a function of two Tensors, or null",
  fallback: null,
  convert: (value) =>
    value === null || typeof value === "function" ? (value as Distance | null) : undefined, // what it gives, the loss finds out
});

/**
 * The triplet margin loss with a distance of one's own, a function of two tensors that gives one; without it the Euclidean one.
 *
 * @throws RuntimeError when the numbers of dimensions differ, ValueError when the margin is not positive or for another reduction.
 * Source: `torch.nn.functional.triplet_margin_with_distance_loss`.
 */
export const triplet_margin_with_distance_loss: Operator<
  ByName<
    FunctionSignature<
      (
        anchor: Tensor,
        positive: Tensor,
        negative: Tensor,
        options?: {
          readonly distance_function?: Distance | null;
          readonly margin?: number;
          readonly swap?: boolean;
          readonly reduction?: LossReduction;
        },
      ) => Tensor
    >,
    "anchor, positive, negative, distance_function?, margin?, swap?, reduction?"
  >
> = composite({
  name: "triplet_margin_with_distance_loss",
  parameters: {
    anchor: tensor,
    positive: tensor,
    negative: tensor,
    distance_function: distanceFunction,
    margin: keywordOnly(number(1)),
    swap: keywordOnly(flag(false)),
    reduction: keywordOnly(reductionParameter),
  },
  define: ({ distance_function, reduction, ...triplet }) => {
    const how = reductionOf({ reduction });
    checkMargin(triplet.margin);
    return reduceLoss(tripletLosses(triplet, distance_function ?? distanceOf(2, 1e-6)), how);
  },
  samples: [
    () => [
      sample([2, 3]),
      sample([2, 3], { seed: 1 }),
      sample([2, 3], { seed: 2 }),
      {
        distance_function: (left: Tensor, right: Tensor) => left.sub(right).square().sum(1),
        swap: true,
        margin: 2,
      },
    ],
  ],
  errors: [
    {
      args: () => [sample([3]), sample([3]), sample([3]), { reduction: "avg" }],
      error: "ValueError",
      message: /^avg is not a valid value for reduction/,
    },
  ],
});
