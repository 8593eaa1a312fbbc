/** Elements and slices chosen by tensors of positions and masks. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { bool, int32, int64 } from "../../dtype.ts";
import { IndexError } from "../../errors/indexError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type Operator, type InPlaceOperator } from "../../operator.ts";
import { flag, integer, keywordOnly, scalar, tensor, type Parameter } from "../../parameters.ts";
import { alias, allocateZeros, broadcastTo, duplicate } from "../../settle.ts";
import { broadcastShapes, formatShape, normalizeDim, sameShape, type Shape } from "../../shape.ts";
import type { DimByName, FunctionSignature, GeneralSignature } from "../../signatures.ts";
import { Tensor } from "../../tensor.ts";
import type { Scalar } from "../../types.ts";
import { choosable, choose, chooseSlices, firstOutside, putInto, taken, type Indices } from "./advanced.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { given, sample } from "../samples.ts";

/** A list of integer tensors and masks, `null` for a whole dimension. No gradient flows to it. @internal */
export const indicesParameter: Parameter<Indices> = {
  expects: "an array of int64 or bool Tensors, with null for a whole dimension",
  convert: (value) =>
    Array.isArray(value) && value.every((item) => item === null || item instanceof Tensor)
      ? (value as Indices)
      : undefined,
};

/** A tensor of positions or truth values, through which no gradient flows and which no version check covers. @internal */
export const positionsParameter: Parameter<Tensor> = { expects: "an int64 Tensor", convert: tensor.convert };

/** Zeros of a shape, in the dtype of a gradient. @internal */
export function zerosLike(grad: Tensor, shape: Shape): Tensor {
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
    anywhere: ["indices"],
    forward: ({ input, indices }) => taken(choose(indices, choosable(indices, input))),
    vjp: { input: (g, { shapes, indices }) => index_put(zerosLike(g, shapes.input), indices, g, true) },
    samples: [
      () => [sample([3, 4]), [given([2, 0], int64)]],
      () => [sample([3, 4]), [given([2, 0], int64), given([1, -1], int64)]],
      () => [sample([2, 3, 2]), [null, given([0, 0, 2], int64)]],
      () => [sample([2, 3, 2]), [given([1, 0], int64), null, given([0, 1], int64)]],
      () => [sample([2, 3]), [given([1, 0, 1, 0, 0, 1], bool, [2, 3])]],
    ],
    errors: [
      {
        args: () => [sample([2]), [given([2], int64)]],
        error: "IndexError",
        message: /index 2 is out of bounds for dimension 0 with size 2/,
      },
      {
        args: () => [sample([2, 2]), [given([0, 1], int64), given([0, 1, 1], int64)]],
        error: "IndexError",
        message: /could not be broadcast together with shapes \[2\], \[3\]/,
      },
    ],
  });

type IndexPutSignature = GeneralSignature<
  [indices: Indices, values: Tensor, accumulate?: boolean],
  "same",
  ["indices", "values", "accumulate"]
>;

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
  anywhere: ["indices"],
  forward: ({ input, indices, values, accumulate }, output) => {
    if (values.dtype !== input.dtype)
      throw new RuntimeError(
        `Index put requires the source and destination dtypes match, got ${input.dtype.typeName} for the destination and ${values.dtype.typeName} for the source. Convert the values with .to(${input.dtype.toString()}).`,
      );
    const result = output && choosable(indices, output) === output ? output : duplicate(input);
    const chosen = choose(indices, result);
    const source = apartFrom(result, values);
    putInto(chosen, spread(source, chosen.selection.view.shape), accumulate ? "sum" : "replace");
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
    () => [sample([2, 3]), [given([1, 0, 1, 0, 0, 1], bool, [2, 3])], sample([3], { seed: 1 })],
  ],
  errors: [
    {
      args: () => [sample([2]), [given([0], int64)], given([1], int64)],
      error: "RuntimeError",
      message: /dtypes match/,
    },
  ],
});

/** The values, copied where they lie among the elements that are about to be written. @internal */
export function apartFrom(target: Tensor, values: Tensor): Tensor {
  return values.storage === target.storage ? duplicate(values) : values;
}

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

