import fc from "fast-check";
import { expect, test } from "vitest";
import { quickSelect } from "../../../../runtime/ops/reductions/quickSelect.ts";

const rows = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 300 });

test("quick selection puts the right element at its rank", () => {
  fc.assert(
    fc.property(rows, fc.nat(), (values, number) => {
      const rank = number % values.length;
      const items = Uint32Array.from(values.keys());
      quickSelect(items, rank, (left, right) => values[left]! > values[right]!);
      expect(values[items[rank]!]).toBe(values.toSorted((a, b) => a - b)[rank]);
    }),
    { numRuns: 50 },
  );
});
