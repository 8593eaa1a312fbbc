/** Values that meet at positions of a tensor and are combined there: `scatter_reduce` and `index_reduce`. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type InPlaceOperator } from "../../operator.ts";
import { flag, integer, keywordOnly, tensor, type Parameter } from "../../parameters.ts";
import { duplicate } from "../../settle.ts";
import { normalizeDim, sameShape, type Shape } from "../../shape.ts";
import type { Named } from "../../keywords.ts";
import type { DimByName, GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { putInto } from "./advanced.ts";
import { clamp, div, masked_fill, mul, where } from "../elementwise/arithmetic.ts";
import { eq, logical_and } from "../elementwise/comparison.ts";
import { to } from "./conversion.ts";
import {
  apartFrom,
  asVector,
  atLeastOneDim,
  checkSlices,
  index_add,
  index_select,
  positionsParameter,
} from "./indexing.ts";
import { given, sample } from "../samples.ts";
import { gather, padTo, scatter, scatter_add, scattered } from "./scattering.ts";
import { int64 } from "../../dtype.ts";
import { narrow } from "./slicing.ts";
import { filled } from "./filling.ts";
import { index_copy, index_fill, slicesOf } from "./positions.ts";

const words = ["sum", "prod", "mean", "amax", "amin"] as const;
type Reduction = (typeof words)[number];

/** What the kernels know; a mean is a sum that is divided afterwards. */
const combines = { sum: "sum", prod: "prod", mean: "sum", amax: "amax", amin: "amin" } as const;

const reduceParameter: Parameter<string> = {
  expects: 'a reduction such as "sum", "prod", "mean", "amax" or "amin"',
  convert: (value) => (typeof value === "string" ? value : undefined),
};

interface IncludeSelf {
  readonly include_self?: boolean;
}

interface ReduceByName extends IncludeSelf {
  readonly reduce: string;
}

/** A tensor, a dimension with positions along it, the values that meet there, and how they are combined. */
type ReducingSignature<Name extends string> = GeneralSignature<
  | [dim: number, index: Tensor, values: Tensor, reduce: string | ReduceByName, options?: IncludeSelf]
  | [dim: number, index: Tensor, named: Named<[Tensor], [Name]> & ReduceByName]
  | [dim: number, named: { readonly index: Tensor } & Named<[Tensor], [Name]> & ReduceByName]
  | [named: DimByName & { readonly index: Tensor } & Named<[Tensor], [Name]> & ReduceByName]
>;

/** What stands in front of the values. */
const placeParameters = { input: tensor, dim: integer(), index: positionsParameter };

/** What stands behind the values. */
const reductionParameters = { reduce: reduceParameter, include_self: keywordOnly(flag(true)) };

/** What both functions are called with, but the values, and what they gave. */
interface ReducingCall {
  readonly input: Tensor;
  readonly dim: number;
  readonly index: Tensor;
  readonly reduce: string;
  readonly include_self: boolean;
  readonly result: Tensor;
}

/** @throws RuntimeError for a word that is no reduction. */
function readReduction(name: string, reduce: string, among: readonly Reduction[]): Reduction {
  const found = among.find((word) => word === reduce);
  if (found === undefined)
    throw new RuntimeError(
      `${name}(): reduce argument must be either ${among.slice(0, -1).join(", ")} or ${among.at(-1)}, got ${reduce}.`,
    );
  return found;
}

/** One way of giving values their places in a tensor. */
interface Places {
  /** What is at the places. */
  readonly pick: (from: Tensor) => Tensor;
  /** With values added at the places. */
  readonly add: (to: Tensor, values: Tensor) => Tensor;
  /** With one number at the places. */
  readonly fill: (into: Tensor, value: number) => Tensor;
  /** With values at the places, of which the last stays. */
  readonly copy: (into: Tensor, values: Tensor) => Tensor;
}

/** What the values are combined with first: the tensor itself, or, where that does not count, what changes nothing. */
function startOf(
  places: Places,
  input: Tensor,
  source: Tensor,
  reduction: Reduction,
  includeSelf: boolean,
): Tensor {
  if (includeSelf) return input;
  if (reduction === "amax" || reduction === "amin") return places.copy(input, source);
  return places.fill(input, reduction === "prod" ? 1 : 0);
}

/** How many values meet at each place, at least one. */
function counts(places: Places, like: Tensor, source: Tensor, includeSelf: boolean): Tensor {
  const start = filled(like.shape, includeSelf ? 1 : 0, like.dtype);
  return clamp(places.add(start, filled(source.shape, 1, like.dtype)), 1);
}

function meanOf(total: Tensor, divisor: Tensor): Tensor {
  return div(total, divisor, total.dtype.is_floating_point ? {} : { rounding_mode: "floor" });
}

