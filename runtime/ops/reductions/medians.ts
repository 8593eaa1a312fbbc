/** The middle and the most frequent element, and sorting along the first dimension. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { isKeywords } from "../../binding.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { overloaded } from "../../overloaded.ts";
import { flag, integer, tensor } from "../../parameters.ts";
import { allocateZeros, duplicate } from "../../settle.ts";
import { normalizeDim } from "../../shape.ts";
import type { FunctionSignature, GeneralSignature, Signature, ValuesAndIndices } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { DTypeOf } from "../../types.ts";
import { eq, isnan, logical_and, logical_or } from "../comparison.ts";
import { fill } from "../conversion.ts";
import { gather } from "../scattering.ts";
import { keepDims, refuseEmpty, sharedAmong } from "../reduction.ts";
import { sample } from "../samples.ts";
import { valuesBackward } from "../selecting.ts";
import { sort } from "../sorting.ts";
import { movedim, reshape, squeeze } from "../view.ts";
import { elementsOf, fromPositions } from "./elements.ts";

/** Which element of a sorted row is chosen, from its start, its length and how many numbers it has that are not NaN. */
type Pick = (sorted: Float64Array | BigInt64Array, start: number, size: number, numbers: number) => number;

/** NaN where there is one, else the middle element; of two the smaller. */
const middle: Pick = (_sorted, _start, size, numbers) => (numbers < size ? numbers : (size - 1) >> 1);

/** The middle of the numbers, NaN where there are none. */
const middleNumber: Pick = (_sorted, _start, _size, numbers) => Math.max(0, (numbers - 1) >> 1);

/** The last of the longest run of equal elements; of several the first. */
const longestRun: Pick = (sorted, start, size) => {
  let [best, longest, run] = [0, 0, 0];
  for (let i = 0; i < size; i++) {
    run++;
    if (i + 1 < size && sorted[start + i] === sorted[start + i + 1]) continue;
    if (run > longest) [best, longest] = [i, run];
    run = 0;
  }
  return best;
};

/** How many elements of a sorted row are not NaN, which are its last. */
function countNumbers(sorted: Float64Array | BigInt64Array, start: number, size: number): number {
  let count = size;
  while (count > 0 && Number.isNaN(sorted[start + count - 1])) count--;
  return count;
}

/** For each row along the last dimension, the position of what `pick` chooses. */
function pickEach(sorted: Tensor, pick: Pick): Tensor {
  const size = sorted.shape.at(-1)!;
  const elements = elementsOf(sorted);
  const positions: number[] = [];
  for (let start = 0; start < elements.length; start += size)
    positions.push(pick(elements, start, size, countNumbers(elements, start, size)));
  return fromPositions(positions, [...sorted.shape.slice(0, -1), 1]);
}

/** The chosen element of each row along `axis`, and where it was; unrecorded. */
function pickAlong(input: Tensor, axis: number, keepdim: boolean, pick: Pick): readonly [Tensor, Tensor] {
  const last = movedim(input, axis, -1);
  const [values, indices] = sort(last, -1);
  const positions = pickEach(values, pick);
  const back = (sorted: Tensor): Tensor => {
    const picked = movedim(gather(sorted, -1, positions), -1, axis);
    return keepdim ? picked : squeeze(picked, axis);
  };
  return [back(values), back(indices)];
}

/** Chooses along a dimension; the gradient goes to what was chosen. */
function along<S extends Signature>(
  name: string,
  pick: Pick,
  dim: number | undefined,
  gradFn: string,
): Operator<S> {
  return operator({
    name,
    gradFn,
    resultNames: ["values", "indices"],
    out: true,
    parameters: { input: tensor, dim: integer(dim), keepdim: flag(false) },
    forward: ({ input, dim, keepdim }) => {
      const axis = normalizeDim(dim, input.ndim);
      if (input.ndim === 0) return [duplicate(input), fromPositions([0], [])] as const;
      refuseEmpty(name, input, axis);
      const [values, indices] = pickAlong(input, axis, keepdim, pick);
      return [duplicate(values), duplicate(indices)] as const;
    },
    vjp: {
      input: (g, { shapes, dim, keepdim, others }) => {
        const back = (value: Tensor): Tensor => keepDims(value, shapes.input, dim, keepdim);
        return valuesBackward(back(g), shapes.input, dim, back(others[0]!));
      },
    },
    samples: [() => [sample([2, 5]), 1], () => [sample([4, 2]), 0, true]],
    errors: [{ args: () => [sample([2]), 1], error: "IndexError", message: /Dimension out of range/ }],
  });
}

