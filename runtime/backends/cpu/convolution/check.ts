/** Checks kernels that were compiled with wide vectors, which are experimental: what the engine got wrong must not be used. */
import type { Precision } from "../gemm/precision.ts";
import { heapMemory, threadScratch } from "../memory/heap.ts";
import { tiledKernels, type TiledKernels } from "./kernels.ts";

type Numbers = Float32Array | Float64Array;

const areaBytes = 256 * 1024;
const steps = 9;
/** From one row of results to the next, in numbers. */
const rowSize = 128;

/** An area of the scratch memory with small whole numbers, for which every order of adding gives the same. */
function area(
  { precision }: TiledKernels,
  index: number,
): { readonly address: number; readonly data: Numbers } {
  const address = threadScratch + index * areaBytes;
  const length = 16 * 1024;
  const data =
    precision.name === "float32"
      ? new Float32Array(heapMemory.buffer, address, length)
      : new Float64Array(heapMemory.buffer, address, length);
  for (let i = 0; i < length; i++) data[i] = ((i * (2 * index + 5)) % 13) - 6;
  return { address, data };
}

/** Where each step looks, in numbers: nothing that a plain matrix would have. */
function offsetsAt(address: number, bytes: number): Int32Array {
  const offsets = new Int32Array(heapMemory.buffer, address, steps);
  for (let k = 0; k < steps; k++) offsets[k] = ((k * 37) % 100) * bytes;
  return offsets;
}

/** Whether `correlate` is right for so many rows and columns. The weight is as it is when all rows are in one panel, or in several. */
function correlates(of: TiledKernels, rows: number, columns: number): boolean {
  const { bytes } = of.precision;
  const panel = of.tile.rows;
  const [weight, block, output] = [area(of, 0), area(of, 1), area(of, 2)];
  const table = threadScratch + 3 * areaBytes;
  const offsets = offsetsAt(table, bytes);
  of.module.functions.correlate(
    weight.address,
    0,
    panel * steps * bytes,
    table,
    steps,
    block.address,
    output.address,
    rowSize * bytes,
    rows,
    columns,
    0,
  );
  for (let i = 0; i < rows; i++) {
    const first = i - (i % panel);
    const height = Math.min(panel, rows - first);
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < steps; k++)
        sum += weight.data[first * steps + k * height + (i % panel)]! * block.data[offsets[k]! / bytes + j]!;
      if (output.data[i * rowSize + j] !== sum) return false;
    }
  }
  return true;
}

/** Whether the kernels with one of `tileChoices` compute what they should, for every height and width of a tile. */
export function areRight(precision: Precision["name"], choice: number): boolean {
  const of = tiledKernels[precision][choice]!;
  for (let rows = 1; rows <= 2 * of.tile.rows + 1; rows++)
    for (const columns of [1, 7, 16, 33, 64]) if (!correlates(of, rows, columns)) return false;
  return true;
}
