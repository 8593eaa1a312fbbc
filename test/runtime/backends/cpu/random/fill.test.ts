/** Random numbers by kernels against those that the generator draws one by one. */
import { describe, expect, test } from "vitest";
import type { View } from "../../../../../runtime/backends/backend.ts";
import { allocate } from "../../../../../runtime/backends/cpu/memory/storage.ts";
import { random } from "../../../../../runtime/backends/cpu/random/fill.ts";
import { bool, float32, float64, int64, type DType } from "../../../../../runtime/dtype.ts";
import {
  fillNormal,
  fillUniform,
  Generator,
  randomInteger,
  randomPermutation,
} from "../../../../../runtime/random.ts";

function vector(dtype: DType, length: number): View {
  return { storage: allocate(dtype, length), dtype, shape: [length], strides: [1], offset: 0 };
}

/** Lengths around the size of the state, and of what is drawn at once. */
const lengths = [1, 3, 4, 5, 16, 17, 623, 624, 625, 1247, 1249, 2496, 4991, 4992, 4993, 12_345];

/** Two generators in the same state, which has moved by `drawn`. */
function twins(drawn: number): [Generator, Generator] {
  const pair: [Generator, Generator] = [new Generator().manual_seed(3), new Generator().manual_seed(3)];
  for (const generator of pair) for (let i = 0; i < drawn; i++) generator.random();
  return pair;
}

/** Both generators must go on with the same numbers. */
function expectSameState([one, other]: [Generator, Generator]): void {
  expect(one.random()).toBe(other.random());
  expect(one.random64()).toBe(other.random64());
}

describe.each([0, 1, 622, 623])("from the state's position %i on", (drawn) => {
  test.each(lengths)("%i fractions are those that are drawn one by one", (length) => {
    for (const [dtype, values] of [
      [float32, new Float32Array(length)],
      [float64, new Float64Array(length)],
    ] as const) {
      const pair = twins(drawn);
      const output = vector(dtype, length);
      const width = dtype === float32 ? Math.fround(Math.fround(2) - Math.fround(-0.3)) : 2.3;
      random.fillUniform(output, pair[0].twister, -0.3, width);
      fillUniform(values, pair[1], -0.3, 2);
      expect([...output.storage.data]).toEqual([...values]);
      expectSameState(pair);
    }
  });

  test.each(lengths)("%i truths and whole numbers are those that are drawn one by one", (length) => {
    const pair = twins(drawn);
    const truths = vector(bool, length);
    random.fillBernoulli(truths, pair[0].twister, 0.3, 1);
    expect([...truths.storage.data]).toEqual(
      Array.from({ length }, () => Number(pair[1].uniformDouble() < 0.3)),
    );
    const integers = vector(int64, length);
    random.fillIntegers(integers, pair[0].twister, -7, 1000);
    expect([...integers.storage.data]).toEqual(
      Array.from({ length }, () => randomInteger(pair[1], -7n, 993n)),
    );
    expectSameState(pair);
  });

  test.each(lengths)("%i positions are exchanged with those that are drawn one by one", (length) => {
    const pair = twins(drawn);
    const output = vector(int64, length);
    random.fillPermutation(output, pair[0].twister);
    expect([...output.storage.data].map(Number)).toEqual([...randomPermutation(pair[1], length)]);
    expectSameState(pair);
  });

  test.each([16, 17, 31, 32, 33, 624, 5000])("%i normal numbers are right to the last digits", (length) => {
    const pair = twins(drawn);
    const output = vector(float32, length);
    const values = new Float32Array(length);
    random.fillNormal(output, pair[0].twister, 1, 2);
    fillNormal(values, pair[1], 1, 2);
    const largest = values.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (output.storage.data[i] as number))),
      0,
    );
    expect(largest).toBeLessThan(2e-6);
    expectSameState(pair);
  });
});

test.each([
  [0, 0],
  [1, 1],
])("a truth of probability %i is always %i", (p, value) => {
  const truths = vector(float32, 1000);
  random.fillBernoulli(truths, new Generator().manual_seed(1).twister, p, 1);
  expect(new Set(truths.storage.data as Iterable<number>)).toEqual(new Set([value]));
});
