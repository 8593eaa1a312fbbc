/** Copies and conversions by kernels against those in JavaScript, over layouts and dtypes. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { View } from "../../../../../runtime/backends/backend.ts";
import { copy } from "../../../../../runtime/backends/cpu/copying/copy.ts";
import { adopt, allocate } from "../../../../../runtime/backends/cpu/memory/storage.ts";
import { copy as copyInJavaScript } from "../../../../../runtime/backends/cpu/reference/copy.ts";
import {
  allocateArray,
  dtypes,
  readElement,
  writeElement,
  type DType,
  type DTypeName,
} from "../../../../../runtime/dtype.ts";
import { contiguousStrides, numel, type Shape } from "../../../../../runtime/shape.ts";

const specials = [NaN, Infinity, -Infinity, -0, 0, 1e-40, 3e9, -3e9, 2 ** 31, 1e20, 255.9, 300, -1.7];

function elements(dtype: DType, count: number): ReturnType<typeof allocateArray> {
  const data = allocateArray(dtype, count);
  for (let i = 0; i < count; i++) {
    const whole = Math.imul(i + 1, 2_654_435_761) >> 12;
    const write = (value: number | bigint): void => writeElement(dtype, data, i, value);
    if (dtype.name === "bool") write(whole & 1);
    else if (dtype.name === "int64") write(BigInt(whole) * 123_456_789n);
    else if (!dtype.is_floating_point) write(whole);
    else write(i % 5 === 0 ? specials[(i / 5) % specials.length]! : whole / 64);
  }
  return data;
}

/** A view of `shape` whose memory has the dimensions in the order of `order`, with gaps of `step`. */
function laidOut(dtype: DType, shape: Shape, order: readonly number[], step: number, offset: number): View {
  const strides: number[] = [];
  let stride = step;
  for (const dim of order.filter((dim) => dim < shape.length).toReversed()) {
    strides[dim] = stride;
    stride *= shape[dim]!;
  }
  return {
    storage: adopt(elements(dtype, stride + offset), dtype, false),
    dtype,
    shape,
    strides,
    offset,
  };
}

function empty(dtype: DType, shape: Shape): View {
  return {
    storage: allocate(dtype, numel(shape)),
    dtype,
    shape,
    strides: contiguousStrides(shape),
    offset: 0,
  };
}

function numbersOf({ storage, dtype }: View): unknown[] {
  return Array.from({ length: storage.length }, (_, i) => readElement(dtype, storage.data, i));
}

/** The two results, which must be the same to the last bit. */
function bothWays(into: DType, source: View): [got: unknown[], expected: unknown[]] {
  const [got, expected] = [empty(into, source.shape), empty(into, source.shape)];
  copy(got, source);
  copyInJavaScript(expected, source);
  return [numbersOf(got), numbersOf(expected)];
}

const names = Object.keys(dtypes) as DTypeName[]; // the keys of that table

test.each(names.flatMap((from) => names.map((to) => [from, to] as const)))(
  "%s becomes %s as in JavaScript, for many sizes",
  (from, to) => {
    for (const size of [0, 1, 5, 8, 17, 33, 65, 1000]) {
      const [got, expected] = bothWays(dtypes[to], laidOut(dtypes[from], [size], [0], 1, 0));
      expect(got).toEqual(expected);
    }
  },
);

test("any order of dimensions, gaps and offsets are followed", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.constantFrom(...names),
      fc.array(fc.constantFrom(1, 2, 3, 8, 9, 66, 130), { minLength: 1, maxLength: 4 }),
      fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      fc.constantFrom(1, 1, 2),
      fc.integer({ min: 0, max: 3 }),
      fc.boolean(),
      (from, to, shape, order, step, offset, sameDtype) => {
        fc.pre(numel(shape) < 60_000);
        const source = laidOut(dtypes[from], shape, order, step, offset);
        const [got, expected] = bothWays(sameDtype ? dtypes[from] : dtypes[to], source);
        expect(got).toEqual(expected);
      },
    ),
    { numRuns: 200 },
  );
});

test("matrices whose sides are no multiples of a block are exchanged", () => {
  for (const name of ["float32", "float64"] as const)
    for (const shape of [
      [8, 8],
      [63, 65],
      [64, 64],
      [130, 9],
      [9, 200],
      [3, 67, 70],
    ]) {
      const source = laidOut(dtypes[name], shape, [0, ...[...shape.keys()].slice(1).toReversed()], 1, 0);
      const turned = laidOut(dtypes[name], shape, [...shape.keys()].toReversed(), 1, 0);
      for (const each of [source, turned]) {
        const [got, expected] = bothWays(dtypes[name], each);
        expect(got).toEqual(expected);
      }
    }
});

test("a copy into part of a storage leaves the rest alone", () => {
  for (const name of ["float32", "float64", "uint8"] as const) {
    const dtype = dtypes[name];
    const [rows, columns] = [70, 33];
    const storage = adopt(elements(dtype, rows * 40 + 8), dtype, false);
    const before = storage.data.slice();
    const target: View = { storage, dtype, shape: [rows, columns], strides: [40, 1], offset: 3 };
    const source = laidOut(dtype, [rows, columns], [1, 0], 1, 0);
    copy(target, source);
    const after = storage.data;
    for (let i = 0; i < after.length; i++) {
      const [row, column] = [Math.floor((i - 3) / 40), (i - 3) % 40];
      const inside = i >= 3 && row < rows && column < columns;
      expect(after[i]).toBe(inside ? source.storage.data[column * rows + row] : before[i]);
    }
  }
});
