/** Sums of the columns of matrices of float32, in kernels: rows are added to rows, so that memory is read in its order. */
import { scratchGlobal, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { promoteHigh, vectorBytes } from "../rows/vectors.ts";

/** The columns that a kernel works on. */
export interface Matrix {
  /** Address of the first element of the first of these columns. */
  readonly input: Local;
  readonly output: Local;
  readonly rowBytes: Local;
  readonly rows: Local;
  /** How many columns. */
  readonly columns: Local;
  readonly extra: Local;
}

/** Calls `body` for groups of four vectors of columns, and then for single ones; `left` counts the columns down. */
export function acrossColumns(
  f: FunctionBuilder,
  left: Local,
  addresses: readonly { readonly local: Local; readonly elementBytes: number }[],
  body: (vectors: number) => void,
): void {
  for (const vectors of [4, 1])
    f.block(() => {
      f.loop(() => {
        f.get(left)
          .i32(vectors === 1 ? 1 : 4 * vectors)
          .op("i32.lt_s")
          .brIf(1);
        body(vectors);
        for (const { local, elementBytes } of addresses) f.increment(local, 4 * vectors * elementBytes);
        f.increment(left, -4 * vectors).br(0);
      });
    });
}

/** Fills the scratch memory of these columns with the 8 bytes of `value` for each. */
function fillScratch(f: FunctionBuilder, columns: Local, fill: () => void): void {
  const address = f.local("i32");
  const left = f.local("i32");
  f.global(scratchGlobal).set(address);
  f.get(columns).i32(4).op("i32.add").i32(1).op("i32.shr_u").set(left);
  f.repeat(left, () => {
    f.get(address);
    fill();
    f.memory("v128.store").increment(address, vectorBytes);
  });
}

/** What is added up. */
export interface ColumnTerms {
  /** Numbers of rows that are added in float32 before the sum goes to float64, descending to 1. */
  readonly together: readonly number[];
  /** Addresses of the matrices' first rows. */
  readonly matrices: readonly Local[];
  /** Emits what a group of rows needs. */
  readonly startRows?: (rows: number) => void;
  /** Emits what a group of vectors needs; `place` is the number of the first column. */
  readonly startVectors?: (vectors: number, place: Local) => void;
  /** Pushes the term of one vector, `offset` bytes from the addresses, in each of the matrices, of its row. */
  readonly push: (rows: readonly Local[], row: number, vector: number) => void;
}

/** Adds up the terms of each column. The sums are left in the scratch memory as float64. */
export function sumColumns(f: FunctionBuilder, matrix: Matrix, terms: ColumnTerms): void {
  const most = terms.together[0]!;
  const starts = f.locals("i32", terms.matrices.length);
  const pointers = terms.matrices.map(() => f.locals("i32", most));
  const [rows, totals, left, place] = f.locals("i32", 4) as [Local, Local, Local, Local];
  const vectors = f.locals("v128", most);
  fillScratch(f, matrix.columns, () => f.v128("i64x2", 0));
  terms.matrices.forEach((base, i) => f.get(base).set(starts[i]!));
  f.get(matrix.rows).set(rows);
  for (const together of terms.together)
    whileRows(f, rows, together, () => {
      terms.startRows?.(together);
      pointers.forEach((list, i) => startPointers(f, list.slice(0, together), starts[i]!, matrix.rowBytes));
      f.global(scratchGlobal).set(totals).get(matrix.columns).set(left).i32(0).set(place);
      const moving = pointers.flatMap((list) => list.slice(0, together));
      const addresses = [
        ...moving.map((local) => ({ local, elementBytes: 4 })),
        { local: totals, elementBytes: 8 },
        { local: place, elementBytes: 1 },
      ];
      acrossColumns(f, left, addresses, (count) => {
        terms.startVectors?.(count, place);
        for (let vector = 0; vector < count; vector++) {
          const sum = pairwise(f, vectors, 0, together, (row) =>
            terms.push(
              pointers.map((list) => list[row]!),
              row,
              vector,
            ),
          );
          addToScratch(f, totals, sum, vector);
        }
      });
    });
}

/** Repeats `body`, which leaves the rows' starts behind its rows, while at least `together` rows are left. */
function whileRows(f: FunctionBuilder, rows: Local, together: number, body: () => void): void {
  f.block(() => {
    f.loop(() => {
      f.get(rows).i32(together).op("i32.lt_s").brIf(1);
      body();
      f.increment(rows, -together).br(0);
    });
  });
}

/** Puts a pointer at the start of each row, and `start` behind them. */
function startPointers(f: FunctionBuilder, pointers: readonly Local[], start: Local, rowBytes: Local): void {
  for (const pointer of pointers) {
    f.get(start).set(pointer);
    f.advance(start, rowBytes);
  }
}

/** The sum of `count` terms from the first on, halves first; gives the local that holds it. */
function pairwise(
  f: FunctionBuilder,
  locals: readonly Local[],
  first: number,
  count: number,
  push: (row: number) => void,
): Local {
  const target = locals[first]!;
  if (count === 1) {
    push(first);
    f.set(target);
    return target;
  }
  const left = pairwise(f, locals, first, count / 2, push);
  const right = pairwise(f, locals, first + count / 2, count / 2, push);
  f.get(left).get(right).op("f32x4.add").set(target);
  return target;
}

function addToScratch(f: FunctionBuilder, totals: Local, sum: Local, vector: number): void {
  const at = vector * 2 * vectorBytes;
  f.get(totals).get(totals).memory("v128.load", at).get(sum).op("f64x2.promote_low_f32x4");
  f.op("f64x2.add").memory("v128.store", at);
  f.get(totals)
    .get(totals)
    .memory("v128.load", at + vectorBytes);
  promoteHigh(f, sum);
  f.op("f64x2.add").memory("v128.store", at + vectorBytes);
}
