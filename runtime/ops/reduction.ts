/** Sums, means, extremes and their like, over all dimensions or over some. Derivatives: PyTorch's `FunctionsManual.cpp`. */
import { bool, int64, uint8, type DType } from "../dtype.ts";
import { IndexError } from "../errors/indexError.ts";
import { NotImplementedError } from "../errors/notImplementedError.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { operator, type Operator, type Sample } from "../operator.ts";
import {
  dims,
  dtype,
  flag,
  integer,
  keywordOnly,
  number,
  optionalInteger,
  requiredDims,
  tensor,
  type Parameter,
} from "../parameters.ts";
import { convert, reduceDims, varianceAlong, searchDims } from "../settle.ts";
import { formatShape, normalizeDims, numel, type Shape } from "../shape.ts";
import type {
  ArgReductionSignature,
  DeviationSignature,
  Dims,
  GeneralSignature,
  ReductionSignature,
} from "../signatures.ts";
import type { Tensor } from "../tensor.ts";
import { div, mul, sub, where } from "./arithmetic.ts";
import { eq } from "./comparison.ts";
import { given, sample } from "./samples.ts";
import { exp, log, sqrt } from "./unary.ts";
import { expand, unsqueeze } from "./view.ts";

const samples: readonly Sample[] = [
  () => [sample([2, 3])],
  () => [sample([2, 3, 2]), 1],
  () => [sample([2, 3, 2]), [0, 2], true],
  () => [sample([2, 3]), { dim: -1, keepdim: true }],
  () => [sample([])],
];

const outOfRange = {
  args: () => [sample([2, 3]), 2],
  error: "IndexError",
  message: /expected to be in range of \[-2, 1\], but got 2/,
};

/** A reduced tensor with its dimensions of size 1 put back, so that it broadcasts against the input. */
export function keepDims(reduced: Tensor, shape: Shape, dim: Dims | null, keepdim: boolean): Tensor {
  if (keepdim) return reduced;
  return normalizeDims(dim, shape.length)
    .toSorted((a, b) => a - b)
    .reduce<Tensor>((tensor, position) => unsqueeze(tensor, position), reduced);
}

function repeated(grad: Tensor, shape: Shape, dim: Dims | null, keepdim: boolean): Tensor {
  return expand(keepDims(grad, shape, dim, keepdim), shape);
}

function variant(name: string): (args: { readonly dim: Dims | null }) => string {
  return ({ dim }) => `${name}Backward${dim === null ? 0 : 1}`;
}

function count(shape: Shape, dim: Dims | null): number {
  return normalizeDims(dim, shape.length).reduce((product, position) => product * shape[position]!, 1);
}

/** Sums and products of whole numbers and truth values are int64. */
function sumDtype(input: DType, wanted: DType | null): DType {
  return wanted ?? (input.is_floating_point ? input : int64);
}

/**
 * The sum of all elements, or along `dim`. Whole numbers and truth values sum to int64.
 *
 * `x.sum()`, `x.sum(1, true)`, `x.sum({dim: [0, 1], keepdim: true})`.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.sum`.
 */
export const sum: Operator<ReductionSignature> = operator({
  name: "sum",
  parameters: { input: tensor, dim: dims, keepdim: flag(false), dtype },
  gradFn: variant("Sum"),
  forward: ({ input, dim, keepdim, dtype }) =>
    reduceDims("sum", input, normalizeDims(dim, input.ndim), keepdim, sumDtype(input.dtype, dtype)),
  vjp: { input: (g, { shapes, dim, keepdim }) => repeated(g, shapes.input, dim, keepdim) },
  samples,
  errors: [outOfRange],
});

/**
 * The mean of all elements, or along `dim`.
 *
 * @throws RuntimeError for a dtype without fractions, IndexError when there is no such dimension.
 * Source: `torch.mean`.
 */
export const mean: Operator<ReductionSignature> = operator({
  name: "mean",
  parameters: { input: tensor, dim: dims, keepdim: flag(false), dtype },
  gradFn: variant("Mean"),
  forward: ({ input, dim, keepdim, dtype }) => {
    const result = dtype ?? input.dtype;
    if (!result.is_floating_point)
      throw new RuntimeError(
        `mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${result.typeName}. Call .float() first, or pass {dtype: torch.float32}.`,
      );
    return reduceDims("mean", input, normalizeDims(dim, input.ndim), keepdim, result);
  },
  vjp: {
    input: (g, { shapes, dim, keepdim }) =>
      div(repeated(g, shapes.input, dim, keepdim), count(shapes.input, dim)),
  },
  samples,
  errors: [
    outOfRange,
    {
      args: () => [given([1, 2], int64)],
      error: "RuntimeError",
      message: /could not infer output dtype.*Got: Long/,
    },
  ],
});

