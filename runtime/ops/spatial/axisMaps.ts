/** Linear maps along one dimension: how they are made, turned around, and run. */
import type { AxisMap } from "../../backends/resampling.ts";

/** One element of the input, and how much it counts. */
export type Tap = readonly [source: number, weight: number];

/** The map whose results are sums of taps. */
export function axisMap(
  inputSize: number,
  outputSize: number,
  tapsOf: (position: number) => readonly Tap[],
): AxisMap {
  const rows = Array.from({ length: outputSize }, (_, position) => tapsOf(position));
  const taps = rows.flat();
  const begins = new Int32Array(outputSize + 1);
  rows.forEach((row, position) => (begins[position + 1] = begins[position]! + row.length));
  return {
    inputSize,
    outputSize,
    begins,
    sources: Int32Array.from(taps, ([source]) => source),
    weights: Float64Array.from(taps, ([, weight]) => weight),
    copies: rows.every((row) => row.length === 1 && row[0]![1] === 1),
  };
}

/** The map whose results are elements of the input. */
export function copyingMap(
  inputSize: number,
  outputSize: number,
  sourceOf: (position: number) => number,
): AxisMap {
  return axisMap(inputSize, outputSize, (position) => [[sourceOf(position), 1]]);
}

/** The transposed map: how gradients flow back. */
export function transposeMap({ inputSize, outputSize, begins, sources, weights }: AxisMap): AxisMap {
  const transposed = new Int32Array(inputSize + 1);
  for (const source of sources) transposed[source + 1]!++;
  for (let i = 0; i < inputSize; i++) transposed[i + 1]! += transposed[i]!;
  const next = transposed.slice();
  const targets = new Int32Array(sources.length);
  const factors = new Float64Array(sources.length);
  for (let i = 0; i < outputSize; i++)
    for (let k = begins[i]!; k < begins[i + 1]!; k++) {
      const place = next[sources[k]!]!++;
      targets[place] = i;
      factors[place] = weights[k]!;
    }
  return {
    inputSize: outputSize,
    outputSize: inputSize,
    begins: transposed,
    sources: targets,
    weights: factors,
    copies: false,
  };
}

/**
 * The map with its weights as whole numbers of 16 bits over a power of two, as PyTorch weighs bytes. Source: `UpSampleKernel.cpp`,
 * `compute_index_ranges_int16_weights`.
 */
export function inSixteenBits(map: AxisMap): AxisMap {
  if (map.copies) return map;
  const largest = largestShare(map);
  let one = 1;
  while (one < 2 ** 22 && Math.trunc(0.5 + largest * one * 2) < 2 ** 15) one *= 2;
  const weights = map.weights.map((weight) => Math.trunc(weight * one + (weight < 0 ? -0.5 : 0.5)) / one);
  return { ...map, weights };
}

/** The most that an element of the input counts in one of the result; at an edge it may stand for several. */
function largestShare({ outputSize, begins, sources, weights }: AxisMap): number {
  let largest = 0;
  for (let i = 0; i < outputSize; i++) {
    let share = 0;
    for (let k = begins[i]!; k < begins[i + 1]!; k++) {
      share = k > begins[i]! && sources[k] === sources[k - 1] ? share + weights[k]! : weights[k]!;
      largest = Math.max(largest, share);
    }
  }
  return largest;
}
