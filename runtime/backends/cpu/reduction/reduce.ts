/** Chooses how a reduction runs: by which kernels, in how many stages, or in JavaScript. */
import { numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import type { ArgReduction, Reduction } from "../../reductions.ts";
import { parameterDoubles, withTemporary } from "../memory/heap.ts";
import { addressOf, allocate, type CpuStorage } from "../memory/storage.ts";
import { copy } from "../copying/copy.ts";
import * as reference from "../reference/reduce.ts";
import { runKernel } from "../threads/parallel.ts";
import { columnKernels, columnsPerBlock, mostColumns, type ColumnReduction } from "./columnKernels.ts";
import { doubleKernels } from "./doubleKernels.ts";
import { formOf, layoutOf, type Form, type ReductionLayout } from "./layout.ts";
import { rowKernels } from "./rowKernels.ts";
import { wholeExtreme, wholePosition, wholeSquares, wholeSum } from "./whole.ts";

/** Elements up to which JavaScript is faster on what lies in an array. */
const fewElements = 64;

/** Elements that are worth a thread's while. */
const grainElements = 65_536;

/** Whether the elements are few and not in the heap. */
function isSmall(input: View): boolean {
  // The CPU's views have the CPU's storages.
  return (input.storage as CpuStorage).address === 0 && numel(input.shape) <= fewElements;
}

function grain(elementsOfUnit: number): number {
  return Math.max(1, Math.ceil(grainElements / elementsOfUnit));
}

/** A row-major view of new memory, with whatever it holds. */
function newView(like: View, shape: readonly number[]): View {
  const strides: number[] = [];
  let stride = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    strides[dim] = stride;
    stride *= shape[dim]!;
  }
  return { storage: allocate(like.dtype, stride), dtype: like.dtype, shape, strides, offset: 0 };
}

/** The same elements under another shape. */
function viewOf(
  { storage, dtype, offset }: View,
  shape: readonly number[],
  strides: readonly number[],
): View {
  return { storage, dtype, shape, strides, offset };
}

/** Runs `body` with a row-major copy of `input`. */
function withCopy(input: View, body: (copied: View) => void): void {
  const copied = newView(input, input.shape);
  copy(copied, input);
  body(copied);
  copied.storage.release();
}

/** What float32 kernels reduce to one number; a sum may be divided. */
type Summary = "sum" | "amax" | "amin";

const summaries: Partial<Record<Reduction, Summary>> = {
  sum: "sum",
  mean: "sum",
  amax: "amax",
  amin: "amin",
};

/** See `Backend.reduce`. */
export function reduce(reduction: Reduction, output: View, input: View, reducedRank: number): void {
  const summary = summaries[reduction];
  const count = numel(input.shape);
  const covered = summary !== undefined && output.dtype === input.dtype && count > 0 && !isSmall(input);
  const divisor = reduction === "mean" ? count / numel(output.shape) : 1;
  const name = covered ? input.dtype.name : null;
  if (covered && name === "float32") summarize({ summary, divisor }, output, input, reducedRank);
  else if (covered && name === "float64") summarizeDoubles({ summary, divisor }, output, input, reducedRank);
  else if (reduction === "sum" && name === "int64") sumIntegers(output, input, reducedRank);
  else reference.reduce(reduction, output, input, reducedRank);
}

/** The rows of a form, with one row for everything; `null` where the elements of a row do not lie side by side. */
function rowsOfForm(form: Form | null): { rows: number; rowStride: number; length: number } | null {
  if (form === null || form.kind === "columns") return null;
  return form.kind === "rows" ? form : { rows: 1, rowStride: form.length, length: form.length };
}

/** Reductions of float64 along rows by a kernel; other forms in JavaScript. */
function summarizeDoubles({ summary, divisor }: Work, output: View, input: View, reducedRank: number): void {
  const form = rowsOfForm(formOf(layoutOf(output, input, reducedRank)));
  if (form === null) {
    reference.reduce(summary === "sum" && divisor !== 1 ? "mean" : summary, output, input, reducedRank);
    return;
  }
  const { rows, rowStride, length } = form;
  const addresses = [addressOf(input), addressOf(output)];
  parameterDoubles[0] = divisor;
  runKernel(doubleKernels, summary, rows, grain(length), [...addresses, 8 * rowStride, length]);
}

