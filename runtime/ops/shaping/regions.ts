/** Copies of tensors in which a region that a view shows is replaced. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type Operator } from "../../operator.ts";
import { integer, optionalInteger, tensor } from "../../parameters.ts";
import { copyInto, duplicate } from "../../settle.ts";
import { formatShape, sameShape, type Shape } from "../../shape.ts";
import type { GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { sample } from "../samples.ts";
import { select, slice_dim } from "./slicing.ts";
import { diagonal } from "./diagonals.ts";
import { filled } from "./filling.ts";

/** A copy of `input` with `src` in the region that `view` shows. @throws RuntimeError when `src` has another shape. */
function replaceRegion(input: Tensor, src: Tensor, view: (whole: Tensor) => Tensor): Tensor {
  const result = duplicate(input);
  const region = view(result);
  if (!sameShape(src.shape, region.shape))
    throw new RuntimeError(
      `expected src to have a size equal to the slice of self. src size = ${formatShape(src.shape)}, slice size = ${formatShape(region.shape)}. Expand or reshape src.`,
    );
  copyInto(region, src);
  return result;
}

/** Zeros to replace a region by, in a gradient that does not reach it. */
function zerosFor(grad: Tensor, shape: Shape): Tensor {
  return filled(shape, 0, grad.dtype);
}

const wrongSource = {
  args: () => [sample([3, 2]), sample([3])],
  error: "RuntimeError",
  message: /src size = \[3\], slice size = /,
};

/**
 * A copy of the tensor in which one slice along `dim` is `src`.
 *
 * @throws RuntimeError when `src` has another shape than the slice, IndexError when there is no such dimension or position.
 * Source: `torch.select_scatter`.
 */
export const select_scatter: Operator<
  GeneralSignature<[src: Tensor, dim: number, index: number], "same", ["src", "dim", "index"]>
> = operator({
  name: "select_scatter",
  parameters: { input: tensor, src: tensor, dim: integer(), index: integer() },
  forward: ({ input, src, dim, index }) => replaceRegion(input, src, (whole) => select(whole, dim, index)),
  vjp: {
    input: (g, { shapes, dim, index }) => select_scatter(g, zerosFor(g, shapes.src), dim, index),
    src: (g, { dim, index }) => select(g, dim, index),
  },
  samples: [() => [sample([3, 2]), sample([3], { seed: 1 }), 1, -1]],
  errors: [
    { ...wrongSource, args: () => [...wrongSource.args(), 0, 1] },
    { args: () => [sample([2]), sample([]), 0, 2], error: "IndexError", message: /out of bounds/ },
  ],
});

type SliceScatterSignature = GeneralSignature<
  [
    src: Tensor,
    dim?: number | { dim?: number; start?: number | null; end?: number | null; step?: number },
    start?: number | null,
    end?: number | null,
    step?: number,
  ]
>;

/**
 * A copy of the tensor in which the positions `start` to `end` of one dimension, every `step`-th, are those of `src`.
 *
 * @throws RuntimeError when `src` has another shape than the slice, IndexError when there is no such dimension.
 * Source: `torch.slice_scatter`.
 */
export const slice_scatter: Operator<SliceScatterSignature> = operator({
  name: "slice_scatter",
  out: true,
  parameters: {
    input: tensor,
    src: tensor,
    dim: integer(0),
    start: optionalInteger,
    end: optionalInteger,
    step: integer(1),
  },
  forward: ({ input, src, dim, start, end, step }) =>
    replaceRegion(input, src, (whole) => slice_dim(whole, dim, start, end, step)),
  vjp: {
    input: (g, { shapes, dim, start, end, step }) =>
      slice_scatter(g, zerosFor(g, shapes.src), dim, start, end, step),
    src: (g, { dim, start, end, step }) => slice_dim(g, dim, start, end, step),
  },
  samples: [
    () => [sample([4, 2]), sample([2, 2], { seed: 1 }), { start: 1, end: 4, step: 2 }],
    () => [sample([2, 3]), sample([2, 2], { seed: 1 }), 1, -2],
  ],
  errors: [wrongSource],
});

type DiagonalScatterSignature = GeneralSignature<
  [src: Tensor, offset?: number, dim1?: number, dim2?: number],
  "same",
  ["src", "offset", "dim1", "dim2"]
>;

/**
 * A copy of the tensor in which the diagonals of the matrices that two dimensions make are `src`.
 *
 * @throws RuntimeError when `src` has another shape than `diagonal` gives, IndexError when there is no such dimension.
 * Source: `torch.diagonal_scatter`.
 */
export const diagonal_scatter: Operator<DiagonalScatterSignature> = operator({
  name: "diagonal_scatter",
  parameters: { input: tensor, src: tensor, offset: integer(0), dim1: integer(0), dim2: integer(1) },
  forward: ({ input, src, offset, dim1, dim2 }) =>
    replaceRegion(input, src, (whole) => diagonal(whole, offset, dim1, dim2)),
  vjp: {
    input: (g, { shapes, offset, dim1, dim2 }) =>
      diagonal_scatter(g, zerosFor(g, shapes.src), offset, dim1, dim2),
    src: (g, { offset, dim1, dim2 }) => diagonal(g, offset, dim1, dim2),
  },
  samples: [
    () => [sample([2, 3]), sample([2], { seed: 1 }), 1],
    () => [sample([2, 2, 2]), sample([2, 2], { seed: 1 }), { dim1: 2, dim2: 0 }],
  ],
  errors: [wrongSource],
});
