/** Where values belong among sorted ones, and whether they are among others. */
import type { ByName } from "../../keywords.ts";
import { bool, int32, int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type Operator } from "../../operator.ts";
import { flag, keywordOnly, operand, tensor, type Parameter } from "../../parameters.ts";
import { convert, promoteTensors } from "../../settle.ts";
import { formatShape, sameShape } from "../../shape.ts";
import type { FunctionSignature, Signature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Operand } from "../../types.ts";
import { gather } from "../shaping/scattering.ts";
import { given, sample } from "../samples.ts";
import { elementsOf, fromNumbers, fromPositions } from "./elements.ts";

type Elements = Float64Array | BigInt64Array;

/** The first position from `start` on, before `end`, whose element is not below `value`, or, on the right, is above it. */
function search(
  sorted: Elements,
  start: number,
  end: number,
  value: number | bigint,
  right: boolean,
): number {
  let [low, high] = [start, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    const element = sorted[middle]!;
    if (right ? element > value : element >= value) high = middle;
    else low = middle + 1;
  }
  return low - start;
}

/** Positions of `values` among `boundaries`: in each row of its own where there are several. */
function positionsAmong(boundaries: Tensor, values: Tensor, right: boolean, narrow: boolean): Tensor {
  const sorted = elementsOf(boundaries);
  const wanted = elementsOf(values);
  const length = boundaries.shape.at(-1) ?? 1;
  const perRow = boundaries.ndim > 1 ? values.shape.at(-1)! : wanted.length;
  const result = new Float64Array(wanted.length);
  for (let i = 0; i < result.length; i++) {
    const start = Math.floor(i / perRow) * length;
    result[i] = search(sorted, start, start + length, wanted[i]!, right);
  }
  return narrow ? fromNumbers(result, int32, values.shape) : fromPositions(result, values.shape);
}

/** @throws RuntimeError when the values cannot be looked up. Source: `searchsorted_pre_check`. */
function checkSearch(boundaries: Tensor, values: Tensor): void {
  if (values.ndim === 0 && boundaries.ndim !== 1)
    throw new RuntimeError(
      `torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim(${boundaries.ndim}) and input value's dim(0) numel(1). Give a tensor of values for each row.`,
    );
  if (boundaries.ndim === 0)
    throw new RuntimeError(
      "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension. Make it from an array: torch.tensor([0.5]).",
    );
  if (boundaries.ndim > 1 && !sameShape(boundaries.shape.slice(0, -1), values.shape.slice(0, -1)))
    throw new RuntimeError(
      `torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor ${formatShape(boundaries.shape)} and input value tensor ${formatShape(values.shape)}.`,
    );
  if (boundaries.dtype.category === "bool" && values.dtype === boundaries.dtype)
    throw new NotImplementedError(
      "\"searchsorted_out_cpu\" not implemented for 'Bool': convert with .int() first.",
    );
}

/** `"left"`, `"right"`, or `null` to leave it to `right`. */
const sideParameter: Parameter<string | null> = keywordOnly({
  expects: '"left", "right" or null',
  fallback: null,
  convert: (value) => (value === null || typeof value === "string" ? value : undefined),
});

const sorterParameter: Parameter<Tensor | null> = keywordOnly({
  expects: "an int64 Tensor or null",
  fallback: null,
  convert: (value) => (value === null ? null : tensor.convert(value)),
});

/** @throws RuntimeError when `side` is neither, or says the opposite of `right`. */
function sideOf(side: string | null, right: boolean): boolean {
  if (side === null) return right;
  if (side !== "left" && side !== "right")
    throw new RuntimeError(`torch.searchsorted(): side can only be 'left' or 'right' but got ${side}.`);
  if (side === "left" && right)
    throw new RuntimeError(
      "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True. Give one of the two.",
    );
  return side === "right";
}

/** The sequence in the order that `sorter` puts it in. @throws RuntimeError when that is not an order of it. */
function inOrder(sequence: Tensor, sorter: Tensor | null): Tensor {
  if (sorter === null) return sequence;
  if (!sameShape(sorter.shape, sequence.shape))
    throw new RuntimeError(
      `torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor ${formatShape(sequence.shape)} and got sorter tensor ${formatShape(sorter.shape)}.`,
    );
  if (sorter.dtype !== int64)
    throw new RuntimeError(
      `torch.searchsorted(): sorter must be a tensor of long dtype but got dtype ${sorter.dtype.typeName}. torch.argsort gives one.`,
    );
  const size = sequence.shape.at(-1) ?? 1;
  if (elementsOf(sorter).some((position) => position < 0 || position >= size))
    throw new RuntimeError(
      "torch.searchsorted(): sorter index out of range: its positions go from 0 to one less than the last size of the sequence.",
    );
  return gather(sequence, -1, sorter);
}

interface BucketOptions {
  readonly out_int32?: boolean;
  readonly right?: boolean;
}

type SearchOptions = BucketOptions & {
  readonly side?: "left" | "right" | null;
  readonly sorter?: Tensor | null;
};

const sides = { out_int32: keywordOnly(flag(false)), right: keywordOnly(flag(false)) } as const;

