/**
 * The Mersenne Twister in wasm, four words at a time.
 *
 * Source: M. Matsumoto and T. Nishimura, "Mersenne Twister" (1998), mt19937.
 */
import type { TwisterState } from "../../random.ts";
import { heapMemory, threadScratch } from "../memory/heap.ts";
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";

const stateSize = 624;
const shiftSize = 397;

/** Where the words lie while numbers are drawn, and, behind them, what was drawn. */
const stateAddress = threadScratch;
export const drawnAddress: number = threadScratch + 4096;

/** Most words that are drawn at once: few enough for a processor's first cache, and an even number, since a float64 takes two. */
const drawnWords = 4992;

/** The vector at `at` plus `bytes`. */
function load(f: FunctionBuilder, at: Local, bytes: number): FunctionBuilder {
  return f.get(at).memory("v128.load", bytes);
}

interface TwistConstants {
  readonly upper: Local;
  readonly lower: Local;
  readonly one: Local;
  readonly matrix: Local;
  readonly zero: Local;
}

/** The four words at `at` become new ones, `far` bytes away from those that they are mixed with. */
function emitTwistVector(f: FunctionBuilder, at: Local, far: number, own: TwistConstants): void {
  const mixed = f.local("v128");
  f.get(at);
  load(f, at, 0).get(own.upper).op("v128.and");
  load(f, at, 4).get(own.lower).op("v128.and").op("v128.or").set(mixed);
  // A far word that lies before `at` is reached from the start of the state: memory offsets are never negative.
  f.get(at).i32(far).op("i32.add").memory("v128.load");
  f.get(mixed).i32(1).op("i32x4.shr_u").op("v128.xor");
  f.get(own.zero).get(mixed).get(own.one).op("v128.and").op("i32x4.sub").get(own.matrix).op("v128.and");
  f.op("v128.xor").memory("v128.store");
}

/** The word at index `i`; `next` and `far` are the indices of those that it is mixed with. */
function emitTwistWord(f: FunctionBuilder, state: Local, i: number, next: number, far: number): void {
  const mixed = f.local("i32");
  f.get(state)
    .memory("i32.load", 4 * i)
    .i32(0x8000_0000)
    .op("i32.and");
  f.get(state)
    .memory("i32.load", 4 * next)
    .i32(0x7fff_ffff)
    .op("i32.and")
    .op("i32.or")
    .set(mixed);
  f.get(state)
    .get(state)
    .memory("i32.load", 4 * far);
  f.get(mixed).i32(1).op("i32.shr_u").op("i32.xor");
  f.i32(0).get(mixed).i32(1).op("i32.and").op("i32.sub").i32(0x9908_b0df).op("i32.and");
  f.op("i32.xor").memory("i32.store", 4 * i);
}

/** Makes 624 new words of the old ones. */
function twist(module: ModuleBuilder): FunctionBuilder {
  const f = module.function(null, ["i32"]);
  const state = 0;
  const [at, end] = f.locals("i32", 2) as [Local, Local];
  const [upper, lower, one, matrix, zero] = f.locals("v128", 5) as [Local, Local, Local, Local, Local];
  f.v128("i32x4", 0x8000_0000n).set(upper).v128("i32x4", 0x7fff_ffffn).set(lower);
  f.v128("i32x4", 1n).set(one).v128("i32x4", 0x9908_b0dfn).set(matrix);
  const constants = { upper, lower, one, matrix, zero };
  const vectors = (from: number, count: number, far: number): void => {
    f.get(state)
      .i32(4 * from)
      .op("i32.add")
      .tee(at)
      .i32(16 * count)
      .op("i32.add")
      .set(end);
    f.whileBelow(at, end, () => {
      emitTwistVector(f, at, 4 * far, constants);
      f.increment(at, 16);
    });
  };
  const near = stateSize - shiftSize;
  const whole = Math.floor(near / 4);
  vectors(0, whole, shiftSize);
  for (let i = 4 * whole; i < near; i++) emitTwistWord(f, state, i, i + 1, i + shiftSize);
  vectors(near, (shiftSize - 1) / 4, -near);
  emitTwistWord(f, state, stateSize - 1, 0, shiftSize - 1);
  return f;
}

/** Spreads the bits of four words evenly. */
function emitTemper(f: FunctionBuilder, y: Local, first: Local, second: Local): void {
  f.get(y).get(y).i32(11).op("i32x4.shr_u").op("v128.xor").set(y);
  f.get(y).get(y).i32(7).op("i32x4.shl").get(first).op("v128.and").op("v128.xor").set(y);
  f.get(y).get(y).i32(15).op("i32x4.shl").get(second).op("v128.and").op("v128.xor").set(y);
  f.get(y).get(y).i32(18).op("i32x4.shr_u").op("v128.xor");
}

/**
 * `draw(state, next, output, count)` writes `count` words to `output`, and a few more: there must be room for a vector behind them.
 */
const twister: KernelModule<"draw"> = new KernelModule(() => {
  const module = new ModuleBuilder();
  const makeNew = twist(module);
  const f = module.function("draw", ["i32", "i32", "i32", "i32"]);
  const [state, next, output, count] = [0, 1, 2, 3] as const;
  const [some, at, to, end] = f.locals("i32", 4) as [Local, Local, Local, Local];
  const [y, first, second] = f.locals("v128", 3) as [Local, Local, Local];
  f.v128("i32x4", 0x9d2c_5680n).set(first).v128("i32x4", 0xefc6_0000n).set(second);
  f.block(() =>
    f.loop(() => {
      f.get(count).op("i32.eqz").brIf(1);
      f.get(next).i32(stateSize).op("i32.eq");
      f.if(() => f.get(state).call(makeNew).i32(0).set(next));
      f.i32(stateSize).get(next).op("i32.sub").set(some);
      f.get(some).get(count).get(some).get(count).op("i32.lt_u").op("select").set(some);
      f.get(state).get(next).i32(2).op("i32.shl").op("i32.add").set(at);
      f.get(output).tee(to).get(some).i32(2).op("i32.shl").op("i32.add").tee(output).set(end);
      f.whileBelow(to, end, () => {
        load(f, at, 0).set(y).get(to);
        emitTemper(f, y, first, second);
        f.memory("v128.store").increment(at, 16).increment(to, 16);
      });
      f.advance(next, some);
      f.get(count).get(some).op("i32.sub").set(count).br(0);
    }),
  );
  return module;
});

/**
 * Draws `total` words, at most `drawnWords` at a time, to `drawnAddress`, and calls `use` with how many were drawn before and now.
 */
export function drawWords(
  state: TwisterState,
  total: number,
  use: (before: number, count: number) => void,
): void {
  const inHeap = new Uint32Array(heapMemory.buffer, stateAddress, stateSize);
  inHeap.set(state.words);
  for (let before = 0; before < total; before += drawnWords) {
    const count = Math.min(drawnWords, total - before);
    twister.functions.draw(stateAddress, state.next, drawnAddress, count);
    state.next = ((state.next + count - 1) % stateSize) + 1;
    use(before, count);
  }
  state.words.set(inHeap);
}