/** Sums of int64 along rows by a kernel; other forms in JavaScript. */
function sumIntegers(output: View, input: View, reducedRank: number): void {
  const form = rowsOfForm(formOf(layoutOf(output, input, reducedRank)));
  if (form === null) {
    reference.reduce("sum", output, input, reducedRank);
    return;
  }
  const { rows, rowStride, length } = form;
  const addresses = [addressOf(input), addressOf(output)];
  runKernel(rowKernels, "wholeSum", rows, grain(length), [...addresses, 8 * rowStride, length]);
}

interface Work {
  readonly summary: Summary;
  readonly divisor: number;
}

function summarize(work: Work, output: View, input: View, reducedRank: number): void {
  const layout = layoutOf(output, input, reducedRank);
  const form = formOf(layout);
  if (form !== null) runSummary(work, output, input, form);
  else if (layout.reduced.shape.length === 0)
    copy(output, viewOf(input, output.shape, input.strides.slice(0, output.shape.length)));
  else if (layout.reduced.shape.length > 1 && layout.reduced.strides[0]!.at(-1) === 1)
    inStages(work, output, input, layout);
  else withCopy(input, (copied) => summarize(work, output, copied, reducedRank));
}

function runSummary({ summary, divisor }: Work, output: View, input: View, form: Form): void {
  if (form.kind === "whole") {
    const address = addressOf(input);
    writeNumber(
      output,
      summary === "sum"
        ? wholeSum(address, form.length) / divisor
        : wholeExtreme(summary, address, form.length),
    );
    return;
  }
  const [from, to] = [addressOf(input), addressOf(output)];
  parameterDoubles[0] = divisor;
  if (form.kind === "rows")
    runKernel(rowKernels, summary, form.rows, grain(form.length), [
      from,
      to,
      4 * form.rowStride,
      form.length,
    ]);
  else runColumns(summary, form, { from, to, resultBytes: 4 });
}

type Columns = Extract<Form, { kind: "columns" }>;

interface ColumnAddresses {
  readonly from: number;
  readonly to: number;
  readonly resultBytes: number;
  /** Of one more tensor with 8 bytes for each column. */
  readonly extra?: number;
}

/** Runs a kernel on each matrix, and on pieces of those that have more columns than the scratch memory has room for. */
function runColumns(
  name: ColumnReduction,
  form: Columns,
  { from, to, resultBytes, extra = 0 }: ColumnAddresses,
): void {
  const { matrices, matrixStride, columns, rowStride, rows } = form;
  for (let matrix = 0; matrix < matrices; matrix++)
    for (let first = 0; first < columns; first += mostColumns) {
      const count = Math.min(columns - first, mostColumns);
      const result = matrix * columns + first;
      runKernel(columnKernels, name, Math.ceil(count / columnsPerBlock), grain(columnsPerBlock * rows), [
        from + 4 * (matrix * matrixStride + first),
        to + resultBytes * result,
        4 * rowStride,
        rows,
        count,
        extra + 8 * result,
      ]);
    }
}

/** Writes the one element of `output`, as a number or, for int64, a bigint. */
function writeNumber(output: View, value: number): void {
  const data = output.storage.data;
  if (data instanceof BigInt64Array) data[output.offset] = BigInt(value);
  else data[output.offset] = value;
}

/** Reduces the innermost dimension first, whose elements lie side by side, and then the others. */
function inStages(work: Work, output: View, input: View, { kept, reduced }: ReductionLayout): void {
  const length = reduced.shape.at(-1)!;
  const [outputStrides, keptStrides] = kept.strides as [readonly number[], readonly number[]];
  const rest = reduced.shape.slice(0, -1);
  const sizes = [...kept.shape, ...rest];
  const strides = [...keptStrides, ...reduced.strides[0]!.slice(0, -1)];
  // In the order of memory, so that neighbours can be joined.
  const order = [...sizes.keys()].toSorted((a, b) => strides[b]! - strides[a]!);
  const partial = newView(
    input,
    order.map((dim) => sizes[dim]!),
  );
  summarize(
    { ...work, divisor: 1 },
    partial,
    viewOf(input, [...partial.shape, length], [...order.map((dim) => strides[dim]!), 1]),
    1,
  );
  const back = [...order.keys()].toSorted((a, b) => order[a]! - order[b]!);
  summarize(
    work,
    viewOf(output, kept.shape, outputStrides),
    viewOf(
      partial,
      sizes,
      back.map((dim) => partial.strides[dim]!),
    ),
    rest.length,
  );
  partial.storage.release();
}

