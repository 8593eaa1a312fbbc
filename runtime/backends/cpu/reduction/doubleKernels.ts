/**
 * Reductions of rows of float64 whose elements lie side by side.
 *
 * The arguments are the range of rows, the address of the first row, that of the results, the bytes from row to row, and the elements of a row.
 */
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { parameterBase } from "../memory/heap.ts";
import { KernelModule } from "../wasm/kernelModule.ts";
import { vectorBytes } from "../rows/vectors.ts";

export type DoubleReduction =
  /** `Σ x / divisor`, the divisor being the first of the parameters as float64. */
  "sum" | "amax" | "amin";

const lanes = 2;

/** Vectors of a step. */
const together = 8;

interface Row {
  readonly from: Local;
  readonly left: Local;
}

/** Calls `step` for eight vectors at a time, then for single ones, and `tail` for an odd element; all read at `from`. */
function alongDoubles(
  f: FunctionBuilder,
  { from, left }: Row,
  step: (vectors: number) => void,
  tail: () => void,
): void {
  for (const vectors of [together, 1])
    f.block(() => {
      f.loop(() => {
        f.get(left)
          .i32(vectors * lanes)
          .op("i32.lt_s")
          .brIf(1);
        step(vectors);
        f.increment(from, vectors * vectorBytes)
          .increment(left, -vectors * lanes)
          .br(0);
      });
    });
  f.get(left);
  f.if(tail);
}

/** Adds a kernel; `body` pushes the result, an f64. */
function rowKernel(
  module: ModuleBuilder,
  name: DoubleReduction,
  body: (f: FunctionBuilder) => (row: Row) => void,
): void {
  const f = module.function(
    name,
    Array.from({ length: 6 }, () => "i32" as const),
  );
  const [index, end, row, output, rowBytes, count] = [0, 1, 2, 3, 4, 5] as const;
  f.get(row).get(index).get(rowBytes).op("i32.mul").op("i32.add").set(row);
  f.get(output).get(index).i32(8).op("i32.mul").op("i32.add").set(output);
  const walk = { from: f.local("i32"), left: f.local("i32") };
  const emit = body(f);
  f.whileBelow(index, end, () => {
    f.get(row).set(walk.from).get(count).set(walk.left).get(output);
    emit(walk);
    f.memory("f64.store").advance(row, rowBytes).increment(output, 8).increment(index, 1);
  });
}

/**
 * Eight vectors are added pairwise; their sum is added to the total with the rounding error kept beside it, so that a long row loses no digits.
 *
 * Source: D. E. Knuth, "The Art of Computer Programming", volume 2, section 4.2.2, theorem B.
 */
function addSum(module: ModuleBuilder): void {
  rowKernel(module, "sum", (f) => {
    const vectors = f.locals("v128", together);
    const [total, error, next, part] = f.locals("v128", 4) as [Local, Local, Local, Local];
    const accumulate = (term: Local): void => {
      f.get(total).get(term).op("f64x2.add").tee(next).get(total).op("f64x2.sub").set(part);
      f.get(error).get(total).get(next).get(part).op("f64x2.sub").op("f64x2.sub").op("f64x2.add");
      f.get(term).get(part).op("f64x2.sub").op("f64x2.add").set(error).get(next).set(total);
    };
    const step = ({ from }: Row, count: number): void => {
      for (let i = 0; i < count; i++)
        f.get(from)
          .memory("v128.load", i * vectorBytes)
          .set(vectors[i]!);
      for (let half = count / 2; half >= 1; half /= 2)
        for (let i = 0; i < half; i++)
          f.get(vectors[i]!)
            .get(vectors[i + half]!)
            .op("f64x2.add")
            .set(vectors[i]!);
      accumulate(vectors[0]!);
    };
    return (row) => {
      f.v128("f64x2", 0).set(total).v128("f64x2", 0).set(error);
      alongDoubles(
        f,
        row,
        (count) => step(row, count),
        () => {
          f.get(row.from).memory("v128.load64_zero").set(vectors[0]!);
          accumulate(vectors[0]!);
        },
      );
      quotient(f, total, error);
    };
  });
}

/** Pushes the sum of the lanes over the divisor. The error of what is infinite is no number, and is left out. */
function quotient(f: FunctionBuilder, total: Local, error: Local): void {
  const [sum, rest] = f.locals("f64", 2) as [Local, Local];
  for (const [vector, result] of [
    [total, sum],
    [error, rest],
  ] as const)
    f.get(vector)
      .lane("f64x2.extract_lane", 0)
      .get(vector)
      .lane("f64x2.extract_lane", 1)
      .op("f64.add")
      .set(result);
  f.get(sum).get(rest).op("f64.add").get(sum).get(rest).get(rest).op("f64.eq").op("select");
  f.i32(parameterBase).memory("f64.load").op("f64.div");
}

function addExtreme(module: ModuleBuilder, name: "amax" | "amin"): void {
  const start = name === "amax" ? -Infinity : Infinity;
  const keep = name === "amax" ? "f64x2.pmax" : "f64x2.pmin";
  rowKernel(module, name, (f) => {
    const best = f.locals("v128", 4);
    const [unordered, vector] = f.locals("v128", 2) as [Local, Local];
    const take = (place: number): void => {
      f.set(vector).get(best[place]!).get(vector).op(keep).set(best[place]!);
      // NaN was passed over, and is noted here.
      f.get(unordered).get(vector).get(vector).op("f64x2.ne").op("v128.or").set(unordered);
    };
    return (row) => {
      for (const local of best) f.v128("f64x2", start).set(local);
      f.v128("i64x2", 0).set(unordered);
      alongDoubles(
        f,
        row,
        (count) => {
          for (let i = 0; i < count; i++) {
            f.get(row.from).memory("v128.load", i * vectorBytes);
            take(i % best.length);
          }
        },
        () => {
          f.get(row.from).memory("v128.load64_splat");
          take(0);
        },
      );
      for (const local of best.slice(1)) f.get(best[0]!).get(local).op(keep).set(best[0]!);
      f.f64(NaN);
      for (const lane of [0, 1]) f.get(best[0]!).lane("f64x2.extract_lane", lane);
      f.op(name === "amax" ? "f64.max" : "f64.min");
      f.get(unordered).op("v128.any_true").op("select");
    };
  });
}

export const doubleKernels: KernelModule<DoubleReduction> = new KernelModule(() => {
  const module = new ModuleBuilder();
  addSum(module);
  addExtreme(module, "amax");
  addExtreme(module, "amin");
  return module;
});
