/** Reading and writing at tensors of positions by kernels, against the loops in JavaScript, in every layout. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { View } from "../../../../../runtime/backends/backend.ts";
import type { Combine, Coordinate, Selection } from "../../../../../runtime/backends/indexing.ts";
import { indexing } from "../../../../../runtime/backends/cpu/indexing/index.ts";
import { putByKernel, takeByKernel } from "../../../../../runtime/backends/cpu/indexing/selection.ts";
import { adopt } from "../../../../../runtime/backends/cpu/memory/storage.ts";
import * as reference from "../../../../../runtime/backends/cpu/reference/positions.ts";
import { allocateArray, bool, dtypes, int64, type DType } from "../../../../../runtime/dtype.ts";
import { contiguousStrides, numel, type Shape } from "../../../../../runtime/shape.ts";

/** Small whole numbers, which every dtype holds and adds exactly. */
function elements(dtype: DType, count: number, seed: number): View["storage"] {
  const data = allocateArray(dtype, count);
  const limit = dtype === bool ? 2 : 11;
  for (let i = 0; i < count; i++) {
    const value = (i * 7 + seed * 3 + ((i * i) % 5)) % limit;
    data[i] = (dtype === int64 ? BigInt(value) : value) as never; // the array's element type follows from the dtype
  }
  return adopt(data, dtype, false);
}

function view(dtype: DType, shape: Shape, seed = 1): View {
  return {
    storage: elements(dtype, numel(shape) + 2, seed),
    dtype,
    shape,
    strides: contiguousStrides(shape),
    offset: 2,
  };
}

/** Positions from −size (where they wrap) to size − 1, of the selection's shape but 1 where `broadcast` says so. */
function positions(
  shape: Shape,
  broadcast: readonly boolean[],
  size: number,
  wraps: boolean,
  seed: number,
): View {
  const own = shape.map((length, dim) => (broadcast[dim] ? 1 : length));
  const data = BigInt64Array.from({ length: numel(own) }, (_, i) => {
    const value = (i * 13 + seed * 5 + ((i * i) % 3)) % (wraps ? 2 * size : size);
    return BigInt(wraps ? value - size : value);
  });
  const strides = contiguousStrides(own).map((stride, dim) => (broadcast[dim] ? 0 : stride));
  return { storage: adopt(data, int64, false), dtype: int64, shape, strides, offset: 0 };
}

interface Case {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Which dimensions are indexed, and along which of the selection's dimensions each one's positions stay the same. */
  readonly indexed: readonly { readonly dim: number; readonly broadcast: readonly boolean[] }[];
  readonly wraps: boolean;
  readonly source: Shape;
}

/** Selections of up to four dimensions, of which one or two are indexed. */
const cases: fc.Arbitrary<Case> = fc.integer({ min: 1, max: 4 }).chain((rank) =>
  fc.record({
    dtype: fc.constantFrom(...Object.values(dtypes)),
    shape: fc.array(fc.constantFrom(1, 2, 3, 5, 9, 17), { minLength: rank, maxLength: rank }),
    source: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: rank, maxLength: rank }),
    wraps: fc.boolean(),
    indexed: fc.uniqueArray(
      fc.record({
        dim: fc.integer({ min: 0, max: rank - 1 }),
        broadcast: fc.array(fc.boolean(), { minLength: rank, maxLength: rank }),
      }),
      { minLength: 1, maxLength: 2, selector: ({ dim }) => dim },
    ),
  }),
);

/** The selection of a case: dimensions that are not indexed have the selection's own size. */
function selection({ dtype, shape, source, indexed, wraps }: Case, seed = 1): Selection {
  const dims = new Set(indexed.map(({ dim }) => dim));
  const whole = view(
    dtype,
    shape.map((size, dim) => (dims.has(dim) ? source[dim]! : size)),
    seed,
  );
  const coordinates = indexed.map(({ dim, broadcast }, turn): Coordinate => {
    const size = source[dim]!;
    return {
      positions: positions(shape, broadcast, size, wraps, turn + 1),
      size,
      stride: whole.strides[dim]!,
      wraps,
    };
  });
  const strides = whole.strides.map((stride, dim) => (dims.has(dim) ? 0 : stride));
  return { view: { ...whole, shape, strides }, coordinates };
}

function values(view: View): (number | bigint)[] {
  return [...view.storage.data];
}