/** See `Backend.argReduce`. */
export function argReduce(reduction: ArgReduction, output: View, input: View, reducedRank: number): void {
  if (input.dtype.name !== "float32" || numel(input.shape) === 0 || isSmall(input)) {
    reference.argReduce(reduction, output, input, reducedRank);
    return;
  }
  const values = newView(input, output.shape);
  extremes(reduction, values, output, input, reducedRank);
  values.storage.release();
}

/** See `Backend.extremes`. */
export function extremes(
  reduction: ArgReduction,
  values: View,
  positions: View,
  input: View,
  reducedRank: number,
): void {
  if (input.dtype.name !== "float32" || numel(input.shape) === 0 || isSmall(input)) {
    reference.argReduce(reduction, positions, input, reducedRank);
    reference.reduce(reduction === "argmax" ? "amax" : "amin", values, input, reducedRank);
    return;
  }
  const name = reduction === "argmax" ? "max" : "min";
  const form = formOf(layoutOf(values, input, reducedRank));
  if (form === null)
    withCopy(input, (copied) => runExtremes(name, values, positions, copied, rowsOf(values, copied)));
  else runExtremes(name, values, positions, input, form);
}

/** The form of a row-major input, whatever its dimensions. */
function rowsOf(output: View, input: View): Form {
  const rows = numel(output.shape);
  const length = numel(input.shape) / rows;
  return rows === 1 ? { kind: "whole", length } : { kind: "rows", rows, rowStride: length, length };
}

function runExtremes(name: "max" | "min", values: View, positions: View, input: View, form: Form): void {
  if (form.kind === "whole") {
    const { position, value } = wholePosition(name, addressOf(input), form.length);
    writeNumber(positions, position);
    writeNumber(values, value);
    return;
  }
  const [from, to, extra] = [addressOf(input), addressOf(values), addressOf(positions)];
  if (form.kind === "columns") runColumns(name, form, { from, to, extra, resultBytes: 4 });
  else
    runKernel(rowKernels, name, form.rows, grain(form.length), [
      from,
      to,
      4 * form.rowStride,
      form.length,
      extra,
    ]);
}

/** See `Backend.variance`. */
export function variance(output: View, input: View, reducedRank: number, divisor: number): void {
  const count = numel(input.shape);
  if (input.dtype.name !== "float32" || count === 0 || isSmall(input)) {
    reference.variance(output, input, reducedRank, divisor);
    return;
  }
  const form = formOf(layoutOf(output, input, reducedRank));
  if (form === null)
    withCopy(input, (copied) => runVariance(output, copied, divisor, rowsOf(output, copied)));
  else runVariance(output, input, divisor, form);
}

function runVariance(output: View, input: View, divisor: number, form: Form): void {
  if (form.kind === "whole") {
    writeNumber(output, wholeSquares(addressOf(input), form.length) / divisor);
    return;
  }
  const [from, to] = [addressOf(input), addressOf(output)];
  if (form.kind === "rows") {
    parameterDoubles[0] = divisor;
    runKernel(rowKernels, "variance", form.rows, grain(form.length), [
      from,
      to,
      4 * form.rowStride,
      form.length,
    ]);
    return;
  }
  withTemporary(8 * form.matrices * form.columns + 16 * columnsPerBlock, (means) => {
    parameterDoubles[0] = form.rows;
    runColumns("means", form, { from, to: means, resultBytes: 8 });
    parameterDoubles[0] = divisor;
    runColumns("squares", form, { from, to, extra: means, resultBytes: 4 });
  });
}
