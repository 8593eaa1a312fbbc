/** Row kernels against the loops in JavaScript, for rows that end anywhere in a vector. */
import { describe, expect, test } from "vitest";
import type { View } from "../../../../../runtime/backends/backend.ts";
import type { Labels, RowBackend } from "../../../../../runtime/backends/rows.ts";
import { adopt } from "../../../../../runtime/backends/cpu/memory/storage.ts";
import { referenceRows } from "../../../../../runtime/backends/cpu/reference/rows.ts";
import { rows as kernels } from "../../../../../runtime/backends/cpu/rows/index.ts";
import { float32, int64 } from "../../../../../runtime/dtype.ts";
import { contiguousStrides, numel } from "../../../../../runtime/shape.ts";

/** Elements in front of a view, whose address is then no multiple of a vector's size. */
const offset = 3;

/** What stands behind every result, and must still stand there when it is written. */
const guard = 1234;

function view(shape: readonly number[], values: (i: number) => number): View {
  const count = numel(shape);
  const data = new Float32Array(offset + count + 5).fill(guard);
  for (let i = 0; i < count; i++) data[offset + i] = values(i);
  const storage = adopt(data, float32, false);
  storage.makeResident();
  return { storage, dtype: float32, shape, strides: contiguousStrides(shape), offset };
}

/** Numbers between −3 and 3. */
function noise(shape: readonly number[], seed: number): View {
  return view(shape, (i) => 3 * Math.sin((i + 1) * (seed + 0.37)) * Math.cos(i * 0.011));
}

function empty(shape: readonly number[]): View {
  return view(shape, () => guard);
}

/** How far two numbers are apart, relative to the larger of 1 and their size; NaN agrees with NaN. */
function distance(left: number, right: number): number {
  if (Object.is(left, right)) return 0;
  const apart = Math.abs(left - right) / Math.max(1, Math.abs(right));
  return Number.isNaN(apart) ? Infinity : apart;
}

/** The elements of `got` that are not those of `exact`, or that were written where nothing is to be written. */
function wrong(got: readonly View[], exact: readonly View[], tolerance: number): string[] {
  return got.flatMap((result, number) => {
    // Both are float32.
    const [left, right] = [result, exact[number]!].map(({ storage }) => storage.data as Float32Array);
    return Array.from(left!).flatMap((value, i) =>
      distance(value, right![i]!) <= tolerance
        ? []
        : [`result ${number}, element ${i - offset}: got ${value}, exactly ${right![i]}`],
    );
  });
}

/** Runs the same work on both, into results of the given shapes. */
function compare(
  shapes: readonly (readonly number[])[],
  work: (backend: RowBackend, results: readonly View[]) => void,
  tolerance = 3e-6,
): string[] {
  const [got, exact] = [shapes.map(empty), shapes.map(empty)];
  work(kernels, got);
  work(referenceRows, exact);
  return wrong(got, exact, tolerance);
}

function compareSoftmax(input: View): string[] {
  const { shape } = input;
  const results = [false, true].flatMap((logarithm) =>
    compare([shape], (backend, [output]) => backend.softmax(output!, input, logarithm), 2e-6),
  );
  return [
    ...results,
    ...compare([shape.slice(0, 1)], (backend, [output]) => backend.logSumExp(output!, input), 1e-6),
  ];
}

/** For results that contain a sum along the row, which can be as large as the row is long. */
function sumTolerance(shape: readonly number[]): number {
  return 1e-6 * Math.max(10, shape.at(-1)! / 10);
}

function compareSoftmaxBackward(shape: readonly number[]): string[] {
  const [grad, result] = [noise(shape, 1), view(shape, (i) => -Math.abs(Math.sin(i)) * 5)];
  return [false, true].flatMap((logarithm) =>
    compare(
      [shape],
      (backend, [output]) => backend.softmaxBackward(output!, grad, result, logarithm),
      sumTolerance(shape),
    ),
  );
}

function compareNormalize(shape: readonly [number, number]): string[] {
  const [rows, n] = shape;
  const [input, grad] = [noise(shape, 2), noise(shape, 5)];
  const [weight, bias] = [noise([n], 3), noise([n], 4)];
  const [means, scales] = [noise([rows], 6), view([rows], (i) => 0.5 + i / 10)];
  const affine = [
    [null, null],
    [weight, null],
    [weight, bias],
  ] as const;
  return [
    ...affine.flatMap(([w, b]) =>
      compare([shape, [rows], [rows]], (backend, [output, mean, scale]) =>
        backend.normalize(output!, mean!, scale!, input, w, b, 1e-3),
      ),
    ),
    ...[null, weight].flatMap((w) =>
      compare(
        [shape],
        (backend, [output]) => backend.normalizeBackward(output!, grad, input, means, scales, w),
        sumTolerance(shape),
      ),
    ),
    ...compare(
      [[n]],
      (backend, [output]) => backend.normalizeWeightGradient(output!, grad, input, means, scales),
      1e-5,
    ),
    ...compare([[rows], [rows]], (backend, [mean, variance]) => backend.moments(mean!, variance!, input)),
    ...compare(
      [[rows]],
      (backend, [output]) => backend.rowProducts(output!, input, grad),
      sumTolerance(shape),
    ),
  ];
}

