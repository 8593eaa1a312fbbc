/** Where a view's elements are: as few sizes and strides as describe it, by which a program finds the element at each position. */
import { broadcastStrides, type Shape } from "../../shape.ts";
import type { View } from "../backend.ts";

/** The element at row-major position i of `sizes` is at `offset + Σ index · stride` of its value. No sizes: one element, for every position. */
export interface Access {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** The elements of `view`, repeated to `shape`. */
export function accessOf(view: View, shape: Shape): Access {
  const strides = broadcastStrides(view.shape, view.strides, shape);
  const sizes: number[] = [];
  const kept: number[] = [];
  for (let dim = 0; dim < shape.length; dim++) {
    const [size, stride] = [shape[dim]!, strides[dim]!];
    if (size === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && kept[last] === stride * size) {
      sizes[last]! *= size;
      kept[last] = stride;
    } else {
      sizes.push(size);
      kept.push(stride);
    }
  }
  const isSingle = kept.length === 1 && kept[0] === 0;
  return { sizes: isSingle ? [] : sizes, strides: isSingle ? [] : kept, offset: view.offset };
}

/** Whether position i has element i, for all of `length` elements. */
export function isIdentity({ sizes, strides, offset }: Access, length: number): boolean {
  if (offset !== 0) return false;
  if (sizes.length === 0) return length === 1;
  return sizes.length === 1 && strides[0] === 1 && sizes[0] === length;
}

/** Whether every position has the same element. */
export function isSingle({ sizes }: Access): boolean {
  return sizes.length === 0;
}

/** A view's elements as a program finds the position of each element of the storage: strides descend. */
export interface Region {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  /** How far apart neighbours are in the view's own row-major order. */
  readonly steps: readonly number[];
}

/** The region of a view whose elements do not overlap in a way that hides which is which; `null` for others. */
export function regionOf({ shape, strides, offset }: View): Region | null {
  const dims: { size: number; stride: number; step: number }[] = [];
  let step = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    const [size, stride] = [shape[dim]!, strides[dim]!];
    if (size !== 1) dims.push({ size, stride, step });
    step *= size;
  }
  dims.sort((a, b) => b.stride - a.stride);
  let reach = 0;
  for (const { size, stride } of dims.toReversed()) {
    if (stride <= reach) return null;
    reach += (size - 1) * stride;
  }
  return {
    sizes: dims.map(({ size }) => size),
    strides: dims.map(({ stride }) => stride),
    steps: dims.map(({ step }) => step),
    offset,
  };
}

/** The last element of a region in its storage. */
export function lastOf({ sizes, strides, offset }: Region): number {
  return sizes.reduce((last, size, dim) => last + (size - 1) * strides[dim]!, offset);
}
