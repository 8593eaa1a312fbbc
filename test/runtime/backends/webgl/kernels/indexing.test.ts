import { expect, test } from "vitest";
import { float32, int64 } from "../../../../../runtime/dtype.ts";
import { both, describeWebGL, operand, result, viewOf } from "../operands.ts";
import { disagreement } from "./compare.ts";

describeWebGL("indexing", () => {
  test("rows of a table, with positions from the end", () => {
    const found = disagreement(({ backend, filled, empty }) => {
      const table = filled([6, 5]);
      const positions = filled([2, 3], [0, 5, -1, 2, 2, -6], int64);
      const spread = viewOf(positions.storage, int64, [2, 3, 5], [3, 1, 0]);
      const output = empty([2, 3, 5]);
      const view = viewOf(table.storage, float32, [2, 3, 5], [0, 0, 1]);
      const coordinates = [{ positions: spread, size: 6, stride: 5, wraps: true }];
      expect(backend.take(output, { view, coordinates })).toBe(true);
      return [output];
    });
    expect(found).toBeNull();
  });

  test("two coordinates at once", () => {
    const found = disagreement(({ backend, filled, empty }) => {
      const table = filled([4, 7]);
      const [rows, columns] = [filled([5], [3, 0, 1, 1, 2], int64), filled([5], [6, 0, 3, 3, 1], int64)];
      const output = empty([5]);
      const coordinates = [
        { positions: rows, size: 4, stride: 7, wraps: false },
        { positions: columns, size: 7, stride: 1, wraps: false },
      ];
      expect(backend.take(output, { view: viewOf(table.storage, float32, [5], [0]), coordinates })).toBe(
        true,
      );
      return [output];
    });
    expect(found).toBeNull();
  });

  test("a position out of range is found, and one outside of the part that is used is not", () => {
    const [, device] = both;
    const table = operand(device, [1, 2, 3], [3]);
    const positions = operand(device, [7, 1, 2], [3], int64);
    const take = (offset: number): boolean => {
      const coordinates = [
        { positions: viewOf(positions.storage, int64, [2], [1], offset), size: 3, stride: 1, wraps: false },
      ];
      return device.take(result(device, [2]), {
        view: viewOf(table.storage, float32, [2], [0]),
        coordinates,
      });
    };
    expect([take(0), take(1)]).toEqual([false, true]);
  });

  test.each([true, false])("the upper triangle: %s", (upper) => {
    for (const diagonal of [-2, 0, 1]) {
      const found = disagreement(({ backend, filled, empty }) => {
        const output = empty([3, 4, 5]);
        backend.triangle(output, filled([3, 4, 5]), diagonal, upper);
        return [output];
      });
      expect(found).toBeNull();
    }
  });

  test.each(["replace", "sum", "prod", "amax", "amin"] as const)(
    "writing to rows, some of them twice: %s",
    (combine) => {
      const found = disagreement(({ backend, filled }) => {
        const table = filled([7, 5]);
        const positions = filled([2, 3], [0, 5, -1, 2, 2, 0], int64);
        const spread = viewOf(positions.storage, int64, [2, 3, 5], [3, 1, 0]);
        const view = viewOf(table.storage, float32, [2, 3, 5], [0, 0, 1]);
        const coordinates = [{ positions: spread, size: 7, stride: 5, wraps: true }];
        expect(backend.put({ view, coordinates }, filled([2, 3, 5]), combine)).toBe(true);
        return [table];
      });
      expect(found).toBeNull();
    },
  );

  test("writing single elements, by two coordinates, into a part of a storage", () => {
    const found = disagreement(({ backend, filled }) => {
      const table = filled([4, 7]);
      const [rows, columns] = [filled([5], [2, 0, 1, 1, 2], int64), filled([5], [5, 0, 3, 3, 5], int64)];
      const coordinates = [
        { positions: rows, size: 3, stride: 7, wraps: false },
        { positions: columns, size: 6, stride: 1, wraps: false },
      ];
      const view = viewOf(table.storage, float32, [5], [0], 8);
      expect(backend.put({ view, coordinates }, filled([5]), "sum")).toBe(true);
      return [table];
    });
    expect(found).toBeNull();
  });
});
