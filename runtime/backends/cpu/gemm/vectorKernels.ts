/** Kernels for a matrix times a vector. Each number of the matrix is used once, so that all depends on reading it in the order of memory. */
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";
import { float32, float64, pushMultiplyAdd, type Precision } from "./precision.ts";

/** `alongRows` where the numbers of a row are neighbours, `alongColumns` where those of a column are. */
export type VectorKernel = "alongRows" | "alongColumns";

/** Parameters of both, all i32; addresses and distances in bytes. */
const parameters = {
  /** The rows to compute. */
  begin: 0,
  end: 1,
  matrix: 2,
  /** From one row, or column, to the next. */
  line: 3,
  vector: 4,
  /** From one number of the vector to the next; 4 or 8 for `alongRows`. */
  vectorStep: 5,
  output: 6,
  /** From one number of the output to the next; 4 or 8 for `alongColumns`. */
  outputStep: 7,
  inner: 8,
} as const;

function addKernel(module: ModuleBuilder, name: VectorKernel): FunctionBuilder {
  return module.function(
    name,
    Object.keys(parameters).map(() => "i32"),
  );
}

/** Rows at a time, and vectors of each that are summed side by side: enough sums that the processor need not wait for one to continue it. */
const rowsAtOnce = 4;
const sumsPerRow = 2;

/** The sums of some rows, which have their addresses; leaves each row's sum in the first lane of its first local. */
function pushRowSums(f: FunctionBuilder, precision: Precision, rows: readonly Local[]): Local[] {
  const { vector, inner } = parameters;
  const sums = rows.map(() => f.locals("v128", sumsPerRow));
  const [x, y] = [f.locals("v128", sumsPerRow), f.local("v128")];
  const [at, count] = [f.local("i32"), f.local("i32")];
  const step = sumsPerRow * precision.lanes;
  for (const sum of sums.flat()) f.v128("i32x4", 0).set(sum);
  f.get(vector).set(at).get(inner).i32(Math.log2(step)).op("i32.shr_u").set(count);
  f.repeat(count, () => {
    for (const [j, local] of x.entries())
      f.get(at)
        .memory("v128.load", 16 * j)
        .set(local);
    for (const [i, row] of rows.entries()) {
      for (const [j, local] of x.entries()) {
        f.get(row)
          .memory("v128.load", 16 * j)
          .set(y);
        pushMultiplyAdd(f, precision, sums[i]![j]!, local, y);
      }
      f.increment(row, 16 * sumsPerRow);
    }
    f.increment(at, 16 * sumsPerRow);
  });
  f.get(inner)
    .i32(step - 1)
    .op("i32.and")
    .set(count);
  f.repeat(count, () => {
    f.get(at).memory(precision.loadOne).set(x[0]!).increment(at, precision.bytes);
    for (const [i, row] of rows.entries()) {
      f.get(row).memory(precision.loadOne).set(y).increment(row, precision.bytes);
      pushMultiplyAdd(f, precision, sums[i]![0]!, x[0]!, y);
    }
  });
  for (const sum of sums) pushLaneSum(f, precision, sum);
  return sums.map((sum) => sum[0]!);
}

/** Adds up all lanes of the vectors, into the first lane of the first: halves, then halves of those. */
function pushLaneSum(f: FunctionBuilder, precision: Precision, vectors: readonly Local[]): void {
  const [first, ...others] = vectors as [Local, ...Local[]];
  for (const other of others) f.get(first).get(other).op(precision.add).set(first);
  for (let bytes = 8; bytes >= precision.bytes; bytes /= 2) {
    const moved = Array.from({ length: 16 }, (_, i) => (i + bytes) % 16);
    f.get(first).get(first).get(first).shuffle(moved).op(precision.add).set(first);
  }
}

