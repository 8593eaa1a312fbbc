/** Running sums, products and extremes against plain loops in float64. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { View } from "../../../../../runtime/backends/backend.ts";
import { adopt, allocate } from "../../../../../runtime/backends/cpu/memory/storage.ts";
import { scanning } from "../../../../../runtime/backends/cpu/scan/index.ts";
import { float32, float64, int32, int64, uint8, type DType } from "../../../../../runtime/dtype.ts";

type Shape3 = readonly [outer: number, n: number, inner: number];

function view(storage: View["storage"], dtype: DType, shape: Shape3): View {
  return { storage, dtype, shape, strides: [shape[1] * shape[2], shape[2], 1], offset: 0 };
}

function empty(dtype: DType, shape: Shape3): View {
  return view(allocate(dtype, shape[0] * shape[1] * shape[2]), dtype, shape);
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
} as const;

function filled(dtype: DType, shape: Shape3, values: readonly number[]): View {
  const data =
    dtype === int64
      ? BigInt64Array.from(values, BigInt)
      : arrays[dtype.name as keyof typeof arrays].from(values); // int64 is taken above, and bool is not used here
  return view(adopt(data, dtype, false), dtype, shape);
}

/** Calls `visit` with the positions along each line that is scanned, in order. */
function forEachLine([outer, n, inner]: Shape3, visit: (line: number[]) => void): void {
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) visit(Array.from({ length: n }, (_, row) => (o * n + row) * inner + i));
}

function scanned(values: readonly number[], shape: Shape3, kind: "sum" | "prod", reverse: boolean): number[] {
  const result: number[] = [];
  forEachLine(shape, (line) => {
    let total = kind === "sum" ? 0 : 1;
    for (const at of reverse ? line.toReversed() : line)
      result[at] = total = kind === "sum" ? total + values[at]! : total * values[at]!;
  });
  return result;
}

const shapes: readonly Shape3[] = [
  [1, 1, 1],
  [3, 7, 1],
  [1, 1000, 1],
  [2, 5, 3],
  [1, 4, 256],
  [2, 3, 257],
  [1, 2, 600],
  [5, 1, 9],
];

describe.each([float32, float64, int64])("running %s", (dtype) => {
  test.each(shapes)("sums and products of [%i, %i, %i], from either end", (...shape) => {
    const count = shape[0] * shape[1] * shape[2];
    const values = Array.from({ length: count }, (_, i) =>
      dtype === int64 ? ((i * 7) % 5) - 2 : Math.fround(1 + Math.sin(i + 1) / 8),
    );
    for (const kind of ["sum", "prod"] as const)
      for (const reverse of [false, true]) {
        const output = empty(dtype, shape);
        scanning.scan(kind, output, filled(dtype, shape, values), reverse);
        const exact = scanned(values, shape, kind, reverse);
        const round = dtype === float32 ? Math.fround : (value: number): number => value;
        if (dtype === int64 && kind === "prod" && exact.some((value) => Math.abs(value) > 2 ** 53)) continue;
        expect(
          Array.from(output.storage.data as Iterable<number | bigint>, (value) => Number(value) + 0),
        ).toEqual(exact.map((value) => round(value) + 0));
      }
  });
});

test("fractions are accumulated in float64: a million tenths come to a hundred thousand", () => {
  const shape = [1, 1_000_000, 1] as const;
  const output = empty(float32, shape);
  const values = view(adopt(new Float32Array(1_000_000).fill(0.1), float32, false), float32, shape);
  scanning.scan("sum", output, values, false);
  expect(output.storage.data[999_999]).toBe(Math.fround(1_000_000 * Math.fround(0.1)));
});

describe.each([float32, float64, int32, int64, uint8])("the largest and smallest %s so far", (dtype) => {
  const element = dtype.is_floating_point
    ? fc.constantFrom(NaN, 1, 2, -1, 0, Infinity, -Infinity, 0.5)
    : fc.integer({ min: dtype === uint8 ? 0 : -4, max: dtype === uint8 ? 255 : 4 });

  test.each(shapes.slice(0, 4))("of [%i, %i, %i], and where it was last", (...shape) => {
    const count = shape[0] * shape[1] * shape[2];
    fc.assert(
      fc.property(
        fc.array(element, { minLength: count, maxLength: count }),
        fc.constantFrom("max" as const, "min" as const),
        (values, kind) => {
          const [best, places] = [empty(dtype, shape), empty(int64, shape)];
          scanning.scanExtreme(kind, best, places, filled(dtype, shape, values));
          const [expected, where]: [number[], number[]] = [[], []];
          forEachLine(shape, (line) => {
            let place = 0;
            line.forEach((at, row) => {
              const [value, before] = [values[at]!, values[line[place]!]!];
              const wins = kind === "max" ? value >= before : value <= before;
              if (row === 0 || Number.isNaN(value) || wins) place = row;
              expected[at] = values[line[place]!]!;
              where[at] = place;
            });
          });
          expect(Array.from(best.storage.data as Iterable<number | bigint>, Number)).toEqual(expected);
          expect(Array.from(places.storage.data as Iterable<number | bigint>, Number)).toEqual(where);
        },
      ),
      { numRuns: 20 },
    );
  });
});
