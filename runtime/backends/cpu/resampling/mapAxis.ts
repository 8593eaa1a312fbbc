import type { View } from "../../backend.ts";
import type { AxisMap } from "../../resampling.ts";
import { elementsOf, type Elements } from "./elements.ts";

/** Moves whole rows of `inner` elements. */
function copyRows(target: Elements, source: Elements, outer: number, inner: number, map: AxisMap): void {
  const { inputSize, outputSize, sources } = map;
  for (let a = 0; a < outer; a++) {
    const [from, to] = [a * inputSize * inner, a * outputSize * inner];
    for (let i = 0; i < outputSize; i++) {
      const start = from + sources[i]! * inner;
      const end = to + i * inner;
      if (inner === 1) target[end] = source[start]!;
      else target.set(source.subarray(start, start + inner), end);
    }
  }
}

/** Sums along the last dimension, where neighbours in memory belong to one sum. */
function sumWithinRows(target: Elements, source: Elements, outer: number, map: AxisMap): void {
  const { inputSize, outputSize, begins, sources, weights } = map;
  for (let a = 0; a < outer; a++) {
    const [from, to] = [a * inputSize, a * outputSize];
    for (let i = 0; i < outputSize; i++) {
      let sum = 0;
      for (let k = begins[i]!; k < begins[i + 1]!; k++) sum += weights[k]! * source[from + sources[k]!]!;
      target[to + i] = sum;
    }
  }
}

/** Sums of whole rows of `inner` elements, in float64 until they are complete. */
function sumRows(target: Elements, source: Elements, outer: number, inner: number, map: AxisMap): void {
  const { inputSize, outputSize, begins, sources, weights } = map;
  const sums = new Float64Array(inner);
  for (let a = 0; a < outer; a++)
    for (let i = 0; i < outputSize; i++) {
      sums.fill(0);
      for (let k = begins[i]!; k < begins[i + 1]!; k++) {
        const weight = weights[k]!;
        const from = (a * inputSize + sources[k]!) * inner;
        for (let j = 0; j < inner; j++) sums[j]! += weight * source[from + j]!;
      }
      const to = (a * outputSize + i) * inner;
      for (let j = 0; j < inner; j++) target[to + j] = sums[j]!;
    }
}

/** See `ResamplingBackend`. */
export function mapAxis(output: View, input: View, map: AxisMap): void {
  const [outer, , inner] = input.shape as [number, number, number];
  const [target, source] = [elementsOf(output), elementsOf(input)];
  if (map.copies) copyRows(target, source, outer, inner, map);
  else if (inner === 1) sumWithinRows(target, source, outer, map);
  else sumRows(target, source, outer, inner, map);
}
