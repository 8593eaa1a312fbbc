/** The rows of attention's weights in float64, in JavaScript: checks of gradients use it, and they are small. */
import type { MatrixPlace } from "../gemm/multiply.ts";

interface Sizes {
  readonly queries: number;
  readonly keys: number;
  readonly scale: number;
}

/** Turns products into weights, in place. */
export function weighDoubles(
  memory: WebAssembly.Memory,
  { queries, keys, scale }: Sizes,
  weights: MatrixPlace,
  mask: MatrixPlace,
): void {
  for (let row = 0; row < queries; row++) {
    const values = new Float64Array(memory.buffer, weights.address + row * keys * 8, keys);
    const added =
      mask.address === 0 ? null : new Float64Array(memory.buffer, mask.address + row * mask.row * 8, keys);
    for (let i = 0; i < keys; i++) values[i] = values[i]! * scale + (added === null ? 0 : added[i]!);
    softmaxRow(values);
  }
}

/** The softmax of a row, in place; zeros where everything is −∞. */
function softmaxRow(values: Float64Array): void {
  let largest = -Infinity;
  for (const value of values) largest = Math.max(largest, value);
  const shift = largest === -Infinity ? 0 : largest;
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] = Math.exp(values[i]! - shift);
  if (total !== 0) for (let i = 0; i < values.length; i++) values[i]! /= total;
}

/** Turns gradients of weights into those of products, in place. */
export function unweighDoubles(
  memory: WebAssembly.Memory,
  { keys, scale }: Sizes,
  rows: number,
  gradients: MatrixPlace,
  weights: MatrixPlace,
): void {
  for (let row = 0; row < rows; row++) {
    const grad = new Float64Array(memory.buffer, gradients.address + row * keys * 8, keys);
    const weight = new Float64Array(memory.buffer, weights.address + row * keys * 8, keys);
    let total = 0;
    for (let i = 0; i < keys; i++) total += grad[i]! * weight[i]!;
    for (let i = 0; i < keys; i++) grad[i] = scale * weight[i]! * (grad[i]! - total);
  }
}
