/** Every combination of the elements of vectors, and shapes that broadcast. */
import type { ByName } from "../../keywords.ts";
import { int32 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, integer, sizes, tensor, type Parameter } from "../../parameters.ts";
import { allocateZeros, fromArray } from "../../settle.ts";
import { broadcastShapes, formatShape, sameShape, type Shape } from "../../shape.ts";
import type { FunctionSignature, GeneralSignature, SizesSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { repeat } from "./arranging.ts";
import { index_select } from "./indexing.ts";
import { stack } from "./joining.ts";
import { sample } from "../samples.ts";
import { expand, flatten, reshape, unsafeView } from "./view.ts";
import { manyTensors } from "./tensorLists.ts";

const indexingParameter: Parameter<string | null> = {
  expects: '"ij" or "xy"',
  fallback: null,
  keywordOnly: true,
  convert: (value) => (value === null || typeof value === "string" ? value : undefined),
};

/** @throws RuntimeError for tensors that are no axes of one grid. */
function checkAxes(axes: readonly Tensor[], indexing: string): void {
  if (axes.length === 0)
    throw new RuntimeError("meshgrid expects a non-empty TensorList: give it one vector for each axis.");
  const wide = axes.find(({ ndim }) => ndim > 1);
  if (wide)
    throw new RuntimeError(
      `torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: a tensor of shape ${formatShape(wide.shape)}.`,
    );
  const other = axes.find(({ dtype }) => dtype !== axes[0]!.dtype);
  if (other)
    throw new RuntimeError(
      `torch.meshgrid expects all tensors to have the same dtype, got ${axes[0]!.dtype.toString()} and ${other.dtype.toString()}. Convert one of them.`,
    );
  if (indexing !== "ij" && indexing !== "xy")
    throw new RuntimeError(
      `torch.meshgrid: indexing must be one of "xy" or "ij", but received: ${indexing}.`,
    );
}

type GridArguments =
  | readonly (Tensor | { indexing?: string | null })[]
  | readonly [axes: readonly Tensor[], options?: { indexing?: string | null }];

/**
 * The grid that vectors span: for each of them, a view that repeats it along the axes of the others. With `indexing: "xy"` the first two axes change places,
 * as in NumPy.
 *
 * `meshgrid(a, b, {indexing: "ij"})` or `meshgrid([a, b])`.
 *
 * @throws RuntimeError for tensors of more than one dimension, of different dtypes, or none at all.
 * Source: `torch.meshgrid`.
 */
export const meshgrid: Operator<FunctionSignature<(...axes: GridArguments) => readonly Tensor[]>> = composite(
  {
    name: "meshgrid",
    parameters: { tensors: manyTensors, indexing: indexingParameter },
    define: ({ tensors: axes, indexing }) => {
      checkAxes(axes, indexing ?? "ij");
      const swapped = indexing === "xy" && axes.length > 1;
      const ordered = swapped ? [axes[1]!, axes[0]!, ...axes.slice(2)] : axes;
      const shape = ordered.map((axis) => axis.numel());
      const grids = ordered.map((axis, dim) =>
        expand(
          reshape(
            axis,
            shape.map((_, own) => (own === dim ? -1 : 1)),
          ),
          shape,
        ),
      );
      return swapped ? [grids[1]!, grids[0]!, ...grids.slice(2)] : grids;
    },
    samples: [
      () => [sample([2]), sample([3], { seed: 1 })],
      () => [[sample([2]), sample([3], { seed: 1 }), sample([], { seed: 2 })], { indexing: "xy" }],
    ],
    errors: [
      { args: () => [[]], error: "RuntimeError", message: /non-empty TensorList/ },
      { args: () => [sample([2, 2])], error: "RuntimeError", message: /Expected 0D or 1D/ },
      { args: () => [sample([2]), { indexing: "yx" }], error: "RuntimeError", message: /received: yx/ },
    ],
  },
);

/** @throws RuntimeError for anything but a vector. */
function checkVector(input: Tensor): void {
  if (input.ndim !== 1)
    throw new RuntimeError(
      `Expect a 1D vector, but got shape ${formatShape(input.shape)}. Flatten it first.`,
    );
}

/**
 * All tuples of one element of each vector, as the rows of a matrix; of one vector, the vector itself.
 *
 * @throws RuntimeError for anything but vectors.
 * Source: `torch.cartesian_prod`.
 */
export const cartesian_prod: Operator<
  FunctionSignature<(...tensors: readonly Tensor[] | readonly [tensors: readonly Tensor[]]) => Tensor>
> = composite({
  name: "cartesian_prod",
  parameters: { tensors: manyTensors },
  define: ({ tensors: vectors }) => {
    vectors.forEach(checkVector);
    if (vectors.length === 1) return vectors[0]!;
    return stack(
      meshgrid(vectors, { indexing: "ij" }).map((grid) => flatten(grid)),
      1,
    );
  },
  samples: [() => [sample([2]), sample([3], { seed: 1 })], () => [[sample([2])]]],
  errors: [{ args: () => [sample([2, 2])], error: "RuntimeError", message: /Expect a 1D vector/ }],
});

/** All choices of `r` positions below `size`, in ascending order: the first positions of all, the second ones, and so on. */
function choices(size: number, r: number, repeats: boolean): number[][] {
  const columns = Array.from({ length: r }, (): number[] => []);
  const chosen: number[] = [];
  const extend = (from: number): void => {
    if (chosen.length === r) {
      for (let column = 0; column < r; column++) columns[column]!.push(chosen[column]!);
      return;
    }
    for (let next = from; next < size; next++) {
      chosen.push(next);
      extend(repeats ? next : next + 1);
      chosen.pop();
    }
  };
  extend(0);
  return columns;
}

/**
 * All choices of `r` elements of a vector, in their order, as the rows of a matrix.
 *
 * @throws RuntimeError for anything but a vector, or a negative `r`.
 * Source: `torch.combinations`.
 */
export const combinations: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        r?: number | { r?: number; with_replacement?: boolean },
        with_replacement?: boolean,
      ) => Tensor
    >,
    "input, r?, with_replacement?"
  >
