/** Sums, means, products and extremes of stretches of one dimension. */
import type { ByName } from "../../keywords.ts";
import { full } from "../../create.ts";
import { int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, integer, keywordOnly, optionalNumber, tensor, type Parameter } from "../../parameters.ts";
import { allocateZeros } from "../../settle.ts";
import { formatShape, normalizeDim, numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, div, mul, where } from "../elementwise/arithmetic.ts";
import { gt, lt } from "../elementwise/comparison.ts";
import { stack } from "../shaping/joining.ts";
import { amax, amin, prod, sum } from "./reduction.ts";
import { given, sample } from "../samples.ts";
import { narrow, select } from "../shaping/slicing.ts";
import { reshape } from "../shaping/view.ts";
import { numbersOf } from "./elements.ts";

/** How a stretch becomes one element. `start` is what it begins with, `null` for nothing. */
type Combine = (rows: Tensor, start: number | null) => Tensor;

const combinations: Readonly<Record<string, Combine>> = {
  sum: (rows, start) => begun(sum(rows, 0), start, add),
  // What a mean begins with is added to the sum, and not counted.
  mean: (rows, start) => div(begun(sum(rows, 0), start, add), rows.shape[0]!),
  prod: (rows, start) => begun(prod(rows, 0), start, mul),
  max: (rows, start) => begun(amax(rows, 0), start, (most, first) => where(lt(most, first), first, most)),
  min: (rows, start) => begun(amin(rows, 0), start, (least, first) => where(gt(least, first), first, least)),
};

/** What a stretch without elements becomes. */
const ofNothing: Readonly<Record<string, number>> = {
  sum: 0,
  mean: NaN,
  prod: 1,
  max: -Infinity,
  min: Infinity,
};

function begun(
  value: Tensor,
  start: number | null,
  combine: (value: Tensor, start: number) => Tensor,
): Tensor {
  return start === null ? value : combine(value, start);
}

const optionalPositions: Parameter<Tensor | null> = keywordOnly({
  expects: "an int64 Tensor or null",
  fallback: null,
  convert: (value) => (value === null ? null : tensor.convert(value)),
});

/** A tensor as `[before, along, behind]` a dimension. */
function around(input: Tensor, axis: number): Tensor {
  const { shape } = input;
  return reshape(input, [numel(shape.slice(0, axis)), shape[axis]!, numel(shape.slice(axis + 1))]);
}

interface SegmentArguments {
  readonly data: Tensor;
  readonly reduce: string;
  readonly lengths: Tensor | null;
  readonly indices: Tensor | null;
  readonly offsets: Tensor | null;
  readonly axis: number;
  readonly unsafe: boolean;
}

/** @throws when these are not stretches of the data. Source: `segment_reduce_kernel`. */
function checkSegments({ data, reduce, lengths, indices, offsets, axis }: SegmentArguments): Tensor {
  if (!Object.hasOwn(combinations, reduce))
    throw new RuntimeError(
      `reduce argument must be either sum, prod, mean, max or min, got ${reduce}. Choose one of them.`,
    );
  const dim = normalizeDim(axis, data.ndim);
  if (!data.dtype.is_floating_point)
    throw new NotImplementedError(
      `"_segment_reduce_cpu" not implemented for '${data.dtype.typeName}'. Call .float() first.`,
    );
  if (indices !== null && lengths === null && offsets === null)
    throw new RuntimeError(
      "segment_reduce(): indices based reduction is not supported yet. Give lengths or offsets.",
    );
  const places = offsets ?? lengths;
  if (places === null)
    throw new RuntimeError(
      "segment_reduce(): Either lengths or offsets must be defined: they say where stretches begin.",
    );
  if (places.ndim - 1 !== dim)
    throw new RuntimeError(
      `segment_reduce(): Expected axis to be the last dimension of lengths but got ${dim}. The dimensions before it are those of the data.`,
    );
  return places;
}

/** Where each stretch begins and how long it is, row by row. */
function stretches(
  args: SegmentArguments,
  size: number,
): readonly (readonly [start: number, length: number][])[] {
  const places = checkSegments(args);
  const numbers = numbersOf(places);
  const perRow = places.size(-1);
  const rows = perRow === 0 ? 0 : numbers.length / perRow;
  return Array.from({ length: rows }, (_, row) => {
    const own = [...numbers.subarray(row * perRow, (row + 1) * perRow)];
    return args.offsets === null ? fromLengths(own, size, args.unsafe) : fromOffsets(own);
  });
}