/** What the two derivatives need. */
interface Call {
  readonly places: Places;
  readonly input: Tensor;
  readonly source: Tensor;
  readonly result: Tensor;
  readonly reduction: Reduction;
  readonly includeSelf: boolean;
  readonly again: (input: Tensor, source: Tensor) => Tensor;
}

function asNumbers(truth: Tensor, like: Tensor): Tensor {
  return to(truth, { dtype: like.dtype });
}

/** The gradient of an extreme, divided evenly among all that are equal to it. */
function shareOfExtreme(grad: Tensor, { places, input, source, result }: Call): Tensor {
  const sharers = places.add(
    asNumbers(eq(input, result), grad),
    asNumbers(eq(source, places.pick(result)), grad),
  );
  return div(grad, sharers);
}

/**
 * The gradient of the tensor that values are combined with.
 *
 * Source: `scatter_reduce_backward` and `index_reduce_backward` in `torch/csrc/autograd/FunctionsManual.cpp`.
 */
function inputGradient(grad: Tensor, call: Call): Tensor {
  const { places, input, source, result, reduction, includeSelf, again } = call;
  const whole = (): Tensor => {
    if (reduction === "sum") return grad;
    if (reduction === "mean") return div(grad, counts(places, grad, source, includeSelf));
    if (reduction === "prod") {
      const withoutZeros = masked_fill(input, eq(input, 0), 1);
      return div(mul(grad, again(withoutZeros, source)), withoutZeros);
    }
    return mul(asNumbers(eq(input, result), grad), shareOfExtreme(grad, call));
  };
  return includeSelf ? whole() : places.fill(whole(), 0);
}

/** The gradient of the factors: where exactly one is zero, the product of the others. */
function factorGradient(grad: Tensor, { places, input, source, result, again }: Call): Tensor {
  const zero = eq(source, 0);
  const zeros = places.pick(places.add(filled(input.shape, 0, grad.dtype), asNumbers(zero, grad)));
  const single = logical_and(zero, eq(zeros, 1));
  const others = again(input, masked_fill(source, single, 1));
  const divided = div(places.pick(mul(grad, result)), masked_fill(source, zero, 1));
  return where(single, places.pick(mul(grad, others)), divided);
}

/** The gradient of the values. */
function sourceGradient(grad: Tensor, call: Call): Tensor {
  const { places, source, result, reduction, includeSelf } = call;
  if (reduction === "sum") return places.pick(grad);
  if (reduction === "mean") return places.pick(div(grad, counts(places, grad, source, includeSelf)));
  if (reduction === "prod") return factorGradient(grad, call);
  const chosen = asNumbers(eq(source, places.pick(result)), grad);
  return mul(chosen, places.pick(shareOfExtreme(grad, call)));
}

function placesAlong(dim: number, index: Tensor): Places {
  return {
    pick: (from) => gather(from, dim, index),
    add: (to, values) => scatter_add(to, dim, index, values),
    fill: (into, value) => scatter(into, dim, index, value),
    copy: (into, values) => scatter(into, dim, index, values),
  };
}

/** The values that have a place: there may be more of them. */
function withPlaces(source: Tensor, { shape }: Tensor): Tensor {
  if (sameShape(source.shape, shape) || source.ndim !== shape.length) return source;
  return shape.reduce<Tensor>((part, size, dim) => narrow(part, dim, 0, size), source);
}

interface ScatterCall extends ReducingCall {
  readonly src: Tensor;
}

function scatterCall({ input, dim, index, src, reduce, include_self, result }: ScatterCall): Call {
  return {
    places: placesAlong(dim, index),
    input,
    source: withPlaces(src, index),
    result,
    reduction: readReduction("scatter_reduce", reduce, words),
    includeSelf: include_self,
    again: (input, source) => scatter_reduce(input, dim, index, source, reduce, { include_self }),
  };
}

/**
 * A copy in which the elements of `src` are combined with those at the positions that `index` gives along one dimension: added (`"sum"`), multiplied
 * (`"prod"`), averaged (`"mean"`), or the largest (`"amax"`) or smallest (`"amin"`). Without `include_self`, the tensor's own elements there do not count.
 *
 * @throws RuntimeError when shapes or dtypes do not fit, or a position is out of range.
 * Source: `torch.scatter_reduce`.
 */
