/** Reductions by kernels against those in JavaScript, over every way in which the elements can lie in memory. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { View } from "../../../../../runtime/backends/backend.ts";
import type { ArgReduction, Reduction } from "../../../../../runtime/backends/reductions.ts";
import { adopt, allocate } from "../../../../../runtime/backends/cpu/memory/storage.ts";
import * as fast from "../../../../../runtime/backends/cpu/reduction/reduce.ts";
import * as reference from "../../../../../runtime/backends/cpu/reference/reduce.ts";
import { float32, float64, int64, type DType } from "../../../../../runtime/dtype.ts";
import { contiguousStrides, numel } from "../../../../../runtime/shape.ts";

/** Numbers between −1 and 1 that repeat on every run. */
function noise(count: number, seed = 1): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => Math.sin((i + 1) * (seed + 0.37)) * Math.cos(i * 0.011),
  );
}

/** A tensor of `shape` whose elements lie in memory in the order of `order`, every `step` elements, behind `offset` others. */
function laidOut(
  shape: readonly number[],
  { order = [...shape.keys()], step = 1, offset = 0, seed = 1 } = {},
): View {
  const strides: number[] = [];
  let stride = step;
  for (const dim of order.toReversed()) {
    strides[dim] = stride;
    stride *= shape[dim]!;
  }
  const storage = adopt(noise(Math.max(stride, 1) + offset, seed), float32, false);
  storage.makeResident();
  return { storage, dtype: float32, shape, strides, offset };
}

function result(shape: readonly number[], dtype: DType = float32): View {
  return {
    storage: allocate(dtype, numel(shape)),
    dtype,
    shape,
    strides: contiguousStrides(shape),
    offset: 0,
  };
}

function values(view: View): (number | bigint)[] {
  return [...view.storage.data];
}

/** Elements that differ by more than `tolerance`, in words. */
function differences(what: string, got: View, exact: View, tolerance: number): string[] {
  const [left, right] = [values(got), values(exact)];
  return left.flatMap((value, i) =>
    Object.is(value, right[i]) || Math.abs(Number(value) - Number(right[i])) <= tolerance
      ? []
      : [`${what}, element ${i}: got ${value}, exactly ${right[i]}`],
  );
}

/** How far float32 results may be from exact ones, for elements of at most 1. */
function tolerance(name: Reduction, count: number): number {
  return name === "sum" ? 1e-6 * Math.sqrt(count) : name === "mean" ? 3e-7 : 0;
}

function compareReduction(name: Reduction, input: View, reducedRank: number): string[] {
  const shape = input.shape.slice(0, input.shape.length - reducedRank);
  const [got, exact] = [result(shape), result(shape)];
  fast.reduce(name, got, input, reducedRank);
  reference.reduce(name, exact, input, reducedRank);
  return differences(name, got, exact, tolerance(name, numel(input.shape) / numel(shape)));
}

function compareVariance(input: View, reducedRank: number): string[] {
  const shape = input.shape.slice(0, input.shape.length - reducedRank);
  const [got, exact] = [result(shape), result(shape)];
  const divisor = Math.max(1, numel(input.shape) / numel(shape) - 1);
  fast.variance(got, input, reducedRank, divisor);
  reference.variance(exact, input, reducedRank, divisor);
  return differences("variance", got, exact, 1e-6);
}

function comparePositions(name: ArgReduction, input: View, reducedRank: number): string[] {
  const shape = input.shape.slice(0, input.shape.length - reducedRank);
  const [got, alone, exact] = [result(shape, int64), result(shape, int64), result(shape, int64)];
  const [extreme, exactExtreme] = [result(shape), result(shape)];
  fast.extremes(name, extreme, got, input, reducedRank);
  fast.argReduce(name, alone, input, reducedRank);
  reference.argReduce(name, exact, input, reducedRank);
  reference.reduce(name === "argmax" ? "amax" : "amin", exactExtreme, input, reducedRank);
  return [
    ...differences(name, got, exact, 0),
    ...differences(`${name} alone`, alone, exact, 0),
    ...differences(`${name}'s element`, extreme, exactExtreme, 0),
  ];
}

/** What differs between the kernels and the loops in JavaScript, in every reduction. */
function compareAll(input: View, reducedRank: number): string[] {
  return [
    ...(["sum", "mean", "amax", "amin"] as const).flatMap((name) =>
      compareReduction(name, input, reducedRank),
    ),
    ...compareVariance(input, reducedRank),
    ...(["argmax", "argmin"] as const).flatMap((name) => comparePositions(name, input, reducedRank)),
  ];
}

/** The same without sums of squares and means, which infinities make meaningless. */
function compareSpecial(input: View): string[] {
  return [
    ...(["sum", "amax", "amin"] as const).flatMap((name) => compareReduction(name, input, 1)),
    ...(["argmax", "argmin"] as const).flatMap((name) => comparePositions(name, input, 1)),
  ];
}

const lengths = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 127, 511, 513, 1000];

