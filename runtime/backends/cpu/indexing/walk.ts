/**
 * The loop around every indexing kernel. It walks a selection row by row: three addresses (the elements on the plain side, the elements on the chosen side,
 * the positions) move together, each with its own strides, and the innermost dimension is left to the kernel.
 *
 * What a kernel needs to know lies in the parameter area, in the order of `field`; behind it, for each dimension but the innermost, its size and three strides
 * in bytes. A row that is longer than `chunk` elements is walked in chunks, which are units of work of their own: the last of those dimensions counts them.
 */
import { parameterBase, parameterInts } from "../memory/heap.ts";
import { scratchGlobal, type FunctionBuilder, type Local, type ValueType } from "../wasm/assembler.ts";

/** Places in the parameter area. */
const field = {
  /** Set by the kernel when a position is out of range. */
  failed: 0,
  /** Elements of a whole row, and of a chunk of it. */
  rowLength: 1,
  chunk: 2,
  /** Bytes between neighbours of a row. */
  plainStride: 3,
  chosenStride: 4,
  positionStride: 5,
  /** Of the indexed dimension: its size, the bytes between its positions, and what is added to a negative position. */
  size: 6,
  axisStride: 7,
  wrap: 8,
  rank: 9,
  dimensions: 10,
} as const;

const wordsPerDimension = 4;

/** One dimension of a walk: its size, and the strides in bytes of the plain side, the chosen side, and the positions. */
export interface WalkDimension {
  readonly size: number;
  readonly strides: readonly [plain: number, chosen: number, positions: number];
}

/** What a kernel is told. */
export interface Walk {
  /** Dimensions from the outermost on; the last one is the row. */
  readonly dimensions: readonly WalkDimension[];
  readonly size: number;
  readonly axisStride: number;
  readonly wraps: boolean;
  /** Most elements of a row that are one unit of work. */
  readonly chunk: number;
}

/** Writes a walk into the parameter area; the result is the number of units of work. */
export function settleWalk({ dimensions, size, axisStride, wraps, chunk }: Walk): number {
  const row = dimensions.at(-1)!;
  const chunks = Math.ceil(row.size / chunk);
  const [plain, chosen, positions] = row.strides;
  parameterInts.set(
    [0, row.size, chunk, plain, chosen, positions, size, axisStride, wraps ? size : 0, dimensions.length],
    0,
  );
  const outer = [
    ...dimensions.slice(0, -1),
    { size: chunks, strides: [plain * chunk, chosen * chunk, positions * chunk] },
  ];
  let place: number = field.dimensions;
  let units = 1;
  for (const { size: count, strides } of outer) {
    parameterInts.set([count, ...strides], place);
    place += wordsPerDimension;
    units *= count;
  }
  return units;
}

/** Whether the kernel that ran last met a position out of range. */
export function walkFailed(): boolean {
  return parameterInts[field.failed] !== 0;
}

/** The variables that a row's code works with. */
export interface RowVariables {
  /** Address of the row's first element on the plain side. */
  readonly plain: Local;
  /** The same on the chosen side, for position 0. */
  readonly chosen: Local;
  /** Address of the row's first position. */
  readonly positions: Local;
  /** Elements of the row, 1 or more. */
  readonly count: Local;
  readonly plainStride: Local;
  readonly chosenStride: Local;
  readonly positionStride: Local;
  /** The two numbers of the check, as i64, and the bytes between positions. */
  readonly size: Local;
  readonly wrap: Local;
  readonly axisStride: Local;
}

/** Parameters of a kernel: the range of units, and the three addresses. */
export const walkParameters: readonly ValueType[] = ["i32", "i32", "i32", "i32", "i32"];

function readField(f: FunctionBuilder, name: keyof typeof field, into: Local): void {
  f.i32(0)
    .memory("i32.load", parameterBase + 4 * field[name])
    .set(into);
}

/** The variables of the loop itself. `entry`, `last` and `first` are places in the parameter area, in bytes from its start. */
interface LoopVariables {
  readonly bases: readonly Local[];
  readonly entry: Local;
  readonly last: Local;
  readonly rest: Local;
  readonly quotient: Local;
}

const firstEntry = 4 * field.dimensions;
const entryBytes = 4 * wordsPerDimension;

/** Puts the address of the counter of the dimension `entry` on the stack: each thread counts for itself. */
function counterOf(f: FunctionBuilder, entry: Local): FunctionBuilder {
  return f.global(scratchGlobal).get(entry).op("i32.add");
}

/** Moves the three addresses by `times` strides of the dimension `entry`; `times` emits the number. */
function moveBases(f: FunctionBuilder, { bases, entry }: LoopVariables, times: () => void): void {
  bases.forEach((base, operand) => {
    f.get(base)
      .get(entry)
      .memory("i32.load", parameterBase + 4 * (operand + 1));
    times();
    f.op("i32.mul").op("i32.add").set(base);
  });
}

