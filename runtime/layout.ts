/** Which strides a tensor has in a memory format. */
import { RuntimeError } from "./errors/runtimeError.ts";
import {
  channels_last,
  channels_last_3d,
  contiguous_format,
  preserve_format,
  type MemoryFormat,
} from "./memoryFormat.ts";
import { contiguousStrides, formatShape, isContiguous, sameShape, type Shape } from "./shape.ts";

/** The dimensions from the innermost one outwards. */
const channelsInnermost: ReadonlyMap<MemoryFormat, readonly number[]> = new Map([
  [channels_last, [1, 3, 2, 0]],
  [channels_last_3d, [1, 4, 3, 2, 0]],
]);

/** Strides of a tensor without gaps whose dimensions lie in `order`, the innermost first. */
function packedStrides(shape: Shape, order: readonly number[]): number[] {
  const strides: number[] = [];
  let next = 1;
  for (const dim of order) {
    strides[dim] = next;
    next *= Math.max(shape[dim]!, 1);
  }
  return strides;
}

/** Strides of several tensors of one shape. */
type ManyStrides = readonly (readonly number[])[];

/** Below 0 where dimension `left` lies inside of `right`, above 0 where it lies outside, 0 where it cannot be told; the first tensor that can tell decides. */
function compare(shape: Shape, tensors: ManyStrides, left: number, right: number): number {
  for (const strides of tensors) {
    const [a, b] = [strides[left]!, strides[right]!];
    // What is repeated lies anywhere.
    if (a === 0 || b === 0) continue;
    if (a !== b) return a - b;
    if (shape[left]! > shape[right]!) return 1;
  }
  return 0;
}

/**
 * The dimensions in the order in which they lie in memory, the innermost first. Source: `infer_dense_strides` in `aten/src/ATen/ExpandUtils.cpp`, and, for
 * several tensors, `TensorIteratorBase::reorder_dimensions` in `aten/src/ATen/TensorIterator.cpp`.
 */
function memoryOrder(shape: Shape, tensors: ManyStrides): number[] {
  const order = [...shape.keys()].toReversed();
  for (let i = 1; i < order.length; i++)
    for (let here = i, before = i - 1; before >= 0; before--) {
      const difference = compare(shape, tensors, order[before]!, order[here]!);
      if (difference < 0) break;
      if (difference === 0) continue;
      [order[before], order[here]] = [order[here]!, order[before]!];
      here = before;
    }
  return order;
}

/**
 * The dimensions in the order in which they lie in memory, the outermost first.
 *
 * @throws RuntimeError when `unique` asks for one order and there are several.
 * Source: `torch.Tensor.dim_order`.
 */
export function dimOrder(shape: Shape, strides: readonly number[], unique: boolean): readonly number[] {
  const alike = strides.some((stride, dim) => dim > 0 && stride === strides[dim - 1]);
  if (unique && (alike || shape.includes(1)))
    throw new RuntimeError(
      `The tensor does not have unique dim order: dimensions of size 1 or of equal strides can be exchanged, in shape ${formatShape(shape)} with strides ${formatShape(strides)}.`,
    );
  const last = isContiguousIn(channels_last, shape, strides);
  if (isContiguous(shape, strides) && !last) return [...shape.keys()];
  if (last && !isContiguous(shape, strides)) return channelsInnermost.get(channels_last)!.toReversed();
  return memoryOrder(shape, [strides]).toReversed();
}

/** Whether the elements lie without gaps and none lies where another does, in whatever order. */
function isDense(shape: Shape, strides: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  const order = [...shape.keys()]
    .filter((dim) => shape[dim] !== 1)
    .toSorted((a, b) => strides[a]! - strides[b]!);
  let next = 1;
  for (const dim of order) {
    if (strides[dim] !== next) return false;
    next *= shape[dim]!;
  }
  return true;
}

/** Strides of a copy that lies as the original does: the same, where that has no gaps. */
function preservedStrides(shape: Shape, strides: readonly number[]): readonly number[] {
  return isDense(shape, strides) ? strides : packedStrides(shape, memoryOrder(shape, [strides]));
}

/** Strides of what is computed, element by element, from tensors that were broadcast to `shape`: it lies as they do. Source: `TensorIteratorBase::compute_strides` and `reorder_dimensions`. */
export function stridesOfResult(shape: Shape, operands: ManyStrides): readonly number[] {
  const first = operands[0]!;
  return operands.every((strides) => sameShape(strides, first))
    ? preservedStrides(shape, first)
    : packedStrides(shape, memoryOrder(shape, operands));
}

/**
 * Strides of a copy in a memory format.
 *
 * @throws RuntimeError when the format is for another number of dimensions.
 */
export function stridesIn(format: MemoryFormat, shape: Shape, strides: readonly number[]): readonly number[] {
  if (format === preserve_format) return preservedStrides(shape, strides);
  const order = channelsInnermost.get(format);
  if (order === undefined) return contiguousStrides(shape);
  if (shape.length !== order.length)
    throw new RuntimeError(
      `required rank ${order.length} tensor to use ${format.name} format, but this one has shape ${formatShape(shape)}. Use torch.contiguous_format.`,
    );
  return packedStrides(shape, order);
}

/** Whether the elements lie without gaps as the format says. Source: `is_channels_last_strides_2d` and its like in `c10/core/MemoryFormat.h`. */
export function isContiguousIn(format: MemoryFormat, shape: Shape, strides: readonly number[]): boolean {
  const order = channelsInnermost.get(format);
  if (order === undefined) return isContiguous(shape, strides);
  if (shape.length !== order.length) return false;
  let next = 1;
  for (const dim of order) {
    if (shape[dim] === 1) continue;
    if (strides[dim] !== next) return false;
    next *= shape[dim]!;
  }
  return true;
}

/** Whether strides grow as those of a format do, gaps allowed. Source: `is_channels_last_strides_2d_s4` in `c10/core/MemoryFormat.h`. */
function growsAs(order: readonly number[], shape: Shape, strides: readonly number[]): boolean {
  if (shape.length !== order.length || strides[1] === 0) return false;
  let least = 0;
  for (const dim of order) {
    if (shape[dim] === 0 || strides[dim]! < least) return false;
    // Without channels, rows decide: [N, 1, H, W] lies row by row.
    if (dim === 0 && least === strides[1]) return false;
    least = strides[dim]! * Math.max(shape[dim]!, 1);
  }
  return true;
}

/** The format that a tensor seems to have. Source: `Tensor.suggest_memory_format`. */
export function suggestedFormat(shape: Shape, strides: readonly number[]): MemoryFormat {
  for (const [format, order] of channelsInnermost) if (growsAs(order, shape, strides)) return format;
  return contiguous_format;
}
