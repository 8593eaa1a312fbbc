/** Elements along one dimension at positions that each element chooses for itself: `gather`, and its inverse `scatter`. */
import type { Combine } from "../../backends/indexing.ts";
import { int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator, type InPlaceOperator } from "../../operator.ts";
import {
  flag,
  integer,
  keywordOnly,
  operand,
  optionalInteger,
  tensor,
  type Parameter,
} from "../../parameters.ts";
import { alias, allocate, broadcastTo, convert, duplicate } from "../../settle.ts";
import {
  broadcastShapes,
  contiguousStrides,
  formatShape,
  normalizeDim,
  numel,
  type Shape,
} from "../../shape.ts";
import type { DimByName, GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Operand, Scalar } from "../../types.ts";
import { chooseAlong, firstOutside, putInto, taken, type Chosen } from "./advanced.ts";
import { add, where } from "../elementwise/arithmetic.ts";
import { lt } from "../elementwise/comparison.ts";
import { apartFrom, checkIndexDtype, positionsParameter, zerosLike } from "./indexing.ts";
import { given, sample } from "../samples.ts";
import { stridedBackward } from "./slicing.ts";

/** @throws RuntimeError when `index` does not fit `input`. */
function checkAlong(name: string, input: Tensor, index: Tensor, axis: number): void {
  checkIndexDtype(name, index);
  if (Math.max(index.ndim, 1) !== Math.max(input.ndim, 1))
    throw new RuntimeError(
      `Index tensor must have the same number of dimensions as input tensor: ${index.ndim} and ${input.ndim}. Unsqueeze the index, or use index_select.`,
    );
  const larger = index.shape.findIndex((size, dim) => dim !== axis && size > (input.shape[dim] ?? 1));
  if (larger >= 0)
    throw new RuntimeError(
      `Size does not match at dimension ${larger} expected index ${formatShape(index.shape)} to be no larger than self ${formatShape(input.shape)} apart from dimension ${axis}.`,
    );
}

function chosenAlong(input: Tensor, axis: number, index: Tensor): Chosen {
  const explain = (): never => {
    const size = input.shape[axis] ?? 1;
    throw new RuntimeError(
      `index ${firstOutside(index, 0, size)} is out of bounds for dimension ${axis} with size ${size}. Positions go from 0 to ${size - 1}.`,
    );
  };
  return { selection: chooseAlong(input, axis, index), explain };
}

/**
 * Elements along one dimension at the positions that `index` gives: `out[i][j] = input[i][index[i][j]]` for `dim` 1. The result has the shape of
 * `index`.
 *
 * @throws RuntimeError when shapes or dtype do not fit, or a position is out of range.
 * Source: `torch.gather`.
 */
export const gather: Operator<
  GeneralSignature<
    [dim: number, index: Tensor, sparse_grad?: boolean],
    "same",
    ["dim", "index", "sparse_grad"]
  >
> = operator({
  name: "gather",
  out: true,
  // Gradients are never sparse here: the flag changes nothing that can be seen.
  parameters: {
    input: tensor,
    dim: integer(),
    index: positionsParameter,
    sparse_grad: keywordOnly(flag(false)),
  },
  forward: ({ input, dim, index }) => {
    const axis = normalizeDim(dim, input.ndim);
    if (index.numel() === 0) return allocate(index.shape, input.dtype);
    checkAlong("gather", input, index, axis);
    return taken(chosenAlong(input, axis, index));
  },
  vjp: {
    input: (g, { shapes, dim, index }) =>
      index.numel() === 0
        ? zerosLike(g, shapes.input)
        : scatter_add(zerosLike(g, shapes.input), dim, index, g),
  },
  samples: [
    () => [sample([2, 3]), 1, given([0, 2, 1, 1], int64, [2, 2])],
    () => [sample([3, 2]), 0, given([2, 0], int64, [1, 2])],
  ],
  errors: [
    {
      args: () => [sample([2, 3]), 1, given([3], int64, [1, 1])],
      error: "RuntimeError",
      message: /index 3 is out of bounds for dimension 1 with size 3/,
    },
    {
      args: () => [sample([2, 3]), 1, given([0], int64)],
      error: "RuntimeError",
      message: /same number of dimensions/,
    },
  ],
});

