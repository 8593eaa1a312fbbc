/** Tensors that are told where their elements lie: `as_strided`, and a copy with such elements replaced. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { integer, optionalInteger, sizes, tensor } from "../../parameters.ts";
import { alias, copyInto, duplicate } from "../../settle.ts";
import { formatShape, numel, sameShape, type Shape } from "../../shape.ts";
import type { FunctionSignature, GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { masked_fill } from "../elementwise/arithmetic.ts";
import { contiguous } from "./copying.ts";
import { sample } from "../samples.ts";
import { isInjective, stridedBackward, stridedView } from "./slicing.ts";
import { viewOf } from "./view.ts";
import { copyOf, type CopyOf } from "./copyOf.ts";
import { filled } from "./filling.ts";

/** How elements lie in a storage. */
interface Geometry {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** How many elements a storage must have for a tensor's last one to be in it. */
function reach({ shape, strides, offset }: Geometry): number {
  if (numel(shape) === 0) return 0;
  return shape.reduce((end, size, dim) => end + (size - 1) * strides[dim]!, offset) + 1;
}

/** @throws RuntimeError when sizes and strides do not describe elements of the tensor's storage. */
function checkGeometry(input: Tensor, wanted: Geometry): void {
  const { shape, strides, offset } = wanted;
  if (shape.length !== strides.length)
    throw new RuntimeError(
      `mismatch in length of strides and shape: got ${shape.length} sizes and ${strides.length} strides. Give one stride for each size.`,
    );
  if (strides.some((stride) => stride < 0))
    throw new RuntimeError(
      `as_strided: Negative strides are not supported at the moment, got strides: ${formatShape(strides)}. Use flip for the other direction.`,
    );
  if (shape.some((size) => size < 0))
    throw new RuntimeError(`as_strided: Tensor sizes must be non-negative, got ${formatShape(shape)}.`);
  if (offset < 0) throw new RuntimeError(`Tensor: invalid storage offset ${offset}: it counts from 0.`);
  const available = input.storage.length;
  if (reach(wanted) > available)
    throw new RuntimeError(
      `setStorage: sizes ${formatShape(shape)}, strides ${formatShape(strides)}, storage offset ${offset} requiring a storage size of ${reach(wanted)} elements are out of bounds for storage of size ${available}. Make the sizes or strides smaller.`,
    );
}

/**
 * The gradient of a tensor of which a view was taken by strides: the view's gradient is added up in a storage of its own, and read from there as the tensor
 * lies in its own. Where several of the tensor's elements share a place, the place's gradient is divided among them.
 *
 * Source: `as_strided_backward` in `torch/csrc/autograd/FunctionsManual.cpp`.
 */
function throughStorage(grad: Tensor, from: Geometry, view: Geometry): Tensor {
  const start = Math.min(from.offset, view.offset);
  const length = Math.max(reach(from), reach(view)) - start;
  if (length <= 0) return filled(from.shape, 0, grad.dtype);
  const storage = [length];
  const total = stridedBackward(grad, storage, view.shape, view.strides, view.offset - start);
  if (isInjective(from.shape, from.strides))
    return stridedView(total, from.shape, from.strides, from.offset - start);
  const sharers = stridedBackward(
    filled(from.shape, 1, grad.dtype),
    storage,
    from.shape,
    from.strides,
    from.offset - start,
  );
  return stridedView(total.div(sharers), from.shape, from.strides, from.offset - start);
}

/**
 * `as_strided`, which also remembers how its input lay: the gradient depends on it.
 *
 * @internal
 */
export const stridedFrom: Operator<
  FunctionSignature<
    (
      input: Tensor,
      size: Shape,
      stride: readonly number[],
      offset: number,
      own_strides: readonly number[],
      own_offset: number,
    ) => Tensor
  >
> = operator({
  name: "as_strided_from",
  parameters: {
    input: tensor,
    size: sizes,
    stride: sizes,
    offset: integer(),
    own_strides: sizes,
    own_offset: integer(),
  },
  gradFn: "AsStridedBackward0",
  forward: ({ input, size, stride, offset }) => viewOf(input, size, stride, offset),
  vjp: {
    input: (g, { shapes, size, stride, offset, own_strides, own_offset }) =>
      throughStorage(
        g,
        { shape: shapes.input, strides: own_strides, offset: own_offset },
        { shape: size, strides: stride, offset },
      ),
  },
  samples: [
    () => [sample([2, 3]), [2, 2], [3, 1], 1, [3, 1], 0],
    () => [sample([4]), [2, 3], [1, 1], 0, [1], 0],
  ],
});

/** The arguments of `as_strided` behind the tensor. */
type StridedArguments = [size: readonly number[], stride: readonly number[], storage_offset?: number | null];

type StridedNames = ["size", "stride", "storage_offset"];

const stridedParameters = { size: sizes, stride: sizes, storage_offset: optionalInteger };

/**
 * A view of the tensor's storage with the sizes and strides given, whatever the tensor's own are. Positions count from the start of the storage, or from the
 * tensor's own first element where `storage_offset` is left out. Several elements may lie in one place.
 *
 * @throws RuntimeError when a position is not in the storage, or a stride is negative.
 * Source: `torch.as_strided`.
 */
export const as_strided: Operator<GeneralSignature<StridedArguments, "same", StridedNames>> = composite({
  name: "as_strided",
  parameters: { input: tensor, ...stridedParameters },
  define: ({ input, size, stride, storage_offset }) => {
    const offset = storage_offset ?? input.offset;
    checkGeometry(input, { shape: size, strides: stride, offset });
    return stridedFrom(input, size, stride, offset, input.strides, input.offset);
  },
  samples: [
    () => [sample([2, 3]), [2, 2], [3, 1], 1],
    () => [sample([4]), [2, 3], [1, 1]],
    () => [sample([3]).expand(2, 3), [2, 2], [1, 1], 0],
  ],
  errors: [
    {
      args: () => [sample([4]), [2, 3], [1]],
      error: "RuntimeError",
      message: /mismatch in length of strides/,
    },
    { args: () => [sample([4]), [2], [-1]], error: "RuntimeError", message: /Negative strides/ },
    { args: () => [sample([4]), [2], [4]], error: "RuntimeError", message: /requiring a storage size of 5/ },
  ],
});

/** @internal */
export const stridedCopyFrom: CopyOf<typeof stridedFrom> = copyOf(
  "as_strided_copy_from",
  stridedFrom,
  "AsStridedBackward0_copy",
);

/** A copy of what `as_strided` shows. @throws as `as_strided`. Source: `torch.as_strided_copy`. */
export const as_strided_copy: CopyOf<typeof as_strided> = composite({
  name: "as_strided_copy",
  out: true,
  parameters: { input: tensor, ...stridedParameters },
  define: ({ input, size, stride, storage_offset }) => {
    const offset = storage_offset ?? input.offset;
    checkGeometry(input, { shape: size, strides: stride, offset });
    return stridedCopyFrom(input, size, stride, offset, input.strides, input.offset);
  },
  samples: [() => [sample([2, 3]), [2, 2], [3, 1], 1]],
});

/** A copy that lies in a copy of the storage as its tensor does in the storage. */
function copyOfStorage(input: Tensor): Tensor {
  if (!isInjective(input.shape, input.strides)) return duplicate(input);
  const { length } = input.storage;
  const whole = duplicate(alias(input, [length], [1], 0));
  return alias(whole, input.shape, input.strides, input.offset);
}

/**
 * A copy of the tensor in which the elements that `as_strided` would show are those of `src`.
 *
 * @throws RuntimeError when `src` has another shape, or a position is not in the storage.
 * Source: `torch.as_strided_scatter`.
 */
export const as_strided_scatter: Operator<
  GeneralSignature<[src: Tensor, ...StridedArguments], "same", ["src", ...StridedNames]>
> = operator({
  name: "as_strided_scatter",
  parameters: { input: tensor, src: tensor, ...stridedParameters },
  forward: ({ input, src, size, stride, storage_offset }) => {
    const offset = storage_offset ?? input.offset;
    checkGeometry(input, { shape: size, strides: stride, offset });
    if (!sameShape(src.shape, size))
      throw new RuntimeError(
        `expected src to have a size equal to the slice of self. src size = ${formatShape(src.shape)}, slice size = ${formatShape(size)}.`,
      );
    const result = copyOfStorage(input);
    copyInto(alias(result, size, stride, offset), src);
    return result;
  },
  vjp: {
    input: (g, { size, stride, storage_offset }) => {
      const written = stridedBackward(filled(size, 1, g.dtype), g.shape, size, stride, storage_offset ?? 0);
      return masked_fill(g, written.ne(0), 0);
    },
    src: (g, { size, stride, storage_offset }) =>
      stridedView(contiguous(g), size, stride, storage_offset ?? 0),
  },
  samples: [() => [sample([2, 3]), sample([2, 2], { seed: 1 }), [2, 2], [3, 1], 1]],
  errors: [
    {
      args: () => [sample([4]), sample([3]), [2], [1]],
      error: "RuntimeError",
      message: /src size = \[3\], slice size = \[2\]/,
    },
  ],
});
