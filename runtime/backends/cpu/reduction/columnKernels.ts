/**
 * Reductions of the columns of matrices of float32 whose rows' elements lie side by side: rows are added to rows, so that memory is read in its order.
 *
 * A unit of work is a block of sixteen columns (the last block may have fewer). The arguments are the range of blocks, the address of the first row, that of the results,
 * the bytes from row to row, the number of rows, and the number of columns.
 */
import { ModuleBuilder, scratchGlobal, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";
import { parameterBase, threadScratchBytes } from "../memory/heap.ts";
import { largest, smallest, type Extreme } from "../rows/extremes.ts";
import { floatBytes, storeTail, vectorBytes } from "../rows/vectors.ts";
import { acrossColumns, sumColumns, type ColumnTerms, type Matrix } from "./columnSums.ts";

export type ColumnReduction =
  /** `Σ x / divisor`, the divisor being the first of the parameters as float64. */
  | "sum"
  /** `Σ (x − mean)² / divisor`; the address of the means, one float64 for each column, is one more argument. */
  | "squares"
  /** `Σ x / divisor` as float64: the means for `squares`. */
  | "means"
  | "amax"
  | "amin"
  /** The extreme element and, from the address of one more argument on, its row as int64. */
  | "max"
  | "min"
  /**
   * `Σ x · (y − mean) · scale / divisor`, with a mean and a scale for each row; the addresses of y, whose rows are as far apart, of the means and of the scales are
   * further arguments.
   */
  | "normalizedProducts";

/** Columns of a unit of work: what a line of the processor's cache holds. */
export const columnsPerBlock = 16;

/** Columns that a thread's scratch memory has room for: more must be reduced in several calls. */
export const mostColumns: number = threadScratchBytes / 16;

function kernel(
  module: ModuleBuilder,
  name: ColumnReduction,
  body: (f: FunctionBuilder, matrix: Matrix) => void,
  { resultBytes = floatBytes, extraBytes = 0, others = 0 } = {},
): void {
  const f = module.function(
    name,
    Array.from({ length: (extraBytes > 0 ? 8 : 7) + others }, () => "i32" as const),
  );
  const [begin, end, input, output, rowBytes, rows, columns, extra] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
  const first = f.local("i32");
  f.get(begin).i32(columnsPerBlock).op("i32.mul").set(first);
  // The columns that are ours: the last block ends where the matrix does.
  const last = f.local("i32");
  f.get(end).i32(columnsPerBlock).op("i32.mul").tee(last).get(columns);
  f.get(last).get(columns).op("i32.lt_u").op("select").get(first).op("i32.sub").set(columns);
  const move = (address: Local, bytes: number): void => {
    f.get(address).get(first).i32(bytes).op("i32.mul").op("i32.add").set(address);
  };
  move(input, floatBytes);
  move(output, resultBytes);
  if (extraBytes > 0) move(extra, extraBytes);
  body(f, { input, output, rowBytes, rows, columns, extra });
}

/** A local with the first parameter in both lanes. */
function divisorLanes(f: FunctionBuilder): Local {
  const local = f.local("v128");
  f.i32(parameterBase).memory("v128.load64_splat").set(local);
  return local;
}

/** Writes the scratch memory's sums, divided, as float32. */
function writeQuotients(f: FunctionBuilder, { output, columns }: Matrix, divisor: Local): void {
  const [totals, to, left] = f.locals("i32", 3) as [Local, Local, Local];
  const vector = f.local("v128");
  f.global(scratchGlobal).set(totals).get(output).set(to).get(columns).set(left);
  const quotients = (): void => {
    for (const half of [0, vectorBytes])
      f.get(totals).memory("v128.load", half).get(divisor).op("f64x2.div").op("f32x4.demote_f64x2_zero");
    f.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
  };
  f.block(() => {
    f.loop(() => {
      f.get(left).i32(4).op("i32.lt_s").brIf(1);
      f.get(to);
      quotients();
      f.memory("v128.store");
      f.increment(totals, 32).increment(to, 16).increment(left, -4).br(0);
    });
  });
  quotients();
  f.set(vector);
  storeTail(f, to, vector, left);
}

/** The means were rounded to float32: the squares about them are too large by the number of rows times the square of that error. */
function withoutRounding(f: FunctionBuilder, { columns, extra, rows }: Matrix): void {
  const [totals, mean, left] = f.locals("i32", 3) as [Local, Local, Local];
  const error = f.local("f64");
  f.global(scratchGlobal).set(totals).get(extra).set(mean).get(columns).set(left);
  f.repeat(left, () => {
    f.get(mean).memory("f64.load").op("f32.demote_f64").op("f64.promote_f32");
    f.get(mean).memory("f64.load").op("f64.sub").set(error);
    f.get(totals).get(totals).memory("f64.load");
    f.get(error).get(error).op("f64.mul").get(rows).op("f64.convert_i32_u").op("f64.mul").op("f64.sub");
    f.f64(0).op("f64.max").memory("f64.store");
    f.increment(totals, 8).increment(mean, 8);
  });
}

/** Writes them as float64. */
function writeWide(f: FunctionBuilder, { output, columns }: Matrix, divisor: Local): void {
  const [totals, to, left] = f.locals("i32", 3) as [Local, Local, Local];
  f.global(scratchGlobal).set(totals).get(output).set(to).get(columns).set(left);
  f.repeat(left, () => {
    f.get(to).get(totals).memory("f64.load").get(divisor).lane("f64x2.extract_lane", 0).op("f64.div");
    f.memory("f64.store").increment(totals, 8).increment(to, 8);
  });
}

/** Rows that are added as float32. */
const together = [8, 1];

/** The elements themselves. */
function plainTerms(f: FunctionBuilder, { input }: Matrix, rowsTogether = together): ColumnTerms {
  return {
    together: rowsTogether,
    matrices: [input],
    push: ([row], _, vector) => {
      f.get(row!).memory("v128.load", vector * vectorBytes);
    },
  };
}

/** Their squared distances from the means of their columns. */
function squareTerms(f: FunctionBuilder, { input, extra }: Matrix): ColumnTerms {
  const centers = f.locals("v128", 4);
  const distance = f.local("v128");
  return {
    together,
    matrices: [input],
    startVectors: (vectors, place) => {
      for (const [vector, center] of centers.slice(0, vectors).entries()) {
        for (const half of [0, vectorBytes]) {
          f.get(extra).get(place).i32(8).op("i32.mul").op("i32.add");
          f.memory("v128.load", vector * 32 + half).op("f32x4.demote_f64x2_zero");
        }
        f.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]).set(center);
      }
    },
    push: ([row], _, vector) => {
      f.get(row!)
        .memory("v128.load", vector * vectorBytes)
        .get(centers[vector]!)
        .op("f32x4.sub");
      f.tee(distance).get(distance).op("f32x4.mul");
    },
  };
}

