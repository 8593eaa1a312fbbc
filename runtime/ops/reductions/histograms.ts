/** How many elements fall into each of many intervals. Source: `ATen/native/Histogram.cpp` and its CPU kernel. */
import type { ByName } from "../../keywords.ts";
import { float32, float64, type DType } from "../../dtype.ts";
import { IndexError } from "../../errors/indexError.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import {
  flag,
  integer,
  keywordOnly,
  number,
  optionalTensor,
  tensor,
  type Parameter,
} from "../../parameters.ts";
import { formatShape, numel, sameShape } from "../../shape.ts";
import type { FunctionSignature, GeneralSignature, Signature } from "../../signatures.ts";
import { Tensor } from "../../tensor.ts";
import { given, sample } from "../samples.ts";
import { fromNumbers, numbersOf } from "./elements.ts";

/** Rounds a number as the dtype does that PyTorch computes with. */
type Rounding = (value: number) => number;

function roundingOf(dtype: DType): Rounding {
  return dtype === float32 ? Math.fround : (value) => value;
}

/** Evenly spaced numbers as `linspace` has them: counted from the nearer end. */
function evenEdges(low: number, high: number, bins: number, round: Rounding): Float64Array {
  const step = round((high - low) / bins);
  return Float64Array.from({ length: bins + 1 }, (_, i) =>
    i < (bins + 1) / 2 ? round(low + step * i) : round(high - step * (bins - i)),
  );
}

/** How an element finds its interval: the number of the one, or −1. */
type Locate = (value: number) => number;

/** Where the intervals are of one width: by division, then, unless the result is `coarse`, among the neighbours. */
function locateEven(edges: Float64Array, round: Rounding, coarse: boolean): Locate {
  const bins = edges.length - 1;
  const [low, high] = [edges[0]!, edges[bins]!];
  return (value) => {
    if (!(value >= low && value <= high)) return -1;
    let bin = Math.trunc(round(round(round(value - low) * bins) / round(high - low)));
    if (!coarse) bin = lastNotAbove(edges, value, Math.max(0, bin - 1), Math.min(bin + 2, bins + 1));
    return Math.min(bin, bins - 1);
  };
}

/** The last position whose edge is not above `value`, looked for from `from` on, before `end`. */
function lastNotAbove(edges: Float64Array, value: number, from: number, end: number): number {
  let [low, high] = [from, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}

/** Where the intervals may be of any width: by bisection. The last one holds its upper end. */
function locateAny(edges: Float64Array): Locate {
  const last = edges.length - 1;
  return (value) => {
    if (!(value >= edges[0]! && value <= edges[last]!)) return -1;
    return Math.min(lastNotAbove(edges, value, 0, edges.length), last - 1);
  };
}

/** Counts points (rows of `values`, a coordinate for each of `locates`) in a grid of intervals. */
function countPoints(
  values: Float64Array,
  locates: readonly Locate[],
  sizes: readonly number[],
  weights: Float64Array | null,
): Float64Array {
  const counts = new Float64Array(numel(sizes));
  const width = locates.length;
  for (let point = 0; point * width < values.length; point++) {
    let at = 0;
    for (let axis = 0; axis < width && at >= 0; axis++) {
      const bin = locates[axis]!(values[point * width + axis]!);
      at = bin < 0 ? -1 : at * sizes[axis]! + bin;
    }
    if (at >= 0) counts[at]! += weights ? weights[point]! : 1;
  }
  return counts;
}

/** Counts divided by their sum and by the sizes of the intervals. */
function makeDensity(counts: Float64Array, edges: readonly Float64Array[], sizes: readonly number[]): void {
  const total = counts.reduce((sum, count) => sum + count, 0);
  for (let flat = 0; flat < counts.length; flat++) {
    let [rest, volume] = [flat, 1];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const bin = rest % sizes[axis]!;
      rest = Math.floor(rest / sizes[axis]!);
      volume *= edges[axis]![bin + 1]! - edges[axis]![bin]!;
    }
    counts[flat] = counts[flat]! / total / volume;
  }
}

