/** Pointwise kernels against the JavaScript loops, over every way in which operands can lie in memory. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { View } from "../../../../../runtime/backends/backend.ts";
import { adopt, allocate } from "../../../../../runtime/backends/cpu/memory/storage.ts";
import { Program } from "../../../../../runtime/backends/cpu/pointwise/kernels.ts";
import { pointwise, pointwiseAll } from "../../../../../runtime/backends/cpu/pointwise/pointwise.ts";
import { runLoop } from "../../../../../runtime/backends/cpu/reference/pointwise.ts";
import {
  allocateArray,
  dtypes,
  readElement,
  writeElement,
  type DType,
  type DTypeName,
} from "../../../../../runtime/dtype.ts";
import { E, input, parameter, type Expression } from "../../../../../runtime/expression.ts";
import { contiguousStrides, numel, type Shape } from "../../../../../runtime/shape.ts";

const { bool, uint8, int8, int16, int32, int64, float16, float32, float64 } = dtypes;

const specials = [NaN, Infinity, -Infinity, -0, 0, 2 ** -149, 1e-40, 3e38, 2.5, -2.5, 3.5];

/** Elements that repeat on every run: small numbers, and among fractions some special ones. */
function elements(dtype: DType, count: number, seed: number): ReturnType<typeof allocateArray> {
  const data = allocateArray(dtype, count);
  for (let i = 0; i < count; i++) {
    const mixed = Math.imul(i + 1, 2_654_435_761) ^ Math.imul(seed + 1, 40_503);
    const small = ((mixed >>> 8) % 2001) / 100 - 10;
    const value = (mixed >>> 3) % 7 === 0 ? specials[(mixed >>> 5) % specials.length]! : small;
    const write = (element: number | bigint): void => writeElement(dtype, data, i, element);
    if (dtype === bool) write(small > 0 ? 1 : 0);
    else if (dtype.is_floating_point) write(value);
    else write(dtype === int64 ? BigInt(Math.round(small * 1e10)) : Math.round(small * 10));
  }
  return data;
}

/** How an operand lies in memory. */
interface Placement {
  /** Dimensions in the order of memory, the innermost last. */
  readonly order: readonly number[];
  /** Between elements along the innermost one. */
  readonly step: number;
  readonly offset: number;
  /** Whether each dimension is repeated. */
  readonly repeated: readonly boolean[];
  /** How many of the leading dimensions are left out. */
  readonly missing: number;
  readonly resident: boolean;
}

const rowMajor: Placement = {
  order: [0, 1, 2, 3],
  step: 1,
  offset: 0,
  repeated: [],
  missing: 0,
  resident: true,
};

function place(dtype: DType, full: Shape, placement: Placement, seed: number): View {
  const lead = Math.min(placement.missing, full.length);
  const shape = full.slice(lead).map((size, dim) => (placement.repeated[dim] ? 1 : size));
  const strides: number[] = [];
  let stride = placement.step;
  for (const dim of placement.order.filter((dim) => dim < shape.length).toReversed()) {
    strides[dim] = stride;
    stride *= Math.max(shape[dim]!, 1);
  }
  const storage = adopt(elements(dtype, stride + placement.offset, seed), dtype, false);
  if (placement.resident) storage.makeResident();
  return { storage, dtype, shape, strides, offset: placement.offset };
}

function output(dtype: DType, shape: Shape): View {
  return {
    storage: allocate(dtype, numel(shape)),
    dtype,
    shape,
    strides: contiguousStrides(shape),
    offset: 0,
  };
}

/** Where the two results differ; bit for bit, so that a zero's sign counts. */
function firstDifference(got: View, expected: View): string | null {
  const [left, right] = [got.storage.data, expected.storage.data];
  for (let i = 0; i < left.length; i++) {
    // As numbers: a NaN may have any bits.
    const [a, b] = [readElement(got.dtype, left, i), readElement(got.dtype, right, i)];
    if (!Object.is(a, b)) return `element ${i}: got ${a}, expected ${b}`;
  }
  return null;
}

function compare(
  expressions: readonly Expression[],
  compute: DType,
  results: readonly DType[],
  shape: Shape,
  inputs: readonly View[],
  numbers: readonly number[] = [],
): string | null {
  const got = results.map((dtype) => output(dtype, shape));
  const expected = results.map((dtype) => output(dtype, shape));
  if (expressions.length === 1) pointwise(expressions[0]!, compute, got[0]!, inputs, numbers);
  else pointwiseAll(expressions, compute, got, inputs, numbers);
  runLoop(new Program(expressions).javaScript(compute, expected, inputs), expected, inputs, numbers);
  return got.map((view, i) => firstDifference(view, expected[i]!)).find((found) => found !== null) ?? null;
}

const [x, y, z] = [input(0), input(1), input(2)];

/** Arithmetic that both ways must round alike. */
const exact: Readonly<Record<string, Expression>> = {
  add: E.add(x, y),
  product: E.mul(E.sub(x, y), z),
  quotient: E.div(x, E.add(y, 0.5)),
  root: E.sqrt(E.abs(E.sub(x, z))),
  extremes: E.maximum(E.minimum(x, y), E.neg(z)),
  limits: E.minimum(E.maximum(x, -1), 2),
  choice: E.select(E.or(E.lt(x, y), E.eq(z, 0)), E.sign(x), E.abs(y)),
  condition: E.select(x, y, z),
  rounding: E.add(E.floor(x), E.mul(E.ceil(y), E.trunc(E.round(z)))),
  shared: E.mul(E.add(x, y), E.add(x, y)),
  truth: E.mul(E.xor(x, y), z),
  scaled: E.add(E.mul(parameter(0), x), E.mul(y, parameter(1))),
};