describe("take", () => {
  test("gives what the loop gives, for every dtype, shape and layout of positions", () => {
    fc.assert(
      fc.property(cases, (one) => {
        const source = selection(one);
        const [fast, slow] = [view(one.dtype, one.shape), view(one.dtype, one.shape)];
        expect(takeByKernel(fast, source)).toBe(true);
        expect(reference.take(slow, source)).toBe(true);
        expect(values(fast)).toEqual(values(slow));
      }),
      { numRuns: 300 },
    );
  });

  test.each([1, 15, 16, 17, 63, 64, 4095, 4096, 4097, 10_000])(
    "copies rows of %i elements whole",
    (width) => {
      for (const dtype of Object.values(dtypes)) {
        const one = {
          dtype,
          shape: [3, width],
          source: [4, width],
          indexed: [{ dim: 0, broadcast: [false, true] }],
        };
        const source = selection({ ...one, wraps: false });
        const [fast, slow] = [view(dtype, one.shape), view(dtype, one.shape)];
        takeByKernel(fast, source);
        reference.take(slow, source);
        expect(values(fast)).toEqual(values(slow));
      }
    },
  );
});

describe("put", () => {
  test.each(["replace", "sum", "prod", "amax", "amin"] as const)(
    "%s gives what the loop gives, also where several values go to one place",
    (combine: Combine) => {
      fc.assert(
        fc.property(cases, (one) => {
          const [fast, slow] = [selection(one), selection(one)];
          const source = view(one.dtype, one.shape, 4);
          expect(putByKernel(fast, source, combine)).toBe(true);
          expect(reference.put(slow, source, combine)).toBe(true);
          // Products of float32 lose digits in one order as in the other; others stay whole.
          expect(values(fast.view)).toEqual(values(slow.view));
        }),
        { numRuns: 120 },
      );
    },
  );

  test("lets NaN win over every number, larger or smaller", () => {
    for (const combine of ["amax", "amin"] as const) {
      const one = {
        dtype: dtypes.float32,
        shape: [3],
        source: [1],
        indexed: [{ dim: 0, broadcast: [true] }],
      };
      const target = selection({ ...one, wraps: false });
      const source = view(dtypes.float32, [3]);
      source.storage.data.set([1, NaN, 2] as never, 2); // float32 by the line above
      putByKernel(target, source, combine);
      expect(values(target.view)[2]).toBeNaN();
    }
  });
});

describe("a position out of range", () => {
  const one: Case = {
    dtype: dtypes.float32,
    shape: [40],
    source: [5],
    indexed: [{ dim: 0, broadcast: [false] }],
    wraps: false,
  };

  test.each([
    [5, false],
    [-1, false],
    [5, true],
    [-6, true],
    [2 ** 32, false],
    [-(2 ** 40), true],
  ])("%i is noticed, and nothing is written (wraps: %s)", (wrong, wraps) => {
    const target = selection({ ...one, wraps });
    target.coordinates[0]!.positions.storage.data[39] = BigInt(wrong) as never; // positions are int64
    const before = values(target.view);
    expect(indexing.put(target, view(one.dtype, one.shape, 9), "replace")).toBe(false);
    expect(values(target.view)).toEqual(before);
    expect(indexing.take(view(one.dtype, one.shape), target)).toBe(false);
  });

  test("is noticed in one of several index tensors", () => {
    const target = selection({
      ...one,
      shape: [20, 3],
      source: [5, 4],
      indexed: [
        { dim: 0, broadcast: [false, true] },
        { dim: 1, broadcast: [true, false] },
      ],
    });
    target.coordinates[1]!.positions.storage.data[2] = 4n as never; // positions are int64
    expect(indexing.take(view(one.dtype, [20, 3]), target)).toBe(false);
    expect(indexing.put(target, view(one.dtype, [20, 3]), "sum")).toBe(false);
  });
});

describe("masks", () => {
  test("are counted and listed at every length", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 70 }), (truth) => {
        const mask = {
          ...view(bool, [truth.length]),
          storage: adopt(Uint8Array.from([1, 1, ...truth.map(Number), 1, 1, 1]), bool, false),
        };
        const expected = truth.flatMap((value, i) => (value ? [BigInt(i)] : []));
        expect(indexing.countTrue(mask)).toBe(expected.length);
        const output = { ...view(int64, [expected.length]), offset: 0 };
        const behind = values(output).slice(expected.length);
        indexing.truePositions(output, mask);
        expect(values(output).slice(0, expected.length)).toEqual(expected);
        expect(values(output).slice(expected.length)).toEqual(behind);
      }),
    );
  });
});
