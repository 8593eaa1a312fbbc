/** Slices and elements replaced, and taken, at the positions of a tensor. */
import { int64 } from "../../dtype.ts";
import { IndexError } from "../../errors/indexError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type InPlaceOperator, type Operator } from "../../operator.ts";
import { flag, integer, operand, tensor } from "../../parameters.ts";
import { alias, allocate, broadcastTo, convert, duplicate, duplicateInOrder } from "../../settle.ts";
import { formatShape, normalizeDim, sameShape } from "../../shape.ts";
import type { GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Operand } from "../../types.ts";
import { chooseSlices, firstOutside, putInto, readIndices, taken, type Chosen } from "./advanced.ts";
import { apartFrom, atLeastOneDim, index_select, positionsParameter, zerosLike } from "./indexing.ts";
import { given, sample } from "../samples.ts";
import { reshape } from "./view.ts";

/** The slices of `target` that an index chooses. @internal */
export function slicesOf(target: Tensor, axis: number, index: Tensor, wraps: boolean): Chosen {
  const explain = (): never => {
    const size = target.shape[axis] ?? 1;
    throw new IndexError(
      `index ${firstOutside(index, wraps ? -size : 0, size)} is out of bounds for dimension ${axis} with size ${size}. Positions go from ${wraps ? -size : 0} to ${size - 1}.`,
    );
  };
  return { selection: chooseSlices(atLeastOneDim(target), axis, index, wraps), explain };
}

/** @throws IndexError or RuntimeError when `source` does not have a slice for each position. */
function checkCopied(input: Tensor, axis: number, index: Tensor, source: Tensor): void {
  const name = "index_copy_()";
  const count = index.numel();
  if (index.ndim > 1)
    throw new IndexError(`${name}: Index should have dimension 1 or 0 (got ${index.ndim}).`);
  if (source.ndim === 0 && count !== 1)
    throw new IndexError(`${name}: When source is scalar, index should have one element (got ${count}).`);
  if (source.ndim !== input.ndim && source.ndim > 0 && input.ndim > 0)
    throw new IndexError(
      `${name}: When source and destination are not scalars, their dimensionality must match. Source dimensionality (${source.ndim}), destination dimensionality (${input.ndim}).`,
    );
  if (index.dtype !== int64)
    throw new RuntimeError(
      `${name}: Expected a long tensor for index, but got ${index.dtype.typeName}. Convert with .long().`,
    );
  if (source.dtype !== input.dtype)
    throw new RuntimeError(
      `${name}: self and source expected to have the same dtype, but got (self) ${input.dtype.typeName} and (source) ${source.dtype.typeName}. Convert one of them.`,
    );
  const [own, other] = [input.shape.toSpliced(axis, 1), source.shape.toSpliced(axis, 1)];
  if (!sameShape(own, other))
    throw new RuntimeError(
      `${name}: Source/destination tensor must have same slice shapes. Destination slice shape: ${formatShape(own)} at dimension ${axis} and source slice shape: ${formatShape(other)} at dimension ${axis}.`,
    );
  if (source.ndim > 0 && count !== source.shape[axis])
    throw new IndexError(
      `${name}: Number of indices (${count}) should be equal to source.size(dim) (${source.shape[axis]}).`,
    );
}

/**
 * A copy in which the slices along `dim` at the positions of `index` are those of `source`.
 *
 * @throws IndexError when a position is out of range or the numbers of slices differ, RuntimeError when shapes or dtypes differ.
 * Source: `torch.index_copy`.
 */
export const index_copy: InPlaceOperator<
  GeneralSignature<[dim: number, index: Tensor, source: Tensor], "same", ["dim", "index", "source"]>
