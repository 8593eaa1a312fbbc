/** The same elements in another arrangement: reversed, rolled, repeated, or only one triangle of them. */
import { int32, int64 } from "../../dtype.ts";
import { IndexError } from "../../errors/indexError.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator, type InPlaceOperator } from "../../operator.ts";
import {
  integer,
  keywordOnly,
  optionalInteger,
  requiredDims,
  sizes,
  tensor,
  type Parameter,
} from "../../parameters.ts";
import {
  alias,
  allocate,
  allocateInOrderOf,
  backendOf,
  convert,
  copyInto,
  duplicate,
  fromArray,
} from "../../settle.ts";
import {
  contiguousStrides,
  formatShape,
  normalizeDim,
  normalizeDims,
  numel,
  type Shape,
} from "../../shape.ts";
import type { GeneralSignature, Signature, SizesSignature } from "../../signatures.ts";
import { Tensor } from "../../tensor.ts";
import type { DTypeOf } from "../../types.ts";
import { readIndices } from "./advanced.ts";
import { index_select } from "./indexing.ts";
import { given, sample } from "../samples.ts";
import { expand, flatten, reshape, unsqueeze } from "./view.ts";

type ReorderSignature = GeneralSignature<
  [dims: number | readonly number[] | { readonly dims: number | readonly number[] }, ...more: number[]]
>;

/** The dimensions of `flip`: one, several, or none at all. */
const flipDims: Parameter<readonly number[]> = { ...sizes, expects: "dimensions, as numbers or one array" };

/**
 * A copy with the order of the elements along some dimensions reversed.
 *
 * @throws IndexError when there is no such dimension, RuntimeError when one comes twice.
 * Source: `torch.flip`.
 */
export const flip: Operator<ReorderSignature> = operator({
  name: "flip",
  parameters: { input: tensor, dims: flipDims },
  forward: ({ input, dims }) => {
    const flipped = dims.length === 0 ? [] : normalizeDims(dims, input.ndim);
    const result = allocateInOrderOf(input, input.dtype);
    if (result.numel() === 0) return result;
    // Reversed strides, from the other end.
    let offset = input.offset;
    for (const dim of flipped) offset += (input.shape[dim]! - 1) * input.strides[dim]!;
    const strides = input.strides.map((stride, dim) => (flipped.includes(dim) ? -stride : stride));
    copyInto(result, alias(input, input.shape, strides, offset));
    return result;
  },
  vjp: { input: (g, { dims }) => flip(g, dims) },
  samples: [() => [sample([2, 3]), [0]], () => [sample([2, 3]), [0, -1]], () => [sample([3]), []]],
  errors: [
    { args: () => [sample([2]), [1]], error: "IndexError", message: /Dimension out of range/ },
    { args: () => [sample([2]), [0, -1]], error: "RuntimeError", message: /multiple times/ },
  ],
});

/** One number, or several. */
const shiftsParameter: Parameter<number | readonly number[]> = requiredDims;
const rolledDims: Parameter<number | readonly number[]> = { ...requiredDims, fallback: [] };

/** A copy in which everything along `axis` has moved by `shift`, and what falls off the end comes back at the start. */
function rolled(input: Tensor, shift: number, axis: number): Tensor {
  const size = input.shape[axis]!;
  const result = allocate(input.shape, input.dtype);
  if (result.numel() === 0) return result;
  const by = ((shift % size) + size) % size;
  const part = (tensor: Tensor, start: number, length: number): Tensor =>
    alias(
      tensor,
      tensor.shape.with(axis, length),
      tensor.strides,
      tensor.offset + start * tensor.strides[axis]!,
    );
  copyInto(part(result, by, size - by), part(input, 0, size - by));
  if (by > 0) copyInto(part(result, 0, by), part(input, size - by, by));
  return result;
}

/**
 * A copy in which elements have moved along some dimensions, and those that fall off the end come back at the start; without dimensions, as one vector.
 *
 * @throws RuntimeError when there are not as many shifts as dimensions, IndexError when there is no such dimension.
 * Source: `torch.roll`.
 */
export const roll: Operator<
  GeneralSignature<
    [shifts: number | readonly number[], dims?: number | readonly number[]],
    "same",
    ["shifts", "dims"]
  >
> = operator({
  name: "roll",
  parameters: { input: tensor, shifts: shiftsParameter, dims: rolledDims },
  forward: ({ input, shifts, dims }) => {
    const shiftList = [shifts].flat() as number[]; // a number or numbers
    const dimList = [dims].flat() as number[];
    if (shiftList.length === 0) throw new RuntimeError("`shifts` required: by how many positions to roll.");
    if (dimList.length === 0 && shiftList.length === 1) {
      const flat = alias(input.is_contiguous() ? input : duplicate(input), [input.numel()], [1]);
      return alias(rolled(flat, shiftList[0]!, 0), input.shape, contiguousStrides(input.shape));
    }
    if (input.ndim === 0 && dimList.length > 0)
      throw new IndexError("Dimension specified as 0 but tensor has no dimensions: it cannot be rolled.");
    if (dimList.length !== shiftList.length)
      throw new RuntimeError(
        `shifts and dimensions must align. shifts: ${shiftList.length}, dims:${dimList.length}. Give one shift for each dimension.`,
      );
    return dimList.reduce(
      (result, dim, i) => rolled(result, shiftList[i]!, normalizeDim(dim, input.ndim)),
      input,
    );
  },
  vjp: {
    input: (g, { shifts, dims }) =>
      roll(g, typeof shifts === "number" ? -shifts : shifts.map((by) => -by), dims),
  },
  samples: [
    () => [sample([2, 3]), 1, 1],
    () => [sample([2, 3]), -2],
    () => [sample([2, 3]), [1, -1], [0, 1]],
  ],
  errors: [{ args: () => [sample([2]), [1, 2], [0]], error: "RuntimeError", message: /must align/ }],
});

