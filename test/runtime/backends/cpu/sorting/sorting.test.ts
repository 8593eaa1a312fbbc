/** Sorting kernels against the sort of the language, whose order is stable as well. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { View } from "../../../../../runtime/backends/backend.ts";
import { adopt, allocate } from "../../../../../runtime/backends/cpu/memory/storage.ts";
import { sorting } from "../../../../../runtime/backends/cpu/sorting/index.ts";
import {
  allocateArray,
  bool,
  dtypes,
  float32,
  float64,
  int32,
  int64,
  uint8,
  type DType,
  type Element,
} from "../../../../../runtime/dtype.ts";

function matrix(dtype: DType, rows: number, columns: number, data?: readonly Element[]): View {
  const storage = allocate(dtype, rows * columns);
  if (data !== undefined) {
    const array = allocateArray(dtype, data.length);
    array.set(data as never); // the caller's elements are of the dtype
    return matrixOf(adopt(array, dtype, false), dtype, rows, columns);
  }
  return matrixOf(storage, dtype, rows, columns);
}

function matrixOf(storage: View["storage"], dtype: DType, rows: number, columns: number): View {
  return { storage, dtype, shape: [rows, columns], strides: [columns, 1], offset: 0 };
}

/** −1, 0 or 1: NaN above everything, both zeros equal. */
function compare(a: Element, b: Element): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return Number(a > b) - Number(a < b);
}

/** Places in order, row by row. */
function expectedOrder(data: readonly Element[], columns: number, descending: boolean): number[][] {
  const rows = columns === 0 ? 0 : data.length / columns;
  return Array.from({ length: rows }, (_, row) => {
    const own = data.slice(row * columns, (row + 1) * columns);
    const sign = descending ? -1 : 1;
    return [...own.keys()].toSorted((a, b) => sign * compare(own[a]!, own[b]!));
  });
}

/** Elements as text, so that −0 and NaN are told apart. */
function texts(values: Iterable<Element>): string[] {
  return Array.from(values, (value) => (Object.is(value, -0) ? "-0" : String(value)));
}

function check(dtype: DType, data: readonly Element[], columns: number, descending: boolean): void {
  const rows = data.length / columns;
  const input = matrix(dtype, rows, columns, data);
  const held = [...(input.storage.data as Iterable<Element>)];
  const order = expectedOrder(held, columns, descending);
  const [values, indices] = [matrix(dtype, rows, columns), matrix(int64, rows, columns)];
  sorting.sortRows(values, indices, input, descending);
  expect([...indices.storage.data].map(Number)).toEqual(order.flat());
  const inOrder = order.flatMap((places, row) => places.map((place) => held[row * columns + place]!));
  expect(texts(values.storage.data)).toEqual(texts(inOrder));
  const k = Math.ceil(columns / 2);
  const [first, where] = [matrix(dtype, rows, k), matrix(int64, rows, k)];
  sorting.topRows(first, where, input, descending);
  expect([...where.storage.data].map(Number)).toEqual(order.flatMap((places) => places.slice(0, k)));
}

const special = [
  NaN,
  -NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  5e-324,
  -5e-324,
  1e-40,
  -1e-40,
  3.4e38,
  -3.4e38,
];
const fractions = fc.oneof(fc.constantFrom(...special), fc.double(), fc.integer({ min: -3, max: 3 }));
const elements: readonly (readonly [DType, fc.Arbitrary<Element>])[] = [
  [float32, fractions],
  [float64, fractions],
  [int32, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })],
  [int64, fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -2n, max: 2n }))],
  [uint8, fc.integer({ min: 0, max: 255 })],
  [bool, fc.integer({ min: 0, max: 1 })],
];

describe.each(elements.map(([dtype, element]) => ({ name: dtype.name, dtype, element })))(
  "rows of $name",
  ({ dtype, element }) => {
    test.each([1, 2, 3, 23, 24, 25, 26, 63, 200])(
      "of %i elements come in order, equals as they were",
      (columns) => {
        expect.hasAssertions();
        const rows = fc.array(element, { minLength: 2 * columns, maxLength: 2 * columns });
        fc.assert(
          fc.property(rows, fc.boolean(), (data, descending) => check(dtype, data, columns, descending)),
          { numRuns: 12 },
        );
      },
    );

    test.each([2048, 2049, 5000])("of %i elements are sorted by digits of either size", (columns) => {
      expect.hasAssertions();
      const data = Array.from({ length: columns }, (_, i) => {
        const value = Math.floor(Math.sin(i * i) * 2 ** 30);
        const small = Math.abs(value) % (dtype === bool ? 2 : 256);
        return dtype === int64 ? BigInt(value) * 5_000_000_029n : dtype.is_signed ? value : small;
      });
      check(dtype, data, columns, false);
      check(dtype, data, columns, true);
    });
  },
);

test("a row that is larger than a thread's memory is sorted too", () => {
  const columns = 600_000;
  const data = Float32Array.from({ length: columns }, (_, i) => Math.sin(i * 7.7));
  const input = matrixOf(adopt(data.slice(), float32, false), float32, 1, columns);
  const [values, indices] = [matrix(float32, 1, columns), matrix(int64, 1, columns)];
  sorting.sortRows(values, indices, input, false);
  // Comparing as the assertion does takes seconds.
  const found = values.storage.data;
  expect(data.toSorted().findIndex((value, i) => value !== found[i])).toBe(-1);
});

test("there is a way to sort every dtype that no wider one stands in for", () => {
  const sorted = Object.values(dtypes).filter(({ wider }) => wider === null);
  expect(elements.map(([dtype]) => dtype.name).toSorted()).toEqual(sorted.map(({ name }) => name).toSorted());
});
