import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { View } from "../../../../../runtime/backends/backend.ts";
import { adopt, allocate } from "../../../../../runtime/backends/cpu/memory/storage.ts";
import { pooling } from "../../../../../runtime/backends/cpu/pooling/index.ts";
import { referencePooling } from "../../../../../runtime/backends/cpu/pooling/reference.ts";
import type { PoolingBackend } from "../../../../../runtime/backends/pooling.ts";
import { allocateArray, float32, float64, int32, type DType } from "../../../../../runtime/dtype.ts";
import {
  adaptiveWindows,
  averageWindows,
  maxWindows,
} from "../../../../../runtime/ops/spatial/poolingWindows.ts";
import { contiguousStrides, numel, type Shape } from "../../../../../runtime/shape.ts";

const guard = 12345;
const special = [NaN, Infinity, -Infinity, -0, 0, 1e-40, 3, 3];

/** Numbers with an offset; every few are special. */
function random(shape: Shape, dtype: DType, seed: number, withSpecial: boolean): View {
  const data = allocateArray(dtype, numel(shape) + 5);
  for (let i = 0; i < data.length; i++) {
    const value = Math.sin(i * 12.9898 + seed);
    const chosen = withSpecial && i % 5 === 0 ? special[(i / 5) % special.length]! : value;
    data[i] = chosen as never; // a dtype of fractions
  }
  return { storage: adopt(data, dtype, false), dtype, shape, strides: contiguousStrides(shape), offset: 3 };
}

/** Room for a result, between guards. */
function room(shape: Shape, dtype: DType): View {
  const storage = allocate(dtype, numel(shape) + 9);
  storage.data.fill(guard as never); // not int64
  return { storage, dtype, shape, strides: contiguousStrides(shape), offset: 4 };
}

interface Case {
  readonly dtype: DType;
  readonly shape: readonly [number, number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: number;
  readonly ceil: boolean;
  readonly special: boolean;
}

/** Everything that the backend writes for one case. */
function results(backend: PoolingBackend, c: Case): number[][] {
  const [planes, height, width] = c.shape;
  const sizes = ([0, 1] as const).map((dim) => ({
    kernel: c.kernel[dim],
    stride: c.stride[dim],
    padding: Math.min(c.padding[dim], Math.floor(c.kernel[dim] / 2)),
    dilation: c.dilation,
  }));
  const rows = maxWindows(height, sizes[0]!, c.ceil);
  const columns = maxWindows(width, sizes[1]!, c.ceil);
  const coarse = [planes, rows.start.length, columns.start.length];
  if (coarse.includes(0)) return [];
  const input = random(c.shape, c.dtype, 1, c.special);
  const grad = random(coarse, c.dtype, 2, false);
  const [values, positions] = [room(coarse, c.dtype), room(coarse, int32)];
  backend.maxPool(values, positions, input, { rows, columns });
  const [spread, pick] = [room(c.shape, c.dtype), room(coarse, c.dtype)];
  backend.maxPoolSpread(spread, grad, positions, { rows, columns });
  backend.maxPoolPick(pick, input, positions);
  const averaging = {
    rows: averageWindows(height, { ...sizes[0]!, dilation: 1 }, c.ceil, true),
    columns: averageWindows(width, { ...sizes[1]!, dilation: 1 }, c.ceil, false),
  };
  const averagedShape = [planes, averaging.rows.start.length, averaging.columns.start.length];
  const averaged = room(averagedShape, c.dtype);
  backend.averagePool(averaged, input, averaging);
  const shared = room(c.shape, c.dtype);
  backend.averagePoolSpread(shared, random(averagedShape, c.dtype, 3, false), averaging);
  const even = { rows: adaptiveWindows(height, 3), columns: adaptiveWindows(width, 2) };
  const adaptive = room([planes, 3, 2], c.dtype);
  backend.averagePool(adaptive, input, even);
  return [values, positions, spread, pick, averaged, shared, adaptive].map((view) =>
    Array.from(view.storage.data, Number),
  );
}

/** Where the kernels and the plain loops differ by more than rounding. */
function differences(c: Case): string[] {
  const [got, expected] = [results(pooling, c), results(referencePooling, c)];
  const tolerance = c.dtype === float32 ? 1e-6 : 1e-14;
  const agree = (x: number, y: number): boolean =>
    Object.is(x, y) || Math.abs(x - y) <= tolerance * (1 + Math.abs(y));
  return expected.flatMap((list, which) =>
    list.flatMap((y, i) =>
      agree(got[which]![i]!, y) ? [] : [`${which}[${i}]: ${got[which]![i]}, not ${y}`],
    ),
  );
}

const anyCase: fc.Arbitrary<Case> = fc
  .record({
    dtype: fc.constantFrom(float32, float64),
    shape: fc.tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 35 }),
    ),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    padding: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
    dilation: fc.integer({ min: 1, max: 2 }),
    ceil: fc.boolean(),
    special: fc.boolean(),
  })
  .filter(({ shape, kernel }) => kernel[0] <= shape[1] && kernel[1] <= shape[2]);

describe("the kernels of pooling agree with the plain loops", () => {
  test("for windows of every kind", () => {
    fc.assert(
      fc.property(anyCase, (c) => {
        expect(differences(c)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  const widths = [2, 3, 7, 8, 9, 10, 15, 16, 17, 28, 31, 33, 64, 65];
  test.each(widths)("for windows of 2×2 side by side, in rows of %i numbers", (width) => {
    for (const ceil of [false, true])
      for (const height of [2, 5, 8]) {
        const c: Case = {
          dtype: float32,
          shape: [3, height, width],
          kernel: [2, 2],
          stride: [2, 2],
          padding: [0, 0],
          dilation: 1,
          ceil,
          special: true,
        };
        expect(differences(c)).toEqual([]);
      }
  });
});