/** Sets the counters, and the addresses with them, to the unit of work that `begin` numbers. */
function emitStart(f: FunctionBuilder, begin: Local, loop: LoopVariables): void {
  const { entry, last, rest, quotient } = loop;
  f.get(begin).set(rest).get(last).set(entry);
  f.loop(() => {
    f.get(rest).get(entry).memory("i32.load", parameterBase).op("i32.div_u").set(quotient);
    // What remains of the division is this dimension's index.
    f.get(rest)
      .get(quotient)
      .get(entry)
      .memory("i32.load", parameterBase)
      .op("i32.mul")
      .op("i32.sub")
      .set(rest);
    counterOf(f, entry).get(rest).memory("i32.store");
    moveBases(f, loop, () => f.get(rest));
    f.get(quotient).set(rest);
    f.increment(entry, -entryBytes);
    f.get(entry).i32(firstEntry).op("i32.ge_s").brIf(0);
  });
}

/** Goes to the next unit: the last dimension counts up, and where it is full begins anew while the one before counts up. */
function emitStep(f: FunctionBuilder, loop: LoopVariables): void {
  const { entry, last, rest } = loop;
  f.get(last).set(entry);
  f.block(() => {
    f.loop(() => {
      moveBases(f, loop, () => f.i32(1));
      counterOf(f, entry);
      counterOf(f, entry).memory("i32.load").i32(1).op("i32.add").tee(rest).memory("i32.store");
      f.get(rest).get(entry).memory("i32.load", parameterBase).op("i32.lt_u").brIf(1);
      counterOf(f, entry).i32(0).memory("i32.store");
      moveBases(f, loop, () => f.i32(0).get(rest).op("i32.sub"));
      f.increment(entry, -entryBytes);
      f.get(entry).i32(firstEntry).op("i32.ge_s").brIf(0);
    });
  });
}

function readWide(f: FunctionBuilder, name: keyof typeof field, into: Local): void {
  f.i32(0)
    .memory("i32.load", parameterBase + 4 * field[name])
    .op("i64.extend_i32_u")
    .set(into);
}

/** Reads what stays the same for all rows. */
function emitSettings(f: FunctionBuilder): { row: RowVariables; rowLength: Local; chunk: Local } {
  const [plain, chosen, positions, count] = f.locals("i32", 4) as [Local, Local, Local, Local];
  const [plainStride, chosenStride, positionStride] = f.locals("i32", 3) as [Local, Local, Local];
  const [axisStride, rowLength, chunk] = f.locals("i32", 3) as [Local, Local, Local];
  const [size, wrap] = f.locals("i64", 2) as [Local, Local];
  const narrow = { plainStride, chosenStride, positionStride, axisStride, rowLength, chunk };
  for (const [name, local] of Object.entries(narrow)) readField(f, name as keyof typeof narrow, local);
  readWide(f, "size", size);
  readWide(f, "wrap", wrap);
  const strides = { plainStride, chosenStride, positionStride, axisStride };
  return { row: { plain, chosen, positions, count, size, wrap, ...strides }, rowLength, chunk };
}

/** `count` = what is left of the row behind the chunks before this one, and at most a chunk. */
function emitCount(f: FunctionBuilder, last: Local, count: Local, rowLength: Local, chunk: Local): void {
  f.get(rowLength);
  counterOf(f, last).memory("i32.load").get(chunk).op("i32.mul").op("i32.sub").set(count);
  f.get(chunk).get(count).get(chunk).get(count).op("i32.lt_u").op("select").set(count);
}

/**
 * Emits the walk. `emitRow` emits what is done with one row, or a chunk of one; it may change `plain`, `chosen`, `positions` and `count`.
 */
export function emitWalk(f: FunctionBuilder, emitRow: (row: RowVariables) => void): void {
  const [begin, end, ...bases] = [0, 1, 2, 3, 4] as const;
  const { row, rowLength, chunk } = emitSettings(f);
  const [entry, last, rest, quotient] = f.locals("i32", 4) as [Local, Local, Local, Local];
  const loop: LoopVariables = { bases, entry, last, rest, quotient };
  readField(f, "rank", last);
  f.get(last).i32(1).op("i32.sub").i32(entryBytes).op("i32.mul").i32(firstEntry).op("i32.add").set(last);
  f.block(() => {
    f.get(begin).get(end).op("i32.ge_u").brIf(0);
    emitStart(f, begin, loop);
    f.loop(() => {
      emitCount(f, last, row.count, rowLength, chunk);
      f.get(bases[0]!).set(row.plain).get(bases[1]!).set(row.chosen).get(bases[2]!).set(row.positions);
      emitRow(row);
      emitStep(f, loop);
      f.increment(begin, 1);
      f.get(begin).get(end).op("i32.lt_u").brIf(0);
    });
  });
}

/**
 * Puts on the stack where the position `offset` bytes behind `positions` is, in bytes; ends the kernel when it is out of range.
 */
export function emitPosition(f: FunctionBuilder, row: RowVariables, position: Local, offset = 0): void {
  f.get(row.positions).memory("i64.load", offset).tee(position);
  // A negative position has all bits of its sign: the mask lets `wrap` through for it alone.
  f.get(position).i64(63n).op("i64.shr_s").get(row.wrap).op("i64.and").op("i64.add").tee(position);
  f.get(row.size).op("i64.ge_u");
  f.if(() => {
    f.i32(0)
      .i32(1)
      .memory("i32.store", parameterBase + 4 * field.failed);
    f.op("return");
  });
  f.get(position).op("i32.wrap_i64").get(row.axisStride).op("i32.mul");
}
