/** Elements chosen by tensors of positions. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { int32, int64 } from "../dtype.ts";
import { IndexError } from "../errors/indexError.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { operator, type Operator } from "../operator.ts";
import { flag, integer, tensor, type Parameter } from "../parameters.ts";
import { alias, allocate, allocateZeros, backendOf, broadcastTo, duplicate } from "../settle.ts";
import { contiguousStrides, formatShape, normalizeDim, numel, type Shape } from "../shape.ts";
import type { FunctionSignature, GeneralSignature } from "../signatures.ts";
import { Tensor } from "../tensor.ts";
import { choose, readIndices, type Indices } from "./advanced.ts";
import { given, sample } from "./samples.ts";
import { stridedBackward } from "./slicing.ts";

/** A list of integer tensors and masks, `null` for a whole dimension. No gradient flows to it. */
const indicesParameter: Parameter<Indices> = {
  expects: "an array of int64 or bool Tensors, with null for a whole dimension",
  convert: (value) =>
    Array.isArray(value) && value.every((item) => item === null || item instanceof Tensor)
      ? (value as Indices)
      : undefined,
};

/** A tensor of positions or truth values, through which no gradient flows and which no version check covers. */
const positionsParameter: Parameter<Tensor> = { expects: "an int64 Tensor", convert: tensor.convert };

/** Zeros of a shape, in the dtype of a gradient. */
function zerosLike(grad: Tensor, shape: Shape): Tensor {
  return allocateZeros(shape, grad.dtype);
}

/**
 * The elements that integer tensors and masks choose, one for each dimension; `null` takes a dimension whole. Index tensors broadcast against each
 * other.
 *
 * @throws IndexError when a position is out of range.
 * @internal Users write `x.index(…)`.
 */
export const advancedIndex: Operator<FunctionSignature<(input: Tensor, indices: Indices) => Tensor>> =
  operator({
    name: "index",
    parameters: { input: tensor, indices: indicesParameter },
    forward: ({ input, indices }) => {
      const { shape, positions } = choose(indices, input.shape, input.strides, input.offset);
      const result = allocate(shape, input.dtype);
      backendOf(input).gather(result, input, positions);
      return result;
    },
    vjp: { input: (g, { shapes, indices }) => index_put(zerosLike(g, shapes.input), indices, g, true) },
    samples: [
      () => [sample([3, 4]), [given([2, 0], int64)]],
      () => [sample([3, 4]), [given([2, 0], int64), given([1, -1], int64)]],
      () => [sample([2, 3, 2]), [null, given([0, 0, 2], int64)]],
      () => [sample([2, 3, 2]), [given([1, 0], int64), null, given([0, 1], int64)]],
    ],
    errors: [
      {
        args: () => [sample([2]), [given([2], int64)]],
        error: "IndexError",
        message: /index 2 is out of bounds for dimension 0 with size 2/,
      },
    ],
  });

type IndexPutSignature = GeneralSignature<[indices: Indices, values: Tensor, accumulate?: boolean]>;

/**
 * A copy in which the chosen elements are replaced by `values`, which broadcast; or, with `accumulate`, in which the values are added to them, also
 * where one element is chosen several times.
 *
 * @throws IndexError when a position is out of range, RuntimeError when the dtypes differ or the values do not broadcast.
 * Source: `torch.index_put`.
 */
export const index_put: Operator<IndexPutSignature> = operator({
  name: "index_put",
  parameters: { input: tensor, indices: indicesParameter, values: tensor, accumulate: flag(false) },
  forward: ({ input, indices, values, accumulate }) => {
    if (values.dtype !== input.dtype)
      throw new RuntimeError(
        `Index put requires the source and destination dtypes match, got ${input.dtype.typeName} for the destination and ${values.dtype.typeName} for the source. Convert the values with .to(${input.dtype.toString()}).`,
      );
    const result = duplicate(input);
    const { shape, positions } = choose(indices, result.shape, result.strides, 0);
    backendOf(input).scatter(result, positions, spread(values, shape), accumulate);
    return result;
  },
  vjp: {
    input: (g, { indices, accumulate }) =>
      accumulate ? g : index_put(g, indices, allocateZeros([], g.dtype), false),
    values: (g, { indices }) => advancedIndex(g, indices),
  },
  inPlace: true,
  samples: [
    () => [sample([3, 4]), [given([2, 0], int64)], sample([2, 4], { seed: 1 })],
    () => [sample([3]), [given([1, 1], int64)], sample([2], { seed: 1 }), true],
    () => [sample([2, 3]), [null, given([2], int64)], sample([], { seed: 1 })],
  ],
  errors: [
    {
      args: () => [sample([2]), [given([0], int64)], given([1], int64)],
      error: "RuntimeError",
      message: /dtypes match/,
    },
  ],
});

/** Values broadcast to what was chosen. */
function spread(values: Tensor, shape: Shape): Tensor {
  const lead = values.ndim - shape.length;
  const fits = values.shape.every((size, dim) =>
    dim < lead ? size === 1 : size === 1 || size === shape[dim - lead],
  );
  if (!fits)
    throw new RuntimeError(
      `shape mismatch: value tensor of shape ${formatShape(values.shape)} cannot be broadcast to indexing result of shape ${formatShape(shape)}.`,
    );
  return broadcastTo(
    lead > 0 ? alias(values, values.shape.slice(lead), values.strides.slice(lead)) : values,
    shape,
  );
}

/** @throws RuntimeError when positions are not whole numbers. */
function checkIndexDtype(name: string, index: Tensor): void {
  if (index.dtype !== int64 && index.dtype !== int32)
    throw new RuntimeError(
      `${name}(): Expected dtype int32/int64 for index, got ${index.dtype.toString()}. Convert with .long().`,
    );
}