export const scatter_reduce: InPlaceOperator<ReducingSignature<"src">> = operator({
  name: "scatter_reduce",
  out: true,
  inPlace: true,
  parameters: { ...placeParameters, src: tensor, ...reductionParameters },
  saves: ["input", "src", "result"],
  forward: ({ input, dim, index, src, reduce, include_self }) => {
    const reduction = readReduction("scatter_reduce", reduce, words);
    if (index.numel() === 0) return duplicate(input);
    const places = placesAlong(dim, index);
    const start = startOf(places, input, src, reduction, include_self);
    const total = scattered("scatter_reduce", start, dim, index, src, combines[reduction], null);
    if (reduction !== "mean") return total;
    return meanOf(total, counts(places, input, withPlaces(src, index), include_self));
  },
  vjp: {
    input: (g, context) => (context.index.numel() === 0 ? g : inputGradient(g, scatterCall(context))),
    src: (g, context) =>
      context.index.numel() === 0
        ? filled(context.shapes.src, 0, g.dtype)
        : padTo(sourceGradient(g, scatterCall(context)), context.shapes.src),
  },
  samples: words.flatMap((reduce) => [
    () => [sample([2, 3]), 1, given([0, 2, 2, 0], int64, [2, 2]), sample([2, 2], { seed: 1 }), reduce],
    () => [sample([3]), 0, given([1, 1], int64), sample([3], { seed: 1 }), { reduce, include_self: false }],
  ]),
  errors: [
    {
      args: () => [sample([2]), 0, given([0], int64), sample([1]), "median"],
      error: "RuntimeError",
      message: /either sum, prod, mean, amax or amin, got median/,
    },
    {
      args: () => [sample([2]), 0, given([2], int64), sample([1]), "sum"],
      error: "RuntimeError",
      message: /index 2 is out of bounds/,
    },
  ],
});

function placesOfSlices(dim: number, index: Tensor): Places {
  return {
    pick: (from) => index_select(from, dim, index),
    add: (to, values) => index_add(to, dim, index, values),
    fill: (into, value) => index_fill(into, dim, to(index, { dtype: int64 }), value),
    copy: (into, values) => index_copy(into, dim, to(index, { dtype: int64 }), values),
  };
}

interface SlicesCall extends ReducingCall {
  readonly source: Tensor;
}

const sliceWords = words.slice(1);

function slicesCall({ input, dim, index, source, reduce, include_self, result }: SlicesCall): Call {
  return {
    places: placesOfSlices(dim, index),
    input,
    source,
    result,
    reduction: readReduction("index_reduce", reduce, sliceWords),
    includeSelf: include_self,
    again: (input, source) => index_reduce(input, dim, index, source, reduce, { include_self }),
  };
}

/**
 * A copy in which the slices of `source` are combined with those at the positions that `index` gives along one dimension: multiplied (`"prod"`), averaged
 * (`"mean"`), or the largest (`"amax"`) or smallest (`"amin"`). Without `include_self`, the tensor's own slices there do not count.
 *
 * @throws RuntimeError or IndexError when shapes or dtypes do not fit, or a position is out of range.
 * Source: `torch.index_reduce`.
 */
export const index_reduce: InPlaceOperator<ReducingSignature<"source">> = operator({
  name: "index_reduce",
  out: true,
  inPlace: true,
  parameters: { ...placeParameters, source: tensor, ...reductionParameters },
  saves: ["input", "source", "result"],
  forward: ({ input, dim, index, source, reduce, include_self }) => {
    const reduction = readReduction("index_reduce", reduce, sliceWords);
    const flat = asVector("index_reduce", index);
    const axis = normalizeDim(dim, input.ndim);
    checkSlices("index_reduce", input, axis, flat, source);
    if (flat.numel() === 0) return duplicate(input);
    const places = placesOfSlices(dim, index);
    const total = duplicate(startOf(places, input, source, reduction, include_self));
    const values = atLeastOneDim(apartFrom(total, source));
    putInto(slicesOf(total, axis, flat, false), values, combines[reduction]);
    return reduction === "mean" ? meanOf(total, counts(places, input, source, include_self)) : total;
  },
  vjp: {
    input: (g, context) => inputGradient(g, slicesCall(context)),
    source: (g, context) => fit(sourceGradient(g, slicesCall(context)), context.shapes.source),
  },
  samples: sliceWords.flatMap((reduce) => [
    () => [sample([3, 2]), 0, given([2, 0, 2], int64), sample([3, 2], { seed: 1 }), reduce],
    () => [
      sample([2, 3]),
      -1,
      given([1, 1], int64),
      sample([2, 2], { seed: 1 }),
      { reduce, include_self: false },
    ],
  ]),
  errors: [
    {
      args: () => [sample([2]), 0, given([0], int64), sample([1]), "sum"],
      error: "RuntimeError",
      message: /either prod, mean, amax or amin, got sum/,
    },
  ],
});

/** A gradient of one slice as one of a 0-d source. */
function fit(grad: Tensor, shape: Shape): Tensor {
  return sameShape(grad.shape, shape) ? grad : grad.reshape(shape);
}
