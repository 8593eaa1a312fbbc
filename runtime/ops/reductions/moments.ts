/** Sums and means without NaN, and covariances. */
import { bool, int64, type DType } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { dims, dtype, flag, integer, keywordOnly, optionalTensor, tensor } from "../../parameters.ts";
import { reduceDims } from "../../settle.ts";
import { normalizeDims } from "../../shape.ts";
import type { GeneralSignature, ReductionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { clamp, div, mul, sub, where } from "../elementwise/arithmetic.ts";
import { isnan, logical_not } from "../elementwise/comparison.ts";
import { to } from "../shaping/conversion.ts";
import { mm } from "../linalg/matmul.ts";
import { keepDims, outOfRange, sum } from "./reduction.ts";
import { given, sample } from "../samples.ts";
import { gather } from "../shaping/scattering.ts";
import { sqrt } from "../elementwise/unary.ts";
import { reshape, squeeze, t, unsqueeze } from "../shaping/view.ts";
import { fromPositions, numbersOf } from "./elements.ts";

/** The dtype of a sum: what was asked for, the input's, or int64 for whole numbers. */
function sumDtype(input: Tensor, wanted: DType | null): DType {
  return wanted ?? (input.dtype.is_floating_point ? input.dtype : int64);
}

/**
 * The sum of the elements that are not NaN: of all, or along `dim`.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.nansum`.
 */
export const nansum: Operator<ReductionSignature> = operator({
  name: "nansum",
  out: true,
  parameters: { input: tensor, dim: dims, keepdim: flag(false), dtype },
  saves: ["input"],
  forward: ({ input, dim, keepdim, dtype: wanted }) => {
    const numbers = input.dtype.is_floating_point ? where(isnan(input), 0, input) : input;
    return reduceDims("sum", numbers, normalizeDims(dim, input.ndim), keepdim, sumDtype(input, wanted));
  },
  vjp: {
    input: (g, { input, dim, keepdim }) =>
      mul(to(keepDims(g, input.shape, dim, keepdim), { dtype: input.dtype }), logical_not(isnan(input))),
  },
  samples: [
    () => [sample([2, 3])],
    () => [sample([2, 3]), 1],
    () => [sample([2, 3]), { dim: 0, keepdim: true }],
  ],
  errors: [outOfRange],
});

/**
 * The mean of the elements that are not NaN: of all, or along `dim`. NaN where there are none.
 *
 * @throws RuntimeError for a dtype without fractions, IndexError when there is no such dimension.
 * Source: `torch.nanmean`.
 */
export const nanmean: Operator<ReductionSignature> = composite({
  name: "nanmean",
  out: true,
  parameters: { input: tensor, dim: dims, keepdim: flag(false), dtype },
  define: ({ input, dim, keepdim, dtype: wanted }) => {
    if (!input.dtype.is_floating_point)
      throw new RuntimeError(
        `nanmean(): expected input to have floating point or complex dtype but got ${input.dtype.typeName}. Call .float() first.`,
      );
    const count = sum(logical_not(isnan(input)), dim, keepdim);
    return div(nansum(input, dim, keepdim, { dtype: wanted }), count);
  },
  samples: [() => [sample([2, 3])], () => [sample([2, 3]), 1, true]],
  errors: [outOfRange, { args: () => [given([1], int64)], error: "RuntimeError", message: /but got Long/ }],
});

function refuseWeights(message: string): never {
  throw new RuntimeError(`cov(): ${message}`);
}

/** Weights of observations: of whole numbers (`frequencies`), or of any. @throws RuntimeError when they do not fit. */
function checkWeights(name: "fweights" | "aweights", weights: Tensor, observations: number): void {
  if (weights.ndim > 1)
    refuseWeights(
      `expected ${name} to have one or fewer dimensions but got ${name} with ${weights.ndim} dimensions.`,
    );
  const kind = name === "fweights" ? "integral" : "floating";
  if (weights.dtype.category !== kind)
    refuseWeights(
      `expected ${name} to have ${kind === "integral" ? "integral" : "floating point"} dtype but got ${name} with ${weights.dtype.typeName} dtype.`,
    );
  if (weights.numel() !== observations)
    refuseWeights(
      `expected ${name} to have the same numel as there are observations in the input but got ${weights.numel()} != ${observations}.`,
    );
  if (numbersOf(weights).some((weight) => weight < 0)) refuseWeights(`${name} cannot be negative.`);
}

/** What the sum of the products is divided by. */
function degreesOf(
  total: Tensor | number,
  weights: Tensor | null,
  aweights: Tensor | null,
  correction: number,
): Tensor | number {
  if (typeof total === "number") return Math.max(0, total - correction);
  const taken =
    weights !== null && aweights !== null && correction !== 0
      ? div(mul(sum(mul(weights, aweights)), correction), total)
      : correction;
  return clamp(sub(total, taken), { min: 0 });
}

interface CovarianceOptions {
  readonly correction?: number;
  readonly fweights?: Tensor | null;
  readonly aweights?: Tensor | null;
}

/**
 * The covariances of variables, one in each row, of which each column is an observation: `fweights` say how often each occurred, `aweights` how much it counts.
 *
 * @throws RuntimeError for more than two dimensions, for bool, and for weights that do not fit.
 * Source: `torch.cov`.
 */
export const cov: Operator<GeneralSignature<[options?: CovarianceOptions]>> = composite({
  name: "cov",
  parameters: {
    input: tensor,
    correction: keywordOnly(integer(1)),
    fweights: keywordOnly(optionalTensor),
    aweights: keywordOnly(optionalTensor),
  },
  define: ({ input, correction, fweights, aweights }) => {
    if (input.ndim > 2)
      throw new RuntimeError(
        `cov(): expected input to have two or fewer dimensions but got an input with ${input.ndim} dimensions.`,
      );
    if (input.dtype === bool)
      throw new RuntimeError("cov(): bool dtype is not supported for input. Convert with .float() first.");
    const rows = input.ndim < 2 ? reshape(input, [1, -1]) : input;
    const observations = rows.shape[1]!;
    if (fweights) checkWeights("fweights", fweights, observations);
    if (aweights) checkWeights("aweights", aweights, observations);
    return covarianceOf(rows, correction, fweights, aweights);
  },
  samples: [
    () => [sample([2, 4])],
    () => [sample([3]), { correction: 0 }],
    () => [
      sample([2, 3]),
      {
        fweights: given([1, 2, 1], int64),
        aweights: sample([3], { low: 0.2, high: 1, requiresGrad: false }),
      },
    ],
  ],
  errors: [
    { args: () => [given([1], bool)], error: "RuntimeError", message: /bool dtype/ },
    { args: () => [sample([1, 1, 1])], error: "RuntimeError", message: /two or fewer dimensions/ },
    {
      args: () => [sample([2]), { aweights: given([1, 1], int64) }],
      error: "RuntimeError",
      message: /floating point/,
    },
  ],
});

function covarianceOf(
  rows: Tensor,
  correction: number,
  fweights: Tensor | null,
  aweights: Tensor | null,
): Tensor {
  const weights = fweights && aweights ? mul(fweights, aweights) : (fweights ?? aweights);
  const total = weights ? sum(weights) : rows.shape[1]!;
  if (weights && numbersOf(total as Tensor)[0] === 0)
    throw new RuntimeError("cov(): weights sum to zero, can't be normalized. At least one must be above 0.");
  const weigh = (values: Tensor): Tensor => (weights ? mul(values, weights) : values);
  const centered = sub(rows, unsqueeze(div(sum(weigh(rows), 1), total), 1));
  return squeeze(div(mm(centered, t(weigh(centered))), degreesOf(total, weights, aweights, correction)));
}

/**
 * The correlations of variables, one in each row, of which each column is an observation: covariances divided by both deviations.
 *
 * @throws RuntimeError for more than two dimensions.
 * Source: `torch.corrcoef`.
 */
export const corrcoef: Operator<GeneralSignature<[]>> = composite({
  name: "corrcoef",
  parameters: { input: tensor },
  define: ({ input }) => {
    if (input.ndim > 2)
      throw new RuntimeError(
        `corrcoef(): expected input to have two or fewer dimensions but got an input with ${input.ndim} dimensions.`,
      );
    const covariances = cov(input);
    // A single variable: 1, or NaN where it does not vary.
    if (covariances.ndim === 0) return div(covariances, covariances);
    const size = covariances.shape[0]!;
    const diagonal = fromPositions(
      Array.from({ length: size }, (_, i) => i),
      [1, size],
    );
    const deviations = sqrt(reshape(gather(covariances, 0, diagonal), [-1]));
    const scaled = div(div(covariances, unsqueeze(deviations, 1)), unsqueeze(deviations, 0));
    // Rounding may lead beyond 1.
    return clamp(scaled, { min: -1, max: 1 });
  },
  samples: [() => [sample([2, 4])], () => [sample([3])]],
  errors: [{ args: () => [sample([1, 1, 1])], error: "RuntimeError", message: /two or fewer dimensions/ }],
});
