import fc from "fast-check";
import { expect, test } from "vitest";
import { bool, float32, int32, int64 } from "../../../../../runtime/dtype.ts";
import { describeWebGL, viewOf } from "../operands.ts";
import { disagreement } from "./compare.ts";

const reductions = ["sum", "mean", "prod", "amax", "amin", "any", "all"] as const;
const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });

describeWebGL("reductions", () => {
  test.each(reductions)("%s of any shape over any number of dimensions", (reduction) => {
    const output = reduction === "any" || reduction === "all" ? bool : float32;
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, pick) => {
        const rank = 1 + (pick % shape.length);
        const found = disagreement(({ backend, filled, empty }) => {
          const result = empty(shape.slice(0, shape.length - rank), output);
          backend.reduce(reduction, result, filled(shape), rank);
          return [result];
        });
        expect(found).toBeNull();
      }),
      { numRuns: 8 },
    );
  });

  test.each(reductions)("%s of many elements, one and a few", (reduction) => {
    const output = reduction === "any" || reduction === "all" ? bool : float32;
    for (const shape of [[10_007], [3, 5000]]) {
      const values = Array.from(
        { length: shape.at(-1)! * (shape.length === 2 ? 3 : 1) },
        (_, i) => 1 + ((i * 7919) % 100) / 1e5,
      );
      const found = disagreement(({ backend, filled, empty }) => {
        const result = empty(shape.slice(0, -1), output);
        backend.reduce(reduction, result, filled(shape, values), 1);
        return [result];
      });
      expect(found).toBeNull();
    }
  });

  test("over outer dimensions, which lie apart", () => {
    const found = disagreement(({ backend, filled, empty }) => {
      const input = filled([6, 70, 5, 7]);
      const moved = viewOf(input.storage, input.dtype, [70, 6, 5, 7], [35, 2450, 7, 1]);
      const result = empty([70]);
      backend.reduce("sum", result, moved, 3);
      return [result];
    });
    expect(found).toBeNull();
  });

  test("NaN and infinities are found by extremes and passed on by sums", () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    const values = [1, nan, 3, -infinity, 2, infinity, 0, -0, 5, nan, nan, 1];
    for (const reduction of reductions.slice(0, 5)) {
      const found = disagreement(({ backend, filled, empty }) => {
        const result = empty([4]);
        backend.reduce(reduction, result, filled([4, 3], values), 1);
        return [result];
      });
      expect(found).toBeNull();
    }
    for (const reduction of ["argmax", "argmin"] as const) {
      const found = disagreement(({ backend, filled, empty }) => {
        const [value, position] = [empty([4]), empty([4], int64)];
        backend.extremes(reduction, value, position, filled([4, 3], values), 1);
        return [value, position];
      });
      expect(found).toBeNull();
    }
  });

  test.each(["argmax", "argmin"] as const)(
    "%s takes the first of equals, among few and many",
    (reduction) => {
      for (const [rows, length] of [
        [3, 7],
        [1, 4096],
        [2, 1000],
      ] as const) {
        const values = Array.from({ length: rows * length }, (_, i) => (i * 31) % 17);
        const found = disagreement(({ backend, filled, empty }) => {
          const [alone, value, position] = [empty([rows], int64), empty([rows], int32), empty([rows], int64)];
          const input = filled([rows, length], values, int32);
          backend.argReduce(reduction, alone, input, 1);
          backend.extremes(reduction, value, position, input, 1);
          return [alone, value, position];
        });
        expect(found).toBeNull();
      }
    },
  );

  test("variances", () => {
    for (const shape of [
      [4, 5],
      [2, 3000],
    ]) {
      const found = disagreement(({ backend, filled, empty }) => {
        const result = empty([shape[0]!]);
        backend.variance(result, filled(shape), 1, shape[1]! - 1);
        return [result];
      });
      expect(found).toBeNull();
    }
  });

  test("sums of whole numbers are left to the processor, which has all of their digits", () => {
    const found = disagreement(({ backend, filled, empty }) => {
      const result = empty([], int64);
      backend.reduce("sum", result, filled([2], [2 ** 24, 1], int64), 1);
      return [result];
    });
    expect(found).toMatchObject([{ name: "reduce sum (int64)", count: 1 }]);
  });
});
