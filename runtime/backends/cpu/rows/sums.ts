/**
 * Sums along a row, in float32 kernels.
 *
 * A few vectors are summed as float32, each lane on its own and then pairwise; these partial sums are added up in float64. So the error of a sum is that of about
 * twenty float32 additions, however long the row is.
 */
import type { FunctionBuilder, Local } from "../wasm/assembler.ts";
import { addLanes, addPromoted, moveOn, vectorBytes, whileWhole, type Walk } from "./vectors.ts";

/** Additions in float32, one after the other in each lane, before a partial sum goes to float64. */
const blockSteps = 16;

/** Where the terms of a sum go: adds the vector at the top of the stack to the sum of that number. */
export type AddTerm = (sum: number) => void;

/** Pushes and adds the terms of one vector, `offset` bytes from the walk's pointers; in the `tail` only the first lanes count. */
export type Terms = (add: AddTerm, offset: number, tail: boolean) => void;

interface Sums {
  /** Vectors of float32 for each sum. */
  readonly partial: readonly (readonly Local[])[];
  /** A float64 vector for each sum. */
  readonly totals: readonly Local[];
}

/** Adds the partial sums to the totals, pairwise, and starts them anew. */
function fold(f: FunctionBuilder, { partial, totals }: Sums, used: number): void {
  partial.forEach((vectors, sum) => {
    for (let half = used / 2; half >= 1; half /= 2)
      for (let i = 0; i < half; i++)
        f.get(vectors[i]!)
          .get(vectors[i + half]!)
          .op("f32x4.add")
          .set(vectors[i]!);
    addPromoted(f, totals[sum]!, vectors[0]!);
    for (const vector of vectors.slice(0, used)) f.v128("f32x4", 0).set(vector);
  });
}

/**
 * Computes `count` sums in one walk along a row. Gives locals of type f64.
 *
 * `unroll`, a power of two, is the number of vectors that are added independently of each other.
 */
export function sumsAlongRow(
  f: FunctionBuilder,
  walk: Walk,
  mask: Local,
  { count = 1, unroll }: { readonly count?: number; readonly unroll: number },
  terms: Terms,
): readonly Local[] {
  const sums: Sums = {
    partial: Array.from({ length: count }, () => f.locals("v128", unroll)),
    totals: f.locals("v128", count),
  };
  const results = f.locals("f64", count);
  const add =
    (place: number): AddTerm =>
    (sum) => {
      const vector = sums.partial[sum]![place]!;
      f.get(vector).op("f32x4.add").set(vector);
    };
  for (const vector of [...sums.partial.flat(), ...sums.totals]) f.v128("f32x4", 0).set(vector);
  blocks(f, walk, unroll, sums, (place) => terms(add(place), place * vectorBytes, false));
  whileWhole(f, walk, 1, () => {
    terms(add(0), 0, false);
    moveOn(f, walk, 1);
  });
  f.get(walk.left);
  f.if(() => {
    terms(
      (sum) => {
        f.get(mask).op("v128.and");
        add(0)(sum);
      },
      0,
      true,
    );
  });
  fold(f, sums, 1);
  sums.totals.forEach((total, sum) => {
    addLanes(f, total);
    f.set(results[sum]!);
  });
  return results;
}

/** The whole steps of a row, in blocks after each of which the partial sums are folded. */
function blocks(
  f: FunctionBuilder,
  walk: Walk,
  unroll: number,
  sums: Sums,
  term: (place: number) => void,
): void {
  const steps = f.local("i32");
  whileWhole(f, walk, unroll, () => {
    // The steps that are left, at most those of one block.
    f.get(walk.left)
      .i32(4 * unroll)
      .op("i32.div_u")
      .set(steps);
    f.get(steps).i32(blockSteps).get(steps).i32(blockSteps).op("i32.lt_u").op("select").set(steps);
    f.repeat(steps, () => {
      for (let place = 0; place < unroll; place++) term(place);
      moveOn(f, walk, unroll);
    });
    fold(f, sums, unroll);
  });
}
