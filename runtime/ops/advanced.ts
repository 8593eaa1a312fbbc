/** Where the elements are that integer tensors and masks choose. */
import { bool, int32, int64, uint8 } from "../dtype.ts";
import { IndexError } from "../errors/indexError.ts";
import { broadcastTo, duplicate, positionsOf } from "../settle.ts";
import { broadcastShapes, formatShape, numel, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { given } from "./samples.ts";

/** For each dimension of a tensor: which positions, or `null` for all of them. Missing ones at the end mean all. */
export type Indices = readonly (Tensor | null)[];

/** What indices choose: the shape of the result, and the storage position of each of its elements. */
export interface Chosen {
  readonly shape: Shape;
  readonly positions: Int32Array;
}

/** The whole numbers of an index tensor, in row-major order. */
export function readIndices(index: Tensor): ArrayLike<number> {
  const { data } = duplicate(index).storage;
  return data instanceof BigInt64Array ? Array.from(data, Number) : (data as Int32Array); // anything else was refused before
}

/** The positions of the true elements of a mask, one list for each of its dimensions. */
function masked(mask: Tensor): Tensor[] {
  const flat = readIndices(mask);
  const found: number[] = [];
  for (let i = 0; i < flat.length; i++) if (flat[i] !== 0) found.push(i);
  const strides = mask.shape.map((_, dim) => numel(mask.shape.slice(dim + 1)));
  return mask.shape.map((size, dim) => indexTensor(found.map((i) => Math.floor(i / strides[dim]!) % size)));
}

/** @throws IndexError when a mask has another size than the dimensions that it covers. */
function checkMask(mask: Tensor, shape: Shape, dim: number): void {
  mask.shape.forEach((size, position) => {
    if (shape[dim + position] !== size)
      throw new IndexError(
        `The shape of the mask ${formatShape(mask.shape)} at index ${position} does not match the shape of the indexed tensor ${formatShape(shape)} at index ${dim + position}.`,
      );
  });
}

/** Integer indices only: each mask becomes as many as it has dimensions. */
function expandMasks(indices: Indices, shape: Shape): (Tensor | null)[] {
  const result: (Tensor | null)[] = [];
  for (const index of indices) {
    if (index === null || (index.dtype !== bool && index.dtype !== uint8)) result.push(index);
    else {
      checkMask(index, shape, result.length);
      result.push(...masked(index));
    }
  }
  return result;
}

/** Adds `index · stride` to each position; negative indices count from the end. */
function accumulate(
  positions: Int32Array,
  index: Tensor,
  shape: Shape,
  dim: number,
  size: number,
  stride: number,
): void {
  const values = readIndices(broadcastTo(index, shape));
  for (let i = 0; i < positions.length; i++) {
    const value = values[i]!;
    if (value < -size || value >= size)
      throw new IndexError(
        `index ${value} is out of bounds for dimension ${dim} with size ${size}. Positions go from ${-size} to ${size - 1}.`,
      );
    positions[i]! += (value < 0 ? value + size : value) * stride;
  }
}

function checkIndices(indices: readonly (Tensor | null)[], shape: Shape): void {
  if (indices.length > shape.length)
    throw new IndexError(
      `too many indices for tensor of dimension ${shape.length}: got ${indices.length}. The shape is ${formatShape(shape)}.`,
    );
  const wrong = indices.find((index) => index !== null && index.dtype !== int64 && index.dtype !== int32);
  if (wrong)
    throw new IndexError(
      `tensors used as indices must be long, int, byte or bool tensors, got ${wrong.dtype.toString()}. Convert with .long(), or compare to get a mask.`,
    );
}

/**
 * What `indices` choose from a tensor of the given shape and strides.
 *
 * The dimensions that are indexed come where the first of them was; when they are not neighbours, they come first, as in NumPy.
 *
 * @throws IndexError when an index is out of range or not a whole number, or there are too many.
 * Source: NumPy, "Advanced indexing"; `aten/src/ATen/native/TensorAdvancedIndexing.cpp`.
 */
export function choose(indices: Indices, shape: Shape, strides: readonly number[], offset: number): Chosen {
  const list = expandMasks(indices, shape);
  checkIndices(list, shape);
  const dims = [...list.keys()].filter((dim) => list[dim] !== null);
  const broadcast = dims.map((dim): Shape => list[dim]!.shape).reduce(broadcastShapes, []);
  const inner = new Int32Array(numel(broadcast));
  for (const dim of dims) accumulate(inner, list[dim]!, broadcast, dim, shape[dim]!, strides[dim]!);
  const neighbours = dims.every((dim, i) => i === 0 || dim === dims[i - 1]! + 1);
  const rest = [...shape.keys()].filter((dim) => !dims.includes(dim));
  const before = neighbours ? rest.filter((dim) => dim < (dims[0] ?? 0)) : [];
  const after = rest.filter((dim) => !before.includes(dim));
  const outerPositions = positionsOf(pick(shape, before), pick(strides, before), offset);
  const afterPositions = positionsOf(pick(shape, after), pick(strides, after), 0);
  return {
    shape: [...pick(shape, before), ...broadcast, ...pick(shape, after)],
    positions: sums(outerPositions, inner, afterPositions),
  };
}

function pick<T>(from: readonly T[], which: readonly number[]): T[] {
  return which.map((dim) => from[dim]!);
}

/** Every sum of one number from each list, the last list fastest. */
function sums(first: Int32Array, second: Int32Array, third: Int32Array): Int32Array {
  const result = new Int32Array(first.length * second.length * third.length);
  let next = 0;
  for (const a of first) for (const b of second) for (const c of third) result[next++] = a + b + c;
  return result;
}

/** A 1-D int64 tensor of the given positions. */
function indexTensor(values: readonly number[]): Tensor {
  return given(values, int64);
}