/** @throws RuntimeError when positions are not whole numbers. @internal */
export function checkIndexDtype(name: string, index: Tensor): void {
  if (index.dtype !== int64 && index.dtype !== int32)
    throw new RuntimeError(
      `${name}(): Expected dtype int32/int64 for index, got ${index.dtype.toString()}. Convert with .long().`,
    );
}

/** The index as a vector. @throws IndexError when it has more dimensions. @internal */
export function asVector(name: string, index: Tensor): Tensor {
  checkIndexDtype(name, index);
  if (index.ndim > 1)
    throw new IndexError(
      `${name}(): Index is supposed to be a vector, got shape ${formatShape(index.shape)}. Use index or gather for more dimensions.`,
    );
  return index.ndim === 0 ? alias(index, [1], [1]) : index;
}

/** A 0-d tensor as one with a dimension to choose from. @internal */
export function atLeastOneDim(input: Tensor): Tensor {
  return input.ndim === 0 ? alias(input, [1], [1]) : input;
}

/**
 * The slices of one dimension at the positions of a 1-D tensor.
 *
 * @throws IndexError when a position is out of range, or `index` has more than one dimension.
 * Source: `torch.index_select`.
 */
export const index_select: Operator<
  GeneralSignature<[dim: number, index: Tensor], "same", ["dim", "index"]>
> = operator({
  name: "index_select",
  out: true,
  parameters: { input: tensor, dim: integer(), index: positionsParameter },
  forward: ({ input, dim, index }) => {
    const flat = asVector("index_select", index);
    const axis = normalizeDim(dim, input.ndim);
    if (input.ndim === 0 && flat.numel() !== 1)
      throw new RuntimeError(
        `index_select(): Index to scalar can have only 1 value, got ${flat.numel()} value(s).`,
      );
    const selection = chooseSlices(atLeastOneDim(input), axis, flat);
    const explain = (): never => {
      const size = input.shape[axis] ?? 1;
      throw new IndexError(
        `index out of range in self: index_select got position ${firstOutside(flat, 0, size)} for dimension ${axis} with size ${size}. Positions go from 0 to ${size - 1}.`,
      );
    };
    const result = taken({ selection, explain });
    return input.ndim === 0 ? alias(result, [], []) : result;
  },
  vjp: {
    input: (g, { shapes, dim, index }) => index_add(zerosLike(g, shapes.input), dim, index, g),
  },
  samples: [
    () => [sample([3, 2]), 0, given([2, 0, 0], int64)],
    () => [sample([2, 3]), -1, given([1], int64)],
    () => [sample([]), 0, given([0], int64, [])],
  ],
  errors: [
    { args: () => [sample([2]), 0, given([5], int64)], error: "IndexError", message: /position 5/ },
    { args: () => [sample([2]), 0, given([-1], int64)], error: "IndexError", message: /position -1/ },
  ],
});

/** @throws RuntimeError when `source` does not have a slice for each position. @internal */
export function checkSlices(name: string, input: Tensor, axis: number, index: Tensor, source: Tensor): void {
  if (source.dtype !== input.dtype)
    throw new RuntimeError(
      `${name}_(): self (${input.dtype.typeName}) and source (${source.dtype.typeName}) must have the same scalar type. Convert one of them.`,
    );
  const sizes = atLeastOneDim(source).shape;
  if (sizes.length <= axis)
    throw new RuntimeError(
      `${name}_(): Indexing dim ${axis} is out of bounds of the source tensor with dim ${source.ndim}.`,
    );
  if (sizes[axis] !== index.shape[0])
    throw new RuntimeError(
      `${name}_(): Number of indices (${index.shape[0]}) should be equal to source.size(dim): (${sizes[axis]}), for dim: ${axis}.`,
    );
  if (!sameShape(sizes, atLeastOneDim(input).shape.with(axis, index.shape[0]!)))
    throw new RuntimeError(
      `source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ${formatShape(input.shape)} source.shape = ${formatShape(source.shape)}.`,
    );
}

/** A factor as the dtype can hold it: of whole numbers, without its fraction. */
function inDtypeOf({ dtype }: Tensor, factor: Scalar): Scalar {
  return typeof factor === "number" && !dtype.is_floating_point ? Math.trunc(factor) : factor;
}

interface AlphaOption {
  readonly alpha?: Scalar;
}