describe("kernels agree with the loops in JavaScript", () => {
  test.each(lengths)("on everything, for %i elements", (length) => {
    expect(compareAll(laidOut([length]), 1)).toEqual([]);
  });

  test.each([16_383, 16_384, 16_385, 40_000, 100_003])(
    "on everything in pieces, for %i elements",
    (length) => {
      expect(compareAll(laidOut([length]), 1)).toEqual([]);
    },
  );

  test.each(lengths)("on rows of %i", (length) => {
    expect(compareAll(laidOut([5, length], { offset: 3 }), 1)).toEqual([]);
  });

  test.each(lengths)("on rows with a gap behind each, of %i", (length) => {
    expect(compareAll({ ...laidOut([6, length + 3]), shape: [6, length] }, 1)).toEqual([]);
  });

  test.each(lengths)("on %i columns", (columns) => {
    expect(compareAll(laidOut([columns, 37], { order: [1, 0] }), 1)).toEqual([]);
    expect(compareAll(laidOut([columns, 16], { order: [1, 0], offset: 1 }), 1)).toEqual([]);
  });

  test.each(lengths)("on a dimension in the middle, with %i columns", (columns) => {
    expect(compareAll(laidOut([3, columns, 5], { order: [0, 2, 1] }), 1)).toEqual([]);
  });

  test.each([
    [[4, 3, 5], 2, [1, 0, 2]],
    [[4, 3, 5, 6], 2, [2, 0, 3, 1]],
    [[4, 3, 5, 6], 3, [1, 0, 2, 3]],
    [[4, 3, 5, 6], 2, [2, 0, 1, 3]],
    [[7, 4, 3, 5, 6], 3, [2, 0, 3, 1, 4]],
  ] as const)("on %j with %i dimensions reduced, in memory as %j", (shape, rank, order) => {
    expect(compareAll(laidOut(shape, { order: [...order] }), rank)).toEqual([]);
    expect(compareAll(laidOut(shape, { order: [...order], step: 2 }), rank)).toEqual([]);
  });

  test.each([1, 2])("on a tensor that repeats one number, with %i dimensions reduced", (rank) => {
    expect(compareAll({ ...laidOut([1]), shape: [70, 30], strides: [0, 0] }, rank)).toEqual([]);
  });

  test("on any permutation of any shape", () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        shapes,
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 2 }),
        (shape, shuffle, rank, step) => {
          const order = [...shape.keys()].toSorted(
            (a, b) => ((a * 7 + shuffle) % 5) - ((b * 7 + shuffle) % 5),
          );
          expect(compareAll(laidOut(shape, { order, step }), 1 + (rank % shape.length))).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** What differs in reductions of float64 between the kernels and the loops, for rows and for everything. */
function compareDoubles(data: Float64Array, rows: number): string[] {
  return [[rows, data.length / rows], [data.length]].flatMap((shape) => {
    const storage = adopt(data.slice(), float64, false);
    storage.makeResident();
    const input = { storage, dtype: float64, shape, strides: contiguousStrides(shape), offset: 0 };
    return (["sum", "mean", "amax", "amin"] as const).flatMap((name) => {
      const [got, exact] = [result(shape.slice(0, -1), float64), result(shape.slice(0, -1), float64)];
      fast.reduce(name, got, input, 1);
      reference.reduce(name, exact, input, 1);
      return differences(name, got, exact, name === "sum" || name === "mean" ? 1e-12 : 0);
    });
  });
}

describe("float64", () => {
  test.each(lengths)("rows of %i and everything are reduced as in JavaScript", (length) => {
    expect(compareDoubles(Float64Array.from(noise(4 * length)), 4)).toEqual([]);
  });

  test.each([NaN, Infinity, -Infinity, -0, 5e-324])("%d is treated as in JavaScript", (number) => {
    for (const position of [0, 100, 200]) {
      const data = Float64Array.from(noise(201));
      data[position] = number;
      expect(compareDoubles(data, 1)).toEqual([]);
    }
  });

  test("a sum keeps the small numbers that stand between large ones that cancel", () => {
    const data = new Float64Array(16_032).fill(1);
    data.fill(1e16, 0, 16).fill(-1e16, -16);
    const storage = adopt(data, float64, false);
    const got = result([], float64);
    fast.reduce("sum", got, { storage, dtype: float64, shape: [16_032], strides: [1], offset: 0 }, 1);
    expect(values(got)).toEqual([16_000]);
  });
});

test.each(lengths)("sums of int64 are exact, for rows and everything of %i", (length) => {
  const large = 2n ** 60n;
  const data = BigInt64Array.from({ length: 3 * length }, (_, i) => BigInt(i) * large - BigInt(i % 7));
  for (const shape of [[3, length], [3 * length]]) {
    const storage = adopt(data.slice(), int64, false);
    storage.makeResident();
    const input = { storage, dtype: int64, shape, strides: contiguousStrides(shape), offset: 0 };
    const kept = shape.slice(0, -1);
    const [got, exact] = [result(kept, int64), result(kept, int64)];
    fast.reduce("sum", got, input, 1);
    reference.reduce("sum", exact, input, 1);
    expect(values(got)).toEqual(values(exact));
  }
});

describe("special numbers", () => {
  const special = [NaN, Infinity, -Infinity, -0, 0, 1e-42, 3e38];

  test.each(special)("%d is treated as in JavaScript wherever it stands in a row", (number) => {
    for (const length of [1, 5, 70, 200])
      for (const position of [0, 3, length - 1]) {
        if (position >= length) continue;
        const rows = laidOut([2, length]);
        rows.storage.data[position] = number;
        const columns = laidOut([length, 40], { order: [1, 0] });
        columns.storage.data[position * 3] = number;
        expect([...compareSpecial(rows), ...compareSpecial(columns)]).toEqual([]);
      }
  });

  test("the first of equals is found, also across pieces", () => {
    const input = laidOut([50_000]);
    for (const position of [20_000, 20_001, 49_999]) input.storage.data[position] = 7;
    const [got, extreme] = [result([], int64), result([])];
    fast.extremes("argmax", extreme, got, input, 1);
    expect([values(got), values(extreme)]).toEqual([[20_000n], [7]]);
  });

  test("the first NaN is found, also behind a larger piece", () => {
    const input = laidOut([50_000]);
    for (const position of [30_000, 40_000]) input.storage.data[position] = NaN;
    const [got, extreme] = [result([], int64), result([])];
    fast.extremes("argmin", extreme, got, input, 1);
    expect([values(got), values(extreme)]).toEqual([[30_000n], [NaN]]);
  });

  test("rows of infinities have a largest element and a position", () => {
    const input = laidOut([3, 70]);
    input.storage.data.fill(-Infinity as never);
    expect(compareSpecial(input)).toEqual([]);
  });
});

/** Sums in float32, one after the other, would lose all digits of these. */
function illConditioned(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1000 : -1000) + Math.sin(i) / 8);
}

