/**
 * Multiplies matrices that lie in the heap, on the calling thread. It knows no tensors and allocates nothing, so that tasks of any thread can call it.
 *
 * Source: Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008).
 */
import { threadScratch } from "../memory/heap.ts";
import { chosenKernels } from "./chosen.ts";
import type { ProductKernels } from "./kernels.ts";
import type { Precision } from "./precision.ts";
import { finishing } from "./tile.ts";

/** Where a matrix lies in the heap: the address of its first number, and how many numbers further the next row and the next column are. */
export interface MatrixPlace {
  readonly address: number;
  readonly row: number;
  readonly column: number;
}

/** What is done with the sums before they are stored. */
export interface Finish {
  /** Adds to what is in the output instead of replacing it. */
  readonly accumulate?: boolean;
  /** Address of numbers to add, side by side: one for each column, or one for each row. */
  readonly bias?: number;
  readonly biasOf?: "columns" | "rows";
  /** Replaces negative results by 0, after the bias. */
  readonly relu?: boolean;
}

/** Bytes at the start of the thread's scratch memory that `multiply` packs into; what lies behind is the caller's. */
export const multiplyScratchBytes: number = 2 * 1024 * 1024;

/**
 * Steps of the inner dimension that are summed in registers before they are added to the result. The same for every tile shape and layout, so that
 * none of them changes the bits of a result.
 */
const innerBlock = 256;

/** Bytes of a packed block of the left matrix: it should stay in the second cache. */
const leftBlockBytes = 192 * 1024;

/** Bytes of a packed block of the right matrix. */
const rightBlockBytes = 1024 * 1024;

const packedLeft = threadScratch;
const packedRight: number = threadScratch + 512 * 1024;

/**
 * `output = left · right`, with sizes `[rows, inner]`, `[inner, columns]` and `[rows, columns]`, on the calling thread.
 *
 * Any strides for the operands (also 0, and transposed), which are read in place or packed, whichever is faster. The output's columns must be neighbours
 * (`output.column` is 1), and it must not overlap the operands. An `inner` of 0 gives zeros (plus bias).
 *
 * Each number of the result is a sum in the order of the inner dimension, in blocks of 256: its bits depend neither on the other rows and columns nor on how
 * a larger product was divided into calls, so long as the inner dimension was not divided.
 *
 * It uses the first `multiplyScratchBytes` of the thread's scratch memory.
 */
export function multiply(
  precision: Precision["name"],
  rows: number,
  columns: number,
  inner: number,
  left: MatrixPlace,
  right: MatrixPlace,
  output: MatrixPlace,
  finish: Finish = {},
): void {
  multiplyWith(chosenKernels(precision), rows, columns, inner, left, right, output, finish);
}

/** The same with given kernels. */
export function multiplyWith(
  kernels: ProductKernels,
  rows: number,
  columns: number,
  inner: number,
  left: MatrixPlace,
  right: MatrixPlace,
  output: MatrixPlace,
  finish: Finish,
): void {
  if (rows === 0 || columns === 0) return;
  const { bytes } = kernels.precision;
  const columnBlock = blockSize(rightBlockBytes, kernels);
  for (let step = 0; step === 0 || step < inner; step += innerBlock) {
    const inBlock = Math.min(innerBlock, inner - step);
    const bits = finishBits(finish, step === 0, step + innerBlock >= inner);
    const leftPart = { ...left, address: left.address + step * left.column * bytes };
    for (let column = 0; column < columns; column += columnBlock) {
      const offset = step * right.row + column * right.column;
      multiplyColumns(
        kernels,
        { rows, columns: Math.min(columnBlock, columns - column), inner: inBlock },
        leftPart,
        { ...right, address: right.address + offset * bytes },
        { ...output, address: output.address + column * bytes },
        bits,
        finish.biasOf === "columns" ? finish.bias! + column * bytes : (finish.bias ?? 0),
      );
    }
  }
}

function blockSize(bytes: number, { precision, shape }: ProductKernels): number {
  const width = shape.vectors * precision.lanes;
  return Math.floor(bytes / (innerBlock * precision.bytes * width)) * width;
}

/** Earlier blocks of the inner dimension only accumulate; the last one finishes. */
function finishBits(finish: Finish, first: boolean, last: boolean): number {
  let bits = !first || finish.accumulate === true ? finishing.accumulate : 0;
  if (!last) return bits;
  if (finish.bias !== undefined) bits |= finish.biasOf === "rows" ? finishing.rowBias : finishing.columnBias;
  if (finish.relu === true) bits |= finishing.relu;
  return bits;
}

interface Sizes {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
}

/** One block of columns, whose part of the right matrix, packed, fits into the scratch memory. */
function multiplyColumns(
  kernels: ProductKernels,
  sizes: Sizes,
  left: MatrixPlace,
  right: MatrixPlace,
  output: MatrixPlace,
  bits: number,
  bias: number,
): void {
  const { precision, shape, module } = kernels;
  const { bytes } = precision;
  const { rows, columns, inner } = sizes;
  const width = shape.vectors * precision.lanes;
  const { adjacentRows, adjacentInner, packLeft, packRight } = module.functions;
  let rightAddress = right.address;
  let rightStep = right.row * bytes;
  let rightPanel = width * bytes;
  if (packsRight(sizes, right, precision) && inner > 0) {
    packRight(packedRight, right.address, right.column * bytes, right.row * bytes, columns, inner);
    rightAddress = packedRight;
    rightStep = width * bytes;
    rightPanel = inner * width * bytes;
  }
  const run = (
    block: typeof adjacentRows,
    address: number,
    step: number,
    panel: number,
    first: number,
    count: number,
  ): void => {
    block(
      address,
      left.row * bytes,
      step,
      panel,
      rightAddress,
      rightStep,
      rightPanel,
      output.address + first * output.row * bytes,
      output.row * bytes,
      count,
      columns,
      inner,
      bits,
      (bits & finishing.rowBias) === 0 ? bias : bias + first * bytes,
    );
  };
  if (!packsLeft(sizes, left, width)) {
    if (left.row === 1) run(adjacentRows, left.address, left.column * bytes, shape.rows * bytes, 0, rows);
    else run(adjacentInner, left.address, bytes, shape.rows * left.row * bytes, 0, rows);
    return;
  }
  const rowBlock = Math.floor(leftBlockBytes / (innerBlock * bytes * shape.rows)) * shape.rows;
  for (let row = 0; row < rows; row += rowBlock) {
    const count = Math.min(rowBlock, rows - row);
    const address = left.address + row * left.row * bytes;
    if (inner > 0) packLeft(packedLeft, address, left.row * bytes, left.column * bytes, count, inner);
    run(adjacentRows, packedLeft, shape.rows * bytes, inner * shape.rows * bytes, row, count);
  }
}

/** Whether the left matrix is better copied: where its layout asks for it, or where many panels of columns read it again. */
function packsLeft({ columns }: Sizes, left: MatrixPlace, width: number): boolean {
  return (left.row !== 1 && left.column !== 1) || columns > 3 * width;
}

/** Whether the right matrix is better copied: where its columns are not neighbours, or where many rows read it again from far apart. */
function packsRight({ rows, columns, inner }: Sizes, right: MatrixPlace, precision: Precision): boolean {
  if (right.column !== 1) return true;
  return rows >= 32 && columns * inner * precision.bytes > 16 * 1024;
}