function addSums(module: ModuleBuilder): void {
  kernel(module, "sum", (f, matrix) => {
    const divisor = divisorLanes(f);
    sumColumns(f, matrix, plainTerms(f, matrix));
    writeQuotients(f, matrix, divisor);
  });
  kernel(
    module,
    "means",
    (f, matrix) => {
      const divisor = divisorLanes(f);
      // Every row in float64: a variance needs an exact mean.
      sumColumns(f, matrix, plainTerms(f, matrix, [1]));
      writeWide(f, matrix, divisor);
    },
    { resultBytes: 8 },
  );
  kernel(
    module,
    "squares",
    (f, matrix) => {
      const divisor = divisorLanes(f);
      sumColumns(f, matrix, squareTerms(f, matrix));
      withoutRounding(f, matrix);
      writeQuotients(f, matrix, divisor);
    },
    { extraBytes: 8 },
  );
}

/** The terms of `normalizedProducts`; the means and scales are the arguments behind `extra`. */
function normalizedTerms(f: FunctionBuilder, { input, extra }: Matrix): ColumnTerms {
  const together = [4, 1];
  const [means, scales] = [extra + 1, extra + 2];
  const [centers, factors] = [f.locals("v128", 4), f.locals("v128", 4)];
  return {
    together,
    matrices: [input, extra],
    startRows: (rows) => {
      for (let row = 0; row < rows; row++) {
        f.get(means)
          .memory("v128.load32_splat", row * floatBytes)
          .set(centers[row]!);
        f.get(scales)
          .memory("v128.load32_splat", row * floatBytes)
          .set(factors[row]!);
      }
      f.increment(means, rows * floatBytes).increment(scales, rows * floatBytes);
    },
    push: ([x, y], row, vector) => {
      f.get(y!)
        .memory("v128.load", vector * vectorBytes)
        .get(centers[row]!)
        .op("f32x4.sub");
      f.get(factors[row]!).op("f32x4.mul");
      f.get(x!)
        .memory("v128.load", vector * vectorBytes)
        .op("f32x4.mul");
    },
  };
}

function addNormalizedProducts(module: ModuleBuilder): void {
  kernel(
    module,
    "normalizedProducts",
    (f, matrix) => {
      const divisor = divisorLanes(f);
      sumColumns(f, matrix, normalizedTerms(f, matrix));
      writeQuotients(f, matrix, divisor);
    },
    { extraBytes: floatBytes, others: 2 },
  );
}

