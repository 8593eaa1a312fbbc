/** Sorts rows, each on one thread. */
import type { WideName } from "../../../dtype.ts";
import type { View } from "../../backend.ts";
import type { SortingBackend } from "../../sorting.ts";
import { threadScratchBytes, withTemporary } from "../memory/heap.ts";
import { addressOf } from "../memory/storage.ts";
import { runKernel } from "../threads/parallel.ts";
import { keyFacts, recordBytes } from "./keys.ts";
import { sortModule, tableBytes, type SortKernel } from "./kernels.ts";

/** Elements that are worth a thread: one costs about ten nanoseconds. */
const elementsPerThread = 4096;

/** Rows up to this length are sorted by digits of 8 bits, since counting more values would cost more than it saves. */
const shortRow = 2048;

function run(
  kernel: SortKernel,
  [values, indices, input]: readonly [View, View, View],
  records: number,
  reverse: boolean,
  last: number,
): void {
  const [rows, n] = input.shape as readonly [number, number];
  const name = input.dtype.name as WideName; // elements of other dtypes come as a wider one
  const addresses = [input, values, indices].map(addressOf);
  const bytes = records * recordBytes(keyFacts[name]);
  const call = (memory: number, grain: number): void =>
    runKernel(sortModule(name), kernel, rows, grain, [...addresses, n, memory, reverse ? -1 : 0, last]);
  // 0: each thread has room of its own. More room than that is there once, for one thread.
  if (bytes <= threadScratchBytes - tableBytes) call(0, Math.ceil(elementsPerThread / n));
  else withTemporary(bytes, (memory) => call(memory, Infinity));
}

function sortRows(values: View, indices: View, input: View, descending: boolean): void {
  const n = input.shape[1]!;
  run("sort", [values, indices, input], 2 * n, descending, n <= shortRow ? 8 : 11);
}

function topRows(values: View, indices: View, input: View, largest: boolean): void {
  run("top", [values, indices, input], values.shape[1]!, largest, values.shape[1]!);
}

/** The processor's part of `SortingBackend`. */
export const sorting: SortingBackend = { sortRows, topRows };
