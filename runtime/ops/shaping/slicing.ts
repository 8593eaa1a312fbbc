/** Views of some of the positions along a dimension. */
import type { ByName } from "../../keywords.ts";
import { E, input } from "../../expression.ts";
import { IndexError } from "../../errors/indexError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { integer, optionalInteger, sizes, tensor, type Parameter } from "../../parameters.ts";
import { alias, allocateZeros, copyInto, elementwiseInto } from "../../settle.ts";
import { contiguousStrides, formatShape, normalizeDim, type Shape } from "../../shape.ts";
import type { FunctionSignature, GeneralSignature } from "../../signatures.ts";
import { normalizeIndex, Tensor } from "../../tensor.ts";
import { contiguous } from "./copying.ts";
import { sample } from "../samples.ts";
import { viewOf } from "./view.ts";

/**
 * The elements at `offset + Σ index · stride` of a row-major tensor, for every index within `size`. Positions count from the tensor's own first
 * element, and not, as in `torch.as_strided`, from the start of its storage.
 *
 * @internal
 */
export const stridedView: Operator<
  FunctionSignature<(input: Tensor, size: Shape, stride: readonly number[], offset: number) => Tensor>
> = operator({
  name: "as_strided",
  parameters: { input: tensor, size: sizes, stride: sizes, offset: integer() },
  forward: ({ input, size, stride, offset }) => viewOf(input, size, stride, input.offset + offset),
  vjp: {
    input: (g, { shapes, size, stride, offset }) => stridedBackward(g, shapes.input, size, stride, offset),
  },
  samples: [() => [sample([2, 3]), [2, 2], [3, 1], 1], () => [sample([4]), [2, 3], [1, 1], 0]],
});

/** Whether no two indices lead to one place: sorted by stride, each dimension begins where those below it end. @internal */
export function isInjective(size: Shape, stride: readonly number[]): boolean {
  const dims = [...size.keys()].filter((dim) => size[dim]! > 1).toSorted((a, b) => stride[a]! - stride[b]!);
  let reach = 0;
  return dims.every((dim) => {
    const free = stride[dim]! > reach;
    reach += stride[dim]! * (size[dim]! - 1);
    return free;
  });
}

/** Adds elements to places of which several may be one: slice by slice along the first dimension, none of which has two. */
function addOverlapping(target: Tensor, source: Tensor): void {
  if (target.ndim === 0 || isInjective(target.shape, target.strides)) {
    elementwiseInto(target, sum, [target, source]);
    return;
  }
  for (let i = 0; i < target.shape[0]!; i++) addOverlapping(sliceAt(target, i), sliceAt(source, i));
}

/** One slice along the first dimension. */
function sliceAt(tensor: Tensor, position: number): Tensor {
  const offset = tensor.offset + position * tensor.strides[0]!;
  return alias(tensor, tensor.shape.slice(1), tensor.strides.slice(1), offset);
}

const sum = E.add(input(0), input(1));

/**
 * A row-major tensor of zeros of `shape`, to which the elements of `input` are added where `stridedView` reads them: its adjoint.
 *
 * @internal
 */
export const stridedBackward: Operator<
  FunctionSignature<
    (input: Tensor, shape: Shape, size: Shape, stride: readonly number[], offset: number) => Tensor
  >
> = operator({
  name: "as_strided_backward",
  parameters: { input: tensor, shape: sizes, size: sizes, stride: sizes, offset: integer() },
  forward: ({ input, shape, size, stride, offset }) => {
    const result = allocateZeros(shape, input.dtype);
    const target = alias(result, size, stride, offset);
    if (isInjective(size, stride)) copyInto(target, input);
    else addOverlapping(target, input);
    return result;
  },
  vjp: { input: (g, { size, stride, offset }) => stridedView(contiguous(g), size, stride, offset) },
  samples: [() => [sample([2, 2]), [2, 3], [2, 2], [3, 1], 1]],
});

/** One position of a dimension, which goes away. */
function selectGeometry(
  shape: Shape,
  strides: readonly number[],
  dim: number,
  index: number,
): { size: number[]; stride: number[]; offset: number } {
  return { size: shape.toSpliced(dim, 1), stride: strides.toSpliced(dim, 1), offset: strides[dim]! * index };
}

/**
 * One slice along `dim`, without that dimension.
 *
 * @throws IndexError when the dimension or the position is out of range.
 * Source: `torch.select`.
 */
export const select: Operator<GeneralSignature<[dim: number, index: number], "same", ["dim", "index"]>> =
  operator({
    name: "select",
    parameters: { input: tensor, dim: integer(), index: integer() },
    forward: ({ input, dim, index }) => {
      if (input.ndim === 0)
        throw new IndexError(
          "select() cannot be applied to a 0-dim tensor: it has no dimension to choose from. Use item() for its value.",
        );
      const position = normalizeDim(dim, input.ndim);
      const { size, stride, offset } = selectGeometry(
        input.shape,
        input.strides,
        position,
        normalizeIndex(index, position, input.shape[position]!),
      );
      return viewOf(input, size, stride, input.offset + offset);
    },
    vjp: {
      input: (g, { shapes, dim, index }) => {
        const position = normalizeDim(dim, shapes.input.length);
        const at = normalizeIndex(index, position, shapes.input[position]!);
        const { size, stride, offset } = selectGeometry(
          shapes.input,
          contiguousStrides(shapes.input),
          position,
          at,
        );
        return stridedBackward(g, shapes.input, size, stride, offset);
      },
    },
    samples: [() => [sample([2, 3]), 0, 1], () => [sample([2, 3, 2]).transpose(0, 2), -2, -1]],
    errors: [
      {
        args: () => [sample([2, 3]), 0, 2],
        error: "IndexError",
        message: /index 2 is out of bounds for dimension 0 with size 2/,
      },
    ],
  });

