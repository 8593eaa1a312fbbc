/** A convolution as settled numbers that any thread can work from, and how a thread lays out one block of the source. */
import type { Triple } from "../../convolution.ts";
import { heapMemory, threadScratch } from "../memory/heap.ts";
import type { KernelFunction } from "../wasm/kernelModule.ts";
import { commonKernels, tiledKernels } from "./kernels.ts";
import type { Precision } from "../gemm/precision.ts";
import { mostBlockBytes, roomBehindBlock } from "./sizes.ts";

/** What a thread is told, in this order. Addresses, and distances in bytes. */
const fields = [
  "float64",
  /** Which kernels: a number of `tileChoices`. */
  "choice",
  "images",
  "groups",
  /** Of each group. */
  "channels",
  "rows",
  "gridDepth",
  "gridRows",
  "gridColumns",
  "stepDepth",
  "stepRow",
  "stepColumn",
  "source",
  "sourceDepth",
  "sourceRows",
  "sourceColumns",
  /** Where the results go, or what is multiplied with the source: the other side of the grid. */
  "target",
  "targetImage",
  "targetChannel",
  "targetDepth",
  "targetRow",
  "targetColumn",
  "bias",
  "weight",
  "weightGroup",
  "weightPanel",
  "planes",
  "planeCount",
  "tapCount",
  "offsets",
  "pitch",
  "planeRows",
  "planeSize",
  "channelSize",
  "blockRows",
  "blockColumns",
  "blockImages",
  "blockChannels",
  "resultRows",
  "resultSize",
  /** Of the weight's derivative: images of which the sums are kept apart. */
  "chunkImages",
] as const;

/** A convolution, for threads. */
export type Job = Readonly<Record<(typeof fields)[number], number>>;

export function toArguments(job: Job): number[] {
  return fields.map((field) => job[field]);
}

export function fromArguments(args: readonly number[]): Job {
  // `toArguments` wrote one number for each field.
  return Object.fromEntries(fields.map((field, i) => [field, args[i]!])) as unknown as Job;
}

/** Where a thread lays out the source, and, behind it, the results or the other operand. */
export const blockAddress: number = threadScratch;
export const resultAddress: number = threadScratch + mostBlockBytes + roomBehindBlock;

function precisionOf(job: Job): Precision["name"] {
  return job.float64 === 1 ? "float64" : "float32";
}

/** The functions for a job's kind of number. */
export function kernelsOf(job: Job): (typeof commonKernels)[Precision["name"]]["functions"] {
  return commonKernels[precisionOf(job)].functions;
}

/** The function that multiplies, with the job's tile. */
export function correlateOf(job: Job): KernelFunction {
  return tiledKernels[precisionOf(job)][job.choice]!.module.functions.correlate;
}

export function bytesOf(job: Job): number {
  return job.float64 === 1 ? 8 : 4;
}