/** The extreme element of each column. */
function addExtreme(module: ModuleBuilder, name: "amax" | "amin", extreme: Extreme): void {
  kernel(module, name, (f, matrix) => {
    const [element, from, steps, to] = f.locals("i32", 4) as [Local, Local, Local, Local];
    const best = f.locals("v128", 4);
    const unordered = f.locals("v128", 4);
    const vector = f.local("v128");
    f.get(matrix.input).set(element).get(matrix.output).set(to);
    const addresses = [element, to].map((local) => ({ local, elementBytes: 4 }));
    acrossColumns(f, matrix.columns, addresses, (vectors) => {
      for (const place of best.slice(0, vectors).keys())
        f.v128("f32x4", extreme.start).set(best[place]!).v128("f32x4", 0).set(unordered[place]!);
      f.get(element).set(from).get(matrix.rows).set(steps);
      f.repeat(steps, () => {
        for (const [place, local] of best.slice(0, vectors).entries()) {
          f.get(local)
            .get(from)
            .memory("v128.load", place * vectorBytes)
            .tee(vector)
            .op(extreme.keep)
            .set(local);
          f.get(unordered[place]!)
            .get(vector)
            .get(vector)
            .op("f32x4.ne")
            .op("v128.or")
            .set(unordered[place]!);
        }
        f.advance(from, matrix.rowBytes);
      });
      for (const [place, local] of best.slice(0, vectors).entries()) {
        // All ones is a NaN.
        f.get(local).get(unordered[place]!).op("v128.or").set(local);
        writeColumns(f, to, local, place, vectors, matrix.columns);
      }
    });
  });
}

function writeColumns(
  f: FunctionBuilder,
  to: Local,
  vector: Local,
  place: number,
  vectors: number,
  left: Local,
): void {
  const whole = (): void => {
    f.get(to)
      .get(vector)
      .memory("v128.store", place * vectorBytes);
  };
  if (vectors > 1) return whole();
  f.get(left).i32(4).op("i32.ge_s");
  f.if(whole, () => storeTail(f, to, vector, left));
}

/** The extreme element of each column, and its row. */
function addExtremeWithRow(module: ModuleBuilder, name: "max" | "min", extreme: Extreme): void {
  kernel(
    module,
    name,
    (f, matrix) => {
      const [element, from, steps, to] = f.locals("i32", 4) as [Local, Local, Local, Local];
      const best = f.locals("v128", 4);
      const rows = f.locals("v128", 4);
      const [vector, better, row] = f.locals("v128", 3) as [Local, Local, Local];
      f.get(matrix.input).set(element).get(matrix.output).set(to);
      const addresses = [
        { local: element, elementBytes: 4 },
        { local: to, elementBytes: 4 },
        { local: matrix.extra, elementBytes: 8 },
      ];
      acrossColumns(f, matrix.columns, addresses, (vectors) => {
        for (const place of best.slice(0, vectors).keys())
          f.get(element)
            .memory("v128.load", place * vectorBytes)
            .set(best[place]!)
            .v128("i32x4", 0)
            .set(rows[place]!);
        f.v128("i32x4", 0).set(row);
        f.get(element).set(from).get(matrix.rows).set(steps);
        f.repeat(steps, () => {
          for (const [place, local] of best.slice(0, vectors).entries()) {
            f.get(from)
              .memory("v128.load", place * vectorBytes)
              .tee(vector)
              .get(local)
              .op(extreme.better);
            // The first NaN comes before everything, and stays.
            f.get(vector).get(vector).op("f32x4.ne").op("v128.or");
            f.get(local).get(local).op("f32x4.eq").op("v128.and").set(better);
            f.get(vector).get(local).get(better).op("v128.bitselect").set(local);
            f.get(row).get(rows[place]!).get(better).op("v128.bitselect").set(rows[place]!);
          }
          f.get(row).v128("i32x4", 1).op("i32x4.add").set(row);
          f.advance(from, matrix.rowBytes);
        });
        for (const [place, local] of best.slice(0, vectors).entries()) {
          writeColumns(f, to, local, place, vectors, matrix.columns);
          writeRows(f, matrix.extra, rows[place]!, place, vectors, matrix.columns);
        }
      });
    },
    { extraBytes: 8 },
  );
}

/** Four row numbers as int64. */
function writeRows(
  f: FunctionBuilder,
  to: Local,
  rows: Local,
  place: number,
  vectors: number,
  left: Local,
): void {
  const at = place * 2 * vectorBytes;
  const whole = (): void => {
    f.get(to).get(rows).op("i64x2.extend_low_i32x4_s").memory("v128.store", at);
    f.get(to)
      .get(rows)
      .op("i64x2.extend_high_i32x4_s")
      .memory("v128.store", at + vectorBytes);
  };
  if (vectors > 1) return whole();
  f.get(left).i32(4).op("i32.ge_s");
  f.if(whole, () => {
    for (let lane = 0; lane < 3; lane++) {
      f.i32(lane).get(left).op("i32.lt_s");
      f.if(() =>
        f
          .get(to)
          .get(rows)
          .lane("i32x4.extract_lane", lane)
          .op("i64.extend_i32_u")
          .memory("i64.store", 8 * lane),
      );
    }
  });
}

export const columnKernels: KernelModule<ColumnReduction> = new KernelModule(() => {
  const module = new ModuleBuilder();
  addSums(module);
  addNormalizedProducts(module);
  addExtreme(module, "amax", largest);
  addExtreme(module, "amin", smallest);
  addExtremeWithRow(module, "max", largest);
  addExtremeWithRow(module, "min", smallest);
  return module;
});