interface SliceArguments {
  readonly dim: number;
  readonly start: number | null;
  readonly end: number | null;
  readonly step: number;
}

/** Python's rule for `start:end:step`: negative positions count from the end, and everything is cut to the size. */
function sliceGeometry(
  shape: Shape,
  strides: readonly number[],
  { dim, start, end, step }: SliceArguments,
): { size: number[]; stride: number[]; offset: number } {
  const position = normalizeDim(dim, shape.length);
  const length = shape[position]!;
  const clip = (value: number): number => Math.min(Math.max(value < 0 ? value + length : value, 0), length);
  const from = clip(start ?? 0);
  const to = Math.max(clip(end ?? length), from);
  return {
    size: shape.with(position, Math.ceil((to - from) / step)),
    stride: strides.with(position, strides[position]! * step),
    offset: strides[position]! * from,
  };
}

/**
 * The positions `start` to `end` (not included) of one dimension, every `step`-th.
 *
 * @throws RuntimeError when `step` is not positive.
 * Source: `torch.ops.aten.slice`, Python's `x[start:end:step]`.
 */
export const slice_dim: Operator<
  ByName<
    GeneralSignature<
      [dim: number, start?: number | null, end?: number | null, step?: number],
      "same",
      ["dim", "start", "end", "step"]
    >,
    "input, dim?, start?, end?, step?"
  >
> = operator({
  name: "slice",
  parameters: {
    input: tensor,
    dim: integer(0),
    start: optionalInteger,
    end: optionalInteger,
    step: integer(1),
  },
  forward: ({ input, ...range }) => {
    if (range.step <= 0)
      throw new RuntimeError(
        `slice step must be positive, got ${range.step}. Turn the dimension around with flip instead.`,
      );
    const { size, stride, offset } = sliceGeometry(input.shape, input.strides, range);
    return viewOf(input, size, stride, input.offset + offset);
  },
  vjp: {
    input: (g, { shapes, ...range }) => {
      const { size, stride, offset } = sliceGeometry(shapes.input, contiguousStrides(shapes.input), range);
      return stridedBackward(g, shapes.input, size, stride, offset);
    },
  },
  samples: [
    () => [sample([5, 2]), 0, 1, 4],
    () => [sample([2, 5]), 1, null, null, 2],
    () => [sample([5]), 0, -3, null],
  ],
  errors: [
    { args: () => [sample([3]), 0, 0, 3, 0], error: "RuntimeError", message: /step must be positive/ },
  ],
});

const startParameter: Parameter<number | Tensor> = {
  expects: "a whole number, or a 0-d tensor of one",
  convert: (value) =>
    value instanceof Tensor || Number.isInteger(value) ? (value as number | Tensor) : undefined,
};

/** @throws RuntimeError when a tensor is not one whole number. */
function readStart(start: number | Tensor): number {
  if (!(start instanceof Tensor)) return start;
  if (start.ndim > 0 || start.dtype.category !== "integral")
    throw new RuntimeError(
      `start must be an 0-dim integral Tensor, got ${start.dtype.toString()} of shape ${formatShape(start.shape)}.`,
    );
  return Number(start.item());
}

/**
 * `length` positions of one dimension, from `start` on.
 *
 * @throws IndexError or RuntimeError when they are not all there.
 * Source: `torch.narrow`.
 */
export const narrow: Operator<
  GeneralSignature<[dim: number, start: number | Tensor, length: number], "same", ["dim", "start", "length"]>
> = composite({
  name: "narrow",
  parameters: { input: tensor, dim: integer(), start: startParameter, length: integer() },
  define: ({ input, dim, start: given, length }) => {
    const start = readStart(given);
    if (input.ndim === 0)
      throw new RuntimeError(
        "narrow() cannot be applied to a 0-dim tensor: it has no dimension. Use item() for its value.",
      );
    const size = input.size(dim);
    if (start < -size || start > size)
      throw new IndexError(
        `start out of range (expected to be in range of [${-size}, ${size}], but got ${start})`,
      );
    const from = start < 0 ? start + size : start;
    if (length < 0) throw new RuntimeError(`narrow(): length must be non-negative, got ${length}.`);
    if (from + length > size)
      throw new RuntimeError(`start (${from}) + length (${length}) exceeds dimension size (${size}).`);
    return slice_dim(input, dim, from, from + length);
  },
  samples: [() => [sample([5, 2]), 0, 1, 3], () => [sample([2, 5]), 1, -2, 2]],
  errors: [
    {
      args: () => [sample([3]), 0, 1, 3],
      error: "RuntimeError",
      message: /start \(1\) \+ length \(3\) exceeds dimension size \(3\)/,
    },
  ],
});