/** The smallest and the largest of every `width`-th number from `axis` on; NaN where there is one. */
function extent(values: Float64Array, axis: number, width: number): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = axis; i < values.length; i += width) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  return [low, high];
}

/** The ends of the intervals of one dimension, from what the caller gave or from the data. @throws RuntimeError */
function outerEdges(
  values: Float64Array,
  axis: number,
  width: number,
  range: readonly number[] | null,
): [low: number, high: number] {
  let [low, high] = range
    ? [range[2 * axis]!, range[2 * axis + 1]!]
    : values.length > 0
      ? extent(values, axis, width)
      : [0, 1];
  if (!Number.isFinite(low) || !Number.isFinite(high))
    throw new RuntimeError(
      `torch.histogramdd: dimension ${axis}'s range [${low}, ${high}] is not finite. Give a range, or take out NaN and infinite elements.`,
    );
  if (low > high)
    throw new RuntimeError(
      `torch.histogramdd: min should not exceed max, but got min ${low} max ${high} for dimension ${axis}.`,
    );
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  return [low, high];
}

/** What the intervals of a dimension are: so many of one width, or those between given edges. */
type Bins = number | Tensor;

interface Request {
  readonly input: Tensor;
  readonly bins: readonly Bins[];
  readonly range: readonly number[] | null;
  readonly weight: Tensor | null;
  readonly density: boolean;
}

/** @throws when the points, intervals and weights do not fit together. Source: `histogramdd_check_inputs`. */
function checkRequest({ input, bins, weight, range }: Request): void {
  if (!input.dtype.is_floating_point || input.dtype.itemsize < 4)
    throw new NotImplementedError(
      `"histogramdd" not implemented for '${input.dtype.typeName}'. Call .float() first.`,
    );
  bins.forEach((each, axis) => checkBins(each, axis, input.dtype));
  if (range !== null && range.length !== 2 * bins.length)
    throw new RuntimeError(
      `torch.histogramdd: for a ${bins.length}-dimensional histogram range should have ${2 * bins.length} elements, but got ${range.length}.`,
    );
  if (weight === null) return;
  if (weight.dtype !== input.dtype)
    throw new RuntimeError(
      `torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same dtype, but got input(${input.dtype.name}), and weight(${weight.dtype.name}). Convert one of them.`,
    );
  if (!sameShape(weight.shape, input.shape.slice(0, -1)))
    throw new RuntimeError(
      `torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding its innermost dimension, but got input with shape ${formatShape(input.shape)} and weight with shape ${formatShape(weight.shape)}.`,
    );
}

function checkBins(bins: Bins, axis: number, dtype: DType): void {
  const count = typeof bins === "number" ? bins : bins.numel() - 1;
  if (bins instanceof Tensor && bins.ndim !== 1)
    throw new RuntimeError(
      `torch.histogramdd: bins tensor should have one dimension, but got ${bins.ndim} dimensions in the bins tensor for dimension ${axis}.`,
    );
  if (bins instanceof Tensor && bins.dtype !== dtype)
    throw new RuntimeError(
      `torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype ${dtype.name} and bins for dimension ${axis} with dtype ${bins.dtype.name}. Convert one of them.`,
    );
  if (count <= 0)
    throw new RuntimeError(
      `torch.histogram(): bins must be > 0, but got ${count} for dimension ${axis}. A tensor of edges has one more than there are bins.`,
    );
}

