/**
 * How a convolution is cut into pieces that fit into a cache, and how the source of a piece is laid out.
 *
 * A piece ("block") holds, for each channel, one plane for every residue that the kernel's elements ("taps") have modulo the steps, with zeros where the source ends.
 * Then the positions of the result lie in a plane as in a row of `pitch` numbers, and a tap looks a constant distance further, whatever the stride, the padding
 * and the dilation were: a product needs no copy of the source for each tap. The few positions between two rows are computed and dropped.
 */
import type { Triple } from "../../convolution.ts";
import { widestTile } from "./correlateKernels.ts";
import { mostBlockBytes, mostResultBytes } from "./sizes.ts";

/** An element of the kernel: where it looks, seen from `position · step`, and where its weight is within the kernel. */
export interface Tap {
  readonly at: Triple;
  readonly weight: number;
}

/** What is to be planned: `result[row, p] = Σ weight[row, channel, tap] · source[channel, p · step + tap]`, for all positions `p` of a grid. */
export interface Correlation {
  /** Bytes of a number. */
  readonly bytes: number;
  readonly images: number;
  readonly channels: number;
  readonly rows: number;
  readonly grid: Triple;
  readonly step: Triple;
  readonly taps: readonly Tap[];
}

/** The layout of blocks. Sizes are in numbers, not in bytes. */
export interface Plan {
  /** Where each plane's first number is in the source, seen from `position · step`. */
  readonly planes: readonly Triple[];
  /** Where each tap looks in the block, seen from the position. */
  readonly tapOffsets: readonly number[];
  readonly pitch: number;
  readonly planeRows: number;
  readonly planeSize: number;
  readonly channelSize: number;
  /** Parts of the grid, of the images and of the channels in a block. */
  readonly blockRows: number;
  readonly blockColumns: number;
  readonly blockImages: number;
  readonly blockChannels: number;
  /** Results that are computed at a time: so many rows of `resultSize` numbers. */
  readonly resultRows: number;
  readonly resultSize: number;
}

/** Bytes that should stay in the second cache beside the weight. */
const cachedBytes = 320 * 1024;

/** Results are cut between panels of the weight, whichever of the panels' sizes is used. */
const panelMultiple = 24;

const mostColumns = 1024;
/** Positions below which several images share a block, so that the weight is read less often. */
const fewPositions = 256;
/** Blocks that the images are at least divided into, for threads. */
const leastImageBlocks = 8;

/** Along one dimension: which residue a tap has modulo the step, and how many whole steps it looks ahead. */
function split(at: number, step: number): { readonly residue: number; readonly ahead: number } {
  const ahead = Math.floor(at / step);
  return { residue: at - ahead * step, ahead };
}

interface Reach {
  readonly least: number;
  readonly extra: number;
}

/** How far the taps look, in whole steps. */
function reachOf(taps: readonly Tap[], dim: 1 | 2, step: number): Reach {
  const ahead = taps.map(({ at }) => split(at[dim], step).ahead);
  const least = Math.min(...ahead);
  return taps.length === 0 ? { least: 0, extra: 0 } : { least, extra: Math.max(...ahead) - least };
}

interface PlaneList {
  readonly planes: Triple[];
  /** For each tap, its plane, and the row and column within it. */
  readonly places: { readonly plane: number; readonly row: number; readonly column: number }[];
}

function planesOf({ taps, step }: Correlation, rows: Reach, columns: Reach): PlaneList {
  const known = new Map<string, number>();
  const planes: Triple[] = [];
  const places = taps.map(({ at }) => {
    const row = split(at[1], step[1]);
    const column = split(at[2], step[2]);
    const origin: Triple = [
      at[0],
      rows.least * step[1] + row.residue,
      columns.least * step[2] + column.residue,
    ];
    const key = origin.join();
    let plane = known.get(key);
    if (plane === undefined) {
      known.set(key, (plane = planes.length));
      planes.push(origin);
    }
    return { plane, row: row.ahead - rows.least, column: column.ahead - columns.least };
  });
  return { planes, places };
}

/** `size` in equal parts of at most `most`. */
function evenPart(size: number, most: number): number {
  return Math.ceil(size / Math.ceil(size / Math.max(most, 1)));
}

/** Rows of the grid in a block: as many as stay in the cache, but so many that the rows which neighbouring blocks both need are few. */
function rowsOfBlock(c: Correlation, planes: number, pitch: number, extraRows: number): number {
  const sourceRow = c.channels * Math.max(planes, 1) * pitch * c.bytes;
  const resultRow = c.rows * pitch * c.bytes;
  const cached = Math.min(cachedBytes / sourceRow - extraRows, (2 * cachedBytes) / resultRow);
  return evenPart(c.grid[1], Math.max(Math.floor(cached), 4));
}

function imagesOfBlock(c: Correlation, planeSize: number, planes: number): number {
  const imageBytes = c.channels * Math.max(planes, 1) * planeSize * c.bytes;
  const wanted = Math.min(Math.ceil(fewPositions / planeSize), Math.floor(cachedBytes / imageBytes));
  return Math.max(1, Math.min(wanted, Math.floor(c.images / leastImageBlocks)));
}

/** Rounds up so that neighbouring channels do not fall onto the same lines of a cache, and leaves room for vectors that reach over the end. */
function channelSizeOf(used: number, bytes: number): number {
  const line = 64 / bytes;
  const lines = Math.ceil((used + line) / line);
  return (lines % 2 === 0 ? lines + 1 : lines) * line;
}

/** The layout, or `null` when a single row of a single channel does not fit into the scratch memory. */
export function planCorrelation(c: Correlation): Plan | null {
  const rows = reachOf(c.taps, 1, c.step[1]);
  const columns = reachOf(c.taps, 2, c.step[2]);
  const { planes, places } = planesOf(c, rows, columns);
  const blockColumns = evenPart(c.grid[2], mostColumns);
  const pitch = blockColumns + columns.extra;
  for (const blockRows of [rowsOfBlock(c, planes.length, pitch, rows.extra), 1]) {
    const planeRows = blockRows + rows.extra;
    const whole = blockRows === c.grid[1] && blockColumns === c.grid[2];
    const blockImages = whole ? imagesOfBlock(c, planeRows * pitch, planes.length) : 1;
    const planeSize = blockImages * planeRows * pitch;
    const channelSize = channelSizeOf(planes.length * planeSize, c.bytes);
    const blockChannels = Math.min(c.channels, Math.floor(mostBlockBytes / (channelSize * c.bytes)));
    // A tile writes whole vectors behind the last position: fewer than the widest has.
    const resultSize = channelSizeOf(planeSize + widestTile * (16 / c.bytes), c.bytes);
    const resultRows = Math.min(c.rows, roundDown(mostResultBytes / (resultSize * c.bytes), panelMultiple));
    if (blockChannels < Math.min(c.channels, 1) || resultRows < Math.min(c.rows, 1)) continue;
    return {
      planes,
      tapOffsets: places.map(({ plane, row, column }) => plane * planeSize + row * pitch + column),
      pitch,
      planeRows,
      planeSize,
      channelSize,
      blockRows,
      blockColumns,
      blockImages,
      blockChannels,
      resultRows,
      resultSize,
    };
  }
  return null;
}

function roundDown(size: number, multiple: number): number {
  return Math.floor(size / multiple) * multiple;
}