> = composite({
  name: "combinations",
  parameters: { input: tensor, r: integer(2), with_replacement: flag(false) },
  define: ({ input, r, with_replacement }) => {
    checkVector(input);
    if (r < 0) throw new RuntimeError(`Expect a non-negative number, but got ${r}.`);
    if (r === 0) return allocateZeros([0], input.dtype);
    const columns = choices(input.numel(), r, with_replacement).map((positions) =>
      index_select(input, 0, fromArray(Int32Array.from(positions), int32, [positions.length])),
    );
    return stack(columns, 1);
  },
  samples: [
    () => [sample([3])],
    () => [sample([3]), { r: 2, with_replacement: true }],
    () => [sample([2]), 0],
  ],
  errors: [
    { args: () => [sample([2, 2])], error: "RuntimeError", message: /Expect a 1D vector/ },
    { args: () => [sample([2]), -1], error: "RuntimeError", message: /non-negative number/ },
  ],
});

/**
 * The Kronecker product: every element of the first tensor times the whole second one, in blocks.
 *
 * Source: `torch.kron`.
 */
export const kron: Operator<GeneralSignature<[other: Tensor], "same", ["other"]>> = composite({
  name: "kron",
  out: true,
  parameters: { input: tensor, other: tensor },
  define: ({ input, other }) => {
    const rank = Math.max(input.ndim, other.ndim);
    const padded = (shape: Shape): number[] => [
      ...Array.from<number>({ length: rank - shape.length }).fill(1),
      ...shape,
    ];
    const [left, right] = [padded(input.shape), padded(other.shape)];
    const product = mul(
      reshape(
        input,
        left.flatMap((size) => [size, 1]),
      ),
      reshape(
        other,
        right.flatMap((size) => [1, size]),
      ),
    );
    return unsafeView(
      product,
      left.map((size, dim) => size * right[dim]!),
    );
  },
  samples: [
    () => [sample([2, 2]), sample([1, 3], { seed: 1 })],
    () => [sample([2]), sample([2, 2], { seed: 1 })],
  ],
});

/**
 * A copy that repeats the tensor so often along each dimension; with fewer numbers than dimensions, along the last ones.
 *
 * @throws RuntimeError for a negative number.
 * Source: `torch.tile`.
 */
export const tile: Operator<SizesSignature<"dims">> = composite({
  name: "tile",
  parameters: { input: tensor, dims: sizes },
  define: ({ input, dims }) => {
    const missing = Math.max(input.ndim - dims.length, 0);
    return repeat(input, [...Array.from<number>({ length: missing }).fill(1), ...dims]);
  },
  samples: [() => [sample([2, 3]), [2]], () => [sample([2]), 2, 2], () => [sample([2])]],
});

/**
 * The tensors, repeated along dimensions of size 1, without copies, until all have one shape.
 *
 * @throws RuntimeError when they do not broadcast.
 * Source: `torch.broadcast_tensors`.
 */
export const broadcast_tensors: Operator<
  FunctionSignature<
    (...tensors: readonly Tensor[] | readonly [tensors: readonly Tensor[]]) => readonly Tensor[]
  >
> = composite({
  name: "broadcast_tensors",
  parameters: { tensors: manyTensors },
  define: ({ tensors }) => {
    const shape = tensors.map((item) => item.shape).reduce(broadcastShapes, []);
    return tensors.map((item) => (sameShape(item.shape, shape) ? item : expand(item, shape)));
  },
  samples: [
    () => [sample([3]), sample([2, 1], { seed: 1 })],
    () => [[sample([2]), sample([2], { seed: 1 })]],
  ],
  errors: [{ args: () => [sample([2]), sample([3])], error: "RuntimeError", message: /must match the size/ }],
});

/**
 * The tensor, repeated along dimensions of size 1 to a shape, without a copy.
 *
 * @throws RuntimeError when it does not broadcast to the shape.
 * Source: `torch.broadcast_to`.
 */
export const broadcast_to: Operator<SizesSignature> = composite({
  name: "broadcast_to",
  parameters: { input: tensor, size: sizes },
  define: ({ input, size }) => expand(input, size),
  samples: [() => [sample([3]), [2, 3]]],
  errors: [
    { args: () => [sample([2]), [3]], error: "RuntimeError", message: /must match the existing size/ },
  ],
});