const lengths = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 127, 1000];

describe("kernels agree with the loops in JavaScript, and write nothing behind a row", () => {
  test.each(lengths)("softmax, its logarithm and logsumexp of rows of %i", (n) => {
    expect(compareSoftmax(noise([5, n], 1))).toEqual([]);
  });

  test.each(lengths)("their derivatives, for rows of %i", (n) => {
    expect(compareSoftmaxBackward([5, n])).toEqual([]);
  });

  test.each(lengths)("normalised rows of %i and their derivatives", (n) => {
    expect(compareNormalize([21, n])).toEqual([]);
  });
});

describe("special numbers", () => {
  test.each([NaN, Infinity, -Infinity, -0, 1e-42, 88, -1000, 3e38])("softmax of rows with %d", (number) => {
    for (const n of [1, 2, 5, 70]) {
      const input = noise([3, n], 1);
      input.storage.data[offset + n + (n >> 1)] = number;
      expect(compareSoftmax(input)).toEqual([]);
    }
  });

  test.each([Infinity, -Infinity, 0, 1000, -1000])("softmax of rows of %d", (number) => {
    for (const n of [1, 5, 70]) expect(compareSoftmax(view([2, n], () => number))).toEqual([]);
  });

  test("softmax of numbers so far apart that the small ones vanish", () => {
    expect(compareSoftmax(view([4, 90], (i) => -2 * i))).toEqual([]);
  });
});

test("a softmax is within 2 units in the last place of the exact one, wherever it is not tiny", () => {
  // Whose differences are exact: what is measured is the exponential.
  const input = view([64, 64], (i) => ((i * 7919) % 4096) / 128 - 16);
  const output = empty([64, 64]);
  kernels.softmax(output, input, false);
  const data = input.storage.data as Float32Array;
  const got = output.storage.data as Float32Array;
  let worst = 0;
  for (let row = 0; row < 64; row++) {
    const start = offset + row * 64;
    const exponentials = Array.from(data.subarray(start, start + 64), Math.exp);
    const total = exponentials.reduce((sum, x) => sum + x, 0);
    for (const [i, x] of exponentials.entries()) {
      const exact = x / total;
      if (exact < 2 ** -120) continue;
      const unit = 2 ** (Math.floor(Math.log2(exact)) - 23);
      worst = Math.max(worst, Math.abs(got[start + i]! - exact) / unit);
    }
  }
  expect(worst).toBeLessThan(3);
});

function labelsOf(values: readonly number[], weight: View | null, ignored = -100): Labels {
  const storage = adopt(BigInt64Array.from(values, BigInt), int64, false);
  const labels = { storage, dtype: int64, shape: [values.length], strides: [1], offset: 0 };
  return { labels, weight, ignored };
}

describe("labels", () => {
  const shape = [12, 11];
  const values = Array.from({ length: 12 }, (_, row) => (row * 5) % 11);
  const weight = view([11], (i) => 0.25 * (i + 1));
  const cases = [labelsOf(values, null), labelsOf(values, weight), labelsOf(values, weight, 5)];

  test.each(cases)("pick what they point at, without weights, with them, and with some ignored", (labels) => {
    const input = noise(shape, 1);
    for (const mean of [false, true]) {
      const differences = compare([[12], [], []], (backend, [losses, total, weights]) =>
        expect(backend.pickLabels(losses!, { total: total!, weights: weights!, mean }, input, labels)).toBe(
          -1,
        ),
      );
      expect(differences).toEqual([]);
      const alone = compare([[], []], (backend, [total, weights]) =>
        backend.pickLabels(null, { total: total!, weights: weights!, mean }, input, labels),
      );
      expect(alone).toEqual([]);
    }
  });

  test.each(cases)("spread a gradient, without weights, with them, and with some ignored", (labels) => {
    for (const grad of [view([], () => 3), noise([12], 4)])
      for (const divisor of [null, view([], () => 2)])
        expect(
          compare([shape], (backend, [output]) => backend.spreadLabels(output!, grad, divisor, labels)),
        ).toEqual([]);
  });

  test.each([11, -1, 2 ** 40])("name the first row where one is %d, which is no class", (label) => {
    const wrong = labelsOf([...values.slice(0, 7), label, 3, label, 0, 0], null);
    for (const backend of [kernels, referenceRows])
      expect(
        backend.pickLabels(
          null,
          { total: empty([]), weights: empty([]), mean: false },
          noise(shape, 1),
          wrong,
        ),
      ).toBe(7);
  });
});

test("normalised rows of equal numbers are their bias", () => {
  const input = view([3, 37], () => 0.1);
  const [output, means, scales] = [empty([3, 37]), empty([3]), empty([3])];
  const [weight, bias] = [view([37], () => 2), noise([37], 1)];
  kernels.normalize(output, means, scales, input, weight, bias, 1e-5);
  const expected = bias.storage.data.slice(offset, offset + 37);
  expect(output.storage.data.slice(offset, offset + 37)).toEqual(expected);
});
