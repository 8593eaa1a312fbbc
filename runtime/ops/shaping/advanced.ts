/** What tensors of positions and masks choose from a tensor. */
import { backendAt, placedOn } from "../../placement.ts";
import { onCpu } from "../../reading.ts";
import type { Device } from "../../device.ts";
import type { Combine, Coordinate, Selection } from "../../backends/indexing.ts";
import { bool, int32, int64, uint8 } from "../../dtype.ts";
import { IndexError } from "../../errors/indexError.ts";
import { alias, allocate, backendOf, broadcastTo, convert, duplicate, sentTo } from "../../settle.ts";
import { broadcastShapes, formatShape, numel, type Shape } from "../../shape.ts";
import { type Tensor, readValues } from "../../tensor.ts";

/** For each dimension of a tensor: which positions, or `null` for all of them. Missing ones at the end mean all. */
export type Indices = readonly (Tensor | null)[];

/** Positions along dimensions of a tensor that lie behind one another as one: those that a mask covers, or a single one. */
interface Axis {
  /** int64. */
  readonly positions: Tensor;
  /** The first dimension that it covers, and how many they are. */
  readonly dim: number;
  readonly count: number;
  readonly size: number;
  readonly stride: number;
}

/** Where the elements are that indices choose. */
export interface Chosen {
  readonly selection: Selection;
  /** @throws IndexError for the first position that is out of range. */
  readonly explain: () => never;
}

function isMask({ dtype }: Tensor): boolean {
  return dtype === bool || dtype === uint8;
}

