/** Losses that are negative logarithms of a density, and the divergence of two distributions. */
import type { ByName } from "../../keywords.ts";
import { no_grad } from "../../autograd/modes.ts";
import { int64 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, keywordOnly, number, operand, required, tensor } from "../../parameters.ts";
import { formatShape, sameShape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Operand } from "../../types.ts";
import { add, div, masked_fill, mul, sub } from "../elementwise/arithmetic.ts";
import { eq, le, lt } from "../elementwise/comparison.ts";
import { any } from "../reductions/reduction.ts";
import { given, sample } from "../samples.ts";
import { exp, log, square } from "../elementwise/unary.ts";
import { expand, unsqueeze } from "../shaping/view.ts";
import {
  legacyParameter,
  lossParameters,
  numberedReduction,
  reduceLoss,
  reductionNumber,
  reductionOf,
  reductionParameter,
  wrongReduction,
  type LossOptions,
  type LossReduction,
} from "./reduction.ts";

/** `t · log t`, and 0 for 0, where it has no derivative. */
function entropyOf(target: Tensor): Tensor {
  return masked_fill(mul(target, log(target)), eq(target, 0), 0);
}

function divergence(input: Tensor, target: Tensor, how: LossReduction, logarithms: boolean): Tensor {
  if (!input.dtype.is_floating_point || !target.dtype.is_floating_point)
    throw new RuntimeError(
      `kl_div: Integral inputs not supported: got ${input.dtype.toString()} and ${target.dtype.toString()}. The input holds log-probabilities, the target probabilities; call .float().`,
    );
  const losses = logarithms
    ? mul(exp(target), sub(target, input))
    : sub(entropyOf(target), mul(target, input));
  return reduceLoss(losses, how);
}

type DivergenceReduction = LossReduction | "batchmean";
interface DivergenceOptions {
  readonly size_average?: boolean | null;
  readonly reduce?: boolean | null;
  readonly reduction?: DivergenceReduction;
  readonly log_target?: boolean;
}

/**
 * The Kullback-Leibler divergence of a target distribution from a predicted one: `t · (log t − x)` with log-probabilities x. `"batchmean"` divides the sum by the size of
 * the first dimension, which is the divergence; `"mean"` divides it by the number of elements. With `log_target` the target holds log-probabilities too.
 *
 * @throws RuntimeError for whole numbers, ValueError for another reduction.
 * Source: `torch.nn.functional.kl_div`.
 */
export const kl_div: Operator<
  ByName<
    FunctionSignature<{
      (input: Tensor, target: Tensor, options?: DivergenceOptions): Tensor;
      (
        input: Tensor,
        target: Tensor,
        size_average: boolean | null,
        reduce?: boolean | null,
        reduction?: DivergenceReduction | DivergenceOptions,
        log_target?: boolean,
      ): Tensor;
    }>,
    "input, target, size_average?, reduce?, reduction?, log_target?"
  >
> = composite({
  name: "kl_div",
  parameters: { input: tensor, target: tensor, ...lossParameters, log_target: flag(false) },
  define: ({ input, target, log_target, reduction, size_average, reduce }) => {
    const legacy = size_average !== null || reduce !== null;
    const byBatch = !legacy && reduction === "batchmean";
    const how = byBatch ? "sum" : reductionOf({ reduction, size_average, reduce });
    if (!legacy && how === "mean")
      console.warn(
        `UserWarning: reduction: 'mean' divides the total loss by both the batch size and the support size. 'batchmean' divides only by the batch size, and aligns with the KL div math definition: {reduction: "batchmean"}.`,
      );
    const loss = divergence(input, target, how, log_target);
    return byBatch && input.ndim > 0 ? div(loss, input.shape[0]!) : loss;
  },
  samples: [
    () => [sample([2, 3]), sample([2, 3], { seed: 1, low: 0.1, high: 1 }), { reduction: "batchmean" }],
    () => [sample([2]), sample([2], { seed: 1 }), { reduction: "none", log_target: true }],
  ],
  errors: [
    wrongReduction,
    {
      args: () => [sample([2]), given([0, 1], int64), { reduction: "sum" }],
      error: "RuntimeError",
      message: /kl_div: Integral inputs not supported/,
    },
  ],
});

