/** Pieces of float32 kernels: vectors, their lanes, and the loops that pass along a row. */
import type { FunctionBuilder, Local } from "../wasm/assembler.ts";
import { hasRelaxedSimd } from "../wasm/features.ts";

/** Bytes of a float32, and lanes and bytes of a vector of them. */
export const floatBytes = 4;
const lanes = 4;
export const vectorBytes = 16;

type Push = () => unknown;

/** Pushes `a · b + c`, in one instruction where the engine has it. */
export function multiplyAdd(f: FunctionBuilder, a: Push, b: Push, c: Push): void {
  a();
  b();
  if (!hasRelaxedSimd()) f.op("f32x4.mul");
  c();
  f.op(hasRelaxedSimd() ? "f32x4.relaxed_madd" : "f32x4.add");
}

/** A new local whose first `count mod 4` lanes are ones and the others zeros: masks the vector at the end of a row. */
export function tailMask(f: FunctionBuilder, count: Local): Local {
  const mask = f.local("v128");
  f.v128("i32x4", 0);
  for (let lane = 1; lane < lanes; lane++) f.i32(lane).lane("i32x4.replace_lane", lane);
  f.get(count)
    .i32(lanes - 1)
    .op("i32.and")
    .op("i32x4.splat")
    .op("i32x4.lt_s")
    .set(mask);
  return mask;
}

/** Writes the first `count mod 4` lanes of `vector`. */
export function storeTail(f: FunctionBuilder, address: Local, vector: Local, count: Local): void {
  const rest = f.local("v128");
  const target = f.local("i32");
  f.get(vector).set(rest).get(address).set(target);
  f.get(count).i32(2).op("i32.and");
  f.if(() => {
    f.get(target).get(rest).laneMemory("v128.store64_lane", 0);
    f.get(rest).get(rest).shuffle([8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]).set(rest);
    f.increment(target, 8);
  });
  f.get(count).i32(1).op("i32.and");
  f.if(() => f.get(target).get(rest).laneMemory("v128.store32_lane", 0));
}

/** Pushes the upper two lanes as float64; the lower two are `f64x2.promote_low_f32x4`. */
export function promoteHigh(f: FunctionBuilder, vector: Local): void {
  f.get(vector).get(vector).shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
  f.op("f64x2.promote_low_f32x4");
}

/** A walk along a row: what moves, and how far. */
export interface Walk {
  /** Addresses, which are moved along; behind the walk they stand at the vector that is not whole. */
  readonly pointers: readonly Local[];
  /** Elements that are left, which counts down to fewer than 4. */
  readonly left: Local;
}

/** Puts the pointers at `starts` and the count at `count`. */
export function startWalk(f: FunctionBuilder, walk: Walk, starts: readonly Local[], count: Local): void {
  walk.pointers.forEach((pointer, i) => f.get(starts[i]!).set(pointer));
  f.get(count).set(walk.left);
}

/** A new walk of so many pointers. */
export function newWalk(f: FunctionBuilder, pointers: number): Walk {
  return { pointers: f.locals("i32", pointers), left: f.local("i32") };
}

/** Moves on by `vectors` vectors. */
export function moveOn(f: FunctionBuilder, { pointers, left }: Walk, vectors: number): void {
  for (const pointer of pointers) f.increment(pointer, vectors * vectorBytes);
  f.increment(left, -vectors * lanes);
}

/** Repeats `body`, which must move on, while at least `vectors` whole vectors are left. */
export function whileWhole(f: FunctionBuilder, { left }: Walk, vectors: number, body: () => void): void {
  f.block(() => {
    f.get(left)
      .i32(vectors * lanes)
      .op("i32.lt_s")
      .brIf(0);
    f.loop(() => {
      body();
      f.get(left)
        .i32(vectors * lanes)
        .op("i32.ge_s")
        .brIf(0);
    });
  });
}

/**
 * Passes along a row: `body` is called with the byte offset from the pointers and the place of the vector among the `unroll` ones of a step; `tail` for the last vector
 * where it is not whole.
 */
export function alongRow(
  f: FunctionBuilder,
  walk: Walk,
  unroll: number,
  body: (offset: number, place: number) => void,
  tail: () => void,
): void {
  for (const vectors of unroll > 1 ? [unroll, 1] : [1])
    whileWhole(f, walk, vectors, () => {
      for (let place = 0; place < vectors; place++) body(place * vectorBytes, place);
      moveOn(f, walk, vectors);
    });
  f.get(walk.left);
  f.if(tail);
}