> = operator({
  name: "index_copy",
  out: true,
  inPlace: true,
  parameters: { input: tensor, dim: integer(), index: positionsParameter, source: tensor },
  forward: ({ input, dim, index, source }, output) => {
    const axis = normalizeDim(dim, input.ndim);
    checkCopied(input, axis, index, source);
    const result = output ?? duplicate(input);
    const values = atLeastOneDim(apartFrom(result, source));
    putInto(slicesOf(result, axis, atLeastOneDim(index), false), values, "replace");
    return result;
  },
  vjp: {
    input: (g, { dim, index }) => index_fill(g, dim, index, 0),
    source: (g, { shapes, dim, index }) => reshape(index_select(g, dim, index), shapes.source),
  },
  samples: [
    () => [sample([3, 2]), 0, given([2, 0], int64), sample([2, 2], { seed: 1 })],
    () => [sample([2, 3]), -1, given([1], int64), sample([2, 1], { seed: 1 })],
    () => [sample([]), 0, given([0], int64), sample([], { seed: 1 })],
  ],
  errors: [
    {
      args: () => [sample([2]), 0, given([2], int64), sample([1])],
      error: "IndexError",
      message: /index 2 is out of bounds for dimension 0 with size 2/,
    },
    {
      args: () => [sample([2]), 0, given([0, 1], int64), sample([1])],
      error: "IndexError",
      message: /Number of indices \(2\) should be equal to source.size\(dim\) \(1\)/,
    },
  ],
});

/** Each position once, counted from the front. */
function distinct(index: Tensor, size: number): Tensor {
  const positions = Array.from(readIndices(index), (position) => (position < 0 ? position + size : position));
  return given([...new Set(positions)], int64);
}

/**
 * A copy in which the slices along `dim` at the positions of `index` are filled with one value. Negative positions count from the end.
 *
 * @throws IndexError when a position is out of range, RuntimeError when the value is a tensor with dimensions.
 * Source: `torch.index_fill`.
 */
export const index_fill: InPlaceOperator<
  GeneralSignature<[dim: number, index: Tensor, value: Operand], "same", ["dim", "index", "value"]>
> = operator({
  name: "index_fill",
  inPlace: true,
  parameters: { input: tensor, dim: integer(), index: positionsParameter, value: operand },
  gradFn: ({ value }) => `IndexFillBackward${value.isNumber ? 0 : 1}`,
  forward: ({ input, dim, index, value }, output) => {
    const axis = normalizeDim(dim, input.ndim);
    if (index.dtype !== int64)
      throw new IndexError(
        `index_fill_(): Expected dtype int64 for index, got ${index.dtype.toString()}. Convert with .long().`,
      );
    if (index.ndim > 1)
      throw new RuntimeError(
        `Index has to be a vector/scalar: index_fill_() got shape ${formatShape(index.shape)}.`,
      );
    if (value.ndim > 0)
      throw new RuntimeError(
        `index_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s). Use index_copy for several values.`,
      );
    const result = output ?? duplicateInOrder(input);
    const chosen = slicesOf(result, axis, atLeastOneDim(index), true);
    putInto(
      chosen,
      broadcastTo(convert(apartFrom(result, value), input.dtype), chosen.selection.view.shape),
      "replace",
    );
    return result;
  },
  vjp: {
    input: (g, { dim, index }) => index_fill(g, dim, index, 0),
    value: (g, { dim, index }) => {
      const size = g.shape[normalizeDim(dim, g.ndim)] ?? 1;
      return index_select(g, dim, distinct(index, size)).sum();
    },
  },
  samples: [
    () => [sample([3, 2]), 0, given([2, 0], int64), 0.5],
    () => [sample([2, 3]), -1, given([1], int64), sample([], { seed: 1 })],
  ],
  errors: [
    {
      args: () => [sample([2]), 0, given([2], int64), 1],
      error: "IndexError",
      message: /index 2 is out of bounds for dimension 0 with size 2/,
    },
    {
      args: () => [sample([2]), 0, given([0], int64), sample([1])],
      error: "RuntimeError",
      message: /0-dim/,
    },
  ],
});

/** The elements of a tensor, seen as one vector, that an index chooses. */
function elementsOf(whole: Tensor, index: Tensor): Chosen {
  const count = whole.numel();
  const explain = (): never => {
    throw new IndexError(
      `out of range: tried to access index ${firstOutside(index, -count, count)} on a tensor of ${count} elements. Positions go from ${-count} to ${count - 1}.`,
    );
  };
  const view = alias(
    whole,
    index.shape,
    index.shape.map(() => 0),
  );
  return {
    selection: { view, coordinates: [{ positions: index, size: count, stride: 1, wraps: true }] },
    explain,
  };
}

