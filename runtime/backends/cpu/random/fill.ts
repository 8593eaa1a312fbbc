/** Random numbers of a distribution from the words of a twister. */
import type { DTypeName } from "../../../dtype.ts";
import { numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import type { RandomBackend, TwisterState } from "../../random.ts";
import { parameterBase, parameterDoubles, parameterFloats, parameterInts } from "../memory/heap.ts";
import { addressOf } from "../memory/storage.ts";
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";
import { emitBoxMuller } from "./normal.ts";
import { drawnAddress, drawWords } from "./twister.ts";

const eight = [0, 1, 2, 3, 4, 5, 6, 7] as const;
/** The bytes of the upper half of a vector, twice, and of the lower halves of two vectors. */
const upperHalf: readonly number[] = [...eight, ...eight].map((byte) => byte + 8);
const lowerHalves: readonly number[] = [...eight, ...eight.map((byte) => byte + 16)];

/** Two words, of which the first is the upper one, as a whole number of 53 bits. */
function emitBits53(f: FunctionBuilder, from: Local, pair: Local): void {
  f.get(from).memory("i64.load").tee(pair).i64(32n).op("i64.shl");
  f.get(pair).i64(32n).op("i64.shr_u").op("i64.or");
  f.i64(2n ** 53n - 1n).op("i64.and");
}

/**
 * `u · width + from` of four words at a time; width and from are the first two numbers of the parameter area, in float64. The product of two floats is exact in a
 * double, so that the result is rounded once, as PyTorch's fused multiply-add rounds it.
 */
function buildUniformFloat(module: ModuleBuilder): void {
  const f = module.function("uniformFloat", ["i32", "i32", "i32"]);
  const [from, to, end] = [0, 1, 2] as const;
  const [mask, scale, low, words] = f.locals("v128", 4) as [Local, Local, Local, Local];
  f.v128("i32x4", 0xff_ffffn).set(mask);
  f.i32(0)
    .memory("v128.load64_splat", parameterBase)
    .v128("f64x2", 2 ** -24)
    .op("f64x2.mul")
    .set(scale);
  f.i32(0)
    .memory("v128.load64_splat", parameterBase + 8)
    .set(low);
  const half = (): void => {
    f.op("f64x2.convert_low_i32x4_s").get(scale).op("f64x2.mul").get(low).op("f64x2.add");
    f.op("f32x4.demote_f64x2_zero");
  };
  const load = (): void => void f.get(from).memory("v128.load").get(mask).op("v128.and");
  const vectorEnd = f.local("i32");
  f.get(end).get(to).op("i32.sub").i32(-16).op("i32.and").get(to).op("i32.add").set(vectorEnd);
  f.whileBelow(to, vectorEnd, () => {
    load();
    f.set(words).get(to).get(words);
    half();
    f.get(words).get(words).shuffle(upperHalf);
    half();
    f.shuffle(lowerHalves).memory("v128.store").increment(from, 16).increment(to, 16);
  });
  f.whileBelow(to, end, () => {
    f.get(to);
    load();
    half();
    f.lane("f32x4.extract_lane", 0).memory("f32.store").increment(from, 4).increment(to, 4);
  });
}

/** The same in float64, from two words each. */
function buildUniformDouble(module: ModuleBuilder): void {
  const f = module.function("uniformDouble", ["i32", "i32", "i32"]);
  const [from, to, end] = [0, 1, 2] as const;
  const pair = f.local("i64");
  const [width, low] = f.locals("f64", 2) as [Local, Local];
  f.i32(0).memory("f64.load", parameterBase).set(width);
  f.i32(0)
    .memory("f64.load", parameterBase + 8)
    .set(low);
  f.whileBelow(to, end, () => {
    f.get(to);
    emitBits53(f, from, pair);
    f.op("f64.convert_i64_s")
      .f64(2 ** -53)
      .op("f64.mul")
      .get(width)
      .op("f64.mul")
      .get(low)
      .op("f64.add");
    f.memory("f64.store").increment(from, 8).increment(to, 8);
  });
}

const storeOf = { 1: "i32.store8", 4: "i32.store", 8: "i64.store" } as const;
type ItemSize = keyof typeof storeOf;

/** The bits at the start of the parameter area where 53 random bits are below the number behind them, else zeros. */
function buildBernoulli(module: ModuleBuilder, itemsize: ItemSize): void {
  const f = module.function(`bernoulli${itemsize}`, ["i32", "i32", "i32"]);
  const [from, to, end] = [0, 1, 2] as const;
  const [pair, threshold, value] = f.locals("i64", 3) as [Local, Local, Local];
  f.i32(0).memory("i64.load", parameterBase).set(value);
  f.i32(0)
    .memory("i64.load", parameterBase + 8)
    .set(threshold);
  f.whileBelow(to, end, () => {
    f.get(to).i64(0n);
    emitBits53(f, from, pair);
    // A comparison gives 1 or 0: its negative lets all bits of the value through, or none.
    f.get(threshold).op("i64.lt_u").op("i64.extend_i32_u").op("i64.sub").get(value).op("i64.and");
    if (itemsize !== 8) f.op("i32.wrap_i64");
    f.memory(storeOf[itemsize]).increment(from, 8).increment(to, itemsize);
  });
}

/** `low + word mod range`: the range, then the lower bound, in the parameter area. */
function buildIntegers(module: ModuleBuilder): void {
  const f = module.function("integers", ["i32", "i32", "i32"]);
  const [from, to, end] = [0, 1, 2] as const;
  const low = f.local("i64");
  const range = f.local("i32");
  f.i32(0).memory("i32.load", parameterBase).set(range);
  f.i32(0)
    .memory("i64.load", parameterBase + 8)
    .set(low);
  f.whileBelow(to, end, () => {
    f.get(to).get(from).memory("i32.load").get(range).op("i32.rem_u").op("i64.extend_i32_u");
    f.get(low).op("i64.add").memory("i64.store").increment(from, 4).increment(to, 8);
  });
}

/** `permute(words, first position, end)`: exchanges each position with one at or behind it; the parameter area holds the base address and the count. */
function buildPermute(module: ModuleBuilder): void {
  const f = module.function("permute", ["i32", "i32", "i32"]);
  const [from, position, end] = [0, 1, 2] as const;
  const [base, count, at, other] = f.locals("i32", 4) as [Local, Local, Local, Local];
  const before = f.local("i64");
  f.i32(0)
    .memory("i32.load", parameterBase)
    .set(base)
    .i32(0)
    .memory("i32.load", parameterBase + 4)
    .set(count);
  f.whileBelow(position, end, () => {
    f.get(position).i32(3).op("i32.shl").get(base).op("i32.add").tee(at);
    f.get(from).memory("i32.load").get(count).get(position).op("i32.sub").op("i32.rem_u");
    f.i32(3).op("i32.shl").op("i32.add").set(other);
    f.get(at).memory("i64.load").set(before);
    f.get(at).get(other).memory("i64.load").memory("i64.store");
    f.get(other).get(before).memory("i64.store");
    f.increment(from, 4).increment(position, 1);
  });
}

/** `count(unused, output, end)` writes the numbers from 0 on. */
function buildCount(module: ModuleBuilder): void {
  const f = module.function("count", ["i32", "i32", "i32"]);
  const [to, end] = [1, 2] as const;
  const next = f.local("i64");
  f.whileBelow(to, end, () => {
    f.get(to).get(next).memory("i64.store").get(next).i64(1n).op("i64.add").set(next).increment(to, 8);
  });
}

type KernelName =
  "uniformFloat" | "uniformDouble" | "integers" | "permute" | "count" | "boxMuller" | `bernoulli${ItemSize}`;

/** All but `permute` and `boxMuller(unused, begin, end)` are `kernel(words, output, end of the output)`. */
const kernels: KernelModule<KernelName> = new KernelModule(() => {
  const module = new ModuleBuilder();
  buildUniformFloat(module);
  buildUniformDouble(module);
  buildBernoulli(module, 1);
  buildBernoulli(module, 4);
  buildBernoulli(module, 8);
  buildIntegers(module);
  buildPermute(module);
  buildCount(module);
  emitBoxMuller(module.function("boxMuller", ["i32", "i32", "i32"]));
  return module;
});

/** Fills `output` by a kernel that makes each of its elements of `words` words. */
function fill(output: View, state: TwisterState, name: KernelName, words: 1 | 2): void {
  const address = addressOf(output);
  const { itemsize } = output.dtype;
  const count = numel(output.shape);
  drawWords(state, count * words, (before, now) => {
    const begin = address + (before / words) * itemsize;
    kernels.functions[name](drawnAddress, begin, begin + (now / words) * itemsize);
  });
}

function fillUniform(output: View, state: TwisterState, from: number, width: number): void {
  if (output.dtype.name === "float32") {
    parameterDoubles.set([width, Math.fround(from)]);
    fill(output, state, "uniformFloat", 1);
  } else {
    parameterDoubles.set([width, from]);
    fill(output, state, "uniformDouble", 2);
  }
}

function fillNormal(output: View, state: TwisterState, mean: number, std: number): void {
  const address = addressOf(output);
  const count = numel(output.shape);
  fillUniform(output, state, 0, 1);
  const whole = count - (count % 16);
  parameterFloats.set([std, mean]);
  kernels.functions.boxMuller(0, address, address + 4 * whole);
  if (whole === count) return;
  // The last 16 are drawn anew, over some that were made before.
  const last = { ...output, shape: [16], strides: [1], offset: output.offset + count - 16 };
  fillUniform(last, state, 0, 1);
  parameterFloats.set([std, mean]);
  kernels.functions.boxMuller(0, address + 4 * (count - 16), address + 4 * count);
}

/** Writes a number as an element of a dtype. */
function setParameter(dtype: DTypeName, value: number): void {
  if (dtype === "float32") parameterFloats[0] = value;
  else if (dtype === "float64") parameterDoubles[0] = value;
  else parameterInts.set([value, 0]);
}

/** Writes a whole number below 2⁶³ as the second 64 bits of the parameter area. */
function setWide(value: number): void {
  parameterInts.set([(value % 2 ** 32) | 0, Math.floor(value / 2 ** 32)], 2);
}

function fillBernoulli(output: View, state: TwisterState, p: number, value: number): void {
  const { name, itemsize } = output.dtype;
  setParameter(name, value);
  // u = bits / 2⁵³ is below p where the bits are below p · 2⁵³, which is exact.
  setWide(Math.ceil(p * 2 ** 53));
  fill(output, state, `bernoulli${itemsize as ItemSize}`, 2); // every dtype has one of these sizes
}

function fillIntegers(output: View, state: TwisterState, low: number, range: number): void {
  parameterInts[0] = range;
  setWide(low);
  fill(output, state, "integers", 1);
}

function fillPermutation(output: View, state: TwisterState): void {
  const address = addressOf(output);
  const count = numel(output.shape);
  kernels.functions.count(0, address, address + 8 * count);
  parameterInts.set([address, count]);
  drawWords(state, count - 1, (before, now) => {
    kernels.functions.permute(drawnAddress, before, before + now);
  });
}

/** The processor's part of `RandomBackend`. */
export const random: RandomBackend = {
  fillUniform,
  fillNormal,
  fillBernoulli,
  fillIntegers,
  fillPermutation,
};
