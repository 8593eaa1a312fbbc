/**
 * Copies that exchange two dimensions: rows of the source become columns. The source is read in blocks that pass through scratch memory, so that both sides are walked
 * along their memory, a few cache lines at a time.
 */
import { parameterBase, parameterInts } from "../memory/heap.ts";
import { runKernel } from "../threads/parallel.ts";
import { ModuleBuilder, scratchGlobal, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";

/** A block has so many rows and columns. */
const block = 64;

/** What one copy does: `target[r, c] = source[c, r]` for neighbours along r in the source and along c in the target; distances are in bytes. */
export interface Transposition {
  readonly target: number;
  readonly source: number;
  readonly rows: number;
  readonly columns: number;
  /** Between rows of the target. */
  readonly targetPitch: number;
  /** Between columns, in the source. */
  readonly sourcePitch: number;
  readonly elementBytes: 4 | 8;
}

const words = ["target", "source", "rows", "columns", "targetPitch", "sourcePitch"] as const;

/** Bytes between rows in scratch memory; a little more than a block, so that columns do not fall on the same lines of a cache. */
function scratchPitch(bytes: number): number {
  return block * bytes + 16;
}

/** The numbers that the kernel reads, as local variables. */
type Facts = Readonly<Record<(typeof words)[number], Local>>;

interface BlockLocals extends Facts {
  readonly row: Local;
  readonly column: Local;
  readonly rowsHere: Local;
  readonly columnsHere: Local;
}

/** `run(begin, end)` copies blocks of rows, all columns of each. */
function build(bytes: 4 | 8): ModuleBuilder {
  const module = new ModuleBuilder();
  const f = module.function("run", ["i32", "i32"]);
  const facts = {} as Record<(typeof words)[number], Local>;
  words.forEach((word, i) => {
    facts[word] = f.local("i32");
    f.i32(parameterBase + 4 * i)
      .memory("i32.load")
      .set(facts[word]);
  });
  const [row, column, rowsHere, columnsHere] = f.locals("i32", 4) as [Local, Local, Local, Local];
  const locals: BlockLocals = { ...facts, row, column, rowsHere, columnsHere };
  f.whileBelow(0, 1, () => {
    f.get(0).i32(block).op("i32.mul").set(row);
    atMostBlock(f, facts.rows, row, rowsHere);
    f.i32(0).set(column);
    f.whileBelow(column, facts.columns, () => {
      atMostBlock(f, facts.columns, column, columnsHere);
      readBlock(f, locals, bytes);
      writeBlock(f, locals, bytes);
      f.increment(column, block);
    });
    f.increment(0, 1);
  });
  return module;
}

/** `result = min(block, size − start)`. */
function atMostBlock(f: FunctionBuilder, size: Local, start: Local, result: Local): void {
  f.get(size).get(start).op("i32.sub").set(result);
  f.get(result).i32(block).get(result).i32(block).op("i32.lt_u").op("select").set(result);
}

/** From the source to scratch memory, in squares of as many elements as a vector has. What lies beyond the block's edge is read from within it, and not used. */
function readBlock(f: FunctionBuilder, at: BlockLocals, bytes: 4 | 8): void {
  const lanes = 16 / bytes;
  const [r, c, from, to] = f.locals("i32", 4) as [Local, Local, Local, Local];
  const columns = f.locals("i32", lanes);
  const vectors = f.locals("v128", lanes);
  f.i32(0).set(c);
  f.whileBelow(c, at.columnsHere, () => {
    columns.forEach((pointer, k) => {
      // The address of column c + k, or of the last one.
      f.get(c).i32(k).op("i32.add").set(from);
      f.get(from)
        .get(at.columnsHere)
        .i32(1)
        .op("i32.sub")
        .get(from)
        .get(at.columnsHere)
        .op("i32.lt_u")
        .op("select");
      f.get(at.column).op("i32.add").get(at.sourcePitch).op("i32.mul").get(at.source).op("i32.add");
      f.get(at.row).i32(bytes).op("i32.mul").op("i32.add").set(pointer);
    });
    f.global(scratchGlobal).get(c).i32(bytes).op("i32.mul").op("i32.add").set(to);
    f.i32(0).set(r);
    f.whileBelow(r, at.rowsHere, () => {
      columns.forEach((pointer, k) => {
        f.get(pointer).memory("v128.load").set(vectors[k]!);
        f.increment(pointer, 16);
      });
      storeTransposed(f, vectors, to, bytes);
      f.increment(to, lanes * scratchPitch(bytes));
      f.increment(r, lanes);
    });
    f.increment(c, lanes);
  });
}

/** Bytes of two vectors' elements, taken in turn. */
function interleaved(bytes: 4 | 8, half: 0 | 1): number[] {
  const lanes = 16 / bytes;
  return Array.from({ length: 16 }, (_, i) => {
    const element = Math.floor(i / bytes);
    const from = (half * lanes) / 2 + (element >> 1);
    return (element & 1) * 16 + from * bytes + (i % bytes);
  });
}

const low4 = interleaved(4, 0);
const high4 = interleaved(4, 1);
const low8 = interleaved(8, 0);
const high8 = interleaved(8, 1);

/** Writes a square of columns as rows of scratch memory. */
function storeTransposed(f: FunctionBuilder, columns: readonly Local[], to: Local, bytes: 4 | 8): void {
  const pitch = scratchPitch(bytes);
  const store = (row: number, left: Local, right: Local, order: readonly number[]): void =>
    void f
      .get(to)
      .get(left)
      .get(right)
      .shuffle(order)
      .memory("v128.store", row * pitch);
  const [a, b, c, d] = columns as [Local, Local, Local, Local];
  if (bytes === 8) {
    store(0, a, b, low8);
    store(1, a, b, high8);
    return;
  }
  // Pairs of elements are moved together in a second step.
  const [first, second, third, fourth] = f.locals("v128", 4) as [Local, Local, Local, Local];
  f.get(a).get(b).shuffle(low4).set(first);
  f.get(a).get(b).shuffle(high4).set(second);
  f.get(c).get(d).shuffle(low4).set(third);
  f.get(c).get(d).shuffle(high4).set(fourth);
  store(0, first, third, low8);
  store(1, first, third, high8);
  store(2, second, fourth, low8);
  store(3, second, fourth, high8);
}

/** From scratch memory to the target, row by row; never beyond the end of a row. */
function writeBlock(f: FunctionBuilder, at: BlockLocals, bytes: 4 | 8): void {
  const [r, from, to, vectorsEnd, end] = f.locals("i32", 5) as [Local, Local, Local, Local, Local];
  f.i32(0).set(r);
  f.whileBelow(r, at.rowsHere, () => {
    f.global(scratchGlobal).get(r).i32(scratchPitch(bytes)).op("i32.mul").op("i32.add").set(from);
    f.get(at.row).get(r).op("i32.add").get(at.targetPitch).op("i32.mul").get(at.target).op("i32.add");
    f.get(at.column).i32(bytes).op("i32.mul").op("i32.add").set(to);
    f.get(from).get(at.columnsHere).i32(bytes).op("i32.mul").op("i32.add").set(end);
    f.get(end).get(from).op("i32.sub").i32(-16).op("i32.and").get(from).op("i32.add").set(vectorsEnd);
    f.whileBelow(from, vectorsEnd, () => {
      f.get(to).get(from).memory("v128.load").memory("v128.store").increment(from, 16).increment(to, 16);
    });
    f.whileBelow(from, end, () => {
      if (bytes === 8) f.get(to).get(from).memory("i64.load").memory("i64.store");
      else f.get(to).get(from).memory("i32.load").memory("i32.store");
      f.increment(from, bytes).increment(to, bytes);
    });
    f.increment(r, 1);
  });
}

const modules = {
  4: new KernelModule<"run">(() => build(4)),
  8: new KernelModule<"run">(() => build(8)),
} as const;

/** Copies one matrix. */
export function transpose(facts: Transposition): void {
  words.forEach((word, i) => {
    parameterInts[i] = facts[word];
  });
  const rowsOfBlocks = Math.ceil(facts.rows / block);
  // About 32 thousand elements for each thread.
  const grain = Math.max(1, Math.ceil(512 / facts.columns));
  runKernel(modules[facts.elementBytes], "run", rowsOfBlocks, grain, []);
}
