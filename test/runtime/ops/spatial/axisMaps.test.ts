import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { float64 } from "../../../../runtime/dtype.ts";
import torch, { F } from "../../../../runtime/index.ts";
import { axisMap, inSixteenBits, transposeMap } from "../../../../runtime/ops/spatial/axisMaps.ts";
import {
  cubicMap,
  linearMap,
  smoothingMap,
  triangleFilter,
} from "../../../../runtime/ops/spatial/interpolationMaps.ts";
import type { AxisMap } from "../../../../runtime/backends/resampling.ts";

/** The map as a matrix, row by row. */
function matrix({ inputSize, outputSize, begins, sources, weights }: AxisMap): number[][] {
  return Array.from({ length: outputSize }, (_, i) => {
    const row = Array.from<number>({ length: inputSize }).fill(0);
    for (let k = begins[i]!; k < begins[i + 1]!; k++) row[sources[k]!]! += weights[k]!;
    return row;
  });
}

const sizes = fc.record({
  inputSize: fc.integer({ min: 1, max: 9 }),
  outputSize: fc.integer({ min: 1, max: 9 }),
});

describe("a map along one dimension", () => {
  test("is transposed as a matrix is", () => {
    fc.assert(
      fc.property(
        sizes,
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 9 }),
        (size, numbers) => {
          const map = axisMap(size.inputSize, size.outputSize, (position) =>
            numbers.map((weight, k) => [(k * 5 + position) % size.inputSize, weight]),
          );
          const columns = matrix(transposeMap(map));
          matrix(map).forEach((row, i) =>
            row.forEach((value, j) => expect(columns[j]![i]).toBeCloseTo(value, 12)),
          );
        },
      ),
    );
  });

  test("gives weights that sum to one, whatever the sizes", () => {
    fc.assert(
      fc.property(sizes, fc.boolean(), (size, alignCorners) => {
        const axis = { ...size, rank: 2, factor: null, alignCorners, dtype: float64 };
        for (const map of [linearMap(axis), cubicMap(axis), smoothingMap(axis, triangleFilter)])
          for (const row of matrix(map)) expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      }),
    );
  });

  test("in sixteen bits has weights that are within a 16,000th", () => {
    const map = axisMap(3, 1, () => [
      [0, 0.3],
      [1, 0.6],
      [2, 0.1],
    ]);
    inSixteenBits(map).weights.forEach((weight, k) =>
      expect(Math.abs(weight - map.weights[k]!)).toBeLessThan(1 / 16_000),
    );
  });
});

test("bytes are interpolated with rounding, and stay bytes", () => {
  const image = torch.tensor([0, 255, 255, 0], { dtype: torch.uint8 }).reshape(1, 1, 2, 2);
  const result = F.interpolate(image, [3, 3], { mode: "bilinear", align_corners: true });
  expect(result.dtype).toBe(torch.uint8);
  expect(result.index(0, 0, 1).tolist()).toEqual([128, 128, 128]);
});
