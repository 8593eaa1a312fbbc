/** Sums back to a smaller shape, and positions in a flattened tensor as coordinates. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, type Operator } from "../../operator.ts";
import { sizes, tensor, type Parameter } from "../../parameters.ts";
import { formatShape, type Shape } from "../../shape.ts";
import type { FunctionSignature, SizesSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { int64 } from "../../dtype.ts";
import { sum, sumToShape } from "./reduction.ts";
import { given, sample } from "../samples.ts";
import { elementsOf, fromPositions } from "./elements.ts";
import { to } from "../shaping/conversion.ts";

/** Whether a tensor of shape `from` broadcasts to `to`. */
function expands(from: Shape, to: Shape): boolean {
  const lead = to.length - from.length;
  return lead >= 0 && from.every((size, dim) => size === 1 || size === to[dim + lead]);
}

/**
 * The sum over those dimensions in which a tensor of the given size would be broadcast to this one.
 *
 * @throws RuntimeError when a tensor of that size does not broadcast to this one's shape.
 * Source: `torch.Tensor.sum_to_size`.
 */
export const sum_to_size: Operator<SizesSignature> = composite({
  name: "sum_to_size",
  parameters: { input: tensor, size: sizes },
  define: ({ input, size }) => {
    if (!expands(size, input.shape))
      throw new RuntimeError(
        `size {${formatShape(size)}} is not expandable to size {${formatShape(input.shape)}}. Sizes are compared from the right and must be equal or 1.`,
      );
    // As in PyTorch, a sum over everything makes whole numbers int64, also where there is only one.
    return size.length === 0 ? sum(input) : sumToShape(input, size);
  },
  samples: [() => [sample([2, 3]), [1, 3]], () => [sample([2, 3]), [3]], () => [sample([2, 3]), 2, 1]],
  errors: [{ args: () => [sample([2, 3]), [2]], error: "RuntimeError", message: /not expandable/ }],
});

/** Sizes as one array, or a single size. */
const shapeParameter: Parameter<readonly number[]> = {
  expects: "a whole number or an array of them",
  convert: (value) => {
    const list: unknown[] = [value].flat();
    return list.every(Number.isInteger) ? (list as number[]) : undefined;
  },
};

/** The coordinate along a dimension of so many elements, `stride` apart in the flattened tensor. */
function coordinate(flat: number, size: number, stride: number): number {
  return ((Math.floor(flat / stride) % size) + size) % size;
}

/**
 * The coordinates, in a tensor of the given shape, of positions in its flattened form: a tensor for each dimension.
 *
 * @throws TypeError when `indices` has fractions, ValueError for negative sizes.
 * Source: `torch.unravel_index`.
 */
export const unravel_index: Operator<
  ByName<FunctionSignature<(indices: Tensor, shape: number | Shape) => readonly Tensor[]>, "indices, shape">
> = composite({
  name: "unravel_index",
  parameters: { indices: tensor, shape: shapeParameter },
  define: ({ indices, shape }) => {
    if (indices.dtype.category !== "integral")
      throw new TypeError(
        `expected 'indices' to be integer dtype, but got ${indices.dtype.toString()}. Convert with .long().`,
      );
    if (shape.some((size) => size < 0))
      throw new ValueError(`'shape' cannot have negative values, but got (${shape.join(", ")}).`);
    const flat = Array.from(elementsOf(indices), Number);
    let stride = shape.reduce((product, size) => product * size, 1);
    return shape.map((size) => {
      stride /= size;
      const along = fromPositions(
        flat.map((position) => coordinate(position, size, stride)),
        indices.shape,
      );
      return to(along, { dtype: indices.dtype });
    });
  },
  samples: [() => [given([5, 3], int64), [2, 3]]],
  errors: [
    { args: () => [sample([1]), [2]], error: "TypeError", message: /integer dtype/ },
    { args: () => [given([1], int64), [-2]], error: "ValueError", message: /negative values/ },
  ],
});
