/** Batches of matrix products as a task that threads divide among themselves. */
import { multiplyWithBlas } from "../blas/multiply.ts";
import { runTask } from "../threads/parallel.ts";
import { threadCount } from "../threads/count.ts";
import { defineTask, type Task } from "../threads/task.ts";
import { expectMultiplications } from "./choice.ts";
import { multiply, type Finish, type MatrixPlace } from "./multiply.ts";
import type { Precision } from "./precision.ts";
import { multiplyVector } from "./vector.ts";

/** Matrices in two batch dimensions: also how many numbers further the next one is, in each of them. */
export interface BatchPlace extends MatrixPlace {
  readonly outer: number;
  readonly batch: number;
}

/** A batch of products that have their sizes in common. */
export interface BatchProduct {
  readonly precision: Precision["name"];
  readonly outerBatches: number;
  readonly batches: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly left: BatchPlace;
  readonly right: BatchPlace;
  readonly output: BatchPlace;
  readonly finish?: Finish;
}

/** What a thread takes at a time: whole matrices, or so many rows or columns of one. Multiples of every tile's size, so that no tile is cut. */
const unitSize = { batches: 1, rows: 48, columns: 48 } as const;
type Division = keyof typeof unitSize;
const divisions = Object.keys(unitSize) as readonly Division[]; // the keys are known above

/** Multiplications that are worth a thread's while, some 20 µs of work. */
const worthThread = 500_000;

const precisions: readonly Precision["name"][] = ["float32", "float64"];
const biasKinds = ["none", "columns", "rows"] as const;

/** Multiplies all, on as many threads as are worth it. */
export function multiplyBatch(product: BatchProduct): void {
  if (multiplyVector(product) || multiplyWithBlas(product)) return;
  const division = divisionOf(product);
  const units = Math.ceil(sizeAlong(product, division) / unitSize[division]);
  const work = matricesIn(product) * product.rows * product.columns * product.inner;
  expectMultiplications(product.precision, work);
  if (work < 2 * worthThread) multiplyUnits(product, division, 0, units);
  else {
    // A part of one product packs an operand anew, so that each thread gets one part; matrices of a batch have nothing in common.
    const fewest = division === "batches" ? 1 : Math.floor(units / threadCount());
    const grain = Math.max(fewest, Math.ceil((worthThread * units) / work));
    runTask(productTask, units, grain, toArguments(product, division));
  }
}

function matricesIn({ outerBatches, batches }: BatchProduct): number {
  return outerBatches * batches;
}

function sizeAlong(product: BatchProduct, division: Division): number {
  return division === "batches" ? matricesIn(product) : product[division];
}

function divisionOf(product: BatchProduct): Division {
  if (matricesIn(product) > 1) return "batches";
  return product.rows >= product.columns ? "rows" : "columns";
}

/** @internal */
export const productTask: Task = defineTask("product", (begin, end, args) => {
  const { product, division } = fromArguments(args);
  multiplyUnits(product, division, begin, end);
});

function multiplyUnits(product: BatchProduct, division: Division, begin: number, end: number): void {
  const unit = unitSize[division];
  const first = begin * unit;
  const count = Math.min(end * unit, sizeAlong(product, division)) - first;
  if (division === "batches")
    for (let batch = first; batch < first + count; batch++)
      multiplyPart(product, batch, "rows", 0, product.rows);
  else multiplyPart(product, 0, division, first, count);
}

/** Multiplies some rows or columns of one matrix of the batch. */
function multiplyPart(
  product: BatchProduct,
  batch: number,
  division: "rows" | "columns",
  first: number,
  count: number,
): void {
  const { precision, inner, left, right, output } = product;
  const byRows = division === "rows";
  const bytes = precision === "float32" ? 4 : 8;
  const outer = Math.floor(batch / product.batches);
  const inOuter = batch - outer * product.batches;
  const place = (matrix: BatchPlace, offset: number): MatrixPlace => ({
    address: matrix.address + (outer * matrix.outer + inOuter * matrix.batch + offset) * bytes,
    row: matrix.row,
    column: matrix.column,
  });
  const finish = product.finish ?? {};
  multiply(
    precision,
    byRows ? count : product.rows,
    byRows ? product.columns : count,
    inner,
    place(left, byRows ? first * left.row : 0),
    place(right, byRows ? 0 : first * right.column),
    place(output, first * (byRows ? output.row : output.column)),
    finish.bias !== undefined && finish.biasOf === division
      ? { ...finish, bias: finish.bias + first * bytes }
      : finish,
  );
}

function placeArguments(matrix: BatchPlace): readonly number[] {
  return [matrix.address, matrix.outer, matrix.batch, matrix.row, matrix.column];
}

function toArguments(product: BatchProduct, division: Division): number[] {
  const {
    precision,
    outerBatches,
    batches,
    rows,
    columns,
    inner,
    left,
    right,
    output,
    finish = {},
  } = product;
  return [
    divisions.indexOf(division),
    precisions.indexOf(precision),
    outerBatches,
    batches,
    rows,
    columns,
    inner,
    ...placeArguments(left),
    ...placeArguments(right),
    ...placeArguments(output),
    finish.accumulate === true ? 1 : 0,
    finish.relu === true ? 1 : 0,
    biasKinds.indexOf(finish.bias === undefined ? "none" : (finish.biasOf ?? "columns")),
    finish.bias ?? 0,
  ];
}

/** Where a matrix's place begins in the arguments, behind 7 others, and how many numbers it is. */
const [firstPlace, placeSize] = [7, 5];

function fromArguments(args: readonly number[]): { product: BatchProduct; division: Division } {
  const place = (index: number): BatchPlace => {
    const at = firstPlace + index * placeSize;
    return {
      address: args[at]!,
      outer: args[at + 1]!,
      batch: args[at + 2]!,
      row: args[at + 3]!,
      column: args[at + 4]!,
    };
  };
  const [accumulate, relu, biasKind, bias] = args.slice(firstPlace + 3 * placeSize) as number[];
  const biasOf = biasKinds[biasKind!]!;
  const finish: Finish = {
    accumulate: accumulate === 1,
    relu: relu === 1,
    ...(biasOf === "none" ? {} : { bias: bias!, biasOf }),
  };
  const [division, precision, outerBatches, batches, rows, columns, inner] = args as number[];
  return {
    division: divisions[division!]!,
    product: {
      precision: precisions[precision!]!,
      outerBatches: outerBatches!,
      batches: batches!,
      rows: rows!,
      columns: columns!,
      inner: inner!,
      left: place(0),
      right: place(1),
      output: place(2),
      finish,
    },
  };
}
