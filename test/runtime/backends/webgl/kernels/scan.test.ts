import { expect, test } from "vitest";
import { int64 } from "../../../../../runtime/dtype.ts";
import { describeWebGL } from "../operands.ts";
import { disagreement } from "./compare.ts";

const shapes = [{ shape: [2, 7, 3] }, { shape: [1, 1, 4] }, { shape: [3, 33, 1] }];

describeWebGL("scans", () => {
  test.each(shapes)("running sums and products of $shape, from either end", ({ shape }) => {
    for (const kind of ["sum", "prod"] as const)
      for (const reverse of [false, true]) {
        const values = Array.from(
          { length: shape.reduce((a, b) => a * b, 1) },
          (_, i) => 0.7 + ((i * 7) % 5) / 8,
        );
        const found = disagreement(({ backend, filled, empty }) => {
          const output = empty(shape);
          backend.scan(kind, output, filled(shape, values), reverse);
          return [output];
        }, 1e-3);
        expect(found).toBeNull();
      }
  });

  test.each(shapes)(
    "running sums of whole numbers of $shape, where no sum leaves what textures hold",
    ({ shape }) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const values = Array.from({ length: count }, (_, i) => ((i * 7) % 5) - 2);
      const found = disagreement(({ backend, filled, empty }) => {
        const output = empty(shape, int64);
        backend.scan("sum", output, filled(shape, values, int64), false);
        return [output];
      });
      expect(found).toBeNull();
      const large = disagreement(({ backend, filled, empty }) => {
        const output = empty([1, 2, 1], int64);
        backend.scan("sum", output, filled([1, 2, 1], [2 ** 24 - 1, 3], int64), false);
        return [output];
      });
      expect(large).toEqual([expect.objectContaining({ count: 1 })]);
    },
  );

  test.each(shapes)(
    "running extremes of $shape with equal numbers and NaN, and where they are",
    ({ shape }) => {
      for (const kind of ["max", "min"] as const)
        for (const special of [3, Number.NaN]) {
          const count = shape.reduce((a, b) => a * b, 1);
          const values = Array.from({ length: count }, (_, i) => (i % 11 === 8 ? special : (i * 7) % 5));
          const found = disagreement(({ backend, filled, empty }) => {
            const [output, places] = [empty(shape), empty(shape, int64)];
            backend.scanExtreme(kind, output, places, filled(shape, values));
            return [output, places];
          });
          expect(found).toBeNull();
        }
    },
  );
});
