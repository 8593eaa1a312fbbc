/** Inputs for operators' samples: the same on every run, float64, and away from the points where a function has a kink. */
import { allocateArray, float64, writeElement, type DType } from "../dtype.ts";
import { numel, type Shape } from "../shape.ts";
import { fromArray } from "../settle.ts";
import type { Tensor } from "../tensor.ts";

/** What a sample's elements look like. */
export interface SampleRange {
  readonly low?: number;
  readonly high?: number;
  /** Another number gives other elements. */
  readonly seed?: number;
  /** Whether the elements are checked for their gradient; `true` unless said otherwise. */
  readonly requiresGrad?: boolean;
}

/** A fraction in [0, 1) for each position: the fractional parts of multiples of the golden ratio, which spread evenly and never repeat. */
function fraction(position: number, seed: number): number {
  return ((position + 1 + seed * 17) * 0.618_033_988_749_895) % 1;
}

/** A float64 tensor with elements from [low, high), no two equal. */
export function sample(
  shape: Shape,
  { low = -2, high = 2, seed = 0, requiresGrad = true }: SampleRange = {},
): Tensor {
  const data = allocateArray(float64, numel(shape)) as Float64Array; // float64 by the line itself
  for (let i = 0; i < data.length; i++) data[i] = low + (high - low) * fraction(i, seed);
  return fromArray(data, float64, shape).requires_grad_(requiresGrad);
}

/** A tensor with the given elements, without gradient: indices, masks, labels. */
export function given(values: readonly number[], dtype: DType, shape: Shape = [values.length]): Tensor {
  const data = allocateArray(dtype, values.length);
  values.forEach((value, i) => writeElement(dtype, data, i, dtype.name === "int64" ? BigInt(value) : value));
  return fromArray(data, dtype, shape);
}