/** The histogram of points whose coordinates are the last dimension, and the edges of the intervals of each. */
function histogramOf(request: Request): readonly [Tensor, ...Tensor[]] {
  checkRequest(request);
  const { input, bins, range, weight, density } = request;
  const round = roundingOf(input.dtype);
  const values = numbersOf(input);
  const edges = bins.map((each, axis) => {
    if (each instanceof Tensor) return numbersOf(each);
    const [low, high] = outerEdges(values, axis, bins.length, range).map(round) as [number, number];
    return evenEdges(low, high, each, round);
  });
  const sizes = edges.map((each) => each.length - 1);
  const locates = edges.map((each, axis) =>
    bins[axis] instanceof Tensor ? locateAny(each) : locateEven(each, round, false),
  );
  const counts = countPoints(values, locates, sizes, weight && numbersOf(weight));
  if (density) makeDensity(counts, edges, sizes);
  return [
    fromNumbers(counts, input.dtype, sizes),
    ...edges.map((each) => fromNumbers(each, input.dtype, [each.length])),
  ];
}

/**
 * How many elements fall into each of `bins` intervals of one width between `min` and `max`; between the smallest and the largest element when both are 0.
 *
 * @throws RuntimeError when `max` is below `min`, or there are no intervals; NotImplementedError for whole numbers.
 * Source: `torch.histc`.
 */
export const histc: Operator<
  GeneralSignature<[bins?: number, min?: number, max?: number], "same", ["bins", "min", "max"]>
> = operator({
  name: "histc",
  out: true,
  parameters: { input: tensor, bins: integer(100), min: number(0), max: number(0) },
  forward: ({ input, bins, min, max }) => {
    if (!input.dtype.is_floating_point)
      throw new NotImplementedError(
        `"histogram_cpu" not implemented for '${input.dtype.typeName}'. Call .float() first.`,
      );
    if (bins <= 0)
      throw new RuntimeError(`torch.histogram(): bins must be > 0, but got ${bins} for dimension 0.`);
    const values = numbersOf(input);
    let [low, high] = min === max && values.length > 0 ? extent(values, 0, 1) : [min, max];
    if (low === high) [low, high] = [low - 1, high + 1];
    if (!Number.isFinite(low) || !Number.isFinite(high))
      throw new RuntimeError(
        `torch.histc: range of [${low}, ${high}] is not finite. Give min and max, or take out NaN and infinite elements.`,
      );
    if (low > high)
      throw new RuntimeError(`torch.histc: max must be larger than min, got ${low} and ${high}.`);
    const round = roundingOf(input.dtype);
    const locate = locateEven(evenEdges(round(low), round(high), bins, round), round, true);
    return fromNumbers(countPoints(values, [locate], [bins], null), input.dtype, [bins]);
  },
  vjp: null,
  samples: [() => [sample([6]), 3], () => [sample([2, 3]), 4, -1, 1]],
  errors: [
    { args: () => [sample([2]), 3, 2, 1], error: "RuntimeError", message: /larger than min/ },
    { args: () => [sample([2]), 0], error: "RuntimeError", message: /bins must be > 0/ },
  ],
});

/** A number of intervals, or a tensor of their edges. */
const binsParameter: Parameter<Bins> = {
  expects: "a whole number, or a Tensor of edges",
  convert: (value) => (value instanceof Tensor || Number.isInteger(value) ? (value as Bins) : undefined),
};

const rangeParameter: Parameter<readonly number[] | null> = {
  expects: "an array of numbers or null",
  fallback: null,
  convert: (value) =>
    value === null || (Array.isArray(value) && value.every((item) => typeof item === "number"))
      ? (value as null)
      : undefined,
};

interface HistogramOptions {
  readonly range?: readonly number[] | null;
  readonly weight?: Tensor | null;
  readonly density?: boolean;
}

type HistogramResult = [Tensor, Tensor] & { readonly hist: Tensor; readonly bin_edges: Tensor };

interface HistogramSignature extends Signature {
  readonly function: (
    input: Tensor,
    bins?: number | Tensor | (HistogramOptions & { readonly bins?: number | Tensor }),
    options?: HistogramOptions,
  ) => HistogramResult;
  readonly method: (
    bins?: number | Tensor | (HistogramOptions & { readonly bins?: number | Tensor }),
    options?: HistogramOptions,
  ) => HistogramResult;
}

const weightParameter = { expects: optionalTensor.expects, fallback: null, convert: optionalTensor.convert };

