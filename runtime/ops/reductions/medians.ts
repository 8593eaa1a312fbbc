/** The middle and the most frequent element, and sorting along the first dimension. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { isKeywords } from "../../binding.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { overloaded } from "../../overloaded.ts";
import { flag, integer, tensor } from "../../parameters.ts";
import { allocateZeros, duplicate } from "../../settle.ts";
import { normalizeDim } from "../../shape.ts";
import type {
  FunctionSignature,
  GeneralSignature,
  KeepOption,
  Signature,
  SingleDimOptions,
  ValuesAndIndices,
} from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { DTypeOf } from "../../types.ts";
import { eq, isnan, logical_and, logical_or } from "../elementwise/comparison.ts";
import { fill } from "../shaping/conversion.ts";
import { gather } from "../shaping/scattering.ts";
import { refuseBoolKernel } from "../elementwise/pointwise.ts";
import { keepDims, refuseEmpty, sharedAmong } from "./reduction.ts";
import { sample } from "../samples.ts";
import { valuesBackward } from "./selecting.ts";
import { sort } from "./sorting.ts";
import { movedim, reshape, squeeze } from "../shaping/view.ts";
import { elementsOf, fromPositions } from "./elements.ts";
import { unstableSort } from "./unstableSort.ts";

type Elements = Float64Array | BigInt64Array;

/** For each row along the last dimension, the position of what is chosen; of the same shape with a last dimension of 1. */
type Locate = (rows: Tensor) => Tensor;

/** Which element of a sorted row is chosen, from its size and how many of its elements are numbers; NaN lies behind those. */
type Pick = (size: number, numbers: number) => number;

/** NaN where there is one, else the middle element; of two the smaller. */
const middle: Locate = inOrder((size, numbers) => (numbers < size ? numbers : (size - 1) >> 1));

/** The middle of the numbers, NaN where there are none. */
const middleNumber: Locate = inOrder((_size, numbers) => Math.max(0, (numbers - 1) >> 1));

/** How many elements of a sorted row are not NaN, which are its last. */
function countNumbers(sorted: Elements, start: number, size: number): number {
  let count = size;
  while (count > 0 && Number.isNaN(sorted[start + count - 1])) count--;
  return count;
}

/** Applies `choose` to each row. */
function eachRow(rows: Tensor, choose: (elements: Elements, start: number, size: number) => number): Tensor {
  const size = rows.shape.at(-1)!;
  const elements = elementsOf(rows);
  const positions: number[] = [];
  for (let start = 0; start < elements.length; start += size) positions.push(choose(elements, start, size));
  return fromPositions(positions, [...rows.shape.slice(0, -1), 1]);
}

/** Sorts rows, and says where the picked element was. */
function inOrder(pick: Pick): Locate {
  return (rows) => {
    const [values, indices] = sort(rows, -1);
    const picked = eachRow(values, (sorted, start, size) => pick(size, countNumbers(sorted, start, size)));
    return gather(indices, -1, picked);
  };
}

/** The last of the longest run of equal elements when a row is sorted; of several runs the first. Source: `mode_kernel_impl`. */
function longestRun(elements: Elements, start: number, size: number): number {
  const order = Uint32Array.from({ length: size }, (_, i) => start + i);
  unstableSort(order, (left, right) => elements[left]! < elements[right]!);
  let [best, longest, run] = [0, 0, 0];
  for (let i = 0; i < size; i++) {
    run++;
    if (i + 1 < size && elements[order[i]!] === elements[order[i + 1]!]) continue;
    if (run > longest) [best, longest] = [order[i]! - start, run];
    run = 0;
  }
  return best;
}

/** The chosen element of each row along `axis`, and where it was; unrecorded. */
function chooseAlong(
  input: Tensor,
  axis: number,
  keepdim: boolean,
  locate: Locate,
): readonly [Tensor, Tensor] {
  const rows = movedim(input, axis, -1);
  const positions = locate(rows);
  const back = (chosen: Tensor): Tensor => {
    const whole = movedim(chosen, -1, axis);
    return duplicate(keepdim ? whole : squeeze(whole, axis));
  };
  return [back(gather(rows, -1, positions)), back(positions)];
}

/** What the operators that choose along a dimension differ in. */
interface Choice {
  readonly name: string;
  readonly gradFn: string;
  readonly locate: Locate;
  /** The dimension where none is given; without it, it must be. */
  readonly dim?: number;
  readonly check?: (input: Tensor) => void;
}

