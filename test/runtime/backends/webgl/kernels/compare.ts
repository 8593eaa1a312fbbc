/** The same work on the device and on the processor, whose answers are to be near. */
import { expect } from "vitest";
import type { Backend, View } from "../../../../../runtime/backends/backend.ts";
import { listFallbacks, resetFallbacks } from "../../../../../runtime/backends/webgl/fallback.ts";
import { float32, type DType } from "../../../../../runtime/dtype.ts";
import type { Shape } from "../../../../../runtime/shape.ts";
import { both, numbersOf, operand, result } from "../operands.ts";

/** Numbers that look random and are the same in every run, about from −2 to 2. */
export function numbers(count: number, seed = 1): number[] {
  let state = (seed * 2654435761) >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.fround((state / 2 ** 32) * 4 - 2);
  });
}

/** Makes views on one of the backends. */
export interface Maker {
  readonly backend: Backend;
  /** A row-major view of numbers, made up unless they are given. */
  readonly filled: (shape: Shape, values?: readonly number[], dtype?: DType) => View;
  /** A view to be written. */
  readonly empty: (shape: Shape, dtype?: DType) => View;
}

/** Does the work on both and compares what it returns; the device must not leave any of it to the processor. */
export function expectSame(work: (maker: Maker) => readonly View[], tolerance = 1e-4): void {
  resetFallbacks();
  const [expected, actual] = both.map((backend) => {
    let seed = 0;
    return work({
      backend,
      filled: (shape, values, dtype = float32) => {
        seed++;
        const count = shape.reduce((product, size) => product * size, 1);
        return operand(backend, values ?? numbers(count, seed), shape, dtype);
      },
      empty: (shape, dtype = float32) => result(backend, shape, dtype),
    });
  });
  expected!.forEach((view, i) => expectNear(numbersOf(actual![i]!), numbersOf(view), tolerance));
  expect(listFallbacks()).toEqual([]);
}

function expectNear(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const wrong = expected.findIndex((value, i) => !isNear(actual[i]!, value, tolerance));
  const shown = (values: readonly number[]): readonly number[] =>
    wrong < 0 ? [] : values.slice(wrong, wrong + 8);
  expect({ length: actual.length, wrong, from: shown(actual) }).toEqual({
    length: expected.length,
    wrong: -1,
    from: shown(expected),
  });
}

function isNear(actual: number, expected: number, tolerance: number): boolean {
  if (Object.is(actual, expected) || actual === expected) return true;
  if (!Number.isFinite(expected)) return Number.isNaN(actual) && Number.isNaN(expected);
  return Math.abs(actual - expected) <= tolerance * (1 + Math.abs(expected));
}
