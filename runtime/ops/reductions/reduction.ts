/** Sums, means, extremes and their like, over all dimensions or over some. Derivatives: PyTorch's `FunctionsManual.cpp`. */
import { bool, int64, uint8, type DType } from "../../dtype.ts";
import { IndexError } from "../../errors/indexError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type ErrorCase, type Operator, type Sample } from "../../operator.ts";
import { dims, dtype, flag, optionalInteger, tensor } from "../../parameters.ts";
import { reduceDims, searchDims } from "../../settle.ts";
import { formatShape, normalizeDims, type Shape } from "../../shape.ts";
import type {
  ArgReductionSignature,
  Dims,
  DTypeOption,
  GeneralSignature,
  KeepOption,
  OneDimOptions,
  ReductionSignature,
} from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { div, mul, where } from "../elementwise/arithmetic.ts";
import { eq } from "../elementwise/comparison.ts";
import { given, sample } from "../samples.ts";
import { expand, unsqueeze } from "../shaping/view.ts";

const samples: readonly Sample[] = [
  () => [sample([2, 3])],
  () => [sample([2, 3, 2]), 1],
  () => [sample([2, 3, 2]), [0, 2], true],
  () => [sample([2, 3]), { dim: -1, keepdim: true }],
  () => [sample([])],
];

/** A dimension that a matrix does not have. */
export const outOfRange: ErrorCase = {
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

/** The gradient of each element of a sum: that of the sum. @internal */
export function repeated(grad: Tensor, shape: Shape, dim: Dims | null, keepdim: boolean): Tensor {
  return expand(keepDims(grad, shape, dim, keepdim), shape);
}

function variant(name: string): (args: { readonly dim: Dims | null }) => string {
  return ({ dim }) => `${name}Backward${dim === null ? 0 : 1}`;
}

/** Number of elements behind each element of a result. */
export function count(shape: Shape, dim: Dims | null): number {
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
  out: true,
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
  out: true,
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
    [
      dim?: number | null | (OneDimOptions & DTypeOption),
      keepdim?: boolean | (KeepOption & DTypeOption),
      options?: DTypeOption,
    ]
  >
> = operator({
  name: "prod",
  out: true,
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
        dim === null || shapes.input.length === 0
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
    out: true,
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
    out: true,
    parameters: { input: tensor, dim: optionalInteger, keepdim: flag(false) },
    forward: ({ input, dim, keepdim }) => {
      if (input.dtype === bool)
        throw new RuntimeError(`${name}(): does not support bool input. Convert with .int() first.`);
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
    out: true,
    parameters: { input: tensor, dim: dims, keepdim: flag(false) },
    // PyTorch keeps uint8 in these two, for tensors that were masks before bool existed.
    forward: ({ input, dim, keepdim }) =>
      reduceDims(
        name,
        input,
        // Unlike a sum, these two take an empty list of dimensions for none.
        Array.isArray(dim) && dim.length === 0 ? [] : normalizeDims(dim, input.ndim),
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

/** Sums a gradient back to the shape that was broadcast. Called by the engine only. */
export function sumToShape(grad: Tensor, shape: Shape): Tensor {
  const lead = grad.ndim - shape.length;
  const summed = grad.shape.flatMap((size, dim) =>
    dim < lead || (shape[dim - lead] === 1 && size !== 1) ? [dim] : [],
  );
  const kept = summed.length > 0 ? sum(grad, summed, true) : grad;
  return lead > 0 ? kept.reshape(shape) : kept;
}
