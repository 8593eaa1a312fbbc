/** See `PoolingBackend`: kernels for fractions, plain loops for whole numbers. */
import { arrayOver } from "../../../dtype.ts";
import type { View } from "../../backend.ts";
import type { AveragingPlaneWindows, PlaneWindows, PoolingBackend, PoolingWindows } from "../../pooling.ts";
import { heapMemory, withTemporary } from "../memory/heap.ts";
import { addressOf } from "../memory/storage.ts";
import { runKernel } from "../threads/parallel.ts";
import { ModuleBuilder } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";
import { addHalve, addHalveSpread } from "./halvingKernels.ts";
import { referencePooling } from "./reference.ts";
import {
  addAveragePool,
  addAveragePoolSpread,
  addMaxPool,
  addMaxPoolPick,
  addMaxPoolSpread,
  scalarTypes,
  toArguments,
} from "./scalarKernels.ts";

type ScalarKernel = "averagePool" | "averagePoolSpread" | "maxPool" | "maxPoolPick" | "maxPoolSpread";
type ScalarName = keyof typeof scalarTypes;

function build(name: ScalarName): ModuleBuilder {
  const module = new ModuleBuilder();
  const scalar = scalarTypes[name];
  addAveragePool(module, scalar);
  addAveragePoolSpread(module, scalar);
  addMaxPool(module, scalar);
  addMaxPoolPick(module, scalar);
  addMaxPoolSpread(module, scalar);
  return module;
}

const scalarKernels: Readonly<Record<ScalarName, KernelModule<ScalarKernel>>> = {
  float32: new KernelModule(() => build("float32")),
  float64: new KernelModule(() => build("float64")),
};

const halvingKernels: KernelModule<"halve" | "halveSpread"> = new KernelModule(() => {
  const module = new ModuleBuilder();
  addHalve(module);
  addHalveSpread(module);
  return module;
});

/** Numbers that are worth a thread's while. */
const worthThread = 65_536;

/** Planes that are worth a thread's while. */
function grainOf({ shape }: View): number {
  return Math.max(1, Math.ceil(worthThread / Math.max(shape[1]! * shape[2]!, 1)));
}

function isFraction(view: View): boolean {
  return view.dtype.name in scalarTypes;
}

/** The two sides of pooling: coarse with one number for each window, fine with what the windows cover. */
interface Sides {
  readonly coarse: View;
  readonly positions: View | null;
  readonly fine: View;
}

function pairsOf({ start, end }: PoolingWindows): number[] {
  return start.flatMap((from, i) => [from, end[i]!]);
}

/** Runs a kernel over all planes, with tables of the windows beside it. */
function runScalar(kernel: ScalarKernel, sides: Sides, windows: PlaneWindows | AveragingPlaneWindows): void {
  const { coarse, positions, fine } = sides;
  const [planes, coarseRows, coarseColumns] = coarse.shape as [number, number, number];
  const name = fine.dtype.name as ScalarName; // the caller has looked
  const { bytes } = scalarTypes[name];
  const tables = [windows.rows, windows.columns].flatMap(pairsOf);
  const divisors = "divisors" in windows.rows ? [windows.rows, windows.columns] : [];
  const numbers = (divisors as AveragingPlaneWindows["rows"][]).flatMap((axis) => axis.divisors);
  const divisorsAt = Math.ceil((4 * tables.length) / 8) * 8;
  withTemporary(divisorsAt + bytes * numbers.length, (address) => {
    new Int32Array(heapMemory.buffer, address, tables.length).set(tables);
    arrayOver(fine.dtype, heapMemory.buffer, address + divisorsAt, numbers.length).set(
      numbers as never, // a dtype of fractions
    );
    const args = toArguments({
      coarse: addressOf(coarse),
      positions: positions === null ? 0 : addressOf(positions),
      fine: addressOf(fine),
      coarseRows,
      coarseColumns,
      fineRows: fine.shape[1]!,
      fineColumns: fine.shape[2]!,
      rowTable: address,
      columnTable: address + 8 * coarseRows,
      rowStep: windows.rows.step,
      columnStep: windows.columns.step,
      rowDivisors: address + divisorsAt,
      columnDivisors: address + divisorsAt + bytes * coarseRows,
    });
    runKernel(scalarKernels[name], kernel, planes, grainOf(fine), args);
  });
}

/** Whether windows of two lie side by side, from the first element on. */
function halves({ start, end, step }: PoolingWindows): boolean {
  return step === 1 && start.every((from, i) => from === 2 * i && end[i] === from + 2);
}

/** Whether the kernels for 2×2 windows can do the work: they need four windows in a row. */
function isHalving({ fine }: Sides, { rows, columns }: PlaneWindows): boolean {
  const fits = fine.dtype.name === "float32" && columns.start.length >= 4;
  return fits && halves(rows) && halves(columns);
}

function runHalving(kernel: "halve" | "halveSpread", { coarse, positions, fine }: Sides): void {
  const [planes, coarseRows, coarseColumns] = coarse.shape as [number, number, number];
  runKernel(halvingKernels, kernel, planes, grainOf(fine), [
    addressOf(coarse),
    addressOf(positions!),
    addressOf(fine),
    coarseRows,
    coarseColumns,
    fine.shape[1]!,
    fine.shape[2]!,
  ]);
}

/** Windows of one element, for kernels that look at positions alone. */
const noWindows: PoolingWindows = { size: 0, start: [], end: [], step: 1 };

/** See `PoolingBackend`. */
export const pooling: PoolingBackend = {
  maxPool(output, positions, input, windows) {
    const sides = { coarse: output, positions, fine: input };
    if (!isFraction(input)) referencePooling.maxPool(output, positions, input, windows);
    else if (isHalving(sides, windows)) runHalving("halve", sides);
    else runScalar("maxPool", sides, windows);
  },

  maxPoolSpread(input, output, positions, windows) {
    const sides = { coarse: output, positions, fine: input };
    if (!isFraction(input)) referencePooling.maxPoolSpread(input, output, positions, windows);
    else if (isHalving(sides, windows)) runHalving("halveSpread", sides);
    else runScalar("maxPoolSpread", sides, windows);
  },

  maxPoolPick(output, input, positions) {
    if (!isFraction(input)) referencePooling.maxPoolPick(output, input, positions);
    else
      runScalar(
        "maxPoolPick",
        { coarse: output, positions, fine: input },
        { rows: noWindows, columns: noWindows },
      );
  },

  averagePool(output, input, windows) {
    if (!isFraction(input)) referencePooling.averagePool(output, input, windows);
    else runScalar("averagePool", { coarse: output, positions: null, fine: input }, windows);
  },

  averagePoolSpread(input, output, windows) {
    if (!isFraction(input)) referencePooling.averagePoolSpread(input, output, windows);
    else runScalar("averagePoolSpread", { coarse: output, positions: null, fine: input }, windows);
  },
};