function exactSum(data: Float32Array): number {
  return data.reduce((total, x) => total + x, 0);
}

describe("accuracy", () => {
  test.each([1000, 65_536, 1_000_000])("a sum of %i numbers that cancel keeps its digits", (count) => {
    const data = illConditioned(count);
    const input = {
      storage: adopt(data, float32, false),
      dtype: float32,
      shape: [count],
      strides: [1],
      offset: 0,
    };
    const got = result([]);
    fast.reduce("sum", got, input, 1);
    // A few units in the last place of the largest partial sum, which is one of sixteen numbers.
    expect(Math.abs(Number(values(got)[0]) - exactSum(data))).toBeLessThan(
      1000 * 2 ** -23 * Math.sqrt(count),
    );
  });

  test("the sum of ten million times 0.1 is right to the last digit", () => {
    const count = 10_000_000;
    const storage = allocate(float32, count);
    storage.data.fill(0.1 as never);
    const got = result([]);
    fast.reduce("sum", got, { storage, dtype: float32, shape: [count], strides: [1], offset: 0 }, 1);
    expect(values(got)[0]).toBe(Math.fround(Math.fround(0.1) * count));
  });

  test.each([1, 2] as const)(
    "the variance of numbers far from zero keeps its digits, in layout %i",
    (layout) => {
      const input = laidOut([40, 500], layout === 1 ? {} : { order: [1, 0] });
      const data = input.storage.data as Float32Array;
      for (const i of data.keys()) data[i]! += 4096;
      const [got, exact] = [result([40]), result([40])];
      fast.variance(got, input, 1, 499);
      reference.variance(exact, input, 1, 499);
      expect(differences("variance", got, exact, 1e-6)).toEqual([]);
    },
  );

  test.each([
    ["rows", [2, 400], [400, 1]],
    ["columns", [2, 400], [1, 2]],
    ["everything", [800], [1]],
  ] as const)("the variance of %s whose mean float32 cannot hold is right", (name, shape, strides) => {
    // A quarter of the numbers is one larger than the others: the mean is ten million and a quarter.
    const large = (i: number): boolean => (name === "columns" ? i >> 1 : i) % 4 === 0;
    const data = Float32Array.from({ length: 800 }, (_, i) => 10_000_000 + Number(large(i)));
    const storage = adopt(data, float32, false);
    const got = result(shape.slice(0, -1));
    fast.variance(got, { storage, dtype: float32, shape, strides, offset: 0 }, 1, shape.at(-1)!);
    for (const value of values(got)) expect(value).toBe(0.1875);
  });

  test.each([1, 2] as const)("the variance of equal numbers is 0, in layout %i", (layout) => {
    const input = laidOut([40, 333], layout === 1 ? {} : { order: [1, 0] });
    input.storage.data.fill(0.1 as never);
    const got = result([40]);
    fast.variance(got, input, 1, 332);
    expect(values(got)).toEqual(Array<number>(40).fill(0));
  });
});