/** Where a mask is true, counted in row-major order, as int64. */
function truePositions(mask: Tensor): Tensor {
  const whole = mask.is_contiguous() ? mask : duplicate(mask);
  const backend = backendOf(mask);
  const result = placedOn(mask.device, () => allocate([backend.countTrue(whole)], int64));
  backend.truePositions(result, whole);
  return result;
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

/** Whether dimensions lie in memory as one would. */
function lieAsOne(shape: Shape, strides: readonly number[], dim: number, count: number): boolean {
  for (let own = dim; own < dim + count - 1; own++)
    if (strides[own] !== strides[own + 1]! * shape[own + 1]!) return false;
  return true;
}

/** The axes that indices choose along. */
function readAxes(indices: Indices, input: Tensor): Axis[] {
  const { shape, strides } = input;
  const axes: Axis[] = [];
  let dim = 0;
  for (const index of indices) {
    const count = index !== null && isMask(index) ? index.ndim : 1;
    if (index !== null) {
      if (isMask(index)) checkMask(index, shape, dim);
      axes.push({
        positions: sent(isMask(index) ? truePositions(index) : convert(index, int64), input.device),
        dim,
        count,
        size: numel(shape.slice(dim, dim + count)),
        stride: count === 0 ? 0 : strides[dim + count - 1]!,
      });
    }
    dim += count;
  }
  return axes;
}

/** An index, or a plain number, on the device of what is indexed: PyTorch takes indices of the CPU anywhere. */
function sent(tensor: Tensor, device: Device): Tensor {
  return tensor.device === device ? tensor : sentTo(device, tensor);
}

/** @throws IndexError when an index tensor has no whole numbers, or there are more than dimensions. */
function checkIndices(indices: Indices, shape: Shape): void {
  const used = indices.reduce(
    (total, index) => total + (index !== null && isMask(index) ? index.ndim : 1),
    0,
  );
  if (used > shape.length)
    throw new IndexError(
      `too many indices for tensor of dimension ${shape.length}: got ${used}. The shape is ${formatShape(shape)}.`,
    );
  const wrong = indices.find(
    (index) => index !== null && !isMask(index) && index.dtype !== int64 && index.dtype !== int32,
  );
  if (wrong)
    throw new IndexError(
      `tensors used as indices must be long, int, byte or bool tensors, got ${wrong.dtype.toString()}. Convert with .long(), or compare to get a mask.`,
    );
}

/** The first position of an index, in row-major order, that is below `low` or not below `high`; `null` when there is none. */
export function firstOutside(index: Tensor, low: number, high: number): bigint | null {
  const positions = readValues(onCpu(index, int64)) as BigInt64Array; // asked for in int64
  return positions.find((position) => position < low || position >= high) ?? null;
}

/** The whole numbers of an index tensor, in row-major order. */
export function readIndices(index: Tensor): ArrayLike<number> {
  const data = readValues(onCpu(index));
  return data instanceof BigInt64Array ? Array.from(data, Number) : (data as Int32Array); // anything else was refused before
}

/** Whether the masks among the indices can be read as positions of one dimension each. */
function masksLieAsOne(indices: Indices, { shape, strides }: Tensor): boolean {
  let dim = 0;
  return indices.every((index) => {
    const count = index !== null && isMask(index) ? index.ndim : 1;
    dim += count;
    return lieAsOne(shape, strides, dim - count, count);
  });
}

/** The tensor itself, or a row-major copy where its strides do not let the indices choose from it. */
export function choosable(indices: Indices, input: Tensor): Tensor {
  return masksLieAsOne(indices, input) ? input : duplicate(input);
}

/** @throws IndexError when index tensors do not broadcast. */
function broadcastIndices(shapes: readonly Shape[]): Shape {
  try {
    return shapes.reduce(broadcastShapes, []);
  } catch {
    throw new IndexError(
      `shape mismatch: indexing tensors could not be broadcast together with shapes ${shapes.map(formatShape).join(", ")}. Give all of them one shape, or sizes of 1.`,
    );
  }
}

/**
 * What `indices` choose from a tensor that is `choosable`.
 *
 * The dimensions that are indexed come where the first of them was; when they are not neighbours, they come first, as in NumPy.
 *
 * @throws IndexError when an index is not of whole numbers, there are too many, or a mask does not fit.
 * Source: NumPy, "Advanced indexing"; `aten/src/ATen/native/TensorAdvancedIndexing.cpp`.
 */
export function choose(indices: Indices, input: Tensor): Chosen {
  checkIndices(indices, input.shape);
  const axes = readAxes(indices, input);
  const covered = new Set(axes.flatMap(({ dim, count }) => Array.from({ length: count }, (_, i) => dim + i)));
  const rest = [...input.shape.keys()].filter((dim) => !covered.has(dim));
  const broadcast = broadcastIndices(axes.map(({ positions }) => positions.shape));
  const neighbours = axes.every(({ dim }, i) => i === 0 || dim === axes[i - 1]!.dim + axes[i - 1]!.count);
  const before = neighbours ? rest.filter((dim) => dim < (axes[0]?.dim ?? 0)) : [];
  const after = rest.slice(before.length);
  const shape = [...pick(input.shape, before), ...broadcast, ...pick(input.shape, after)];
  const strides = [...pick(input.strides, before), ...broadcast.map(() => 0), ...pick(input.strides, after)];
  const coordinates = axes.map(({ positions, size, stride }): Coordinate => {
    const column = [...positions.shape, ...after.map(() => 1)];
    const spaced = alias(positions, column, [...positions.strides, ...after.map(() => 0)]);
    return { positions: broadcastTo(spaced, shape), size, stride, wraps: true };
  });
  return { selection: { view: alias(input, shape, strides), coordinates }, explain: () => explain(axes) };
}

/** @throws IndexError for the first position that is out of range. */
function explain(axes: readonly Axis[]): never {
  for (const { positions, size, dim } of axes) {
    const position = firstOutside(positions, -size, size);
    if (position !== null)
      throw new IndexError(
        `index ${position} is out of bounds for dimension ${dim} with size ${size}. Positions go from ${-size} to ${size - 1}.`,
      );
  }
  throw new IndexError("an index is out of bounds.");
}

function pick<T>(from: readonly T[], which: readonly number[]): T[] {
  return which.map((dim) => from[dim]!);
}

/** A selection along one dimension, at the positions of a tensor of the selection's shape that is of the input's rank. */
export function chooseAlong(input: Tensor, axis: number, index: Tensor): Selection {
  const strides = index.shape.map((_, dim) => (dim === axis ? 0 : (input.strides[dim] ?? 0)));
  const coordinate = {
    positions: convert(index, int64),
    size: input.shape[axis] ?? 1,
    stride: input.strides[axis] ?? 0,
    wraps: false,
  };
  return { view: alias(input, index.shape, strides), coordinates: [coordinate] };
}

/** A selection of whole slices of one dimension, at the positions of a 1-D tensor, which may count from the end where it `wraps`. */
export function chooseSlices(input: Tensor, axis: number, index: Tensor, wraps = false): Selection {
  const shape = input.shape.with(axis, index.shape[0]!);
  const whole = convert(index, int64);
  const strides = shape.map((_, dim) => (dim === axis ? whole.strides[0]! : 0));
  const positions = alias(whole, shape, strides);
  const view = alias(input, shape, input.strides.with(axis, 0));
  const coordinate = { positions, size: input.shape[axis]!, stride: input.strides[axis]!, wraps };
  return { view, coordinates: [coordinate] };
}

/** The selected elements, in a new tensor. `explain` says which position was out of range. */
export function taken({ selection, explain }: Chosen): Tensor {
  const result = allocate(selection.view.shape, selection.view.dtype);
  if (!backendOf(result).take(result, selection)) explain();
  return result;
}

/** Writes values of the selection's shape and dtype into it. */
export function putInto({ selection, explain }: Chosen, values: Tensor, combine: Combine): void {
  const { device } = selection.view.storage;
  if (!backendAt(device).put(selection, sent(values, device), combine)) explain();
}
