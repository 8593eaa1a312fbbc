/** Attention of some heads as tasks that threads divide among themselves. One head's weights fit into the processor's cache, and all that is done with them is done at once. */
import { multiply, multiplyScratchBytes, type Finish, type MatrixPlace } from "../gemm/multiply.ts";
import type { Precision } from "../gemm/precision.ts";
import { heapMemory, threadScratch, threadScratchBytes } from "../memory/heap.ts";
import { defineTask, type Task } from "../threads/task.ts";
import { attentionKernels } from "./kernels.ts";
import { unweighDoubles, weighDoubles } from "./doubles.ts";

/** Where a tensor `[N, H, rows, columns]` lies; strides count its numbers. */
export interface HeadsPlace extends MatrixPlace {
  readonly batch: number;
  readonly head: number;
}

/** What both tasks are told. An address of 0 stands for a tensor that is not there. */
export interface AttentionJob {
  readonly precision: Precision["name"];
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly valueWidth: number;
  readonly scale: number;
  readonly places: readonly HeadsPlace[];
}

const headNumbers = 7;
const placeNumbers = 5;

/** The job as the numbers that a task takes. */
export function toArguments({ precision, places, ...job }: AttentionJob): number[] {
  return [
    precision === "float32" ? 4 : 8,
    job.heads,
    job.queries,
    job.keys,
    job.width,
    job.valueWidth,
    job.scale,
    ...places.flatMap(({ address, batch, head, row, column }) => [address, batch, head, row, column]),
  ];
}

/** A task's arguments, read for one head at a time. */
class HeadJob {
  readonly precision: Precision["name"];
  readonly bytes: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly valueWidth: number;
  readonly scale: number;
  readonly #args: readonly number[];

  constructor(args: readonly number[]) {
    const [bytes, heads, queries, keys, width, valueWidth, scale] = args as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]; // `toArguments` puts them first
    this.bytes = bytes;
    this.precision = bytes === 4 ? "float32" : "float64";
    this.heads = heads;
    this.queries = queries;
    this.keys = keys;
    this.width = width;
    this.valueWidth = valueWidth;
    this.scale = scale;
    this.#args = args;
  }

  /** Where the matrix of one head lies, from its row number `row` on. */
  place(tensor: number, unit: number, row = 0): MatrixPlace {
    const at = headNumbers + tensor * placeNumbers;
    const [address, batch, head, rowStride, column] = this.#args.slice(at, at + placeNumbers) as [
      number,
      number,
      number,
      number,
      number,
    ]; // each place has five
    const numbers = Math.floor(unit / this.heads) * batch + (unit % this.heads) * head + row * rowStride;
    return {
      address: address === 0 ? 0 : address + numbers * this.bytes,
      row: rowStride,
      column,
    };
  }
}

function transposed({ address, row, column }: MatrixPlace): MatrixPlace {
  return { address, row: column, column: row };
}

const bits = new Float32Array(1);
const bitsAsInteger = new Int32Array(bits.buffer);

/** The bits of a number as float32. */
function floatBits(value: number): number {
  bits[0] = value;
  return bitsAsInteger[0]!;
}

/** Turns the products of one head into weights, in place. */
function weigh(job: HeadJob, weights: MatrixPlace, mask: MatrixPlace): void {
  if (job.precision === "float64") weighDoubles(heapMemory, job, weights, mask);
  else
    attentionKernels.functions.weigh(
      0,
      job.queries,
      weights.address,
      job.keys,
      mask.address,
      mask.row * job.bytes,
      floatBits(job.scale),
    );
}

/** Places: output, weights, query, key, value, mask. */
export const attentionTask: Task = defineTask("attention", (begin, end, args) => {
  const job = new HeadJob(args);
  const { precision, queries, keys, width, valueWidth } = job;
  for (let unit = begin; unit < end; unit++) {
    const weights = job.place(1, unit);
    const product = { address: weights.address, row: keys, column: 1 };
    multiply(precision, queries, keys, width, job.place(2, unit), transposed(job.place(3, unit)), product);
    weigh(job, product, job.place(5, unit));
    multiply(precision, queries, valueWidth, keys, product, job.place(4, unit), job.place(0, unit));
  }
});

const scratch: number = threadScratch + multiplyScratchBytes;
const scratchBytes: number = threadScratchBytes - multiplyScratchBytes - 64;

/** Turns the gradients of some rows' weights into those of their products, in place. */
function unweigh(job: HeadJob, rows: number, gradients: MatrixPlace, weights: MatrixPlace): void {
  if (job.precision === "float64") unweighDoubles(heapMemory, job, rows, gradients, weights);
  else
    attentionKernels.functions.unweigh(
      0,
      rows,
      gradients.address,
      weights.address,
      job.keys,
      floatBits(job.scale),
    );
}

/** Most rows of gradients that fit into the scratch memory. */
function rowsInScratch(keys: number, bytes: number): number {
  return Math.floor(scratchBytes / (keys * bytes));
}

/** Places: gradients of query, key and value; gradient of the output, weights, query, key, value. */
export const attentionBackwardTask: Task = defineTask("attentionBackward", (begin, end, args) => {
  const job = new HeadJob(args);
  const block = rowsInScratch(job.keys, job.bytes);
  for (let unit = begin; unit < end; unit++)
    for (let row = 0; row < job.queries; row += block)
      backwardRows(job, unit, row, Math.min(block, job.queries - row));
});

/** The part that some rows of queries have in the gradients of one head. */
function backwardRows(job: HeadJob, unit: number, row: number, rows: number): void {
  const { precision, keys, width, valueWidth } = job;
  const gradients: MatrixPlace = { address: scratch, row: keys, column: 1 };
  const grad = job.place(3, unit, row);
  const weights = { ...job.place(4, unit, row), row: keys, column: 1 };
  const finish: Finish = { accumulate: row > 0 };
  multiply(precision, keys, valueWidth, rows, transposed(weights), grad, job.place(2, unit), finish);
  multiply(precision, rows, keys, valueWidth, grad, transposed(job.place(7, unit)), gradients);
  unweigh(job, rows, gradients, weights);
  multiply(precision, rows, width, keys, gradients, job.place(6, unit), job.place(0, unit, row));
  multiply(
    precision,
    keys,
    width,
    rows,
    transposed(gradients),
    job.place(5, unit, row),
    job.place(1, unit),
    finish,
  );
}