/**
 * How many elements, or how much `weight`, fall into each interval, and the intervals' edges: `const [hist, bin_edges] = x.histogram(4)`. `bins` is a number of
 * intervals of one width, over `range` or all elements, or a tensor of edges; with `density`, the area under the histogram is 1.
 *
 * @throws RuntimeError when these do not fit together, NotImplementedError for whole numbers.
 * Source: `torch.histogram`.
 */
export const histogram: Operator<HistogramSignature> = operator({
  name: "histogram",
  out: true,
  resultNames: ["hist", "bin_edges"],
  parameters: {
    input: tensor,
    bins: { ...binsParameter, fallback: 100 },
    range: keywordOnly(rangeParameter),
    weight: keywordOnly(weightParameter),
    density: keywordOnly(flag(false)),
  },
  forward: ({ input, bins, range, weight, density }) =>
    histogramOf({
      input: input.reshape([-1, 1]),
      bins: [bins],
      range,
      weight: weight && weight.reshape([-1]),
      density,
    }),
  vjp: null,
  samples: [() => [sample([6]), 3], () => [sample([6]), given([-1, 0, 1], float64), { density: true }]],
  errors: [{ args: () => [sample([2]), 0], error: "RuntimeError", message: /bins must be > 0/ }],
});

type ManyBins = number | readonly number[] | readonly Tensor[];

const manyBins: Parameter<ManyBins> = {
  expects: "a whole number, an array of whole numbers, or an array of Tensors of edges",
  convert: (value) =>
    Number.isInteger(value) ||
    (Array.isArray(value) &&
      (value.every((item) => Number.isInteger(item)) || value.every((item) => item instanceof Tensor)))
      ? (value as ManyBins)
      : undefined,
};

type HistogramddResult = [Tensor, readonly Tensor[]] & {
  readonly hist: Tensor;
  readonly bin_edges: readonly Tensor[];
};

type HistogramddSignature = FunctionSignature<
  (
    input: Tensor,
    bins: ManyBins,
    range?: readonly number[] | null | HistogramOptions,
    weight?: Tensor | null | HistogramOptions,
    density?: boolean | HistogramOptions,
  ) => HistogramddResult
>;

/**
 * How many points, or how much `weight`, fall into each cell of a grid, and the edges of the cells in each dimension: the points' coordinates are the last dimension of
 * `input`.
 *
 * @throws RuntimeError when these do not fit together, NotImplementedError for whole numbers.
 * Source: `torch.histogramdd`.
 */
export const histogramdd: Operator<ByName<HistogramddSignature, "input, bins, range?, weight?, density?">> =
  composite({
    name: "histogramdd",
    resultNames: ["hist", "bin_edges"],
    parameters: {
      input: tensor,
      bins: manyBins,
      range: rangeParameter,
      weight: weightParameter,
      density: flag(false),
    },
    define: ({ input, bins, range, weight, density }) => {
      if (input.ndim === 0)
        throw new IndexError(
          "Dimension specified as -1 but tensor has no dimensions: the last dimension of the input holds the coordinates of the points.",
        );
      if (input.ndim < 2)
        throw new RuntimeError(
          `torch.histogramdd: input tensor should have at least 2 dimensions, got shape ${formatShape(input.shape)}.`,
        );
      const width = input.size(-1);
      const each = typeof bins === "number" ? Array.from({ length: width }, () => bins) : bins;
      if (each.length !== width)
        throw new RuntimeError(
          `histogramdd: The size of bins must be equal to the innermost dimension of the input: got ${each.length} for ${width}.`,
        );
      const [hist, ...edges] = histogramOf({ input, bins: each, range, weight, density });
      return [hist, edges];
    },
    samples: [() => [sample([4, 2]), [2, 3]], () => [sample([4, 2]), 2, { density: true }]],
    errors: [
      { args: () => [sample([4, 2]), [2]], error: "RuntimeError", message: /size of bins must be equal/ },
      { args: () => [sample([2]), 2], error: "RuntimeError", message: /at least 2 dimensions/ },
    ],
  });
