/** The same work on the device and on the processor, whose answers are to be near. */
import type { Backend, View } from "../../../../../runtime/backends/backend.ts";
import type { Fallback } from "../../../../../runtime/backends/accelerator.ts";
import { listFallbacks, resetFallbacks } from "../../../../../runtime/backends/webgl/fallback.ts";
import { float32, type DType } from "../../../../../runtime/dtype.ts";
import type { Shape } from "../../../../../runtime/shape.ts";
import { both, numbersOf, operand, result } from "../operands.ts";

/** Numbers that look random and are the same in every run, about from −2 to 2. */
function numbers(count: number, seed = 1): number[] {
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

/** Where the device's answers are not the processor's. */
interface Disagreement {
  readonly output: number;
  readonly position: number;
  readonly device: readonly number[];
  readonly processor: readonly number[];
}

/** Does the work on both and compares what it returns: `null` where all is near, and the device has left nothing of it to the processor. */
export function disagreement(
  work: (maker: Maker) => readonly View[],
  tolerance = 1e-4,
): Disagreement | readonly Fallback[] | null {
  resetFallbacks();
  const [processor, device] = both.map((backend) => work(makerFor(backend)).map(numbersOf));
  for (const [output, expected] of processor!.entries()) {
    const actual = device![output]!;
    const position = expected.findIndex((value, i) => !isNear(actual[i]!, value, tolerance));
    const part = (values: readonly number[]): readonly number[] => values.slice(position, position + 8);
    if (position >= 0) return { output, position, device: part(actual), processor: part(expected) };
  }
  const fallbacks = listFallbacks();
  return fallbacks.length === 0 ? null : fallbacks;
}

function makerFor(backend: Backend): Maker {
  let seed = 0;
  return {
    backend,
    filled: (shape, values, dtype = float32) => {
      seed++;
      const count = shape.reduce((product, size) => product * size, 1);
      return operand(backend, values ?? numbers(count, seed), shape, dtype);
    },
    empty: (shape, dtype = float32) => result(backend, shape, dtype),
  };
}

function isNear(actual: number, expected: number, tolerance: number): boolean {
  if (Object.is(actual, expected) || actual === expected) return true;
  if (!Number.isFinite(expected)) return Number.isNaN(actual) && Number.isNaN(expected);
  return Math.abs(actual - expected) <= tolerance * (1 + Math.abs(expected));
}
