/**
 * Sums along a row, in float32 kernels.
 *
 * A few vectors are added pairwise as float32; these partial sums are added up in float64. So the error of a sum is that of three float32 additions, however long the
 * row is, at little more than the cost of adding in float32.
 */
import type { FunctionBuilder, Local } from "../wasm/assembler.ts";
import { moveOn, promoteHigh, vectorBytes, whileWhole, type Walk } from "./vectors.ts";

/** Where the terms of a sum go: takes the vector at the top of the stack for the sum of that number. */
export type AddTerm = (sum: number) => void;

/** Pushes and adds the terms of one vector, `offset` bytes from the walk's pointers; in the `tail` only the first lanes count. */
export type Terms = (add: AddTerm, offset: number, tail: boolean) => void;

/** The two lower and the two upper lanes' sum. */
type Total = readonly [low: Local, high: Local];

/** Adds the vectors pairwise, and the four lanes of their sum to the total. */
function fold(f: FunctionBuilder, vectors: readonly Local[], [low, high]: Total): void {
  for (let half = vectors.length / 2; half >= 1; half /= 2)
    for (let i = 0; i < half; i++)
      f.get(vectors[i]!)
        .get(vectors[i + half]!)
        .op("f32x4.add")
        .set(vectors[i]!);
  const sum = vectors[0]!;
  f.get(low).get(sum).op("f64x2.promote_low_f32x4").op("f64x2.add").set(low);
  f.get(high);
  promoteHigh(f, sum);
  f.op("f64x2.add").set(high);
}

/**
 * Computes `count` sums in one walk along a row. Gives locals of type f64.
 *
 * `unroll`, a power of two, is the number of vectors that are added in float32.
 */
export function sumsAlongRow(
  f: FunctionBuilder,
  walk: Walk,
  mask: Local,
  { count = 1, unroll }: { readonly count?: number; readonly unroll: number },
  terms: Terms,
): readonly Local[] {
  const vectors = Array.from({ length: count }, () => f.locals("v128", unroll));
  const totals = Array.from({ length: count }, () => f.locals("v128", 2) as unknown as Total); // two were asked for
  for (const total of totals.flat()) f.v128("f64x2", 0).set(total);
  const step = (places: number, tail = false): void => {
    for (let place = 0; place < places; place++) {
      const add: AddTerm = (sum) => {
        if (tail) f.get(mask).op("v128.and");
        f.set(vectors[sum]![place]!);
      };
      terms(add, place * vectorBytes, tail);
    }
    totals.forEach((total, sum) => fold(f, vectors[sum]!.slice(0, places), total));
  };
  for (const places of [unroll, 1])
    whileWhole(f, walk, places, () => {
      step(places);
      moveOn(f, walk, places);
    });
  f.get(walk.left);
  f.if(() => step(1, true));
  return totals.map((total) => sumOfTotal(f, total));
}

/** A local with the sum of a total's four lanes. */
function sumOfTotal(f: FunctionBuilder, [low, high]: Total): Local {
  const result = f.local("f64");
  f.get(low).get(high).op("f64x2.add").set(low);
  f.get(low).lane("f64x2.extract_lane", 0).get(low).lane("f64x2.extract_lane", 1);
  f.op("f64.add").set(result);
  return result;
}
