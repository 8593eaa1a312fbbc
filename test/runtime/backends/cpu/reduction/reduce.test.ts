/** Reductions by kernels against those in JavaScript, over every way in which the elements can lie in memory. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { View } from "../../../../../runtime/backends/backend.ts";
import type { ArgReduction, Reduction } from "../../../../../runtime/backends/reductions.ts";
import { adopt, allocate } from "../../../../../runtime/backends/cpu/memory/storage.ts";
import * as fast from "../../../../../runtime/backends/cpu/reduction/reduce.ts";
import * as reference from "../../../../../runtime/backends/cpu/reference/reduce.ts";
import { float32, int64, type DType } from "../../../../../runtime/dtype.ts";
import { contiguousStrides, numel } from "../../../../../runtime/shape.ts";

/** Numbers between −1 and 1 that repeat on every run. */
function noise(count: number, seed = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin((i + 1) * (seed + 0.37)) * Math.cos(i * 0.011));
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
  return { storage: allocate(dtype, numel(shape)), dtype, shape, strides: contiguousStrides(shape), offset: 0 };
}

function values(view: View): (number | bigint)[] {
  return [...view.storage.data];
}

/** How far float32 results may be from exact ones, for elements of at most 1. */
function expectClose(got: View, exact: View, tolerance: number): void {
  const [left, right] = [values(got), values(exact)];
  for (const [i, value] of left.entries())
    if (!(Math.abs(Number(value) - Number(right[i])) <= tolerance) && !Object.is(value, right[i]))
      expect.fail(`element ${i}: got ${value}, exactly ${right[i]}`);
}

function check(name: Reduction, input: View, reducedRank: number): void {
  const shape = input.shape.slice(0, input.shape.length - reducedRank);
  const [got, exact] = [result(shape), result(shape)];
  fast.reduce(name, got, input, reducedRank);
  reference.reduce(name, exact, input, reducedRank);
  const count = numel(input.shape) / Math.max(numel(shape), 1);
  expectClose(got, exact, name === "amax" || name === "amin" ? 0 : name === "mean" ? 3e-7 : 3e-6 * Math.sqrt(count));
}

function checkVariance(input: View, reducedRank: number): void {
  const shape = input.shape.slice(0, input.shape.length - reducedRank);
  const [got, exact] = [result(shape), result(shape)];
  const divisor = Math.max(1, numel(input.shape) / Math.max(numel(shape), 1) - 1);
  fast.variance(got, input, reducedRank, divisor);
  reference.variance(exact, input, reducedRank, divisor);
  expectClose(got, exact, 1e-6);
}

function checkPositions(name: ArgReduction, input: View, reducedRank: number): void {
  const shape = input.shape.slice(0, input.shape.length - reducedRank);
  const [got, exact, extreme, alone] = [result(shape, int64), result(shape, int64), result(shape), result(shape, int64)];
  fast.extremes(name, extreme, got, input, reducedRank);
  fast.argReduce(name, alone, input, reducedRank);
  reference.argReduce(name, exact, input, reducedRank);
  expect(values(got)).toEqual(values(exact));
  expect(values(alone)).toEqual(values(exact));
  const best = result(shape);
  reference.reduce(name === "argmax" ? "amax" : "amin", best, input, reducedRank);
  expect(values(extreme)).toEqual(values(best));
}

function checkAll(input: View, reducedRank: number): void {
  for (const name of ["sum", "mean", "amax", "amin"] as const) check(name, input, reducedRank);
  checkVariance(input, reducedRank);
  for (const name of ["argmax", "argmin"] as const) checkPositions(name, input, reducedRank);
}

const lengths = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 127, 511, 513, 1000];