/**
 * The Kullback-Leibler divergence as a function of `torch`, where the reduction is a number: 0 none, 1 mean, 2 sum.
 *
 * @throws as `torch.nn.functional.kl_div`, which is the usual form.
 * Source: `torch.kl_div`.
 */
export const torchDivergence: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        target: Tensor,
        reduction?: number | { readonly reduction?: number; readonly log_target?: boolean },
        options?: { readonly log_target?: boolean },
      ) => Tensor
    >,
    "input, target, reduction?, log_target?"
  >
> = composite({
  name: "kl_div",
  parameters: {
    input: tensor,
    target: tensor,
    reduction: reductionNumber,
    log_target: keywordOnly(flag(false)),
  },
  define: ({ input, target, reduction, log_target }) =>
    divergence(input, target, numberedReduction(reduction), log_target),
  samples: [() => [sample([2]), sample([2], { seed: 1 }), 2, { log_target: true }]],
});

interface PoissonArguments {
  readonly input: Tensor;
  readonly target: Tensor;
  readonly log_input: boolean;
  readonly full: boolean;
  readonly eps: number;
}

/** Stirling's approximation of `log t!`, without which the loss is known up to a constant; 0 up to 1, where it is bad. */
function stirling(target: Tensor): Tensor {
  const term = add(sub(mul(target, log(target)), target), mul(log(mul(target, 2 * Math.PI)), 0.5));
  return masked_fill(term, le(target, 1), 0);
}

function poissonLoss({ input, target, log_input, full, eps }: PoissonArguments, how: LossReduction): Tensor {
  const losses = log_input
    ? sub(exp(input), mul(target, input))
    : sub(input, mul(target, log(add(input, eps))));
  return reduceLoss(full ? add(losses, stirling(target)) : losses, how);
}

type PoissonOptions = LossOptions & {
  readonly log_input?: boolean;
  readonly full?: boolean;
  readonly eps?: number;
};

/**
 * The negative log-likelihood of counts under a Poisson distribution: `exp(x) − t · x` where the input is the logarithm of the rate, else `x − t · log(x + eps)`. `full`
 * adds Stirling's approximation of `log t!` for targets above 1.
 *
 * @throws RuntimeError when the shapes do not broadcast, ValueError for another reduction.
 * Source: `torch.nn.functional.poisson_nll_loss`.
 */
export const poisson_nll_loss: Operator<
  ByName<
    FunctionSignature<{
      (input: Tensor, target: Tensor, options?: PoissonOptions): Tensor;
      (
        input: Tensor,
        target: Tensor,
        log_input: boolean,
        full?: boolean | PoissonOptions,
        size_average?: boolean | null,
        eps?: number,
        reduce?: boolean | null,
        reduction?: LossReduction,
      ): Tensor;
    }>,
    "input, target, log_input?, full?, size_average?, eps?, reduce?, reduction?"
  >
> = composite({
  name: "poisson_nll_loss",
  parameters: {
    input: tensor,
    target: tensor,
    log_input: flag(true),
    full: flag(false),
    size_average: legacyParameter,
    eps: number(1e-8),
    reduce: legacyParameter,
    reduction: reductionParameter,
  },
  define: ({ size_average, reduce, reduction, ...args }) =>
    poissonLoss(args, reductionOf({ size_average, reduce, reduction })),
  samples: [
    () => [sample([2, 3]), sample([2, 3], { seed: 1, low: 0.5, high: 3 }), { full: true }],
    () => [sample([3], { low: 0.5 }), sample([3], { seed: 1, low: 2, high: 3 }), false, { reduction: "sum" }],
  ],
  errors: [wrongReduction],
});

/**
 * The negative log-likelihood of counts as a function of `torch`, where the reduction is a number: 0 none, 1 mean, 2 sum.
 *
 * @throws as `torch.nn.functional.poisson_nll_loss`, which is the usual form.
 * Source: `torch.poisson_nll_loss`.
 */
export const torchPoissonLoss: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        target: Tensor,
        log_input: boolean,
        full: boolean,
        eps: number,
        reduction: number,
      ) => Tensor
    >,
    "input, target, log_input, full, eps, reduction"
  >
