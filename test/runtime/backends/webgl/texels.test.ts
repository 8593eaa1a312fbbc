import * as fc from "fast-check";
import { expect, test } from "vitest";
import { lastOf, regionOf, type Region } from "../../../../runtime/backends/webgl/access.ts";
import { copy } from "../../../../runtime/backends/webgl/copying.ts";
import { counts } from "../../../../runtime/backends/webgl/graphics.ts";
import { piecesOf } from "../../../../runtime/backends/webgl/pieces.ts";
import type { View } from "../../../../runtime/backends/backend.ts";
import { float32 } from "../../../../runtime/dtype.ts";
import { E, input } from "../../../../runtime/expression.ts";
import { both, describeWebGL, numbersOf, operand, result, viewOf } from "./operands.ts";

const webgl = both[1];

const count = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** A matrix within a storage, whose sizes and distances are as often multiples of four as not. */
interface Placed {
  readonly rows: number;
  readonly columns: number;
  readonly gap: number;
  readonly offset: number;
  readonly isTransposed: boolean;
}

const sizes = fc.constantFrom(1, 2, 3, 4, 5, 8, 12);
const placed: fc.Arbitrary<Placed> = fc.record({
  rows: sizes,
  columns: sizes,
  gap: fc.constantFrom(0, 0, 1, 4),
  offset: fc.constantFrom(0, 0, 1, 4, 6),
  isTransposed: fc.boolean(),
});

function place(whole: View, { rows, columns, gap, offset, isTransposed }: Placed): View {
  const { storage, dtype } = whole;
  return isTransposed
    ? viewOf(storage, dtype, [columns, rows], [1, columns + gap], offset)
    : viewOf(storage, dtype, [rows, columns], [columns + gap, 1], offset);
}

function lengthFor({ rows, columns, gap, offset }: Placed): number {
  return offset + rows * (columns + gap) + 3;
}

/** The elements of a region, in order. */
function elementsOf({ sizes, strides, offset }: Region): number[] {
  return sizes.reduce<number[]>(
    (found, size, dim) => found.flatMap((at) => count(size).map((i) => at + i * strides[dim]!)),
    [offset],
  );
}

test("the pieces of a region write each of its elements once, and no other", () => {
  const extent = { rows: 16, columns: 4 };
  fc.assert(
    fc.property(placed, (spec) => {
      const region = regionOf(place(operand(both[0], [], []), spec))!;
      const written = piecesOf(region, extent).flatMap(({ region: own, area, lane }) => {
        const isInside = (element: number): boolean => {
          const [column, row] = [Math.floor(element / 4) % 4, Math.floor(element / 16)];
          const isDrawn = column >= area.column && column < area.column + area.columns;
          return isDrawn && row >= area.row && row < area.row + area.rows;
        };
        const all = elementsOf(own);
        expect(lane !== null || all.every(isInside)).toBe(true);
        return all.filter((element) => isInside(element) && (lane === null || element % 4 === lane));
      });
      expect(written.toSorted((a, b) => a - b)).toEqual(elementsOf(region).toSorted((a, b) => a - b));
      expect(lastOf(region)).toBeLessThan(extent.rows * 16);
    }),
  );
});

describeWebGL("texels", () => {
  test("are read whole where an operand lies in them, and element by element where it does not", () => {
    fc.assert(
      fc.property(placed, placed, (first, other) => {
        const shape = place(operand(both[0], [], []), first).shape;
        const second = {
          ...other,
          rows: first.rows,
          columns: first.columns,
          isTransposed: first.isTransposed,
        };
        const [expected, actual] = both.map((backend) => {
          const output = result(backend, shape);
          const operands = [first, second].map((spec) => {
            const length = lengthFor(spec);
            return place(operand(backend, count(length), [length]), spec);
          });
          const row = operand(backend, count(shape[1]!), [shape[1]!]);
          const column = operand(backend, count(shape[0]!), [shape[0]!, 1]);
          const sum = E.add(E.add(input(0), E.mul(input(1), 100)), E.sub(input(2), E.mul(input(3), 0.5)));
          backend.pointwise(sum, float32, output, [...operands, row, column]);
          return numbersOf(output);
        });
        expect(actual).toEqual(expected);
      }),
      { numRuns: 16 },
    );
  });

  test("are written in part, and their other elements stay, whatever the source is", () => {
    fc.assert(
      fc.property(placed, fc.boolean(), (spec, isRow) => {
        const [expected, actual] = both.map((backend) => {
          const length = lengthFor(spec);
          const target = operand(backend, count(length), [length]);
          const part = place(target, spec);
          const shape = isRow ? [part.shape[1]!] : part.shape;
          const source = operand(backend, count(shape.reduce((a, b) => a * b)), shape);
          backend.pointwise(E.add(E.mul(input(0), 100), 7), float32, part, [source]);
          backend.pointwise(E.neg(input(0)), float32, part, [part]);
          return numbersOf(target);
        });
        expect(actual).toEqual(expected);
      }),
      { numRuns: 16 },
    );
  });

  test("of a whole storage are shared by a copy", () => {
    const x = operand(webgl, count(12), [3, 4]);
    webgl.pointwise(E.exp(input(0)), float32, x, [x]);
    numbersOf(x);
    const y = result(webgl, [3, 4]);
    const before = counts.passes;
    copy(y, x);
    expect(numbersOf(y)).toEqual(numbersOf(x));
    expect(counts.passes).toBe(before);
  });
});
