import fc from "fast-check";
import { expect, test } from "vitest";
import { unstableSort, unstableTop } from "../../../../runtime/ops/reductions/unstableSort.ts";

function sorted(values: readonly number[]): number[] {
  const items = Uint32Array.from(values.keys());
  unstableSort(items, (left, right) => values[left]! < values[right]!);
  expect([...items].toSorted((a, b) => a - b)).toEqual([...values.keys()]);
  return [...items].map((item) => values[item]!);
}

test("every item comes once, and none before a smaller one", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 200 }), (values) => {
      expect(sorted(values)).toEqual(values.toSorted((a, b) => a - b));
    }),
    { numRuns: 50 },
  );
});

test("an order that quicksort divides as badly as can be is sorted in few comparisons", () => {
  // McIlroy's "A killer adversary for quicksort": the comparison decides the values as it is asked for them.
  const size = 512;
  const values = Array.from({ length: size }, () => size);
  let [decided, candidate, comparisons] = [0, 0, 0];
  const items = Uint32Array.from(values.keys());
  unstableSort(items, (left, right) => {
    comparisons++;
    if (values[left] === size && values[right] === size)
      values[left === candidate ? left : right] = decided++;
    if (values[left] === size) candidate = left;
    else if (values[right] === size) candidate = right;
    return values[left]! < values[right]!;
  });
  const found = [...items].map((item) => values[item]!);
  expect(found).toEqual(found.toSorted((a, b) => a - b));
  expect(comparisons).toBeLessThan(10 * size * Math.log2(size));
});

test("equal items of short lists keep their order", () => {
  const values = [1, 0, 1, 0, 1];
  const items = Uint32Array.from(values.keys());
  unstableSort(items, (left, right) => values[left]! < values[right]!);
  expect([...items]).toEqual([1, 3, 0, 2, 4]);
});

const rows = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 300 });

test("the first items are chosen, and sorted if they are to be, few of many and many alike", () => {
  fc.assert(
    fc.property(rows, fc.double({ min: 0, max: 1, noNaN: true }), (values, fraction) => {
      const count = Math.round(values.length * fraction ** 4);
      const wanted = values.toSorted((a, b) => a - b).slice(0, count);
      for (const inOrder of [true, false]) {
        const items = Uint32Array.from(values.keys());
        unstableTop(items, count, inOrder, (left, right) => values[left]! < values[right]!);
        expect(new Set(items).size).toBe(values.length);
        const found = [...items.subarray(0, count)].map((item) => values[item]!);
        expect(inOrder ? found : found.toSorted((a, b) => a - b)).toEqual(wanted);
      }
    }),
    { numRuns: 50 },
  );
});
