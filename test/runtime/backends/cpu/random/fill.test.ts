/** Random numbers by kernels against those that the generator draws one by one. */
import { describe, expect, test } from "vitest";
import type { View } from "../../../../../runtime/backends/backend.ts";
import { allocate } from "../../../../../runtime/backends/cpu/memory/storage.ts";
import { random } from "../../../../../runtime/backends/cpu/random/fill.ts";
import { bool, float32, float64, int64, type DType } from "../../../../../runtime/dtype.ts";
import { Generator } from "../../../../../runtime/random.ts";

function vector(dtype: DType, length: number): View {
  return { storage: allocate(dtype, length), dtype, shape: [length], strides: [1], offset: 0 };
}

/** Uniform numbers, one by one. */
function fillUniform(
  values: Float32Array | Float64Array,
  generator: Generator,
  low: number,
  high: number,
): void {
  for (let i = 0; i < values.length; i++)
    values[i] =
      values instanceof Float32Array
        ? generator.uniformFloat() * Math.fround(Math.fround(high) - Math.fround(low)) + Math.fround(low)
        : generator.uniformDouble() * (high - low) + low;
}

/** Normal numbers by exact functions: block by block, and the last 16 anew. */
function fillNormal(values: Float32Array, generator: Generator, mean: number, std: number): void {
  const transform = (start: number): void => {
    for (let j = start; j < start + 8; j++) {
      const radius = Math.sqrt(-2 * Math.log(1 - values[j]!));
      const theta = 2 * Math.PI * values[j + 8]!;
      [values[j], values[j + 8]] = [
        radius * Math.cos(theta) * std + mean,
        radius * Math.sin(theta) * std + mean,
      ];
    }
  };
  fillUniform(values, generator, 0, 1);
  for (let start = 0; start + 16 <= values.length; start += 16) transform(start);
  if (values.length % 16 === 0) return;
  fillUniform(values.subarray(values.length - 16), generator, 0, 1);
  transform(values.length - 16);
}

/** The numbers from 0 on, each exchanged with one at or behind it. */
function permutation(generator: Generator, length: number): number[] {
  const order = Array.from({ length }, (_, i) => i);
  for (let i = 0; i < length - 1; i++) {
    const other = i + (generator.random() % (length - i));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
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
      Array.from({ length }, () => BigInt(pair[1].random() % 1000) - 7n),
    );
    expectSameState(pair);
  });

  test.each(lengths)("%i positions are exchanged with those that are drawn one by one", (length) => {
    const pair = twins(drawn);
    const output = vector(int64, length);
    random.fillPermutation(output, pair[0].twister);
    expect([...output.storage.data].map(Number)).toEqual(permutation(pair[1], length));
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
    expect(largest).toBeLessThan(3e-6);
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
