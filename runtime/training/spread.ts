/** How numbers are spread, in numbers. */
import { readValues, type Tensor } from "../tensor.ts";
import type { SpreadSnapshot } from "./snapshots.ts";

/** Of more numbers, as many are looked at, evenly apart: a histogram looks the same, and a large layer costs no more than a small one. */
const MOST_NUMBERS = 16_384;

/** Numbers of all tensors together, thinned out evenly. */
function sampled(tensors: readonly Tensor[]): Float64Array {
  const lists = tensors.map((tensor) => readValues(tensor.detach().cpu()));
  const count = lists.reduce((sum, list) => sum + list.length, 0);
  const step = Math.max(1, Math.ceil(count / MOST_NUMBERS));
  const numbers = new Float64Array(lists.reduce((sum, list) => sum + Math.ceil(list.length / step), 0));
  let position = 0;
  for (const list of lists) for (let i = 0; i < list.length; i += step) numbers[position++] = Number(list[i]);
  return numbers;
}

interface Moments {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  readonly zeros: number;
  readonly finite: number;
}

function momentsOf(numbers: Float64Array): Moments {
  let [min, max, total, squares, zeros, finite] = [Infinity, -Infinity, 0, 0, 0, 0];
  for (const number of numbers) {
    if (!Number.isFinite(number)) continue;
    finite++;
    total += number;
    if (number < min) min = number;
    if (number > max) max = number;
    if (number === 0) zeros++;
  }
  const mean = finite === 0 ? Number.NaN : total / finite;
  for (const number of numbers) if (Number.isFinite(number)) squares += (number - mean) ** 2;
  return { min, max, mean, std: Math.sqrt(squares / finite), zeros, finite };
}

/** How the numbers of some tensors are spread over `bins` equal parts of their range; `null` when none of them is finite. */
export function spreadOf(tensors: readonly Tensor[], step: number, bins: number): SpreadSnapshot | null {
  const numbers = sampled(tensors);
  const { min, max, mean, std, zeros, finite } = momentsOf(numbers);
  if (finite === 0) return null;
  const counts = Array.from({ length: bins }, () => 0);
  const scale = max > min ? bins / (max - min) : 0;
  for (const number of numbers) {
    if (!Number.isFinite(number)) continue;
    const bin = scale === 0 ? bins >> 1 : Math.min(bins - 1, Math.floor((number - min) * scale));
    counts[bin]! += 1; // there is one for each bin
  }
  return {
    step,
    range: [min + 0, max + 0], // never −0
    counts,
    mean,
    std,
    zeros: zeros / finite,
    nonFinite: numbers.length - finite,
  };
}
