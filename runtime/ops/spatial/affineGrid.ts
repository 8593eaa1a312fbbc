/** Grids of points that an affine map moves. */
import type { ByName } from "../../keywords.ts";
import { tensorFrom } from "../../reading.ts";
import { writeElement, type DType, allocateArray, float64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, tensor, type Parameter } from "../../parameters.ts";
import { broadcastTo, duplicate } from "../../settle.ts";
import { formatShape, numel, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { bmm } from "../linalg/matmul.ts";
import { sample } from "../samples.ts";
import { reshape, transpose } from "../shaping/view.ts";

/** The coordinates of the elements along a dimension, from −1 to 1. */
function coordinates(size: number, alignCorners: boolean): readonly number[] {
  if (size <= 1) return [0];
  const scale = alignCorners ? 1 : (size - 1) / size;
  return Array.from({ length: size }, (_, i) => ((2 * i) / (size - 1) - 1) * scale);
}

/** For every point of the grid its coordinates, the last dimension's first, and a one: `[N, points, rank + 1]`. */
function basePoints(batch: number, sizes: Shape, alignCorners: boolean, dtype: DType): Tensor {
  const rank = sizes.length;
  const along = sizes.map((size) => coordinates(size, alignCorners));
  const points = allocateArray(float64, numel(sizes) * (rank + 1));
  const rows = Array.from({ length: numel(sizes) }, (_, point) => {
    const row = [1];
    let rest = point;
    for (let dim = rank - 1; dim >= 0; dim--) {
      row.splice(rank - 1 - dim, 0, along[dim]![rest % sizes[dim]!]!);
      rest = Math.floor(rest / sizes[dim]!);
    }
    return row;
  });
  rows.flat().forEach((value, i) => writeElement(float64, points, i, value));
  const shape = [numel(sizes), rank + 1];
  return duplicate(broadcastTo(tensorFrom(points, float64, dtype, shape), [batch, ...shape]));
}

const gridSize: Parameter<Shape> = {
  expects: "an array of sizes, [N, C, H, W] or [N, C, D, H, W]",
  convert: (value) =>
    Array.isArray(value) && value.every(Number.isInteger) ? (value as number[]) : undefined,
};

/**
 * The points of a grid of `size` (`[N, C, H, W]` or `[N, C, D, H, W]`), moved by the affine maps `theta` (`[N, 2, 3]` or `[N, 3, 4]`).
 *
 * @throws RuntimeError when there is not one map for each item of the batch.
 * Source: `torch.affine_grid_generator`.
 */
export const affine_grid_generator: Operator<
  ByName<
    FunctionSignature<(theta: Tensor, size: Shape, align_corners: boolean) => Tensor>,
    "theta, size, align_corners?"
  >
> = operator({
  name: "affine_grid_generator",
  parameters: { theta: tensor, size: gridSize, align_corners: flag(false) },
  forward: ({ theta, size, align_corners }) => {
    const [batch, , ...sizes] = size as readonly [number, number, ...number[]];
    const base = basePoints(batch, sizes, align_corners, theta.dtype);
    return reshape(bmm(base, transpose(theta, 1, 2)), [batch, ...sizes, sizes.length]);
  },
  vjp: {
    theta: (g, { size, align_corners }) => {
      const [batch, , ...sizes] = size as readonly [number, number, ...number[]];
      const base = basePoints(batch, sizes, align_corners, g.dtype);
      return bmm(transpose(reshape(g, [batch, numel(sizes), sizes.length]), 1, 2), base);
    },
  },
  samples: [() => [sample([2, 2, 3]), [2, 1, 2, 3], true], () => [sample([1, 3, 4]), [1, 1, 2, 1, 2], false]],
});

/** @throws ValueError or NotImplementedError when the maps are not those of images or volumes of this size. */
function checkMaps(theta: Tensor, size: Shape): void {
  if (!theta.dtype.is_floating_point)
    throw new ValueError(
      `Expected theta to have floating point type, but got ${theta.dtype.toString()}: call .float() first.`,
    );
  if (size.length !== 4 && size.length !== 5)
    throw new NotImplementedError(
      `affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size ${formatShape(size)}.`,
    );
  const rank = size.length - 2;
  if (theta.ndim !== 3 || theta.shape[1] !== rank || theta.shape[2] !== rank + 1)
    throw new ValueError(
      `Expected a batch of ${rank}D affine matrices of shape Nx${rank}x${rank + 1} for size ${formatShape(size)}. Got ${formatShape(theta.shape)}.`,
    );
  if (Math.min(...size) <= 0)
    throw new ValueError(`Expected non-zero, positive output size. Got ${formatShape(size)}.`);
}

/**
 * The points of a grid of `size` (`[N, C, H, W]` or `[N, C, D, H, W]`), moved by the affine maps `theta` (`[N, 2, 3]` or `[N, 3, 4]`): what `grid_sample` takes. The
 * result is `[N, H, W, 2]` or `[N, D, H, W, 3]`. With `align_corners` −1 and 1 are the centres of the first and the last element, otherwise their outer edges.
 *
 * @throws ValueError when maps and size do not fit.
 * Source: `torch.nn.functional.affine_grid`.
 */
export const affine_grid: Operator<
  ByName<
    FunctionSignature<
      (
        theta: Tensor,
        size: Shape,
        align_corners?: boolean | null | { readonly align_corners?: boolean | null },
      ) => Tensor
    >,
    "theta, size, align_corners?"
  >
> = composite({
  name: "affine_grid",
  parameters: {
    theta: tensor,
    size: gridSize,
    align_corners: {
      ...flag(false),
      convert: (value) => (value === null ? false : flag(false).convert(value)),
    },
  },
  define: ({ theta, size, align_corners }) => {
    checkMaps(theta, size);
    return affine_grid_generator(theta, size, align_corners);
  },
  samples: [() => [sample([2, 2, 3]), [2, 1, 2, 3]]],
  errors: [
    {
      args: () => [sample([1, 2, 3]), [1, 1, 2]],
      error: "NotImplementedError",
      message: /only supports 4D and 5D/,
    },
    { args: () => [sample([1, 3, 4]), [1, 1, 2, 2]], error: "ValueError", message: /shape Nx2x3/ },
    { args: () => [sample([1, 2, 3]), [1, 1, 0, 2]], error: "ValueError", message: /positive output size/ },
  ],
});