/**
 * Where each value of `input` belongs in `sorted_sequence`, so that the order is kept: before equal ones, or with `right` behind them. Sequences of several
 * dimensions are searched row by row.
 *
 * @throws RuntimeError when the shapes do not fit.
 * Source: `torch.searchsorted`.
 */
export const searchsorted: Operator<
  ByName<
    FunctionSignature<(sorted_sequence: Tensor, input: Operand, options?: SearchOptions) => Tensor>,
    "sorted_sequence, input, out_int32?, right?, side?, sorter?, out?"
  >
> = operator({
  name: "searchsorted",
  out: true,
  parameters: {
    sorted_sequence: tensor,
    input: operand,
    ...sides,
    side: sideParameter,
    sorter: sorterParameter,
  },
  forward: ({ sorted_sequence, input, out_int32, right, side, sorter }) => {
    const isRight = sideOf(side, right);
    checkSearch(sorted_sequence, input);
    return positionsAmong(inOrder(sorted_sequence, sorter), input, isRight, out_int32);
  },
  vjp: null,
  samples: [
    () => [given([1, 3, 5], int64), given([0, 3, 9], int64)],
    () => [given([1, 3, 5], int64), 3, { side: "right" }],
    () => [given([5, 1, 3], int64), given([3], int64), { sorter: given([1, 2, 0], int64), out_int32: true }],
  ],
  errors: [
    { args: () => [given([1], int64, []), 1], error: "RuntimeError", message: /can be a scalar only/ },
    {
      args: () => [given([1], int64), 1, { side: "left", right: true }],
      error: "RuntimeError",
      message: /opposites/,
    },
  ],
});

interface BucketizeSignature extends Signature {
  readonly function: (input: Operand, boundaries: Tensor, options?: BucketOptions) => Tensor;
  readonly method: (boundaries: Tensor, options?: BucketOptions) => Tensor;
}

/**
 * The number of the bucket that each value falls into, where `boundaries` are the buckets' ends in order: a bucket holds its upper end, or with `right` its lower one.
 *
 * @throws RuntimeError when `boundaries` is not a vector.
 * Source: `torch.bucketize`.
 */
export const bucketize: Operator<ByName<BucketizeSignature, "input, boundaries, out_int32?, right?, out?">> =
  operator({
    name: "bucketize",
    out: true,
    parameters: { input: operand, boundaries: tensor, ...sides },
    forward: ({ input, boundaries, out_int32, right }) => {
      if (boundaries.ndim !== 1)
        throw new RuntimeError(
          `boundaries tensor must be 1 dimension, but got dim(${boundaries.ndim}). Use searchsorted for rows of boundaries.`,
        );
      checkSearch(boundaries, input);
      return positionsAmong(boundaries, input, right, out_int32);
    },
    vjp: null,
    samples: [() => [given([0, 3, 9], int64), given([1, 3, 5], int64)], () => [3, given([1, 3, 5], int64)]],
    errors: [
      { args: () => [given([1], int64), sample([1, 1])], error: "RuntimeError", message: /1 dimension/ },
    ],
  });

interface IsinOptions {
  readonly assume_unique?: boolean;
  readonly invert?: boolean;
}

/**
 * Whether each element is among `test_elements`; or, with `invert`, whether it is not: bool, of the shape of `elements`.
 *
 * @throws TypeError when neither is a tensor, RuntimeError for bool.
 * Source: `torch.isin`.
 */
export const isin: Operator<
  ByName<
    FunctionSignature<(elements: Operand, test_elements: Operand, options?: IsinOptions) => Tensor>,
    "elements, test_elements, assume_unique?, invert?, out?"
  >
> = operator({
  name: "isin",
  out: true,
  parameters: {
    elements: operand,
    test_elements: operand,
    assume_unique: keywordOnly(flag(false)),
    invert: keywordOnly(flag(false)),
  },
  forward: ({ elements, test_elements, invert }) => {
    if (elements.isNumber && test_elements.isNumber)
      throw new TypeError("isin(): at least one of elements and test_elements must be a Tensor.");
    for (const { dtype } of [elements, test_elements])
      if (dtype === bool)
        throw new RuntimeError(
          "Unsupported input type encountered for isin(): Bool. Convert with .int() first.",
        );
    const dtype = promoteTensors([elements, test_elements]);
    const known = new Set<number | bigint>(elementsOf(convert(test_elements, dtype)));
    // A set takes NaN for equal to itself, which it is not.
    known.delete(Number.NaN);
    const wanted = elementsOf(convert(elements, dtype));
    const found = Float64Array.from({ length: wanted.length }, (_, i) =>
      Number(known.has(wanted[i]!) !== invert),
    );
    return fromNumbers(found, bool, elements.shape);
  },
  vjp: null,
  samples: [
    () => [given([1, 2, 3], int64), given([2, 9], int64)],
    () => [given([1, 2], int64), 2, { invert: true }],
  ],
  errors: [
    { args: () => [given([1], bool), 1], error: "RuntimeError", message: /Unsupported input type/ },
    { args: () => [1, 1], error: "TypeError", message: /must be a Tensor/ },
  ],
});