/** @throws RuntimeError when `src` has too few elements or another dtype. */
function checkSource(name: string, input: Tensor, index: Tensor, src: Tensor): void {
  if (src.dtype !== input.dtype)
    throw new RuntimeError(
      `scatter(): Expected self.dtype to be equal to src.dtype, got ${input.dtype.toString()} and ${src.dtype.toString()}. Convert one of them.`,
    );
  if (
    Math.max(src.ndim, 1) !== Math.max(index.ndim, 1) ||
    index.shape.some((size, d) => size > (src.shape[d] ?? 1))
  )
    throw new RuntimeError(
      `${name}: expected index ${formatShape(index.shape)} to be no larger than src ${formatShape(src.shape)} in every dimension.`,
    );
}

/** A copy of `input`, or `output` itself, into which the elements of `src` that have a position are written. @internal */
export function scattered(
  name: string,
  input: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor,
  combine: Combine,
  output: Tensor | null,
): Tensor {
  const axis = normalizeDim(dim, input.ndim);
  const result = output ?? duplicate(input);
  if (numel(index.shape) === 0) return result;
  checkAlong(name, input, index, axis);
  if (!src.isNumber) checkSource(name, input, index, src);
  const source = apartFrom(result, src);
  const values = src.isNumber
    ? broadcastTo(convert(src, input.dtype), index.shape)
    : alias(source, index.shape, index.ndim === src.ndim ? source.strides : index.shape.map(() => 0));
  putInto(chosenAlong(result, axis, index), values, combine);
  return result;
}

/** The gradient of the source of a `scatter`: that of the elements that were used, and zeros for the others. */
function sourceGradient(grad: Tensor, dim: number, index: Tensor, shape: Shape): Tensor {
  return padTo(gather(grad, dim, index), shape);
}

/**
 * A copy to which the elements of `src` are added at the positions that `index` gives along one dimension.
 *
 * @throws RuntimeError when shapes or dtypes do not fit, or a position is out of range.
 * Source: `torch.scatter_add`.
 */
export const scatter_add: InPlaceOperator<
  GeneralSignature<[dim: number, index: Tensor, src: Tensor], "same", ["dim", "index", "src"]>
> = operator({
  name: "scatter_add",
  out: true,
  parameters: { input: tensor, dim: integer(), index: positionsParameter, src: tensor },
  forward: ({ input, dim, index, src }, output = null) =>
    scattered("scatter_add", input, dim, index, src, "sum", output),
  vjp: {
    input: (g) => g,
    src: (g, { shapes, dim, index }) => sourceGradient(g, dim, index, shapes.src),
  },
  inPlace: true,
  samples: [() => [sample([2, 3]), 1, given([0, 2, 1, 1], int64, [2, 2]), sample([2, 2], { seed: 1 })]],
  errors: [
    {
      args: () => [sample([2]), 0, given([0, 1], int64), sample([1])],
      error: "RuntimeError",
      message: /no larger than src/,
    },
  ],
});

/** How `scatter` combines; `null` replaces. */
const reduceParameter: Parameter<"add" | "multiply" | null> = {
  expects: '"add", "multiply" or null',
  fallback: null,
  keywordOnly: true,
  convert: (value) => {
    if (value === null || value === "add" || value === "multiply") return value;
    if (typeof value !== "string") return undefined;
    throw new RuntimeError(`reduce argument must be either add or multiply, got ${value}.`);
  },
};

const scatterCombine = { add: "sum", multiply: "prod" } as const;

/** PyTorch has no derivative of a `scatter` that combines, and neither is there one here. */
function refuseReduceGradient(reduce: "add" | "multiply" | null): void {
  if (reduce !== null)
    throw new NotImplementedError(
      `derivative for scatter with reduce="${reduce}" is not implemented. Use scatter_add for sums.`,
    );
}

interface ScatterOptions {
  readonly reduce?: "add" | "multiply" | null;
}

type ScatterSource = ScatterOptions & ({ readonly src: Operand } | { readonly value: Scalar });

type ScatterSignature = GeneralSignature<
  | [dim: number, index: Tensor, src: Operand | ScatterSource, options?: ScatterOptions]
  | [dim: number, named: { readonly index: Tensor } & ScatterSource]
  | [named: DimByName & { readonly index: Tensor } & ScatterSource]
>;

