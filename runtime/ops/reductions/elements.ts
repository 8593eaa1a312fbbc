/** Elements as plain arrays, for operators that walk over them one by one. */
import { float64, int64, type DType } from "../../dtype.ts";
import { onCpu, tensorFrom } from "../../reading.ts";
import type { Shape } from "../../shape.ts";
import { readValues, type Tensor } from "../../tensor.ts";

/** A copy of the elements in row-major order, in float64. */
export function numbersOf(input: Tensor): Float64Array {
  // The copy is an array of the storage's own kind.
  return readValues(onCpu(input, float64)) as Float64Array;
}

/** A copy of the elements in row-major order: int64 as bigints, so that none is rounded, everything else in float64. */
export function elementsOf(input: Tensor): Float64Array | BigInt64Array {
  if (input.dtype !== int64) return numbersOf(input);
  // int64 is held in 64-bit arrays.
  return readValues(onCpu(input)) as BigInt64Array;
}

/** A tensor of these numbers, rounded to `dtype`. */
export function fromNumbers(numbers: Float64Array, dtype: DType, shape: Shape): Tensor {
  return tensorFrom(numbers, float64, dtype, shape);
}

/** An int64 tensor of whole numbers that JavaScript holds exactly. */
export function fromPositions(positions: ArrayLike<number>, shape: Shape = [positions.length]): Tensor {
  const numbers = positions instanceof Float64Array ? positions : Float64Array.from(positions);
  return fromNumbers(numbers, int64, shape);
}

/** Whether an element counts as true: everything but zero does, NaN too. */
export function isTrue(element: number | bigint): boolean {
  return element !== 0 && element !== 0n;
}