describe("kernels agree with the loops in JavaScript", () => {
  test.each(lengths)("on everything, for %i elements", (length) => checkAll(laidOut([length]), 1));

  test.each([16_383, 16_384, 16_385, 40_000, 100_003])("on everything in pieces, for %i elements", (length) =>
    checkAll(laidOut([length]), 1),
  );

  test.each(lengths)("on rows of %i", (length) => checkAll(laidOut([5, length], { offset: 3 }), 1));

  test.each(lengths)("on rows with a gap behind each, of %i", (length) => {
    const whole = laidOut([6, length + 3]);
    checkAll({ ...whole, shape: [6, length] }, 1);
  });

  test.each(lengths)("on %i columns", (columns) => {
    checkAll(laidOut([columns, 37], { order: [1, 0] }), 1);
    checkAll(laidOut([columns, 16], { order: [1, 0], offset: 1 }), 1);
  });

  test.each(lengths)("on a dimension in the middle, with %i columns", (columns) =>
    checkAll(laidOut([3, columns, 5], { order: [0, 2, 1] }), 1),
  );

  test.each([
    [[4, 3, 5], 2, [1, 0, 2]],
    [[4, 3, 5, 6], 2, [2, 0, 3, 1]],
    [[4, 3, 5, 6], 3, [1, 0, 2, 3]],
    [[4, 3, 5, 6], 2, [2, 0, 1, 3]],
    [[7, 4, 3, 5, 6], 3, [2, 0, 3, 1, 4]],
  ] as const)("on %j with %i dimensions reduced, in memory as %j", (shape, rank, order) => {
    checkAll(laidOut(shape, { order: [...order] }), rank);
    checkAll(laidOut(shape, { order: [...order], step: 2 }), rank);
  });

  test("on a tensor that repeats one number, as the gradient of a sum does", () => {
    const one = laidOut([1]);
    checkAll({ ...one, shape: [70, 30], strides: [0, 0] }, 1);
    checkAll({ ...one, shape: [70, 30], strides: [0, 0] }, 2);
  });

  test("on any permutation of any shape", () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 2 }), (shape, shuffle, rank, step) => {
        const order = [...shape.keys()].toSorted((a, b) => ((a * 7 + shuffle) % 5) - ((b * 7 + shuffle) % 5));
        checkAll(laidOut(shape, { order, step }), 1 + (rank % shape.length));
      }),
      { numRuns: 60 },
    );
  });
});

describe("special numbers", () => {
  const special = [NaN, Infinity, -Infinity, -0, 0, 1e-42, 3e38];

  test.each(special)("%d is treated as in JavaScript wherever it stands in a row", (number) => {
    for (const length of [1, 5, 70, 200])
      for (const position of [0, 3, length - 1]) {
        if (position >= length) continue;
        const input = laidOut([2, length]);
        input.storage.data[position] = number;
        for (const name of ["sum", "amax", "amin"] as const) check(name, input, 1);
        for (const name of ["argmax", "argmin"] as const) checkPositions(name, input, 1);
        const columns = laidOut([length, 40], { order: [1, 0] });
        columns.storage.data[position * 3] = number;
        for (const name of ["sum", "amax", "amin"] as const) check(name, columns, 1);
        for (const name of ["argmax", "argmin"] as const) checkPositions(name, columns, 1);
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
    checkPositions("argmax", input, 1);
    check("amax", input, 1);
  });
});

describe("accuracy", () => {
  /** Sums in float32, one after the other, would lose all digits of these. */
  function illConditioned(count: number): Float32Array {
    return Float32Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1000 : -1000) + Math.sin(i) / 8);
  }

  function exactSum(data: Float32Array): number {
    return data.reduce((total, x) => total + x, 0);
  }

  test.each([1000, 65_536, 1_000_000])("a sum of %i numbers that cancel keeps its digits", (count) => {
    const data = illConditioned(count);
    const input = { storage: adopt(data, float32, false), dtype: float32, shape: [count], strides: [1], offset: 0 };
    const got = result([]);
    fast.reduce("sum", got, input, 1);
    // A few units in the last place of the largest partial sum, which is one of sixteen numbers.
    expect(Math.abs(Number(values(got)[0]) - exactSum(data))).toBeLessThan(1000 * 2 ** -23 * Math.sqrt(count));
  });

  test("the sum of ten million times 0.1 is right to the last digit", () => {
    const count = 10_000_000;
    const storage = allocate(float32, count);
    storage.data.fill(0.1 as never);
    const got = result([]);
    fast.reduce("sum", got, { storage, dtype: float32, shape: [count], strides: [1], offset: 0 }, 1);
    expect(values(got)[0]).toBe(Math.fround(Math.fround(0.1) * count));
  });

  test.each([1, 2] as const)("the variance of numbers far from zero keeps its digits, in layout %i", (layout) => {
    const input = laidOut([40, 500], layout === 1 ? {} : { order: [1, 0] });
    const data = input.storage.data as Float32Array;
    for (const i of data.keys()) data[i]! += 4096;
    const [got, exact] = [result([40]), result([40])];
    fast.variance(got, input, 1, 499);
    reference.variance(exact, input, 1, 499);
    expectClose(got, exact, 1e-6);
  });

  test.each([1, 2] as const)("the variance of equal numbers is 0, in layout %i", (layout) => {
    const input = laidOut([40, 333], layout === 1 ? {} : { order: [1, 0] });
    input.storage.data.fill(0.1 as never);
    const got = result([40]);
    fast.variance(got, input, 1, 332);
    for (const value of values(got)) expect(value).toBeGreaterThanOrEqual(0);
    expectClose(got, { ...got, storage: adopt(new Float32Array(40), float32, false) }, 1e-15);
  });
});