/** A part of the grid of some images: what one block covers. */
export interface Part {
  readonly group: number;
  readonly image: number;
  readonly images: number;
  readonly depth: number;
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** Blocks that one image of one group has. */
export function blocksOfImage(job: Job): number {
  const { gridDepth, gridRows, gridColumns, blockRows, blockColumns } = job;
  return gridDepth * Math.ceil(gridRows / blockRows) * Math.ceil(gridColumns / blockColumns);
}

/** The part number `index` of the blocks of one image, for images from `image` on. */
export function partAt(job: Job, group: number, image: number, index: number): Part {
  const { gridRows, gridColumns, blockRows, blockColumns } = job;
  const across = Math.ceil(gridColumns / blockColumns);
  const down = Math.ceil(gridRows / blockRows);
  const column = (index % across) * blockColumns;
  const row = (Math.floor(index / across) % down) * blockRows;
  return {
    group,
    image,
    images: Math.min(job.blockImages, job.images - image),
    depth: Math.floor(index / (across * down)),
    row,
    rows: Math.min(blockRows, gridRows - row),
    column,
    columns: Math.min(blockColumns, gridColumns - column),
  };
}

/** Positions from the first to the last one of a part, those between rows included. */
export function positionsOf({ pitch, planeRows }: Job, { images, rows, columns }: Part): number {
  return ((images - 1) * planeRows + rows - 1) * pitch + columns;
}

/** Which of `count` places `start + i · step` lie within `size`: how many do not, do, and do not. */
function within(start: number, step: number, count: number, size: number): Triple {
  const before = Math.min(count, Math.max(0, Math.ceil(-start / step)));
  const end = Math.min(count, Math.max(before, Math.ceil((size - start) / step)));
  return [before, end - before, count - end];
}

/** Rows and columns of a plane of an image, as `arrange` takes them. */
interface Plane {
  /** Of the plane's first number, which may lie outside of the source. */
  readonly row: number;
  readonly column: number;
  readonly stepRow: number;
  readonly stepColumn: number;
  /** Where the source ends. */
  readonly rows: number;
  readonly columns: number;
}

/** Where channels lie. */
interface Channels {
  readonly address: number;
  /** From one to the next, in bytes. */
  readonly channel: number;
  readonly row: number;
  readonly column: number;
}

/** Lays out one plane of one image, for several channels. */
function arrangePlane(
  job: Job,
  arrange: KernelFunction,
  target: { readonly address: number; readonly channel: number },
  source: Channels,
  channels: number,
  plane: Plane,
): void {
  const [above, rows, below] = within(plane.row, plane.stepRow, job.planeRows, plane.rows);
  const [left, copied, right] = within(plane.column, plane.stepColumn, job.pitch, plane.columns);
  const firstRow = plane.row + above * plane.stepRow;
  const firstColumn = plane.column + left * plane.stepColumn;
  arrange(
    target.address,
    target.channel,
    source.address + firstRow * source.row + firstColumn * source.column,
    source.channel,
    source.row * plane.stepRow,
    source.column * plane.stepColumn,
    channels,
    above * job.pitch,
    rows,
    below * job.pitch,
    left,
    copied,
    right,
  );
}

/** Lays out some channels of the source for a part of the grid. */
export function arrangeSource(job: Job, part: Part, firstChannel: number, channels: number): void {
  const { arrange } = kernelsOf(job);
  const bytes = bytesOf(job);
  const planes = new Int32Array(heapMemory.buffer, job.planes, 3 * job.planeCount);
  const slice = job.sourceRows * job.sourceColumns * bytes;
  const channel = job.sourceDepth * slice;
  const firstOfImage = part.group * job.channels + firstChannel;
  for (let p = 0; p < job.planeCount; p++) {
    const depth = part.depth * job.stepDepth + planes[3 * p]!;
    const exists = depth >= 0 && depth < job.sourceDepth;
    for (let i = 0; i < job.blockImages; i++) {
      const image = (part.image + i) * job.groups * job.channels + firstOfImage;
      const target = {
        address: blockAddress + (p * job.planeSize + i * job.planeRows * job.pitch) * bytes,
        channel: job.channelSize * bytes,
      };
      const address = job.source + image * channel + (exists ? depth * slice : 0);
      const source = { address, channel, row: job.sourceColumns * bytes, column: bytes };
      arrangePlane(job, arrange, target, source, channels, {
        row: part.row * job.stepRow + planes[3 * p + 1]!,
        column: part.column * job.stepColumn + planes[3 * p + 2]!,
        stepRow: job.stepRow,
        stepColumn: job.stepColumn,
        rows: exists && i < part.images ? job.sourceRows : 0,
        columns: job.sourceColumns,
      });
    }
  }
}

/** Lays out some rows of the other operand as results lie: zeros between the rows, so that what stands there in the block counts nothing. */
export function arrangeTarget(job: Job, part: Part, firstRow: number, rows: number): void {
  const { arrange } = kernelsOf(job);
  const bytes = bytesOf(job);
  for (let i = 0; i < job.blockImages; i++) {
    const target = {
      address: resultAddress + i * job.planeRows * job.pitch * bytes,
      channel: job.resultSize * bytes,
    };
    const address =
      job.target +
      (part.image + i) * job.targetImage +
      (part.group * job.rows + firstRow) * job.targetChannel +
      part.depth * job.targetDepth;
    const source = { address, channel: job.targetChannel, row: job.targetRow, column: job.targetColumn };
    arrangePlane(job, arrange, target, source, rows, {
      row: part.row,
      column: part.column,
      stepRow: 1,
      stepColumn: 1,
      rows: i < part.images ? part.row + part.rows : 0,
      columns: part.column + part.columns,
    });
  }
}