function fromOffsets(offsets: readonly number[]): [start: number, length: number][] {
  return offsets.slice(1).map((end, i) => [offsets[i]!, end - offsets[i]!]);
}

/** @throws RuntimeError when the lengths are not those of the whole dimension. */
function fromLengths(
  lengths: readonly number[],
  size: number,
  unsafe: boolean,
): [start: number, length: number][] {
  if (lengths.some((length) => length < 0))
    throw new RuntimeError(`lengths contains negative value! They are ${formatShape(lengths)}.`);
  const total = lengths.reduce((so, length) => so + length, 0);
  if (!unsafe && total !== size)
    throw new RuntimeError(
      `segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when !unsafe: they sum to ${total}, and the size is ${size}.`,
    );
  let start = 0;
  return lengths.map((length) => [(start += length) - length, length]);
}

interface SegmentOptions {
  readonly lengths?: Tensor | null;
  readonly indices?: Tensor | null;
  readonly offsets?: Tensor | null;
  readonly axis?: number;
  readonly unsafe?: boolean;
  readonly initial?: number | null;
}

type SegmentSignature = FunctionSignature<
  (data: Tensor, reduce: "sum" | "mean" | "prod" | "max" | "min", options: SegmentOptions) => Tensor
>;

/**
 * Reduces stretches of one dimension, each to one element: `lengths` says how long they are, or `offsets` where each begins and the last one ends. Each begins with
 * `initial`, if that is given.
 *
 * @throws RuntimeError when the stretches do not fit the data, NotImplementedError for whole numbers.
 * Source: `torch.segment_reduce`.
 */
export const segment_reduce: Operator<
  ByName<SegmentSignature, "data, reduce, lengths?, indices?, offsets?, axis?, unsafe?, initial?">
> = composite({
  name: "segment_reduce",
  parameters: {
    data: tensor,
    reduce: {
      expects: "a word",
      convert: (value: unknown) => (typeof value === "string" ? value : undefined),
    },
    lengths: optionalPositions,
    indices: optionalPositions,
    offsets: optionalPositions,
    axis: keywordOnly(integer(0)),
    unsafe: keywordOnly(flag(false)),
    initial: keywordOnly(optionalNumber),
  },
  define: ({ initial, ...args }) => {
    const { data, reduce } = args;
    const axis = normalizeDim(args.axis, data.ndim);
    const rows = stretches(args, data.shape[axis]!);
    const whole = around(data, axis);
    const behind = whole.shape[2]!;
    const combine = combinations[reduce]!;
    const empty = full([behind], initial ?? ofNothing[reduce]!, { dtype: data.dtype });
    const reduced = rows.flatMap((segments, row) =>
      segments.map(([start, length]) =>
        length === 0 ? empty : combine(narrow(select(whole, 0, row), 0, start, length), initial),
      ),
    );
    const shape = data.shape.with(axis, rows[0]?.length ?? 0);
    return reduced.length === 0 ? allocateZeros(shape, data.dtype) : reshape(stack(reduced), shape);
  },
  samples: [
    () => [sample([5]), "sum", { lengths: given([2, 0, 3], int64) }],
    () => [sample([4, 2]), "max", { offsets: given([0, 1, 4], int64), initial: 0.5 }],
    () => [sample([2, 3]), "prod", { lengths: given([1, 2, 3, 0], int64, [2, 2]), axis: 1, initial: 2 }],
    () => [sample([3]), "min", { lengths: given([3], int64) }],
    () => [sample([3]), "mean", { lengths: given([1, 2], int64) }],
  ],
  errors: [
    { args: () => [sample([2]), "median", {}], error: "RuntimeError", message: /must be either sum/ },
    { args: () => [sample([2]), "sum", {}], error: "RuntimeError", message: /lengths or offsets/ },
    {
      args: () => [sample([2]), "sum", { lengths: given([1], int64) }],
      error: "RuntimeError",
      message: /sum to 1, and the size is 2/,
    },
  ],
});

export {
  /** The name that `segment_reduce` has in PyTorch's tests. @throws as `segment_reduce`. Source: `torch._segment_reduce`. */
  segment_reduce as _segment_reduce,
};