/**
 * The slices of one dimension at the positions of a 1-D tensor.
 *
 * @throws IndexError when a position is out of range, or `index` has more than one dimension.
 * Source: `torch.index_select`.
 */
export const index_select: Operator<GeneralSignature<[dim: number, index: Tensor]>> = operator({
  name: "index_select",
  parameters: { input: tensor, dim: integer(), index: positionsParameter },
  forward: ({ input, dim, index }) => {
    checkIndexDtype("index_select", index);
    if (index.ndim > 1)
      throw new IndexError(
        `index_select(): Index is supposed to be a vector, got shape ${formatShape(index.shape)}. Use index or gather for more dimensions.`,
      );
    const axis = normalizeDim(dim, input.ndim);
    const flat = index.ndim === 0 ? alias(index, [1], [1]) : index;
    if (input.ndim === 0) return duplicate(input);
    return advancedIndex(input, along(axis, flat));
  },
  vjp: {
    input: (g, { shapes, dim, index }) => {
      if (shapes.input.length === 0) return g;
      const flat = index.ndim === 0 ? alias(index, [1], [1]) : index;
      return index_put(
        zerosLike(g, shapes.input),
        along(normalizeDim(dim, shapes.input.length), flat),
        g,
        true,
      );
    },
  },
  samples: [
    () => [sample([3, 2]), 0, given([2, 0, 0], int64)],
    () => [sample([2, 3]), -1, given([1], int64)],
  ],
  errors: [
    { args: () => [sample([2]), 0, given([5], int64)], error: "IndexError", message: /out of bounds/ },
  ],
});

function along(axis: number, index: Tensor): Indices {
  return [...Array.from<null>({ length: axis }).fill(null), index];
}

/** Storage positions of `[i][j][k]` with the index in place of one coordinate, as `gather` and `scatter` read them. */
function positionsAlong(
  index: Tensor,
  axis: number,
  shape: Shape,
  strides: readonly number[],
  offset: number,
): Int32Array {
  const values = readIndices(index);
  const size = shape[axis] ?? 1;
  const own = contiguousStrides(index.shape);
  return Int32Array.from({ length: index.numel() }, (_, i) => {
    const value = values[i]!;
    if (value < 0 || value >= size)
      throw new RuntimeError(
        `index ${value} is out of bounds for dimension ${axis} with size ${size}. Positions go from 0 to ${size - 1}.`,
      );
    let position = offset;
    for (let dim = 0; dim < index.ndim; dim++) {
      const coordinate = dim === axis ? value : Math.floor(i / own[dim]!) % index.shape[dim]!;
      position += coordinate * (strides[dim] ?? 0);
    }
    return position;
  });
}

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

/**
 * Elements along one dimension at the positions that `index` gives: `out[i][j] = input[i][index[i][j]]` for `dim` 1. The result has the shape of
 * `index`.
 *
 * @throws RuntimeError when shapes or dtype do not fit, IndexError when a position is out of range.
 * Source: `torch.gather`.
 */
export const gather: Operator<GeneralSignature<[dim: number, index: Tensor]>> = operator({
  name: "gather",
  parameters: { input: tensor, dim: integer(), index: positionsParameter },
  forward: ({ input, dim, index }) => {
    const axis = normalizeDim(dim, input.ndim);
    const result = allocate(index.shape, input.dtype);
    if (index.numel() === 0) return result;
    checkAlong("gather", input, index, axis);
    backendOf(input).gather(
      result,
      input,
      positionsAlong(index, axis, input.shape, input.strides, input.offset),
    );
    return result;
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

/**
 * A copy to which the elements of `src` are added at the positions that `index` gives along one dimension.
 *
 * @throws RuntimeError when shapes or dtypes do not fit, IndexError when a position is out of range.
 * Source: `torch.scatter_add`.
 */
export const scatter_add: Operator<GeneralSignature<[dim: number, index: Tensor, src: Tensor]>> = operator({
  name: "scatter_add",
  parameters: { input: tensor, dim: integer(), index: positionsParameter, src: tensor },
  forward: ({ input, dim, index, src }) => {
    const axis = normalizeDim(dim, input.ndim);
    checkAlong("scatter_add", input, index, axis);
    if (src.dtype !== input.dtype)
      throw new RuntimeError(
        `scatter(): Expected self.dtype to be equal to src.dtype, got ${input.dtype.toString()} and ${src.dtype.toString()}. Convert one of them.`,
      );
    if (src.ndim !== index.ndim || index.shape.some((size, d) => size > src.shape[d]!))
      throw new RuntimeError(
        `scatter_add: expected index ${formatShape(index.shape)} to be no larger than src ${formatShape(src.shape)} in every dimension.`,
      );
    const result = duplicate(input);
    const values = alias(src, index.shape, src.strides);
    if (numel(index.shape) > 0)
      backendOf(input).scatter(
        result,
        positionsAlong(index, axis, result.shape, result.strides, 0),
        values,
        true,
      );
    return result;
  },
  vjp: {
    input: (g) => g,
    src: (g, { shapes, dim, index }) => padTo(gather(g, dim, index), shapes.src),
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

/** Zeros behind the elements, up to a larger shape. */
function padTo(grad: Tensor, shape: Shape): Tensor {
  if (grad.shape.every((size, dim) => size === shape[dim])) return grad;
  const strides = contiguousStrides(shape);
  return stridedBackward(grad, shape, grad.shape, strides, 0);
}