/**
 * The product of all elements, or along one dimension.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.prod`.
 */
export const prod: Operator<
  GeneralSignature<
    [dim?: number | null | { dim?: number; keepdim?: boolean; dtype?: DType }, keepdim?: boolean]
  >
> = operator({
  name: "prod",
  parameters: { input: tensor, dim: optionalInteger, keepdim: flag(false), dtype },
  gradFn: variant("Prod"),
  saves: ["input", "result"],
  forward: ({ input, dim, keepdim, dtype }) =>
    reduceDims("prod", input, normalizeDims(dim, input.ndim), keepdim, sumDtype(input.dtype, dtype)),
  vjp: {
    input: (g, { input, result, shapes, dim, keepdim }) => {
      const grad = keepDims(g, shapes.input, dim, keepdim);
      if (!eq(input, 0).any().item())
        return mul(grad, div(keepDims(result, shapes.input, dim, keepdim), input));
      return mul(
        grad,
        dim === null
          ? productOfOthers(input.reshape([-1]), 0).reshape(shapes.input)
          : productOfOthers(input, dim),
      );
    },
  },
  samples: [
    () => [sample([2, 3])],
    () => [sample([2, 3]), 1],
    () => [sample([2, 3]), 0, true],
    () => [mul(sample([2, 3]), given([1, 0, 1], int64)), 1],
  ],
  errors: [outOfRange],
});

/** For each element along `dim`, the product of the others: right where a zero makes `product / element` NaN. */
function productOfOthers(input: Tensor, dim: number): Tensor {
  const last = input.movedim(dim, -1);
  const size = last.size(-1);
  const itself = given(
    Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0)),
    bool,
    [size, size],
  );
  return prod(where(itself, 1, last.unsqueeze(-2)), -1).movedim(-1, dim);
}

/** @throws when there is nothing to compare: as PyTorch, another error for everything than for one dimension. */
export function refuseEmpty(name: string, input: Tensor, dim: Dims | null): void {
  if (dim === null) {
    if (input.numel() > 0) return;
    const error = name.startsWith("arg") ? IndexError : RuntimeError;
    throw new error(
      `${name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument; the input has shape ${formatShape(input.shape)}.`,
    );
  }
  const empty = normalizeDims(dim, input.ndim).find((position) => input.shape[position] === 0);
  if (empty !== undefined)
    throw new IndexError(
      `${name}(): Expected reduction dim ${empty} to have non-zero size; the input has shape ${formatShape(input.shape)} and nothing to compare along it.`,
    );
}

function extremum(name: "amax" | "amin"): Operator<ReductionSignature> {
  return operator({
    name,
    parameters: { input: tensor, dim: dims, keepdim: flag(false) },
    saves: ["input", "result"],
    forward: ({ input, dim, keepdim }) => {
      refuseEmpty(name, input, dim);
      return reduceDims(name, input, normalizeDims(dim, input.ndim), keepdim);
    },
    vjp: {
      input: (g, { input, result, shapes, dim, keepdim }) => {
        const chosen = eq(input, keepDims(result, shapes.input, dim, keepdim));
        return sharedAmong(chosen, keepDims(g, shapes.input, dim, keepdim), dim);
      },
    },
    samples,
    errors: [outOfRange, { args: () => [sample([0, 2]), 0], error: "IndexError", message: /non-zero size/ }],
  });
}

/** The gradient, in equal parts to the elements that are `chosen`. Source: `scale_grad_by_count`. */
export function sharedAmong(chosen: Tensor, grad: Tensor, dim: Dims | null): Tensor {
  return mul(grad, div(chosen.to({ dtype: grad.dtype }), sum(chosen, dim, true)));
}

/** The largest element, or along `dim`; equal ones share the gradient. @throws IndexError when there is none. Source: `torch.amax`. */
export const amax: Operator<ReductionSignature> = extremum("amax");

/** The smallest element, or along `dim`; equal ones share the gradient. @throws IndexError when there is none. Source: `torch.amin`. */
export const amin: Operator<ReductionSignature> = extremum("amin");

function argExtremum(name: "argmax" | "argmin"): Operator<ArgReductionSignature> {
  return operator({
    name,
    parameters: { input: tensor, dim: optionalInteger, keepdim: flag(false) },
    forward: ({ input, dim, keepdim }) => {
      refuseEmpty(name, input, dim);
      return searchDims(name, input, dim, keepdim);
    },
    vjp: null,
    samples: [
      () => [sample([2, 3])],
      () => [sample([2, 3]), 1],
      () => [sample([2, 3]), { dim: 0, keepdim: true }],
    ],
    errors: [outOfRange],
  });
}

/** Position of the largest element: in the flattened tensor, or along `dim`. The first of equals. Source: `torch.argmax`. */
export const argmax: Operator<ArgReductionSignature> = argExtremum("argmax");

