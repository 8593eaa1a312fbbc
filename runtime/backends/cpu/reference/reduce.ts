import type { Element, TypedArray } from "../../../dtype.ts";
import { numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import type { ArgReduction, Reduction } from "../../reductions.ts";
import { collapse, forEachRun, innerStride, type Layout } from "./layout.ts";

/** Combines `size` elements with what was combined before. Numbers accumulate in float64, bigints exactly. */
type Accumulate = (
  acc: Element,
  data: ArrayLike<Element>,
  offset: number,
  stride: number,
  size: number,
) => Element;

interface Reducer {
  readonly initial: (bigints: boolean) => Element;
  readonly accumulate: Accumulate;
}

/** Makes an accumulation from a step; each is compiled on its own, so that V8 sees one kind of step in each loop. */
function reducer(initial: number, step: string): Reducer {
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- the steps are the constants below
  const accumulate = new Function(
    "acc",
    "data",
    "offset",
    "stride",
    "size",
    `for (let i = 0, p = offset; i < size; i++, p += stride) { const x = data[p]; ${step} } return acc;`,
  ) as Accumulate;
  return {
    // An infinite start compares with bigints as it is, and the first element replaces it.
    initial: (bigints) => (bigints && Number.isFinite(initial) ? BigInt(initial) : initial),
    accumulate,
  };
}

const sum = reducer(0, "acc += x;");

const reducers: Readonly<Record<Reduction, Reducer>> = {
  sum,
  mean: sum,
  prod: reducer(1, "acc *= x;"),
  amax: reducer(-Infinity, "if (x > acc || x !== x) acc = x; else if (acc !== acc) return acc;"),
  amin: reducer(Infinity, "if (x < acc || x !== x) acc = x; else if (acc !== acc) return acc;"),
  any: reducer(0, "if (x != 0) return 1;"),
  all: reducer(1, "if (x == 0) return 0;"),
};

interface Split {
  readonly outer: Layout;
  readonly inner: Layout;
}

/** The kept dimensions with the output beside the input, and the reduced ones. */
function split(output: View, input: View, reducedRank: number): Split {
  const kept = input.shape.length - reducedRank;
  return {
    outer: collapse(input.shape.slice(0, kept), [output.strides, input.strides.slice(0, kept)]),
    inner: collapse(input.shape.slice(kept), [input.strides.slice(kept)]),
  };
}

/** Calls `visit` for each output element, with its offset and that of the first input element behind it. */
function forEachOutput(
  outer: Layout,
  output: View,
  input: View,
  visit: (output: number, input: number) => void,
): void {
  const outputStride = innerStride(outer, 0);
  const inputStride = innerStride(outer, 1);
  forEachRun(outer, [output.offset, input.offset], ([to, from], size) => {
    for (let i = 0; i < size; i++) visit(to! + i * outputStride, from! + i * inputStride);
  });
}

/** Writes an element of either kind; the caller has made it fit the array. */
function store(data: TypedArray, position: number, value: Element): void {
  (data as { [index: number]: Element })[position] = value;
}

/** See `Backend.reduce`. */
export function reduce(reduction: Reduction, output: View, input: View, reducedRank: number): void {
  const { outer, inner } = split(output, input, reducedRank);
  const { initial, accumulate } = reducers[reduction];
  const data = input.storage.data as ArrayLike<Element>;
  const stride = innerStride(inner, 0);
  const target = output.storage.data;
  const bigints = target instanceof BigInt64Array;
  const count = reduction === "mean" ? numel(inner.shape) : 1;
  forEachOutput(outer, output, input, (to, from) => {
    let acc = initial(bigints);
    forEachRun(inner, [from], ([offset], size) => {
      acc = accumulate(acc, data, offset!, stride, size);
    });
    // A mean is of numbers: the other reductions' results stay as they are.
    store(target, to, count === 1 ? acc : Number(acc) / count);
  });
}

/** See `Backend.variance`. */
export function variance(output: View, input: View, reducedRank: number, divisor: number): void {
  const { outer, inner } = split(output, input, reducedRank);
  const data = input.storage.data as ArrayLike<number>; // of a floating-point dtype
  const stride = innerStride(inner, 0);
  const count = numel(inner.shape);
  forEachOutput(outer, output, input, (to, from) => {
    let total: Element = 0;
    let squares = 0;
    forEachRun(inner, [from], ([offset], size) => {
      total = sum.accumulate(total, data, offset!, stride, size);
    });
    const mean = Number(total) / count;
    forEachRun(inner, [from], ([offset], size) => {
      for (let i = 0, p = offset!; i < size; i++, p += stride) squares += (data[p]! - mean) ** 2;
    });
    store(output.storage.data, to, squares / divisor);
  });
}

/** See `Backend.argReduce`. */
export function argReduce(reduction: ArgReduction, output: View, input: View, reducedRank: number): void {
  const { outer, inner } = split(output, input, reducedRank);
  const data = input.storage.data as ArrayLike<Element>;
  const stride = innerStride(inner, 0);
  const largest = reduction === "argmax";
  forEachOutput(outer, output, input, (to, from) => {
    let best: Element | undefined;
    let bestPosition = 0;
    let position = 0;
    forEachRun(inner, [from], ([offset], size) => {
      for (let i = 0; i < size; i++, position++) {
        const x = data[offset! + i * stride]!;
        const better = best === undefined || (best === best && (x !== x || (largest ? x > best : x < best)));
        if (better) [best, bestPosition] = [x, position];
      }
    });
    store(output.storage.data, to, BigInt(bestPosition));
  });
}
