/**
 * Reductions of rows of float32 and int64 whose elements lie side by side.
 *
 * The arguments are the range of rows, the address of the first row, that of the results, the bytes from row to row, and the elements of a row.
 */
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";
import { parameterBase } from "../memory/heap.ts";
import { extremeOfRow, largest, positionInRow, smallest, type Extreme } from "../rows/extremes.ts";
import { splat, splatRounded } from "../rows/rowKernel.ts";
import { sumsAlongRow } from "../rows/sums.ts";
import { newWalk, startWalk, tailMask, type Walk } from "../rows/vectors.ts";

export type RowReduction =
  /** `Σ x / divisor`, the divisor being the first of the parameters as float64. */
  | "sum"
  /** `Σ x` as float64. */
  | "partialSum"
  /** The same, every element added in float64. */
  | "partialExactSum"
  /** `Σ (x − mean)² / divisor`, of the row's own mean; the divisor as above. */
  | "variance"
  /** `Σ (x − center)²` as float64, the center being the first of the parameters as float64. */
  | "partialSquares"
  | "amax"
  | "amin"
  /** The extreme element and, from the address of one more argument on, its position as int64. */
  | "max"
  | "min"
  /** `Σ x` of int64. */
  | "wholeSum";

interface Frame {
  readonly row: Local;
  readonly count: Local;
  readonly mask: Local;
  readonly walk: Walk;
  readonly others: readonly Local[];
}

/** Adds a kernel; `body` pushes what `store` writes, after the result's address. */
function reduction(
  module: ModuleBuilder,
  name: RowReduction,
  resultBytes: number,
  body: (f: FunctionBuilder, frame: Frame) => (output: Local) => void,
  others = 0,
): void {
  const f = module.function(
    name,
    Array.from({ length: 6 + others }, () => "i32" as const),
  );
  const [index, end, row, output, rowBytes, count] = [0, 1, 2, 3, 4, 5];
  f.get(row).get(index).get(rowBytes).op("i32.mul").op("i32.add").set(row);
  f.get(output).get(index).i32(resultBytes).op("i32.mul").op("i32.add").set(output);
  const mask = tailMask(f, count);
  const further = Array.from({ length: others }, (_, i) => 6 + i);
  for (const local of further) f.get(local).get(index).i32(8).op("i32.mul").op("i32.add").set(local);
  const emit = body(f, { row, count, mask, walk: newWalk(f, 1), others: further });
  f.whileBelow(index, end, () => {
    emit(output);
    f.advance(row, rowBytes);
    f.increment(output, resultBytes).increment(index, 1);
    for (const local of further) f.increment(local, 8);
  });
}

/** The sum of the row's elements, or of their squared distances from a vector of one number. */
function sumOfRow(
  f: FunctionBuilder,
  { row, count, mask, walk }: Frame,
  { center, unroll = 8 }: { readonly center?: Local; readonly unroll?: number } = {},
): Local {
  const distance = f.local("v128");
  startWalk(f, walk, [row], count);
  const [total] = sumsAlongRow(f, walk, mask, { unroll }, (add, offset) => {
    f.get(walk.pointers[0]!).memory("v128.load", offset);
    if (center !== undefined) f.get(center).op("f32x4.sub").tee(distance).get(distance).op("f32x4.mul");
    add(0);
  });
  return total!;
}

/** A local with the first parameter. */
function firstParameter(f: FunctionBuilder): Local {
  const local = f.local("f64");
  f.i32(parameterBase).memory("f64.load").set(local);
  return local;
}

function addSums(module: ModuleBuilder): void {
  reduction(module, "sum", 4, (f, frame) => {
    const divisor = firstParameter(f);
    return (output) => {
      const total = sumOfRow(f, frame);
      f.get(output).get(total).get(divisor).op("f64.div").op("f32.demote_f64").memory("f32.store");
    };
  });
  for (const [name, unroll] of [
    ["partialSum", 8],
    ["partialExactSum", 1],
  ] as const)
    reduction(module, name, 8, (f, frame) => (output) => {
      const total = sumOfRow(f, frame, { unroll });
      f.get(output).get(total).memory("f64.store");
    });
}

function addSquares(module: ModuleBuilder): void {
  reduction(module, "variance", 4, (f, frame) => {
    const divisor = firstParameter(f);
    const count = f.local("f64");
    const mean = f.local("f64");
    const error = f.local("f64");
    f.get(frame.count).op("f64.convert_i32_u").set(count);
    return (output) => {
      // The mean is exact: every element is added in float64.
      f.get(sumOfRow(f, frame, { unroll: 1 }))
        .get(count)
        .op("f64.div")
        .tee(mean);
      const center = splatRounded(f);
      const squares = sumOfRow(f, frame, { center });
      // The mean was rounded to float32: the squares about it are too large by n times the square of that error.
      f.get(center).lane("f32x4.extract_lane", 0).op("f64.promote_f32").get(mean).op("f64.sub").set(error);
      f.get(output).get(squares).get(error).get(error).op("f64.mul").get(count).op("f64.mul").op("f64.sub");
      // Rounding must not make it negative, where a square root follows.
      f.f64(0).op("f64.max").get(divisor).op("f64.div").op("f32.demote_f64").memory("f32.store");
    };
  });
  reduction(module, "partialSquares", 8, (f, frame) => {
    f.get(firstParameter(f));
    const center = splatRounded(f);
    return (output) => {
      const squares = sumOfRow(f, frame, { center });
      f.get(output).get(squares).memory("f64.store");
    };
  });
}

function addExtremes(
  module: ModuleBuilder,
  value: "amax" | "amin",
  both: "max" | "min",
  extreme: Extreme,
): void {
  const find = (f: FunctionBuilder, { row, count, mask, walk }: Frame): void => {
    startWalk(f, walk, [row], count);
    extremeOfRow(f, walk, mask, extreme);
  };
  reduction(module, value, 4, (f, frame) => (output) => {
    f.get(output);
    find(f, frame);
    f.memory("f32.store");
  });
  reduction(
    module,
    both,
    4,
    (f, frame) => (output) => {
      find(f, frame);
      const found = splat(f);
      f.get(output).get(found).lane("f32x4.extract_lane", 0).memory("f32.store");
      f.get(frame.others[0]!);
      positionInRow(f, frame.walk, frame.row, frame.count, found);
      f.op("i64.extend_i32_u").memory("i64.store");
    },
    1,
  );
}

/** Two sums of every other element, and the last one of an odd count. */
function addWholeSum(module: ModuleBuilder): void {
  reduction(module, "wholeSum", 8, (f, { row, count }) => {
    const total = f.local("v128");
    const [from, left] = f.locals("i32", 2) as [Local, Local];
    return (output) => {
      f.v128("i64x2", 0).set(total).get(row).set(from);
      f.get(count).i32(1).op("i32.shr_u").set(left);
      f.repeat(left, () => {
        f.get(total).get(from).memory("v128.load").op("i64x2.add").set(total).increment(from, 16);
      });
      f.get(count).i32(1).op("i32.and");
      f.if(() => f.get(total).get(from).memory("v128.load64_zero").op("i64x2.add").set(total));
      f.get(output).get(total).lane("i64x2.extract_lane", 0).get(total).lane("i64x2.extract_lane", 1);
      f.op("i64.add").memory("i64.store");
    };
  });
}

export const rowKernels: KernelModule<RowReduction> = new KernelModule(() => {
  const module = new ModuleBuilder();
  addSums(module);
  addSquares(module);
  addExtremes(module, "amax", "max", largest);
  addExtremes(module, "amin", "min", smallest);
  addWholeSum(module);
  return module;
});