/** With a dimension for the repetitions in front of each of the tensor's own. */
function spacedShape(shape: Shape, repeats: readonly number[]): number[] {
  const lead = repeats.length - shape.length;
  return repeats.flatMap((count, dim) => (dim < lead ? [count] : [count, shape[dim - lead]!]));
}

/**
 * A copy that repeats the tensor so often along each dimension; more numbers than dimensions give new ones in front.
 *
 * @throws RuntimeError when there are fewer numbers than dimensions, or one is negative.
 * Source: `torch.Tensor.repeat`.
 */
export const repeat: Operator<SizesSignature<"repeats">> = operator({
  name: "repeat",
  parameters: { input: tensor, repeats: sizes },
  forward: ({ input, repeats }) => {
    const lead = repeats.length - input.ndim;
    if (lead < 0)
      throw new RuntimeError(
        `Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor: got ${formatShape(repeats)} for shape ${formatShape(input.shape)}. Give a number for each dimension, 1 for those that stay.`,
      );
    if (repeats.some((count) => count < 0))
      throw new RuntimeError(
        `Trying to create tensor with negative dimension: repeats are 0 or more, got ${formatShape(repeats)}.`,
      );
    const shape = repeats.map((count, dim) => (dim < lead ? count : count * input.shape[dim - lead]!));
    const result = allocate(shape, input.dtype);
    if (result.numel() === 0) return result;
    const spaced = spacedShape(input.shape, repeats);
    const strides = repeats.flatMap((_, dim) => (dim < lead ? [0] : [0, input.strides[dim - lead]!]));
    copyInto(alias(result, spaced, contiguousStrides(spaced)), alias(input, spaced, strides));
    return result;
  },
  vjp: {
    input: (g, { shapes, repeats }) => {
      const lead = repeats.length - shapes.input.length;
      const repetitions = repeats.map((_, dim) => (dim < lead ? dim : lead + 2 * (dim - lead)));
      if (repetitions.length === 0) return g;
      return reshape(reshape(g, spacedShape(shapes.input, repeats)).sum(repetitions), shapes.input);
    },
  },
  samples: [
    () => [sample([2, 3]), [2, 1]],
    () => [sample([2]), [2, 1, 3]],
    () => [sample([]), []],
    () => [sample([2]), [0]],
  ],
  errors: [{ args: () => [sample([2, 3]), [2]], error: "RuntimeError", message: /can not be smaller/ }],
});

/** How often each element comes: one number for all, or a tensor of one for each. */
const repeatsParameter: Parameter<number | Tensor | null> = {
  expects: "a whole number, or an int64 Tensor of them",
  fallback: null,
  convert: (value) =>
    value === null || value instanceof Tensor || Number.isInteger(value)
      ? (value as number | Tensor | null)
      : undefined,
};

/** For each position of the result, which one of the input it repeats, as int32. @throws for repeats that are no whole numbers from 0 on. */
function sources(repeats: Tensor, size: number): Tensor {
  if (repeats.ndim > 1)
    throw new RuntimeError(
      `repeats must be 0-dim or 1-dim tensor, got shape ${formatShape(repeats.shape)}. Give one number for each element.`,
    );
  if (repeats.dtype !== int64 && repeats.dtype !== int32)
    throw new NotImplementedError(
      `"repeat_interleave_cpu" not implemented for '${repeats.dtype.typeName}'. Convert the repeats with .long().`,
    );
  const given = readIndices(repeats);
  const counts = Array.from({ length: size }, (_, i) => given[given.length === 1 ? 0 : i]!);
  const negative = counts.find((count) => count < 0);
  if (negative !== undefined) throw new RuntimeError(`repeats can not be negative, got ${negative}.`);
  const positions = new Int32Array(counts.reduce((total, count) => total + count, 0));
  let end = 0;
  counts.forEach((count, i) => positions.fill(i, end, (end += count)));
  return fromArray(positions, int32, [positions.length]);
}

/** @throws RuntimeError when the size that the caller expects is not that of the result. */
function checkOutputSize(expected: number | null, size: number): void {
  if (expected !== null && expected !== size)
    throw new RuntimeError(
      `repeat_interleave: Invalid output_size, expected ${size} but got ${expected}. It can be left out.`,
    );
}

interface InterleaveOptions {
  readonly dim?: number | null;
  readonly output_size?: number | null;
}