/** Chooses along a dimension; the gradient goes to what was chosen. */
function along<S extends Signature>({ name, gradFn, locate, dim, check }: Choice): Operator<S> {
  return operator({
    name,
    gradFn,
    resultNames: ["values", "indices"],
    out: true,
    parameters: { input: tensor, dim: integer(dim), keepdim: flag(false) },
    forward: ({ input, dim, keepdim }) => {
      const axis = normalizeDim(dim, input.ndim);
      check?.(input);
      if (input.ndim === 0) return [duplicate(input), fromPositions([0], [])] as const;
      refuseEmpty(name, input, axis);
      return chooseAlong(input, axis, keepdim, locate);
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
function whole(name: string, locate: Locate): Operator<FunctionSignature<(input: Tensor) => Tensor>> {
  return operator({
    name,
    parameters: { input: tensor },
    saves: ["input", "result"],
    forward: ({ input }) => {
      refuseBoolKernel("median_cpu")(input);
      if (input.numel() === 0) return fill(allocateZeros([], input.dtype), NaN);
      return chooseAlong(reshape(input, [-1]), 0, false, locate)[0];
    },
    vjp: {
      input: (g, { input, result }) =>
        sharedAmong(logical_or(eq(input, result), logical_and(isnan(input), isnan(result))), g, null),
    },
    samples: [() => [sample([2, 3])], () => [sample([])]],
  });
}

interface KeepOptions extends KeepOption {
  readonly dim?: number;
  readonly axis?: number;
}

interface MedianSignature extends Signature {
  readonly function: {
    <T extends Tensor>(input: T): Tensor<[], DTypeOf<T>>;
    <T extends Tensor>(input: T, dim: number, keepdim?: boolean | KeepOptions): ValuesAndIndices<DTypeOf<T>>;
    <T extends Tensor>(input: T, options: SingleDimOptions): ValuesAndIndices<DTypeOf<T>>;
  };
  readonly method: (<T extends Tensor>(this: T) => Tensor<[], DTypeOf<T>>) &
    (<T extends Tensor>(
      this: T,
      dim: number,
      keepdim?: boolean | KeepOptions,
    ) => ValuesAndIndices<DTypeOf<T>>) &
    (<T extends Tensor>(this: T, options: SingleDimOptions) => ValuesAndIndices<DTypeOf<T>>);
}

function medianOperator(name: string, gradFn: string, locate: Locate): Operator<MedianSignature> {
  const [ofAll, ofDim] = [
    whole(name, locate),
    along<MedianSignature>({ name, gradFn, locate, check: refuseBoolKernel("median_out") }),
  ];
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
export const median: Operator<MedianSignature> = medianOperator("median", "MedianBackward1", middle);

/**
 * The middle of the elements that are not NaN, the smaller one of two: of everything (`x.nanmedian()`), or along a dimension with its position
 * (`const [values, indices] = x.nanmedian(1)`).
 *
 * @throws IndexError when there is no such dimension, or nothing to choose from.
 * Source: `torch.nanmedian`.
 */
export const nanmedian: Operator<MedianSignature> = medianOperator(
  "nanmedian",
  "NanmedianBackward1",
  middleNumber,
);

interface ModeSignature extends Signature {
  readonly function: <T extends Tensor>(
    input: T,
    dim?: number | KeepOptions,
    keepdim?: boolean | KeepOptions,
  ) => ValuesAndIndices<DTypeOf<T>>;
  readonly method: <T extends Tensor>(
    this: T,
    dim?: number | KeepOptions,
    keepdim?: boolean | KeepOptions,
  ) => ValuesAndIndices<DTypeOf<T>>;
}

/**
 * The element that occurs most often along a dimension, the smallest of several, and its last position: `const [values, indices] = x.mode(1)`.
 *
 * @throws IndexError when there is no such dimension, or nothing to choose from.
 * Source: `torch.mode`.
 */
export const mode: Operator<ModeSignature> = along({
  name: "mode",
  gradFn: "ModeBackward0",
  locate: (rows) => eachRow(rows, longestRun),
  dim: -1,
});

/** The elements along the first dimension in order, from the smallest. Source: `torch.msort`. */
export const msort: Operator<GeneralSignature<[]>> = composite({
  name: "msort",
  out: true,
  parameters: { input: tensor },
  define: ({ input }) => sort(input, 0)[0],
  samples: [() => [sample([3, 2])]],
});
