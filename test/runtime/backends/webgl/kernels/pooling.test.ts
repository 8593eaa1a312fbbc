import fc from "fast-check";
import { expect, test } from "vitest";
import { int32 } from "../../../../../runtime/dtype.ts";
import {
  adaptiveWindows,
  averageWindows,
  maxWindows,
} from "../../../../../runtime/ops/spatial/poolingWindows.ts";
import { describeWebGL } from "../operands.ts";
import { disagreement } from "./compare.ts";

interface Along {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

const along: fc.Arbitrary<Along> = fc
  .record({
    size: fc.integer({ min: 5, max: 12 }),
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.integer({ min: 0, max: 1 }),
    dilation: fc.integer({ min: 1, max: 2 }),
  })
  // Padding is at most half of the kernel.
  .filter(({ kernel, padding }) => 2 * padding <= kernel);

const special = [Number.NaN, Number.NEGATIVE_INFINITY, 3, 3, Number.NEGATIVE_INFINITY];

describeWebGL("pooling", () => {
  test.each([false, true])("the largest of each window, and back, with special numbers: %s", (isSpecial) => {
    fc.assert(
      fc.property(along, along, (down, over) => {
        const windows = {
          rows: maxWindows(down.size, down, false),
          columns: maxWindows(over.size, over, false),
        };
        const [fine, coarse] = [
          [3, down.size, over.size],
          [3, windows.rows.start.length, windows.columns.start.length],
        ];
        const count = 3 * down.size * over.size;
        const values = Array.from({ length: count }, (_, i) =>
          isSpecial ? special[(i * 7) % 5]! : (i * 31) % 23,
        );
        const found = disagreement(({ backend, filled, empty }) => {
          const [output, positions, picked, back] = [
            empty(coarse),
            empty(coarse, int32),
            empty(coarse),
            empty(fine),
          ];
          backend.maxPool(output, positions, filled(fine, values), windows);
          backend.maxPoolPick(picked, filled(fine), positions);
          backend.maxPoolSpread(back, filled(coarse), positions, windows);
          return [output, positions, picked, back];
        });
        expect(found).toBeNull();
      }),
      { numRuns: 8 },
    );
  });

  test("means of windows and of adaptive ones, and back", () => {
    fc.assert(
      fc.property(
        along,
        along,
        fc.integer({ min: 1, max: 6 }),
        fc.boolean(),
        (down, over, outputs, isAdaptive) => {
          const [rows, columns] = [down, over].map((sizes) =>
            isAdaptive
              ? adaptiveWindows(sizes.size, outputs)
              : averageWindows(sizes.size, sizes, false, true),
          );
          const windows = { rows: rows!, columns: columns! };
          const [fine, coarse] = [
            [2, down.size, over.size],
            [2, rows!.start.length, columns!.start.length],
          ];
          const found = disagreement(({ backend, filled, empty }) => {
            const [output, back] = [empty(coarse), empty(fine)];
            backend.averagePool(output, filled(fine), windows);
            backend.averagePoolSpread(back, filled(coarse), windows);
            return [output, back];
          });
          expect(found).toBeNull();
        },
      ),
      { numRuns: 10 },
    );
  });
});
