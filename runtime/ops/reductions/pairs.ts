/** Two reductions at once: a variance or deviation with the mean, both extremes. Derivatives: PyTorch's `FunctionsManual.cpp`. */
import { IndexError } from "../../errors/indexError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type Operator } from "../../operator.ts";
import { flag, keywordOnly, optionalInteger, tensor } from "../../parameters.ts";
import { normalizeDim } from "../../shape.ts";
import type { DeviationArguments, OneDimOptions, Signature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, div } from "../elementwise/arithmetic.ts";
import { eq } from "../elementwise/comparison.ts";
import { amax, amin, count, keepDims, mean, outOfRange, repeated, sharedAmong } from "./reduction.ts";
import { sample } from "../samples.ts";
import {
  computeVariance,
  deviationGrad,
  deviationParameters,
  varianceGrad,
  type DeviationArguments as Arguments,
} from "./statistics.ts";
import { sqrt } from "../elementwise/unary.ts";

/** The sum of gradients that have arrived. */
function total(grads: readonly (Tensor | null | undefined)[]): Tensor | null {
  const arrived = grads.filter((grad) => grad !== null && grad !== undefined);
  return arrived.length === 0 ? null : arrived.reduce((sum, grad) => add(sum, grad));
}

/** The gradient of the mean that comes with a variance. */
function meanGrad(grad: Tensor, { input, dim, keepdim }: Arguments): Tensor {
  const axes = typeof dim === "boolean" ? null : dim;
  return div(repeated(grad, input.shape, axes, keepdim), count(input.shape, axes));
}

type WithMean = readonly [Tensor, Tensor];
/** A variance or deviation together with the mean. */
interface WithMeanSignature extends Signature {
  readonly function: (input: Tensor, ...rest: Partial<DeviationArguments>) => WithMean;
  readonly method: (...rest: Partial<DeviationArguments>) => WithMean;
}

function withMean(name: string, isDeviation: boolean): Operator<WithMeanSignature> {
  return operator({
    name,
    parameters: deviationParameters,
    saves: isDeviation ? ["input", "result"] : ["input"],
    forward: (args) => {
      const variance = computeVariance(args, name);
      const average = mean(args.input, typeof args.dim === "boolean" ? null : args.dim, args.keepdim);
      return [isDeviation ? sqrt(variance) : variance, average];
    },
    jointVjp: ([spread, average], context) => ({
      input: total([
        spread &&
          (isDeviation ? deviationGrad(spread, context.results[0]!, context) : varianceGrad(spread, context)),
        average && meanGrad(average, context),
      ]),
    }),
    samples: [
      () => [sample([2, 3])],
      () => [sample([2, 3]), 1, { correction: 0, keepdim: true }],
      () => [sample([2, 3]), false],
    ],
    errors: [outOfRange],
  });
}

/**
 * The standard deviation and the mean: `const [deviation, mean] = torch.std_mean(x, 1)`, with the arguments of `std`.
 *
 * @throws RuntimeError for a dtype without fractions, IndexError when there is no such dimension.
 * Source: `torch.std_mean`.
 */
export const std_mean: Operator<WithMeanSignature> = withMean("std_mean", true);

/**
 * The variance and the mean: `const [variance, mean] = torch.var_mean(x, 1)`, with the arguments of `var`.
 *
 * @throws RuntimeError for a dtype without fractions, IndexError when there is no such dimension.
 * Source: `torch.var_mean`.
 */
export const var_mean: Operator<WithMeanSignature> = withMean("var_mean", false);

type Extremes = [Tensor, Tensor] & { readonly min: Tensor; readonly max: Tensor };

interface AminmaxSignature extends Signature {
  readonly function: (input: Tensor, options?: OneDimOptions) => Extremes;
  readonly method: (options?: OneDimOptions) => Extremes;
}

/** @throws when there is nothing to compare. */
function refuseNothing(input: Tensor, dim: number | null): void {
  if (dim === null && input.numel() === 0)
    throw new RuntimeError(
      "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity. Give the 'dim' of one that has elements.",
    );
  if (dim !== null && input.shape[normalizeDim(dim, input.ndim)] === 0)
    throw new IndexError(
      `aminmax: Expected reduction dim ${dim} to have non-zero size: there is nothing to compare along it.`,
    );
}

/**
 * The smallest and the largest element, or those along `dim`; equal ones share the gradient: `const [min, max] = x.aminmax()`.
 *
 * @throws RuntimeError or IndexError when there is none, IndexError when there is no such dimension.
 * Source: `torch.aminmax`.
 */
export const aminmax: Operator<AminmaxSignature> = operator({
  name: "aminmax",
  out: true,
  resultNames: ["min", "max"],
  parameters: { input: tensor, dim: keywordOnly(optionalInteger), keepdim: keywordOnly(flag(false)) },
  saves: ["input", "result"],
  forward: ({ input, dim, keepdim }) => {
    refuseNothing(input, dim);
    return [amin(input, dim, keepdim), amax(input, dim, keepdim)];
  },
  jointVjp: (grads, { input, results, dim, keepdim }) => {
    const whole = (reduced: Tensor): Tensor => keepDims(reduced, input.shape, dim, keepdim);
    const shares = grads.map(
      (grad, i) => grad && sharedAmong(eq(input, whole(results[i]!)), whole(grad), dim),
    );
    return { input: total(shares) };
  },
  samples: [() => [sample([2, 3])], () => [sample([2, 3]), { dim: 1, keepdim: true }]],
  errors: [
    { args: () => [sample([0])], error: "RuntimeError", message: /no identity/ },
    { args: () => [sample([2, 0]), { dim: 1 }], error: "IndexError", message: /non-zero size/ },
  ],
});