/** @throws RuntimeError when positions are not int64. */
function checkLong(name: string, index: Tensor): void {
  if (index.dtype !== int64)
    throw new RuntimeError(
      `${name}(): Expected a long tensor for index, but got ${index.dtype.typeName}. Convert with .long().`,
    );
}

/**
 * The elements at the positions of `index`, as if the tensor were a vector; the result has the shape of `index`. Negative positions count from the end.
 *
 * @throws IndexError when a position is out of range, RuntimeError when `index` is not int64.
 * Source: `torch.take`.
 */
export const take: Operator<GeneralSignature<[index: Tensor], "same", ["index"]>> = operator({
  name: "take",
  out: true,
  parameters: { input: tensor, index: positionsParameter },
  forward: ({ input, index }) => {
    checkLong("take", index);
    if (index.numel() === 0) return allocate(index.shape, input.dtype);
    if (input.numel() === 0)
      throw new IndexError(
        "take(): tried to take from an empty tensor: there is no element at any position.",
      );
    return taken(elementsOf(input.is_contiguous() ? input : duplicate(input), index));
  },
  vjp: { input: (g, { shapes, index }) => put(zerosLike(g, shapes.input), index, g, true) },
  samples: [
    () => [sample([2, 3]), given([5, 0, 5, -2], int64, [2, 2])],
    () => [sample([]), given([0], int64)],
  ],
  errors: [
    {
      args: () => [sample([2]), given([2], int64)],
      error: "IndexError",
      message: /access index 2 on a tensor of 2/,
    },
  ],
});

/** @throws RuntimeError when `source` does not have an element for each position. */
function checkPut(input: Tensor, index: Tensor, source: Tensor): void {
  checkLong("put_", index);
  if (source.dtype !== input.dtype)
    throw new RuntimeError(
      `put_(): self and source expected to have the same dtype, but got self.dtype = ${input.dtype.typeName} and source.dtype = ${source.dtype.typeName}. Convert one of them.`,
    );
  if (source.numel() !== index.numel())
    throw new IndexError(
      `put_(): Expected source and index to have the same number of elements, but got source.numel() = ${source.numel()}, index.numel() = ${index.numel()}.`,
    );
}

type PutSignature = GeneralSignature<
  [index: Tensor, source: Tensor, accumulate?: boolean],
  "same",
  ["index", "source", "accumulate"]
>;

/**
 * A copy in which the elements at the positions of `index`, as if the tensor were a vector, are those of `source`; with `accumulate`, they are added.
 *
 * @throws IndexError when a position is out of range, RuntimeError when the numbers of elements or the dtypes differ.
 * Source: `torch.put`.
 */
export const put: InPlaceOperator<PutSignature> = operator({
  name: "put",
  inPlace: true,
  parameters: { input: tensor, index: positionsParameter, source: tensor, accumulate: flag(false) },
  forward: ({ input, index, source, accumulate }, output) => {
    checkPut(input, index, source);
    const result = output?.is_contiguous() ? output : duplicate(input);
    if (index.numel() === 0) return result;
    const values = apartFrom(result, source);
    const flat = values.is_contiguous() ? values : duplicate(values);
    const ordered = index.is_contiguous() ? index : duplicate(index);
    const count = [index.numel()];
    putInto(
      elementsOf(result, alias(ordered, count, [1])),
      alias(flat, count, [1]),
      accumulate ? "sum" : "replace",
    );
    return result;
  },
  vjp: {
    input: (g, { shapes, index, accumulate }) =>
      accumulate ? g : put(g, index, zerosLike(g, shapes.source)),
    source: (g, { shapes, index }) => reshape(take(g, index), shapes.source),
  },
  samples: [
    () => [sample([2, 3]), given([4, 0], int64), sample([2], { seed: 1 })],
    () => [sample([3]), given([1, 1], int64, [1, 2]), sample([2], { seed: 1 }), true],
  ],
  errors: [
    {
      args: () => [sample([2]), given([2], int64), sample([1])],
      error: "IndexError",
      message: /access index 2 on a tensor of 2/,
    },
    {
      args: () => [sample([2]), given([0], int64), sample([2])],
      error: "IndexError",
      message: /source.numel\(\) = 2, index.numel\(\) = 1/,
    },
  ],
});