/** Those that whole numbers have. */
const wholeNames: ReadonlySet<string> = new Set([
  "add",
  "product",
  "extremes",
  "limits",
  "choice",
  "condition",
  "shared",
  "truth",
  "scaled",
]);

const comparisons: Readonly<Record<string, Expression>> = {
  less: E.lt(x, y),
  notEqual: E.ne(x, y),
  both: E.and(E.ge(x, y), E.le(z, x)),
};

const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 1000];

describe("one loop gives what JavaScript gives", () => {
  test.each(sizes)("for %i elements next to each other", (size) => {
    for (const dtype of [float32, float64, int32, int64, uint8, bool])
      for (const [name, expression] of Object.entries(exact)) {
        if (!dtype.is_floating_point && !wholeNames.has(name)) continue;
        const inputs = [1, 2, 3].map((seed) => place(dtype, [size], rowMajor, seed));
        const found = compare([expression], dtype, [dtype], [size], inputs, [2, 3]);
        expect(found, `${name} in ${dtype.name}`).toBeNull();
      }
  });

  test.each(sizes)("for truth values of %i elements", (size) => {
    for (const dtype of [float32, float64, int32, int64, uint8, bool])
      for (const [name, expression] of Object.entries(comparisons)) {
        const inputs = [1, 2, 3].map((seed) => place(dtype, [size], rowMajor, seed));
        const found = compare([expression], dtype, [bool], [size], inputs);
        expect(found, `${name} in ${dtype.name}`).toBeNull();
      }
  });
});

const placement: fc.Arbitrary<Placement> = fc.record({
  order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
  step: fc.constantFrom(1, 1, 1, 2, 3),
  offset: fc.integer({ min: 0, max: 5 }),
  repeated: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  missing: fc.constantFrom(0, 0, 0, 1, 4),
  resident: fc.boolean(),
});

const anyShape = fc
  .array(fc.constantFrom(1, 2, 3, 5, 8, 17, 40), { minLength: 1, maxLength: 4 })
  .filter((shape) => numel(shape) < 40_000);

const computeDtypes = Object.keys(dtypes) as DTypeName[]; // the keys of that table

test("any layouts, repetitions and dtypes of operands give what JavaScript gives", () => {
  fc.assert(
    fc.property(
      anyShape,
      fc.array(placement, { minLength: 3, maxLength: 3 }),
      fc.constantFrom(...computeDtypes),
      fc.array(fc.constantFrom(...computeDtypes), { minLength: 3, maxLength: 3 }),
      fc.constantFrom(...Object.keys(exact)),
      (shape, placements, compute, inputNames, name) => {
        const dtype = dtypes[compute];
        fc.pre(dtype.is_floating_point || wholeNames.has(name));
        const inputs = placements.map((each, i) => {
          // Fractions are not read as whole numbers by any operator.
          const own = dtypes[inputNames[i]!];
          return place(own.is_floating_point && !dtype.is_floating_point ? dtype : own, shape, each, i);
        });
        expect(compare([exact[name]!], dtype, [dtype], shape, inputs, [2, 3])).toBeNull();
      },
    ),
    { numRuns: 600 },
  );
});

test("several expressions of the same inputs each get their own result, also over their inputs", () => {
  const expressions = [E.sub(x, E.mul(parameter(0), y)), E.add(y, x), E.gt(x, y)];
  for (const size of sizes.slice(1)) {
    const inputs = [1, 2].map((seed) => place(float32, [size], rowMajor, seed));
    expect(compare(expressions, float32, [float32, float32, bool], [size], inputs, [0.5])).toBeNull();
    const separate = [output(float32, [size]), output(float32, [size])];
    pointwiseAll(expressions.slice(0, 2), float32, separate, inputs, [0.5]);
    const pair = inputs as [View, View];
    pointwiseAll(expressions.slice(0, 2), float32, pair, pair, [0.5]);
    pair.forEach((view, i) => {
      for (let k = 0; k < size; k++) expect(view.storage.data[k]).toBe(separate[i]!.storage.data[k]);
    });
  }
});

test("a result between others in memory leaves its neighbours alone", () => {
  for (const dtype of [float32, float64, float16, int64, int16, uint8, int8])
    for (const size of [17, 18, 19, 20, 33]) {
      const storage = adopt(elements(dtype, 3 * size + 7, 9), dtype, false);
      storage.makeResident();
      const before = storage.data.slice();
      const target: View = { storage, dtype, shape: [size], strides: [3], offset: 2 };
      const source = place(dtype, [size], rowMajor, 4);
      pointwise(x, dtype, target, [source]);
      const after = storage.data;
      for (let i = 0; i < after.length; i++) {
        const inside = i >= 2 && (i - 2) % 3 === 0 && (i - 2) / 3 < size;
        expect(after[i]).toBe(inside ? source.storage.data[(i - 2) / 3] : before[i]);
      }
    }
});

test("nothing is written beyond the last element", () => {
  for (const dtype of [float32, float64, float16, int64, int16, uint8, int8])
    for (let size = 17; size < 26; size++) {
      const storage = adopt(elements(dtype, size + 8, 9), dtype, false);
      storage.makeResident();
      const before = storage.data.slice();
      pointwise(x, dtype, { storage, dtype, shape: [size], strides: [1], offset: 0 }, [
        place(dtype, [size], rowMajor, 4),
      ]);
      expect([...storage.data.subarray(size)].map(String)).toEqual([...before.subarray(size)].map(String));
    }
});