/** Of everything: equal elements share the gradient. */
function whole(name: string, pick: Pick): Operator<FunctionSignature<(input: Tensor) => Tensor>> {
  return operator({
    name,
    out: true,
    parameters: { input: tensor },
    saves: ["input", "result"],
    forward: ({ input }) => {
      if (input.numel() === 0) return fill(allocateZeros([], input.dtype), NaN);
      return duplicate(pickAlong(reshape(input, [-1]), 0, false, pick)[0]);
    },
    vjp: {
      input: (g, { input, result }) =>
        sharedAmong(logical_or(eq(input, result), logical_and(isnan(input), isnan(result))), g, null),
    },
    samples: [() => [sample([2, 3])], () => [sample([])]],
  });
}

interface KeepOptions {
  readonly dim?: number;
  readonly keepdim?: boolean;
}

interface MedianSignature extends Signature {
  readonly function: {
    <T extends Tensor>(input: T): Tensor<[], DTypeOf<T>>;
    <T extends Tensor>(input: T, dim: number, keepdim?: boolean): ValuesAndIndices<DTypeOf<T>>;
    <T extends Tensor>(
      input: T,
      options: KeepOptions & { readonly dim: number },
    ): ValuesAndIndices<DTypeOf<T>>;
  };
  readonly method: (() => Tensor<[], DTypeOf<this["self"]>>) &
    ((dim: number, keepdim?: boolean) => ValuesAndIndices<DTypeOf<this["self"]>>) &
    ((options: KeepOptions & { readonly dim: number }) => ValuesAndIndices<DTypeOf<this["self"]>>);
}

function medianOperator(name: "median" | "nanmedian", pick: Pick): Operator<MedianSignature> {
  const node = `${name === "median" ? "Median" : "Nanmedian"}Backward`;
  const [ofAll, ofDim] = [whole(name, pick), along<MedianSignature>(name, pick, undefined, `${node}1`)];
  return overloaded({
    name,
    forms: [ofDim, ofAll],
    choose: (_input, second) =>
      second === undefined || (isKeywords(second) && !("dim" in second)) ? ofAll : ofDim,
  });
}

/**
 * The middle element in order, the smaller one of two: of everything (`x.median()`), or along a dimension with its position
 * (`const [values, indices] = x.median(1)`). NaN where there is one.
 *
 * @throws IndexError when there is no such dimension, or nothing to choose from.
 * Source: `torch.median`.
 */
export const median: Operator<MedianSignature> = medianOperator("median", middle);

/**
 * The middle of the elements that are not NaN, the smaller one of two: of everything (`x.nanmedian()`), or along a dimension with its position
 * (`const [values, indices] = x.nanmedian(1)`).
 *
 * @throws IndexError when there is no such dimension, or nothing to choose from.
 * Source: `torch.nanmedian`.
 */
export const nanmedian: Operator<MedianSignature> = medianOperator("nanmedian", middleNumber);

interface ModeSignature extends Signature {
  readonly function: <T extends Tensor>(
    input: T,
    dim?: number | KeepOptions,
    keepdim?: boolean,
  ) => ValuesAndIndices<DTypeOf<T>>;
  readonly method: (dim?: number | KeepOptions, keepdim?: boolean) => ValuesAndIndices<DTypeOf<this["self"]>>;
}

/**
 * The element that occurs most often along a dimension, the smallest of several, and its last position: `const [values, indices] = x.mode(1)`.
 *
 * @throws IndexError when there is no such dimension, or nothing to choose from.
 * Source: `torch.mode`.
 */
export const mode: Operator<ModeSignature> = along("mode", longestRun, -1, "ModeBackward0");

/** The elements along the first dimension in order, from the smallest. Source: `torch.msort`. */
export const msort: Operator<GeneralSignature<[]>> = composite({
  name: "msort",
  out: true,
  parameters: { input: tensor },
  define: ({ input }) => sort(input, 0)[0],
  samples: [() => [sample([3, 2])]],
});
