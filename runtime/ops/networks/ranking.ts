/** Losses of pairs: which of two is larger, whether two are alike. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { number, tensor } from "../../parameters.ts";
import { formatShape, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, clamp, div, mul, rsub, sub, where } from "../elementwise/arithmetic.ts";
import { eq, ne } from "../elementwise/comparison.ts";
import { sum } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import { neg, sqrt } from "../elementwise/unary.ts";
import {
  lossParameters,
  numberedReduction,
  reduceLoss,
  reductionNumber,
  reductionOf,
  withFractions,
  type LossOptions,
  type LossReduction,
} from "./reduction.ts";

type MarginOptions = LossOptions & { readonly margin?: number };

type PairSignature = FunctionSignature<{
  (input1: Tensor, input2: Tensor, target: Tensor, options?: MarginOptions): Tensor;
  (
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: number,
    size_average?: boolean | null | LossOptions,
    reduce?: boolean | null,
    reduction?: LossReduction,
  ): Tensor;
}>;

type NumberedPairSignature = FunctionSignature<
  (input1: Tensor, input2: Tensor, target: Tensor, margin?: number, reduction?: number) => Tensor
>;

const pairParameters = { input1: tensor, input2: tensor, target: tensor, margin: number(0) } as const;
const numberedPairParameters = { ...pairParameters, reduction: reductionNumber } as const;

interface Pair {
  readonly input1: Tensor;
  readonly input2: Tensor;
  readonly target: Tensor;
  readonly margin: number;
}

/** 1 and −1 in turn. */
function signs(shape: Shape): Tensor {
  const positions = sample(shape, { requiresGrad: false });
  return positions.sign();
}

function rankingLosses({ input1, input2, target, margin }: Pair): Tensor {
  return clamp(add(withFractions(mul(neg(target), sub(input1, input2))), margin), 0);
}

/**
 * The margin ranking loss `max(0, −target · (input1 − input2) + margin)`: a target of 1 wants the first to be larger, −1 the second.
 *
 * @throws RuntimeError when the tensors have different numbers of dimensions, ValueError for another reduction.
 * Source: `torch.nn.functional.margin_ranking_loss`.
 */
export const margin_ranking_loss: Operator<
  ByName<PairSignature, "input1, input2, target, margin?, size_average?, reduce?, reduction?">
> = composite({
  name: "margin_ranking_loss",
  parameters: { ...pairParameters, ...lossParameters },
  define: ({ input1, input2, target, margin, ...options }) => {
    const how = reductionOf(options);
    if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim)
      throw new RuntimeError(
        `margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: ${formatShape(input1.shape)}, input2: ${formatShape(input2.shape)}, target: ${formatShape(target.shape)}. Reshape them to one shape.`,
      );
    return reduceLoss(rankingLosses({ input1, input2, target, margin }), how);
  },
  samples: [() => [sample([4]), sample([4], { seed: 1 }), signs([4]), 0.5]],
  errors: [
    {
      args: () => [sample([2]), sample([2]), signs([2, 1])],
      error: "RuntimeError",
      message: /should have same dimension but got sizes: input1: \[2\]/,
    },
    {
      args: () => [sample([2]), sample([2]), signs([2]), { reduction: "avg" }],
      error: "ValueError",
      message: /^avg is not a valid value/,
    },
  ],
});

/**
 * The margin ranking loss as a function of `torch`, where the reduction is a number: 0 none, 1 mean, 2 sum.
 *
 * @throws as `torch.nn.functional.margin_ranking_loss`, which is the usual form.
 * Source: `torch.margin_ranking_loss`.
 */
export const torchRankingLoss: Operator<
  ByName<NumberedPairSignature, "input1, input2, target, margin?, reduction?">
> = composite({
  name: "margin_ranking_loss",
  parameters: numberedPairParameters,
  define: ({ reduction, ...pair }) => reduceLoss(rankingLosses(pair), numberedReduction(reduction)),
  samples: [() => [sample([3]), sample([3], { seed: 1 }), signs([3]), 0.5, 2]],
});

function hingeLosses(input: Tensor, target: Tensor, margin: number): Tensor {
  const apart = where(ne(target, 1), clamp(rsub(withFractions(input), margin), 0), 0);
  return add(apart, where(ne(target, -1), input, 0));
}

/**
 * The hinge embedding loss of distances: the distance itself where the target is 1, and `max(0, margin − distance)` where it is −1.
 *
 * @throws RuntimeError when the shapes do not broadcast, ValueError for another reduction.
 * Source: `torch.nn.functional.hinge_embedding_loss`.
 */
export const hinge_embedding_loss: Operator<
  ByName<
    FunctionSignature<{
      (input: Tensor, target: Tensor, options?: MarginOptions): Tensor;
      (
        input: Tensor,
        target: Tensor,
        margin: number,
        size_average?: boolean | null | LossOptions,
        reduce?: boolean | null,
        reduction?: LossReduction,
      ): Tensor;
    }>,
    "input, target, margin?, size_average?, reduce?, reduction?"
  >