> = composite({
  name: "poisson_nll_loss",
  parameters: {
    input: tensor,
    target: tensor,
    log_input: required(flag(true)),
    full: required(flag(false)),
    eps: number(),
    reduction: required(reductionNumber),
  },
  define: ({ reduction, ...args }) => poissonLoss(args, numberedReduction(reduction)),
  samples: [() => [sample([2]), sample([2], { seed: 1, low: 2, high: 3 }), true, true, 1e-8, 1]],
});

/** The variances in a shape that broadcasts to the input's. @throws ValueError when there is none. */
function settledVariances(input: Tensor, variance: Tensor): Tensor {
  if (variance.isNumber) return expand(variance.to({ dtype: input.dtype }), input.shape);
  if (sameShape(variance.shape, input.shape)) return variance;
  if (sameShape(variance.shape, input.shape.slice(0, -1))) return unsqueeze(variance, -1);
  const differing = variance.shape.filter((size, dim) => size !== input.shape[dim]);
  // One dimension may be 1 where the input has more.
  if (variance.ndim === input.ndim && differing.length === 1 && differing[0] === 1) return variance;
  throw new ValueError(
    `var is of incorrect size: got ${formatShape(variance.shape)} for an input of ${formatShape(input.shape)}. Give a variance for each element, or for each row with the last dimension left out or 1.`,
  );
}

interface GaussianOptions {
  readonly full?: boolean;
  readonly eps?: number;
  readonly reduction?: LossReduction;
}

/**
 * The negative log-likelihood of targets under normal distributions with means `input` and variances `var`: `(log var + (x − t)² / var) / 2`. Variances count as at
 * least `eps`; `full` adds the constant `log(2π) / 2`.
 *
 * Shapes: `var` has the input's, or its last dimension is missing or 1; or it is one number for all.
 *
 * @throws ValueError for a negative variance, one of another shape, or another reduction.
 * Source: `torch.nn.functional.gaussian_nll_loss`.
 */
export const gaussian_nll_loss: Operator<
  ByName<
    FunctionSignature<{
      (input: Tensor, target: Tensor, variance: Operand, options?: GaussianOptions): Tensor;
      (
        input: Tensor,
        target: Tensor,
        variance: Operand,
        full: boolean,
        eps?: number | GaussianOptions,
        reduction?: LossReduction,
      ): Tensor;
    }>,
    "input, target, var, full?, eps?, reduction?"
  >
> = composite({
  name: "gaussian_nll_loss",
  parameters: {
    input: tensor,
    target: tensor,
    var: operand,
    full: flag(false),
    eps: number(1e-6),
    reduction: reductionParameter,
  },
  define: ({ input, target, var: variance, full, eps, ...options }) => {
    if (any(lt(variance, 0)).item())
      throw new ValueError(
        "var has negative entry/entries: variances are squares. Use exp() or softplus() on what a layer gives.",
      );
    const settled = settledVariances(input, variance);
    const how = reductionOf(options);
    // The limit moves the values and leaves the gradient as it is.
    const limited = settled.clone();
    no_grad(() => limited.clamp_({ min: eps }));
    const losses = mul(add(log(limited), div(square(sub(input, target)), limited)), 0.5);
    return reduceLoss(full ? add(losses, 0.5 * Math.log(2 * Math.PI)) : losses, how);
  },
  samples: [
    () => [sample([2, 3]), sample([2, 3], { seed: 1 }), sample([2, 3], { seed: 2, low: 0.5 }), true],
    () => [sample([2, 3]), sample([2, 3], { seed: 1 }), sample([2], { seed: 2, low: 0.5 })],
    () => [sample([2]), sample([2], { seed: 1 }), 1.5, { reduction: "sum" }],
  ],
  errors: [
    {
      args: () => [sample([2]), sample([2]), sample([2], { low: 1 }), { reduction: "avg" }],
      error: "ValueError",
      message: /^avg is not valid|^avg is not a valid/,
    },
    {
      args: () => [sample([2]), sample([2]), -1.5],
      error: "ValueError",
      message: /var has negative entry/,
    },
    {
      args: () => [sample([2, 3]), sample([2, 3]), sample([3], { low: 1 })],
      error: "ValueError",
      message: /var is of incorrect size: got \[3\] for an input of \[2, 3\]/,
    },
  ],
});