/** Position of the smallest element: in the flattened tensor, or along `dim`. The first of equals. Source: `torch.argmin`. */
export const argmin: Operator<ArgReductionSignature> = argExtremum("argmin");

function quantifier(name: "any" | "all"): Operator<ReductionSignature> {
  return operator({
    name,
    parameters: { input: tensor, dim: dims, keepdim: flag(false) },
    // PyTorch keeps uint8 in these two, for tensors that were masks before bool existed.
    forward: ({ input, dim, keepdim }) =>
      reduceDims(
        name,
        input,
        normalizeDims(dim, input.ndim),
        keepdim,
        input.dtype,
        input.dtype === uint8 ? uint8 : bool,
      ),
    vjp: null,
    samples,
    errors: [outOfRange],
  });
}

/** Whether any element is true (not zero), or any along `dim`. Source: `torch.any`. */
export const any: Operator<ReductionSignature> = quantifier("any");

/** Whether all elements are true (not zero), or all along `dim`. Source: `torch.all`. */
export const all: Operator<ReductionSignature> = quantifier("all");

interface DeviationArguments {
  readonly input: Tensor;
  readonly dim: Dims | boolean | null;
  readonly correction: number;
  readonly unbiased: boolean;
  readonly keepdim: boolean;
}

/** A dimension, several, or all; or, in PyTorch's older form, whether the result is unbiased. */
const dimsOrUnbiased: Parameter<Dims | boolean | null> = {
  ...dims,
  expects: `${dims.expects}, or true or false for unbiased`,
  convert: (value) => (typeof value === "boolean" ? value : dims.convert(value)),
};

const deviationParameters = {
  input: tensor,
  dim: dimsOrUnbiased,
  unbiased: flag(true),
  keepdim: flag(false),
  correction: keywordOnly(number(1)),
} as const;

/** The dimensions, and what the sum of squares is divided by: the count less the correction, and not below 0. */
function settleDeviation({ input, dim, correction, unbiased }: DeviationArguments): {
  dim: Dims | null;
  degrees: number;
} {
  const dimensions = typeof dim === "boolean" ? null : dim;
  const isUnbiased = typeof dim === "boolean" ? dim : unbiased;
  return {
    dim: dimensions,
    degrees: Math.max(0, count(input.shape, dimensions) - (isUnbiased ? correction : 0)),
  };
}

function computeVariance(args: DeviationArguments): Tensor {
  const { input, keepdim } = args;
  if (!input.dtype.is_floating_point)
    throw new RuntimeError(
      `std and var only support floating point and complex dtypes, got ${input.dtype.toString()}. Call .float() first.`,
    );
  const { dim, degrees } = settleDeviation(args);
  return varianceAlong(input, normalizeDims(dim, input.ndim), keepdim, degrees);
}

function varianceGrad(grad: Tensor, args: DeviationArguments): Tensor {
  const { input, keepdim } = args;
  const { dim, degrees } = settleDeviation(args);
  const factor = div(keepDims(grad, input.shape, dim, keepdim).mul(2), degrees);
  return mul(factor, sub(input, mean(input, dim, true)));
}

const deviationSamples: readonly Sample[] = [
  () => [sample([2, 3])],
  () => [sample([2, 3]), 1],
  () => [sample([2, 3, 2]), [0, 2], { correction: 0, keepdim: true }],
  () => [sample([2, 3]), { dim: 0, unbiased: false }],
];

const variance: Operator<DeviationSignature> = operator({
  name: "var",
  parameters: deviationParameters,
  saves: ["input"],
  forward: (args) => computeVariance(args),
  vjp: { input: (g, context) => varianceGrad(g, context) },
  samples: deviationSamples,
  errors: [outOfRange],
});

export {
  /**
   * The variance of all elements, or along `dim`: the mean square distance from the mean, divided by `n − correction` (1 unless given).
   *
   * @throws RuntimeError for a dtype without fractions.
   * Source: `torch.var`.
   */
  variance as var,
};

/**
 * The standard deviation: the square root of the variance with the same arguments.
 *
 * @throws RuntimeError for a dtype without fractions.
 * Source: `torch.std`.
 */
export const std: Operator<DeviationSignature> = operator({
  name: "std",
  parameters: deviationParameters,
  saves: ["input", "result"],
  forward: (args) => sqrt(computeVariance(args)),
  vjp: {
    // A deviation of 0 has no slope; without the choice it would be 0 / 0.
    input: (g, context) =>
      varianceGrad(where(eq(context.result, 0), 0, div(g, mul(context.result, 2))), context),
  },
  samples: deviationSamples,
  errors: [outOfRange],
});