function addAlongRows(module: ModuleBuilder, precision: Precision): void {
  const f = addKernel(module, "alongRows");
  const { begin, end, matrix, line, output, outputStep } = parameters;
  f.get(matrix).get(begin).get(line).op("i32.mul").op("i32.add").set(matrix);
  f.get(output).get(begin).get(outputStep).op("i32.mul").op("i32.add").set(output);
  f.get(end).get(begin).op("i32.sub").set(end);
  const rows = f.locals("i32", rowsAtOnce);
  const count = f.local("i32");
  const compute = (some: readonly Local[]): void => {
    for (const row of some) f.get(matrix).set(row).advance(matrix, line);
    for (const sum of pushRowSums(f, precision, some))
      f.get(output).get(sum).laneMemory(precision.storeLane, 0).advance(output, outputStep);
  };
  f.get(end).i32(rowsAtOnce).op("i32.div_u").set(count);
  f.repeat(count, () => compute(rows));
  f.get(end).i32(rowsAtOnce).op("i32.rem_u").set(count);
  f.repeat(count, () => compute(rows.slice(0, 1)));
}

/** Columns at a time: the output is read and written once for so many. */
const columnsAtOnce = 8;

/** Adds some columns, times their numbers of the vector, to the output's rows from `begin` to `end`. */
function pushAddColumns(f: FunctionBuilder, precision: Precision, columns: readonly Local[]): void {
  const { begin, end, matrix, line, vector, vectorStep, output } = parameters;
  const factors = columns.map(() => f.local("v128"));
  const [sum, value] = [f.local("v128"), f.local("v128")];
  const [at, count] = [f.local("i32"), f.local("i32")];
  for (const [k, column] of columns.entries()) {
    f.get(vector).memory(precision.splat).set(factors[k]!).advance(vector, vectorStep);
    f.get(matrix).set(column).advance(matrix, line);
  }
  const step = (load: () => void, store: () => void, bytes: number): void => {
    f.get(at);
    load();
    f.set(sum);
    for (const [k, column] of columns.entries()) {
      f.get(column);
      load();
      f.set(value);
      pushMultiplyAdd(f, precision, sum, factors[k]!, value);
      f.increment(column, bytes);
    }
    f.get(at).get(sum);
    store();
    f.increment(at, bytes);
  };
  f.get(output).set(at);
  f.get(end).get(begin).op("i32.sub").i32(precision.lanes).op("i32.div_u").set(count);
  f.repeat(count, () =>
    step(
      () => f.memory("v128.load"),
      () => f.memory("v128.store"),
      16,
    ),
  );
  f.get(end).get(begin).op("i32.sub").i32(precision.lanes).op("i32.rem_u").set(count);
  f.repeat(count, () =>
    step(
      () => f.memory(precision.loadOne),
      () => f.laneMemory(precision.storeLane, 0),
      precision.bytes,
    ),
  );
}

function addAlongColumns(module: ModuleBuilder, precision: Precision): void {
  const f = addKernel(module, "alongColumns");
  const { begin, end, matrix, output, inner } = parameters;
  const skip = (address: Local): void => {
    f.get(address).get(begin).i32(precision.bytes).op("i32.mul").op("i32.add").set(address);
  };
  skip(matrix);
  skip(output);
  f.get(output).i32(0).get(end).get(begin).op("i32.sub").i32(precision.bytes).op("i32.mul").memoryFill();
  const columns = f.locals("i32", columnsAtOnce);
  const count = f.local("i32");
  f.get(inner).i32(columnsAtOnce).op("i32.div_u").set(count);
  f.repeat(count, () => pushAddColumns(f, precision, columns));
  f.get(inner).i32(columnsAtOnce).op("i32.rem_u").set(count);
  f.repeat(count, () => pushAddColumns(f, precision, columns.slice(0, 1)));
}

function build(precision: Precision): ModuleBuilder {
  const module = new ModuleBuilder();
  addAlongRows(module, precision);
  addAlongColumns(module, precision);
  return module;
}

export const vectorKernels: Readonly<Record<Precision["name"], KernelModule<VectorKernel>>> = {
  float32: new KernelModule(() => build(float32)),
  float64: new KernelModule(() => build(float64)),
};
