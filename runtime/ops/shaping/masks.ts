/** Elements that masks choose, replaced or left out. */
import type { ByName } from "../../keywords.ts";
import { bool, int32, int64 } from "../../dtype.ts";
import { IndexError } from "../../errors/indexError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type InPlaceOperator, type Operator } from "../../operator.ts";
import { scalar, tensor } from "../../parameters.ts";
import { alias, broadcastTo, duplicate } from "../../settle.ts";
import { broadcastShapes, type Shape } from "../../shape.ts";
import type { FunctionSignature, GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Scalar } from "../../types.ts";
import { choose, putInto, type Indices } from "./advanced.ts";
import { clamp, masked_fill } from "../elementwise/arithmetic.ts";
import { logical_not } from "../elementwise/comparison.ts";
import { clone } from "./copying.ts";
import {
  advancedIndex,
  apartFrom,
  index_put,
  indicesParameter,
  masked_select,
  positionsParameter,
} from "./indexing.ts";
import { given, sample } from "../samples.ts";
import { stridedBackward } from "./slicing.ts";
import { reshape } from "./view.ts";

/** @throws RuntimeError for a mask that does not hold truth values, or a source of another dtype. */
function checkMaskedSource(input: Tensor, mask: Tensor, source: Tensor): void {
  if (mask.dtype !== bool)
    throw new RuntimeError(
      `masked_scatter_ only supports boolean masks, but got mask with dtype ${mask.dtype.toString()}. Compare first, for example x.gt(0).`,
    );
  if (source.dtype !== input.dtype)
    throw new RuntimeError(
      `masked_scatter: expected self and source to have same dtypes but got ${input.dtype.typeName} and ${source.dtype.typeName}. Convert one of them.`,
    );
}

/** The gradient of the elements that were used, in the shape of all that were offered. */
function spreadOver(used: Tensor, shape: Shape): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const flat = used.numel() === count ? used : stridedBackward(used, [count], used.shape, [1], 0);
  return reshape(flat, shape);
}

/**
 * A copy in which the elements where `mask` is true are those of `source`, one after the other. Mask and tensor broadcast.
 *
 * @throws RuntimeError when `source` has too few elements or another dtype, or the mask is not bool.
 * Source: `torch.masked_scatter`.
 */
export const masked_scatter: InPlaceOperator<
  GeneralSignature<[mask: Tensor, source: Tensor], "same", ["mask", "source"]>
> = operator({
  name: "masked_scatter",
  inPlace: true,
  parameters: { input: tensor, mask: positionsParameter, source: tensor },
  forward: ({ input, mask, source }) => {
    checkMaskedSource(input, mask, source);
    const shape = broadcastShapes(input.shape, mask.shape);
    const result = duplicate(broadcastTo(input, shape));
    const chosen = choose([broadcastTo(mask, shape)], result);
    const [count] = chosen.selection.view.shape as [number];
    if (source.numel() < count)
      throw new RuntimeError(
        `masked_scatter: expected mask and source: number of elements of source (${source.numel()}) < number of ones in mask (${count}). Give a value for each.`,
      );
    const values = apartFrom(result, source);
    putInto(chosen, alias(values.is_contiguous() ? values : duplicate(values), [count], [1]), "replace");
    return result;
  },
  vjp: {
    input: (g, { mask }) => masked_fill(g, mask, 0),
    source: (g, { mask, shapes }) => spreadOver(masked_select(g, mask), shapes.source),
  },
  samples: [
    () => [sample([2, 3]), given([1, 0, 1, 0, 0, 1], bool, [2, 3]), sample([4], { seed: 1 })],
    () => [sample([2, 3]), given([1, 0, 1], bool), sample([2, 2], { seed: 1 })],
  ],
  errors: [
    {
      args: () => [sample([2]), given([1, 1], bool), sample([1])],
      error: "RuntimeError",
      message: /source \(1\) < number of ones in mask \(2\)/,
    },
    {
      args: () => [sample([2]), given([1, 1], int64), sample([2])],
      error: "RuntimeError",
      message: /only supports boolean masks/,
    },
  ],
});

/** The indices, moved into the tensor where they are outside. @throws IndexError for positions that are no whole numbers. */
function clamped(indices: Indices, { shape }: Tensor, low: (size: number) => number): Indices {
  return indices.map((index, dim) => {
    if (index === null) return null;
    if (index.dtype !== int64 && index.dtype !== int32)
      throw new IndexError(
        `tensors used as indices must be long or int tensors, got ${index.dtype.toString()}. Convert with .long().`,
      );
    const size = shape[dim]!;
    return clamp(index, low(size), size - 1);
  });
}

/**
 * What `x.index(…)` gives where `mask` is true, and `fill` where it is not: there, the positions may be out of range.
 *
 * Source: `torch._unsafe_masked_index`.
 */
export const _unsafe_masked_index: Operator<
  ByName<
    FunctionSignature<(input: Tensor, mask: Tensor, indices: Indices, fill: Scalar) => Tensor>,
    "input, mask, indices, fill"
  >
> = composite({
  name: "_unsafe_masked_index",
  parameters: { input: tensor, mask: positionsParameter, indices: indicesParameter, fill: scalar() },
  define: ({ input, mask, indices, fill }) =>
    masked_fill(
      advancedIndex(
        input,
        clamped(indices, input, () => 0),
      ),
      logical_not(mask),
      fill,
    ),
  samples: [() => [sample([3]), given([1, 0], bool), [given([2, 7], int64)], 0.5]],
});

/**
 * A copy to which `values` are added at the positions of `indices`, where `mask` is true.
 *
 * Source: `torch._unsafe_masked_index_put_accumulate`.
 */
export const _unsafe_masked_index_put_accumulate: Operator<
  ByName<
    FunctionSignature<(input: Tensor, mask: Tensor, indices: Indices, values: Tensor) => Tensor>,
    "input, mask, indices, values"
  >
> = composite({
  name: "_unsafe_masked_index_put_accumulate",
  parameters: { input: tensor, mask: positionsParameter, indices: indicesParameter, values: tensor },
  define: ({ input, mask, indices, values }) => {
    if (input.numel() === 0) return clone(input);
    const inside = clamped(indices, input, (size) => -size);
    return index_put(input, inside, masked_fill(values, logical_not(mask), 0), true);
  },
  samples: [() => [sample([3]), given([1, 0], bool), [given([2, 7], int64)], sample([2], { seed: 1 })]],
});