/** How often, by name, with the other options. */
type NamedInterleaving = InterleaveOptions & { readonly repeats: number | Tensor };

interface InterleaveSignature extends Signature {
  readonly function: <T extends Tensor>(
    input: T,
    repeats?: number | Tensor | InterleaveOptions | NamedInterleaving,
    dim?: number | null | InterleaveOptions,
  ) => Tensor<Shape, DTypeOf<T>>;
  readonly method: <T extends Tensor>(
    this: T,
    repeats?: number | Tensor | InterleaveOptions | NamedInterleaving,
    dim?: number | null | InterleaveOptions,
  ) => Tensor<Shape, DTypeOf<T>>;
}

/**
 * Each element several times in a row along a dimension; without one, of the tensor as a vector. Of a tensor of repeats alone, the
 * positions so often. The size of the result need not be given: `output_size` is for devices that would have to wait for it.
 *
 * @throws RuntimeError when a number is negative, or there are not as many as elements.
 * Source: `torch.repeat_interleave`.
 */
export const repeat_interleave: Operator<InterleaveSignature> = composite({
  name: "repeat_interleave",
  parameters: {
    input: tensor,
    repeats: repeatsParameter,
    dim: optionalInteger,
    output_size: keywordOnly(optionalInteger),
  },
  define: ({ input, repeats, dim, output_size }) => {
    if (repeats === null) {
      const positions = sources(input, input.numel());
      checkOutputSize(output_size, positions.numel());
      return convert(positions, input.dtype);
    }
    const whole = dim === null || input.ndim === 0 ? reshape(input, [-1]) : input;
    const axis = dim === null ? 0 : normalizeDim(dim, whole.ndim);
    const size = whole.shape[axis]!;
    if (!(repeats instanceof Tensor)) {
      if (repeats < 0) throw new RuntimeError(`Repeats must be non-negative, got ${repeats}.`);
      checkOutputSize(output_size, size * repeats);
      const spaced = unsqueeze(whole, axis + 1);
      return flatten(expand(spaced, spaced.shape.with(axis + 1, repeats)), axis, axis + 1);
    }
    if (repeats.numel() !== 1 && repeats.numel() !== size)
      throw new RuntimeError(
        `repeats must have the same size as input along dim, but got repeats.size(0) = ${repeats.numel()} and input.size(${axis}) = ${size}.`,
      );
    const positions = sources(repeats, size);
    checkOutputSize(output_size, positions.numel());
    return index_select(whole, axis, positions);
  },
  samples: [
    () => [sample([2, 3]), 2],
    () => [sample([2, 3]), 2, 1],
    () => [sample([2, 3]), given([1, 0, 2], int64), 1],
    () => [given([1, 0, 2], int64)],
  ],
  errors: [
    { args: () => [sample([2]), -1], error: "RuntimeError", message: /non-negative/ },
    {
      args: () => [sample([2]), given([1, 2, 3], int64)],
      error: "RuntimeError",
      message: /same size as input/,
    },
  ],
});

type TriangleSignature = GeneralSignature<[diagonal?: number], "same", ["diagonal"]>;

function triangleOperator(name: "tril" | "triu"): InPlaceOperator<TriangleSignature> {
  const self: InPlaceOperator<TriangleSignature> = operator({
    name,
    out: true,
    parameters: { input: tensor, diagonal: integer(0) },
    forward: ({ input, diagonal }) => {
      if (input.ndim < 2)
        throw new RuntimeError(
          `${name}: input tensor must have at least 2 dimensions, got shape ${formatShape(input.shape)}.`,
        );
      const whole = input.is_contiguous() ? input : duplicate(input);
      const result = allocate(input.shape, input.dtype);
      const [rows, columns] = input.shape.slice(-2) as [number, number];
      const matrices = [numel(input.shape.slice(0, -2)), rows, columns];
      const strides = contiguousStrides(matrices);
      if (result.numel() > 0)
        backendOf(input).triangle(
          alias(result, matrices, strides),
          alias(whole, matrices, strides),
          diagonal,
          name === "triu",
        );
      return result;
    },
    vjp: { input: (g, { diagonal }) => self(g, diagonal) },
    inPlace: true,
    samples: [() => [sample([3, 3])], () => [sample([2, 2, 4]), 1], () => [sample([4, 2]), -1]],
    errors: [{ args: () => [sample([2])], error: "RuntimeError", message: /at least 2 dimensions/ }],
  });
  return self;
}

/**
 * The elements of matrices on and below a diagonal, and zeros above it. Diagonal 0 is the main one, 1 the one above.
 *
 * @throws RuntimeError when the tensor has fewer than two dimensions.
 * Source: `torch.tril`.
 */
export const tril: InPlaceOperator<TriangleSignature> = triangleOperator("tril");

/**
 * The elements of matrices on and above a diagonal, and zeros below it. Diagonal 0 is the main one, 1 the one above.
 *
 * @throws RuntimeError when the tensor has fewer than two dimensions.
 * Source: `torch.triu`.
 */
export const triu: InPlaceOperator<TriangleSignature> = triangleOperator("triu");