/** The largest finite element along `dim`, and 0 where there is none: what can be subtracted before an exponential. */
function shift(input: Tensor, dim: Dims | null): Tensor {
  const largest = amax(input, dim, true);
  return where(largest.abs().eq(Infinity), 0, largest);
}

/**
 * The logarithm of the sum of the exponentials along `dim`, without overflow.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.logsumexp`.
 */
export const logsumexp: Operator<GeneralSignature<[dim: Dims, keepdim?: boolean]>> = operator({
  name: "logsumexp",
  parameters: { input: tensor, dim: requiredDims, keepdim: flag(false) },
  saves: ["input", "result"],
  forward: ({ input, dim, keepdim }) => {
    const floating = input.dtype.is_floating_point ? input : input.float();
    if (numel(input.shape) === 0) return log(sum(exp(floating), dim, keepdim));
    const largest = shift(floating, dim);
    const total = log(sum(exp(sub(floating, largest)), dim, true)).add(largest);
    return keepdim ? total : total.squeeze(normalizeDims(dim, input.ndim));
  },
  vjp: {
    input: (g, { input, result, shapes, dim, keepdim }) =>
      mul(
        keepDims(g, shapes.input, dim, keepdim),
        exp(sub(input, keepDims(result, shapes.input, dim, keepdim))),
      ),
  },
  samples: [() => [sample([2, 3]), 1], () => [sample([2, 3, 2]), [0, 2], true]],
  errors: [outOfRange],
});

function probabilities(input: Tensor, dim: number): Tensor {
  const exponentials = exp(sub(input, shift(input, dim)));
  return div(exponentials, sum(exponentials, dim, true));
}

type SoftmaxSignature = GeneralSignature<
  [dim: number | { dim: number; dtype?: DType }, options?: { dtype?: DType }]
>;

/** The input of a softmax in the dtype that it computes in. */
function softmaxInput(name: string, input: Tensor, wanted: DType | null): Tensor {
  const dtype = wanted ?? input.dtype;
  if (!dtype.is_floating_point)
    throw new NotImplementedError(
      `"${name}" not implemented for '${dtype.typeName}'. Call .float() first, or pass {dtype: torch.float32}.`,
    );
  return convert(input, dtype);
}

/**
 * Probabilities: exponentials along `dim`, divided by their sum.
 *
 * @throws IndexError when there is no such dimension, NotImplementedError for a dtype without fractions.
 * Source: `torch.softmax`.
 */
export const softmax: Operator<SoftmaxSignature> = operator({
  name: "softmax",
  parameters: { input: tensor, dim: integer(), dtype },
  saves: ["result"],
  forward: ({ input, dim, dtype }) => {
    const floating = softmaxInput("softmax_lastdim_kernel_impl", input, dtype);
    return numel(input.shape) === 0 ? exp(floating) : probabilities(floating, dim);
  },
  vjp: { input: (g, { result, dim }) => mul(result, sub(g, sum(mul(g, result), dim, true))) },
  samples: [
    () => [sample([2, 3]), 1],
    () => [sample([2, 3]), 0],
    () => [sample([2, 3, 2]), -2],
    () => [sample([]), 0],
  ],
  errors: [
    outOfRange,
    {
      args: () => [given([1], int64), 0],
      error: "NotImplementedError",
      message: /not implemented for 'Long'/,
    },
  ],
});

/**
 * Logarithms of the softmax along `dim`, without overflow.
 *
 * @throws IndexError when there is no such dimension, NotImplementedError for a dtype without fractions.
 * Source: `torch.log_softmax`.
 */
export const log_softmax: Operator<SoftmaxSignature> = operator({
  name: "log_softmax",
  parameters: { input: tensor, dim: integer(), dtype },
  saves: ["result"],
  forward: ({ input, dim, dtype }) => {
    const floating = softmaxInput("log_softmax_lastdim_kernel_impl", input, dtype);
    return numel(input.shape) === 0 ? exp(floating) : sub(floating, logsumexp(floating, dim, true));
  },
  vjp: { input: (g, { result, dim }) => sub(g, mul(exp(result), sum(g, dim, true))) },
  samples: [
    () => [sample([2, 3]), 1],
    () => [sample([2, 3]), 0],
    () => [sample([2, 3, 2]), -2],
    () => [sample([]), 0],
  ],
  errors: [outOfRange],
});

/** Sums a gradient back to the shape that was broadcast. Called by the engine only. */
export function sumToShape(grad: Tensor, shape: Shape): Tensor {
  const lead = grad.ndim - shape.length;
  const summed = grad.shape.flatMap((size, dim) =>
    dim < lead || (shape[dim - lead] === 1 && size !== 1) ? [dim] : [],
  );
  const kept = summed.length > 0 ? sum(grad, summed, true) : grad;
  return lead > 0 ? kept.reshape(shape) : kept;
}