/**
 * A copy in which the elements at the positions that `index` gives along one dimension are replaced by those of `src`, or by one number. Where a position
 * comes several times, the last of its elements stays, and the gradient is that of all of them. With `reduce`, they are added or multiplied instead.
 *
 * @throws RuntimeError when shapes or dtypes do not fit, or a position is out of range.
 * Source: `torch.scatter`.
 */
export const scatter: InPlaceOperator<ScatterSignature> = operator({
  name: "scatter",
  out: true,
  parameters: {
    input: tensor,
    dim: integer(),
    index: positionsParameter,
    src: operand,
    reduce: reduceParameter,
  },
  gradFn: ({ src }) => (src.isNumber ? "ScatterBackward1" : "ScatterBackward0"),
  forward: ({ input, dim, index, src, reduce }, output = null) =>
    scattered(
      "scatter",
      input,
      dim,
      index,
      src,
      reduce === null ? "replace" : scatterCombine[reduce],
      output,
    ),
  vjp: {
    input: (g, { dim, index, reduce }) => {
      refuseReduceGradient(reduce);
      return scatter(g, dim, index, 0);
    },
    src: (g, { shapes, dim, index, reduce }) => {
      refuseReduceGradient(reduce);
      return sourceGradient(g, dim, index, shapes.src);
    },
  },
  inPlace: true,
  samples: [
    () => [sample([2, 3]), 1, given([0, 2, 1, 0], int64, [2, 2]), sample([2, 2], { seed: 1 })],
    () => [sample([3, 2]), 0, given([2, 0], int64, [1, 2]), 0.5],
  ],
  errors: [
    {
      args: () => [sample([2]), 0, given([2], int64), 1],
      error: "RuntimeError",
      message: /index 2 is out of bounds for dimension 0 with size 2/,
    },
  ],
});

/** Zeros behind the elements, up to a larger shape. @internal */
export function padTo(grad: Tensor, shape: Shape): Tensor {
  if (grad.shape.length === shape.length && grad.shape.every((size, dim) => size === shape[dim])) return grad;
  if (shape.length === 0) return grad.reshape([]);
  const strides = contiguousStrides(shape);
  return stridedBackward(grad, shape, grad.shape, strides, 0);
}

/**
 * `gather` with an index that broadcasts against the input, and whose negative positions count from the end; without a `dim`, both are read as vectors.
 *
 * @throws RuntimeError when the index is not int64, the numbers of dimensions differ, or a position is out of range.
 * Source: `torch.take_along_dim`.
 */
export const take_along_dim: Operator<
  GeneralSignature<[indices: Tensor, dim?: number | null], "same", ["indices", "dim"]>
> = composite({
  name: "take_along_dim",
  out: true,
  parameters: { input: tensor, indices: positionsParameter, dim: optionalInteger },
  define: ({ input, indices, dim }) => {
    if (indices.dtype !== int64)
      throw new RuntimeError(
        `torch.take_along_dim(): dtype of indices should be Long but got ${indices.dtype.typeName}. Convert with .long().`,
      );
    if (dim === null) return along(input.reshape([-1]), indices.reshape([-1]), 0);
    if (input.ndim !== indices.ndim)
      throw new RuntimeError(
        `torch.take_along_dim(): input and indices should have the same number of dimensions, but got ${input.ndim} dimensions for input, and ${indices.ndim} dimensions for indices.`,
      );
    const axis = normalizeDim(dim, input.ndim);
    if (input.ndim === 0) return along(input, indices, axis);
    const common = broadcastShapes(input.shape.with(axis, 1), indices.shape.with(axis, 1));
    return along(
      input.expand(common.with(axis, input.shape[axis]!)),
      indices.expand(common.with(axis, indices.shape[axis]!)),
      axis,
    );
  },
  samples: [
    () => [sample([2, 3]), given([0, -1], int64, [1, 2]), 1],
    () => [sample([2, 3]), given([5, 0], int64)],
  ],
  errors: [{ args: () => [sample([2]), sample([2]), 0], error: "RuntimeError", message: /should be Long/ }],
});

function along(input: Tensor, indices: Tensor, axis: number): Tensor {
  const size = input.shape[axis] ?? 1;
  return gather(input, axis, where(lt(indices, 0), add(indices, size), indices));
}
