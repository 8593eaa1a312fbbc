/** The largest or smallest element of a row, in float32 kernels. */
import type { FunctionBuilder, Local } from "../wasm/assembler.ts";
import { alongRow, startWalk, type Walk } from "./vectors.ts";

/** Independent vectors, so that one comparison need not wait for another. */
const unroll = 8;

/** What is looked for: the start that every element passes, and the instructions that keep the better of two. */
export interface Extreme {
  readonly start: number;
  /** Keeps the first where either is NaN: a single machine instruction. */
  readonly keep: "f32x4.pmax" | "f32x4.pmin";
  /** Gives NaN where either is. */
  readonly keepOrNaN: "f32x4.max" | "f32x4.min";
  readonly scalar: "f32.max" | "f32.min";
  readonly better: "f32x4.gt" | "f32x4.lt";
}

export const largest: Extreme = {
  start: -Infinity,
  keep: "f32x4.pmax",
  keepOrNaN: "f32x4.max",
  scalar: "f32.max",
  better: "f32x4.gt",
};

export const smallest: Extreme = {
  start: Infinity,
  keep: "f32x4.pmin",
  keepOrNaN: "f32x4.min",
  scalar: "f32.min",
  better: "f32x4.lt",
};

/**
 * Pushes, as f32, the extreme one of the elements that the walk's first pointer passes, or NaN where one of them is NaN; of none, the start.
 */
export function extremeOfRow(f: FunctionBuilder, walk: Walk, mask: Local, extreme: Extreme): void {
  const best = f.locals("v128", unroll);
  const unordered = f.local("v128");
  const vector = f.local("v128");
  const from = walk.pointers[0]!;
  for (const local of best) f.v128("f32x4", extreme.start).set(local);
  f.v128("i32x4", 0).set(unordered);
  const take = (place: number): void => {
    f.get(best[place]!).get(vector).op(extreme.keep).set(best[place]!);
    // NaN was passed over, and is noted here.
    f.get(unordered).get(vector).get(vector).op("f32x4.ne").op("v128.or").set(unordered);
  };
  const body = (offset: number, place: number): void => {
    f.get(from).memory("v128.load", offset).set(vector);
    take(place);
  };
  alongRow(f, walk, unroll, body, () => {
    f.get(from).memory("v128.load").v128("f32x4", extreme.start).get(mask);
    f.op("v128.bitselect").set(vector);
    take(0);
  });
  for (let half = unroll / 2; half >= 1; half /= 2)
    for (let i = 0; i < half; i++)
      f.get(best[i]!)
        .get(best[i + half]!)
        .op(extreme.keep)
        .set(best[i]!);
  f.f32(NaN);
  for (let lane = 0; lane < 4; lane++) f.get(best[0]!).lane("f32x4.extract_lane", lane);
  f.op(extreme.scalar).op(extreme.scalar).op(extreme.scalar);
  f.get(unordered).op("v128.any_true").op("select");
}

/**
 * Pushes, as i32, the position of the first element that is `value` (a vector of it), or, where that is NaN, the first NaN. There must be one.
 */
export function positionInRow(
  f: FunctionBuilder,
  walk: Walk,
  start: Local,
  count: Local,
  value: Local,
): void {
  const found = f.local("v128");
  const vector = f.local("v128");
  const from = walk.pointers[0]!;
  startWalk(f, walk, [start], count);
  const look = (offset: number): void => {
    f.get(from).memory("v128.load", offset).tee(vector).get(value).op("f32x4.eq");
    f.get(vector).get(vector).op("f32x4.ne").op("v128.or");
  };
  for (const vectors of [4, 1])
    f.block(() => {
      f.loop(() => {
        f.get(walk.left)
          .i32(4 * vectors)
          .op("i32.lt_s")
          .brIf(1);
        for (let place = 0; place < vectors; place++) {
          look(16 * place);
          if (place > 0) f.op("v128.or");
        }
        f.op("v128.any_true").brIf(1);
        f.increment(from, 16 * vectors)
          .increment(walk.left, -4 * vectors)
          .br(0);
      });
    });
  // What lies behind the row's end cannot come first.
  look(0);
  f.set(found);
  f.get(from).get(start).op("i32.sub").i32(2).op("i32.shr_u");
  f.get(found).op("i32x4.bitmask").op("i32.ctz").op("i32.add");
}
