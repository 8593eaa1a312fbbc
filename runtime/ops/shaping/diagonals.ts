/** Diagonals of matrices: to read, to write, and to make matrices of. */
import { bool } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { integer, tensor } from "../../parameters.ts";
import { alias, allocateZeros, copyInto } from "../../settle.ts";
import { contiguousStrides, normalizeDim, type Shape } from "../../shape.ts";
import type { GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { sum } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import { stridedBackward } from "./slicing.ts";
import { expand, reshape, viewOf } from "./view.ts";
import { copyOf, type CopyOf } from "./copyOf.ts";

interface Diagonal {
  readonly offset: number;
  readonly dim1: number;
  readonly dim2: number;
}

/** @throws RuntimeError when the rows' dimension is the columns'. */
function checkDifferent(axis1: number, axis2: number, { dim1, dim2 }: Diagonal): void {
  if (axis1 === axis2)
    throw new RuntimeError(
      `diagonal dimensions cannot be identical ${dim1}, ${dim2}: name the dimension of the rows and that of the columns.`,
    );
}

/** Where the elements of a diagonal lie, with the diagonal as the last dimension. */
function geometry(
  shape: Shape,
  strides: readonly number[],
  wanted: Diagonal,
): { size: number[]; stride: number[]; offset: number } {
  const [rows, columns] = [normalizeDim(wanted.dim1, shape.length), normalizeDim(wanted.dim2, shape.length)];
  checkDifferent(rows, columns, wanted);
  const { offset } = wanted;
  const length = Math.max(
    Math.min(shape[rows]! + Math.min(offset, 0), shape[columns]! - Math.max(offset, 0)),
    0,
  );
  const start = offset >= 0 ? offset * strides[columns]! : -offset * strides[rows]!;
  const others = [...shape.keys()].filter((dim) => dim !== rows && dim !== columns);
  return {
    size: [...others.map((dim) => shape[dim]!), length],
    stride: [...others.map((dim) => strides[dim]!), strides[rows]! + strides[columns]!],
    offset: length === 0 ? 0 : start,
  };
}

type DiagonalOptions = { offset?: number; dim1?: number; dim2?: number };
type DiagonalSignature = GeneralSignature<
  [offset?: number | DiagonalOptions, dim1?: number | DiagonalOptions, dim2?: number]
>;

/**
 * A view of the diagonals of the matrices that two dimensions make, as the last dimension. Offset 0 is the main diagonal, 1 the one above.
 *
 * @throws IndexError when there is no such dimension, RuntimeError when both are one.
 * Source: `torch.diagonal`.
 */
export const diagonal: Operator<DiagonalSignature> = operator({
  name: "diagonal",
  parameters: { input: tensor, offset: integer(0), dim1: integer(0), dim2: integer(1) },
  forward: ({ input, ...wanted }) => {
    const { size, stride, offset } = geometry(input.shape, input.strides, wanted);
    return viewOf(input, size, stride, input.offset + offset);
  },
  vjp: {
    input: (g, { shapes, offset, dim1, dim2 }) => {
      const where = geometry(shapes.input, contiguousStrides(shapes.input), { offset, dim1, dim2 });
      return stridedBackward(g, shapes.input, where.size, where.stride, where.offset);
    },
  },
  samples: [
    () => [sample([2, 3])],
    () => [sample([3, 2]), -1],
    () => [sample([2, 3, 2]), { offset: 1, dim1: -1, dim2: 1 }],
  ],
  errors: [
    { args: () => [sample([2, 3]), 0, 1, -1], error: "RuntimeError", message: /cannot be identical 1, -1/ },
    { args: () => [sample([2])], error: "IndexError", message: /Dimension out of range/ },
  ],
});

/** A copy of what `diagonal` shows. Source: `torch.diagonal_copy`. */
export const diagonal_copy: CopyOf<typeof diagonal> = copyOf(
  "diagonal_copy",
  diagonal,
  "DiagonalBackward0_copy",
);

/**
 * Matrices of zeros, in two new dimensions, with the last dimension of the tensor as their diagonal.
 *
 * @throws IndexError when there is no such dimension in the result, RuntimeError when both are one.
 * Source: `torch.diag_embed`.
 */
export const diag_embed: Operator<DiagonalSignature> = operator({
  name: "diag_embed",
  parameters: { input: tensor, offset: integer(0), dim1: integer(-2), dim2: integer(-1) },
  forward: ({ input, ...wanted }) => {
    const rank = input.ndim + 1;
    const [rows, columns] = [normalizeDim(wanted.dim1, rank), normalizeDim(wanted.dim2, rank)];
    checkDifferent(rows, columns, wanted);
    const edge = (input.shape.at(-1) ?? 1) + Math.abs(wanted.offset);
    const rest = input.shape.slice(0, -1);
    const shape = Array.from({ length: rank }, (_, dim) =>
      dim === rows || dim === columns ? edge : rest.shift()!,
    );
    const result = allocateZeros(shape, input.dtype);
    const { size, stride, offset } = geometry(shape, result.strides, wanted);
    copyInto(alias(result, size, stride, offset), input);
    return result;
  },
  vjp: { input: (g, { offset, dim1, dim2 }) => diagonal(g, offset, dim1, dim2) },
  samples: [() => [sample([2, 3])], () => [sample([2]), 1], () => [sample([2, 2]), -1, { dim1: 0, dim2: 2 }]],
  errors: [
    { args: () => [sample([2]), 0, 1, 1], error: "RuntimeError", message: /cannot be identical/ },
    { args: () => [sample([2]), 0, 0, 2], error: "IndexError", message: /Dimension out of range/ },
  ],
});

type DiagSignature = GeneralSignature<[diagonal?: number | { diagonal?: number }]>;

/**
 * Of a vector, the matrix with it as a diagonal; of a matrix, a copy of a diagonal.
 *
 * @throws RuntimeError for any other number of dimensions.
 * Source: `torch.diag`.
 */
export const diag: Operator<DiagSignature> = composite({
  name: "diag",
  out: true,
  parameters: { input: tensor, diagonal: integer(0) },
  define: ({ input, diagonal }) => {
    if (input.ndim === 1) return diag_embed(input, diagonal);
    if (input.ndim === 2) return diagonal_copy(input, diagonal);
    throw new RuntimeError(
      `diag(): Supports 1D or 2D tensors. Got ${input.ndim}D. Use diagonal or diag_embed for batches.`,
    );
  },
  samples: [() => [sample([3])], () => [sample([2, 3]), { diagonal: 1 }]],
  errors: [{ args: () => [sample([2, 2, 2])], error: "RuntimeError", message: /Got 3D/ }],
});

/** The matrix with all elements of the tensor, in row-major order, as a diagonal. Source: `torch.diagflat`. */
export const diagflat: Operator<GeneralSignature<[offset?: number], "same", ["offset"]>> = composite({
  name: "diagflat",
  parameters: { input: tensor, offset: integer(0) },
  define: ({ input, offset }) => diag_embed(reshape(input, [-1]), offset),
  samples: [() => [sample([2, 2])], () => [sample([]), { offset: -1 }]],
});

/**
 * The sum of a matrix's main diagonal. Whole numbers give int64.
 *
 * @throws RuntimeError for anything but a matrix.
 * Source: `torch.trace`.
 */
export const trace: Operator<GeneralSignature<[]>> = operator({
  name: "trace",
  parameters: { input: tensor },
  forward: ({ input }) => {
    if (input.ndim !== 2)
      throw new RuntimeError(
        `trace: expected a matrix, but got tensor with dim ${input.ndim}. Use x.diagonal(0, -2, -1).sum(-1) for batches.`,
      );
    if (input.dtype === bool)
      throw new NotImplementedError(`"trace" not implemented for 'Bool'. Convert the matrix with .long().`);
    return sum(diagonal(input)) as Tensor;
  },
  vjp: {
    input: (g, { shapes }) => {
      const [rows, columns] = shapes.input as [number, number];
      const size = [Math.min(rows, columns)];
      return stridedBackward(expand(g, size), shapes.input, size, [columns + 1], 0);
    },
  },
  samples: [() => [sample([2, 3])], () => [sample([3, 2])]],
  errors: [{ args: () => [sample([3])], error: "RuntimeError", message: /expected a matrix/ }],
});