> = composite({
  name: "hinge_embedding_loss",
  parameters: { input: tensor, target: tensor, margin: number(1), ...lossParameters },
  define: ({ input, target, margin, ...options }) =>
    reduceLoss(hingeLosses(input, target, margin), reductionOf(options)),
  samples: [() => [sample([4]), signs([4])], () => [sample([4], { seed: 1 }), signs([4]), 0.5]],
  errors: [
    {
      args: () => [sample([2]), signs([2]), { reduction: "avg" }],
      error: "ValueError",
      message: /^avg is not a valid value/,
    },
  ],
});

/**
 * The hinge embedding loss as a function of `torch`, where the reduction is a number: 0 none, 1 mean, 2 sum.
 *
 * @throws as `torch.nn.functional.hinge_embedding_loss`, which is the usual form.
 * Source: `torch.hinge_embedding_loss`.
 */
export const torchHingeLoss: Operator<
  ByName<
    FunctionSignature<(input: Tensor, target: Tensor, margin?: number, reduction?: number) => Tensor>,
    "input, target, margin?, reduction?"
  >
> = composite({
  name: "hinge_embedding_loss",
  parameters: { input: tensor, target: tensor, margin: number(1), reduction: reductionNumber },
  define: ({ input, target, margin, reduction }) =>
    reduceLoss(hingeLosses(input, target, margin), numberedReduction(reduction)),
  samples: [() => [sample([3]), signs([3]), 1.5, 0]],
});

/** @throws RuntimeError when there is not one target for each pair of rows. */
function checkRows({ input1, input2, target }: Pair): void {
  if (target.ndim > 1)
    throw new RuntimeError(
      `0D or 1D target tensor expected, multi-target not supported: got a target of shape ${formatShape(target.shape)}.`,
    );
  const rank = target.ndim + 1;
  if (input1.ndim !== rank || input2.ndim !== rank)
    throw new RuntimeError(
      `${target.ndim}D target tensor expects ${rank}D input tensors, but found inputs with sizes ${formatShape(input1.shape)} and ${formatShape(input2.shape)}. There is one target for each row of the inputs.`,
    );
}

/** Keeps the cosine of a row of zeros from dividing by zero, as in `aten::cosine_embedding_loss`. */
const tiny = 1e-12;

function squareSum(rows: Tensor): Tensor {
  return add(sum(mul(rows, rows), -1), tiny);
}

function cosineLosses(pair: Pair): Tensor {
  checkRows(pair);
  const { input1, input2, target, margin } = pair;
  const products = sum(mul(input1, input2), -1);
  const cosine = div(products, sqrt(mul(squareSum(input1), squareSum(input2))));
  const alike = where(eq(target, 1), rsub(cosine, 1), 0);
  return add(alike, where(eq(target, -1), clamp(sub(cosine, margin), 0), 0));
}

/**
 * The cosine embedding loss of pairs of rows: `1 − cos` where the target is 1, and `max(0, cos − margin)` where it is −1.
 *
 * Shapes: inputs `[N, D]` and target `[N]`, or `[D]` and `[]`.
 *
 * @throws RuntimeError when the shapes do not fit, ValueError for another reduction.
 * Source: `torch.nn.functional.cosine_embedding_loss`.
 */
export const cosine_embedding_loss: Operator<
  ByName<PairSignature, "input1, input2, target, margin?, size_average?, reduce?, reduction?">
> = composite({
  name: "cosine_embedding_loss",
  parameters: { ...pairParameters, ...lossParameters },
  define: ({ input1, input2, target, margin, ...options }) => {
    const how = reductionOf(options);
    return reduceLoss(cosineLosses({ input1, input2, target, margin }), how);
  },
  samples: [() => [sample([4, 3]), sample([4, 3], { seed: 1 }), signs([4]), 0.1]],
  errors: [
    {
      args: () => [sample([2, 3]), sample([2, 3]), signs([2, 3])],
      error: "RuntimeError",
      message: /0D or 1D target tensor expected/,
    },
    {
      args: () => [sample([2, 3]), sample([3]), signs([2])],
      error: "RuntimeError",
      message: /1D target tensor expects 2D input tensors/,
    },
  ],
});

/**
 * The cosine embedding loss as a function of `torch`, where the reduction is a number: 0 none, 1 mean, 2 sum.
 *
 * @throws as `torch.nn.functional.cosine_embedding_loss`, which is the usual form.
 * Source: `torch.cosine_embedding_loss`.
 */
export const torchCosineLoss: Operator<
  ByName<NumberedPairSignature, "input1, input2, target, margin?, reduction?">
> = composite({
  name: "cosine_embedding_loss",
  parameters: numberedPairParameters,
  define: ({ reduction, ...pair }) => reduceLoss(cosineLosses(pair), numberedReduction(reduction)),
  samples: [() => [sample([2, 3]), sample([2, 3], { seed: 1 }), signs([2]), 0.1, 0]],
});
