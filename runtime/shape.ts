import { IndexError } from "./errors/indexError.ts";
import { RuntimeError } from "./errors/runtimeError.ts";

/** Sizes of the dimensions, outermost first. A scalar's shape is `[]`. */
export type Shape = readonly number[];

/** Number of elements of a tensor of this shape. */
export function numel(shape: Shape): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

/** Strides, in elements, of a row-major tensor of this shape. */
export function contiguousStrides(shape: Shape): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    strides[dim] = stride;
    stride *= Math.max(shape[dim] ?? 1, 1);
  }
  return strides;
}

/** Whether walking the tensor in row-major order walks its memory one element at a time. */
export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  if (numel(shape) === 0) return true;
  let expected = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    const size = shape[dim] ?? 1;
    if (size !== 1 && strides[dim] !== expected) return false;
    expected *= size;
  }
  return true;
}

/** Whether two shapes are the same. */
export function sameShape(left: Shape, right: Shape): boolean {
  if (left === right) return true;
  if (left.length !== right.length) return false;
  for (let dim = 0; dim < left.length; dim++) if (left[dim] !== right[dim]) return false;
  return true;
}

/** A shape as PyTorch writes it in messages: `[2, 3]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * The shape to which two shapes broadcast. Source: PyTorch, "Broadcasting semantics".
 *
 * @throws RuntimeError that names the two sizes and the dimension where they differ.
 */
export function broadcastShapes(left: Shape, right: Shape): Shape {
  if (sameShape(left, right)) return left;
  const rank = Math.max(left.length, right.length);
  const result: number[] = [];
  for (let fromEnd = 1; fromEnd <= rank; fromEnd++) {
    const a = left[left.length - fromEnd] ?? 1;
    const b = right[right.length - fromEnd] ?? 1;
    if (a !== b && a !== 1 && b !== 1)
      throw new RuntimeError(
        `The size of tensor a (${a}) must match the size of tensor b (${b}) at non-singleton dimension ${rank - fromEnd}: ` +
          `${formatShape(left)} and ${formatShape(right)} do not broadcast. Sizes are compared from the right and must be equal, or one of them 1; ` +
          `reshape or unsqueeze one of the two.`,
      );
    result[rank - fromEnd] = a === 1 ? b : a;
  }
  return result;
}

/** Strides with which a tensor reads as one of `shape`: 0 along the dimensions that it is repeated in. */
export function broadcastStrides(from: Shape, strides: readonly number[], shape: Shape): readonly number[] {
  if (sameShape(from, shape)) return strides;
  const lead = shape.length - from.length;
  return shape.map((size, dim) => {
    const own = dim - lead;
    return own < 0 || (from[own] === 1 && size !== 1) ? 0 : (strides[own] ?? 0);
  });
}

/**
 * A dimension counted from the front; negative ones count from the end.
 *
 * @throws IndexError with PyTorch's range when there is no such dimension.
 */
export function normalizeDim(dim: number, rank: number): number {
  const range = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -range || dim >= range)
    throw new IndexError(
      `Dimension out of range (expected to be in range of [${-range}, ${range - 1}], but got ${dim}): the tensor has ${rank} dimension${rank === 1 ? "" : "s"}, counted from 0.`,
    );
  return dim < 0 ? dim + range : dim;
}

/**
 * Dimensions counted from the front, each at most once; `null` and `[]` mean all of them.
 *
 * @throws IndexError when one is out of range, RuntimeError when one comes twice.
 */
export function normalizeDims(dims: number | readonly number[] | null, rank: number): number[] {
  if (dims === null || (Array.isArray(dims) && dims.length === 0))
    return Array.from({ length: rank }, (_, dim) => dim);
  const list = (typeof dims === "number" ? [dims] : dims).map((dim) => normalizeDim(dim, rank));
  const twice = list.find((dim, position) => list.indexOf(dim) !== position);
  if (twice !== undefined)
    throw new RuntimeError(
      `dim ${twice} appears multiple times in the list of dims [${[dims].flat().join(", ")}]. Name each dimension once.`,
    );
  return rank === 0 ? [] : list;
}

/** The shape that is left when `dims` are reduced. */
export function reducedShape(shape: Shape, dims: readonly number[], keepdim: boolean): number[] {
  if (keepdim) return shape.map((size, dim) => (dims.includes(dim) ? 1 : size));
  return shape.filter((_, dim) => !dims.includes(dim));
}

/**
 * Fills in the one `-1` of a wanted shape.
 *
 * @throws RuntimeError when the sizes do not hold exactly `count` elements.
 */
export function inferSize(wanted: Shape, count: number): number[] {
  const unknown = wanted.indexOf(-1);
  const invalid = wanted.find((size, dim) => !Number.isInteger(size) || (size < 0 && dim !== unknown));
  if (invalid !== undefined)
    throw new RuntimeError(
      invalid === -1
        ? "only one dimension can be inferred: write -1 at most once."
        : `invalid shape dimension ${invalid}: sizes are whole numbers, 0 or more, and one of them may be -1.`,
    );
  const known = wanted.reduce((product, size, dim) => (dim === unknown ? product : product * size), 1);
  if (unknown >= 0 && known === 0)
    throw new RuntimeError(
      `cannot reshape tensor of ${count} elements into shape ${formatShape(wanted)} because the unspecified dimension size -1 can be any value and is ambiguous. Write the size out.`,
    );
  if (unknown < 0 ? known !== count : count % known !== 0)
    throw new RuntimeError(
      `shape '${formatShape(wanted)}' is invalid for input of size ${count}: ${unknown < 0 ? `it holds ${known} elements` : `${count} is not a multiple of ${known}`}. The sizes must multiply to ${count}.`,
    );
  return wanted.map((size, dim) => (dim === unknown ? count / known : size));
}

/** Whether a tensor of `shape` broadcasts to `target`. */
export function broadcastsTo(shape: Shape, target: Shape): boolean {
  const lead = target.length - shape.length;
  return lead >= 0 && shape.every((size, dim) => size === 1 || size === target[lead + dim]);
}