type IndexAddSource = { readonly source: Tensor } & AlphaOption;

type IndexAddSignature = GeneralSignature<
  | [dim: number, index: Tensor, source: Tensor | IndexAddSource, options?: AlphaOption]
  | [dim: number, named: { readonly index: Tensor } & IndexAddSource]
  | [named: DimByName & { readonly index: Tensor } & IndexAddSource]
>;

/**
 * A copy to which the slices of `source`, times `alpha`, are added at the positions of one dimension that a 1-D tensor gives.
 *
 * @throws RuntimeError when shapes or dtypes do not fit or a position is out of range, IndexError when the numbers of slices differ.
 * Source: `torch.index_add`.
 */
export const index_add: InPlaceOperator<IndexAddSignature> = operator({
  name: "index_add",
  out: true,
  parameters: {
    input: tensor,
    dim: integer(),
    index: positionsParameter,
    source: tensor,
    alpha: keywordOnly(scalar(1)),
  },
  forward: ({ input, dim, index, source, alpha }, output) => {
    const flat = asVector("index_add", index);
    const axis = normalizeDim(dim, input.ndim);
    checkSlices("index_add", input, axis, flat, source);
    const result = output ?? duplicate(input);
    const selection = chooseSlices(atLeastOneDim(result), axis, flat);
    const explain = (): never => {
      const size = input.shape[axis] ?? 1;
      throw new RuntimeError(
        `index ${firstOutside(flat, 0, size)} is out of bounds for dimension ${axis} with size ${size}. Positions go from 0 to ${size - 1}.`,
      );
    };
    const scaled = alpha === 1 ? apartFrom(result, source) : mul(source, inDtypeOf(source, alpha));
    putInto({ selection, explain }, atLeastOneDim(scaled), "sum");
    return result;
  },
  vjp: {
    input: (g) => g,
    source: (g, { shapes, dim, index, alpha }) => {
      const grad = index_select(g, dim, index);
      const shaped = shapes.source.length === 0 ? grad.reshape([]) : grad;
      return alpha === 1 ? shaped : mul(shaped, alpha);
    },
  },
  inPlace: true,
  samples: [
    () => [sample([3, 2]), 0, given([2, 0, 2], int64), sample([3, 2], { seed: 1 })],
    () => [sample([2, 3]), -1, given([1], int64), sample([2, 1], { seed: 1 }), { alpha: 2.5 }],
  ],
  errors: [
    {
      args: () => [sample([2]), 0, given([2], int64), sample([1])],
      error: "RuntimeError",
      message: /index 2 is out of bounds for dimension 0 with size 2/,
    },
    {
      args: () => [sample([2]), 0, given([0, 1], int64), sample([1])],
      error: "RuntimeError",
      message: /Number of indices \(2\) should be equal to source.size\(dim\): \(1\)/,
    },
  ],
});

/**
 * The elements where `mask` is true, as a vector; the two broadcast.
 *
 * @throws RuntimeError when the mask is not bool.
 * Source: `torch.masked_select`.
 */
export const masked_select: Operator<GeneralSignature<[mask: Tensor], "same", ["mask"]>> = operator({
  name: "masked_select",
  out: true,
  parameters: { input: tensor, mask: positionsParameter },
  forward: ({ input, mask }) => {
    if (mask.dtype !== bool)
      throw new RuntimeError(
        `masked_select: expected BoolTensor for mask, got ${mask.dtype.toString()}. Compare first, for example x.gt(0).`,
      );
    const shape = broadcastShapes(input.shape, mask.shape);
    const indices = [broadcastTo(mask, shape)];
    return taken(choose(indices, choosable(indices, broadcastTo(input, shape))));
  },
  vjp: {
    input: (g, { shapes, mask }) => {
      const shape = broadcastShapes(shapes.input, mask.shape);
      return index_put(zerosLike(g, shape), [mask.expand(shape)], g);
    },
  },
  samples: [
    () => [sample([2, 3]), given([1, 0, 1, 0, 0, 1], bool, [2, 3])],
    () => [sample([2, 1]), given([1, 0, 1], bool)],
  ],
  errors: [
    {
      args: () => [sample([2]), given([0, 1], int64)],
      error: "RuntimeError",
      message: /expected BoolTensor/,
    },
  ],
});
