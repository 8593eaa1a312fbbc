/**
 * The Box–Muller transform in wasm: two uniform numbers become two normal ones.
 *
 * The logarithm, sine and cosine are Cephes' single-precision ones, which PyTorch's vectorised path uses as well, with its fused
 * multiply-adds, so that a seed gives its numbers to the last bit.
 *
 * Source: `normal_fill_AVX2` in `aten/src/ATen/native/cpu/DistributionTemplates.h`; S. Moshier, Cephes library, `logf.c`, `sinf.c`.
 */
import { parameterBase } from "../memory/heap.ts";
import type { FunctionBuilder, Local } from "../wasm/assembler.ts";
import { hasFusedMultiplyAdd } from "../wasm/fused.ts";

/** Constants that are the same for all vectors: in locals, since engines do not move them out of the loop. */
type Constants = (value: number) => Local;

/** A function that gives each constant one local, set before the loop. */
function constantsOf(f: FunctionBuilder): Constants {
  const known = new Map<number, Local>();
  return (value) => {
    let local = known.get(value);
    if (local === undefined) {
      local = f.local("v128");
      known.set(value, local);
      f.v128("f32x4", value).set(local);
    }
    return local;
  };
}

const logarithm = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
] as const;
const cosine = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2] as const;
const sine = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1] as const;
/** π/4 in three parts, of which the first two have so few bits that their multiples are exact. */
const quarterPi = [0.78515625, 2.4187564849853515625e-4, 3.774894977445941e-8] as const;
const logTwo = [-2.1219444e-4, 0.693359375] as const;
/** Bytes of the third and fourth float first. */
const highHalf: readonly number[] = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
/** The first two floats of each of two vectors. */
const lowHalves: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const rootHalf = Math.SQRT1_2;
const numbers: readonly number[] = [
  ...logarithm,
  ...cosine,
  ...sine,
  ...quarterPi.map((part) => -part),
  ...logTwo,
  rootHalf,
  0.5,
  -0.5,
  1,
  -2,
  4 / Math.PI,
  2 * Math.PI,
];

/** Replaces `a`, `b` and `c` on the stack by `a · b + c`, rounded once: the product of two float32 is exact in float64. */
function emitMultiplyAdd(f: FunctionBuilder): void {
  if (hasFusedMultiplyAdd()) {
    f.op("f32x4.relaxed_madd");
    return;
  }
  const [a, b, c] = f.locals("v128", 3) as [Local, Local, Local];
  f.set(c).set(b).set(a);
  const half = (push: (local: Local) => void): void => {
    push(a);
    push(b);
    f.op("f64x2.mul");
    push(c);
    f.op("f64x2.add").op("f32x4.demote_f64x2_zero");
  };
  half((local) => f.get(local).op("f64x2.promote_low_f32x4"));
  half((local) => f.get(local).get(local).shuffle(highHalf).op("f64x2.promote_low_f32x4"));
  f.shuffle(lowHalves);
}

/** Leaves the polynomial of `x` on the stack, the coefficient of the highest power first. */
function emitPolynomial(f: FunctionBuilder, c: Constants, coefficients: readonly number[], x: Local): void {
  f.get(c(coefficients[0]!));
  for (const coefficient of coefficients.slice(1)) {
    f.get(x).get(c(coefficient));
    emitMultiplyAdd(f);
  }
}

/** Leaves the natural logarithm of `x`, which is positive and normal, on the stack; changes `x`. */
function emitLog(f: FunctionBuilder, c: Constants, x: Local): void {
  const [exponent, small, square, y] = f.locals("v128", 4) as [Local, Local, Local, Local];
  f.get(x)
    .i32(23)
    .op("i32x4.shr_u")
    .v128("i32x4", 126n)
    .op("i32x4.sub")
    .op("f32x4.convert_i32x4_s")
    .set(exponent);
  f.get(x).v128("i32x4", 0x7f_ffffn).op("v128.and").get(c(0.5)).op("v128.or").set(x);
  // From [½, 1) to [√½, √2) − 1.
  f.get(x).get(c(rootHalf)).op("f32x4.lt").set(small);
  f.get(exponent).get(c(1)).get(small).op("v128.and").op("f32x4.sub").set(exponent);
  f.get(x).get(c(1)).op("f32x4.sub").get(x).get(small).op("v128.and").op("f32x4.add").set(x);
  f.get(x).get(x).op("f32x4.mul").set(square);
  emitPolynomial(f, c, logarithm, x);
  f.get(x).op("f32x4.mul").get(square);
  f.get(exponent).get(c(logTwo[0])).op("f32x4.mul");
  emitMultiplyAdd(f);
  f.get(square).get(c(0.5)).op("f32x4.mul").op("f32x4.sub").set(y);
  f.get(exponent).get(c(logTwo[1])).get(x).get(y).op("f32x4.add");
  emitMultiplyAdd(f);
}

/** Sets `sin` and `cos` to those of `x`, which is not negative; changes `x`. */
function emitSinCos(f: FunctionBuilder, c: Constants, x: Local, sin: Local, cos: Local): void {
  const [octant, multiple, square, even] = f.locals("v128", 4) as [Local, Local, Local, Local];
  // The nearest even multiple of π/4 at or above.
  f.get(x)
    .get(c(4 / Math.PI))
    .op("f32x4.mul")
    .op("i32x4.trunc_sat_f32x4_s");
  f.v128("i32x4", 1n).op("i32x4.add").v128("i32x4", ~1n).op("v128.and").tee(octant);
  f.op("f32x4.convert_i32x4_s").set(multiple);
  for (const part of quarterPi) {
    f.get(multiple).get(c(-part)).get(x);
    emitMultiplyAdd(f);
    f.set(x);
  }
  f.get(x).get(x).op("f32x4.mul").set(square);
  emitPolynomial(f, c, cosine, square);
  f.get(square).op("f32x4.mul").get(square);
  f.get(square).get(c(-0.5)).op("f32x4.mul");
  emitMultiplyAdd(f);
  f.get(c(1)).op("f32x4.add").set(cos);
  emitPolynomial(f, c, sine, square);
  f.get(square).op("f32x4.mul").get(x).get(x);
  emitMultiplyAdd(f);
  f.set(sin);
  // In every second quarter the two change places; the signs follow from the half.
  f.get(octant).v128("i32x4", 2n).op("v128.and").v128("i32x4", 0n).op("i32x4.eq").set(even);
  f.get(sin).get(cos).get(even).op("v128.bitselect").set(multiple);
  f.get(cos).get(sin).get(even).op("v128.bitselect").set(cos);
  const four = (): void => void f.v128("i32x4", 4n).op("v128.and").i32(29).op("i32x4.shl");
  f.get(multiple).get(octant);
  four();
  f.op("v128.xor").set(sin);
  f.get(cos).get(octant).v128("i32x4", 2n).op("i32x4.add");
  four();
  f.op("v128.xor").set(cos);
}

/**
 * Emits a kernel that turns each 16 uniform numbers between the addresses in parameters 1 and 2 into normal ones, element j with element j + 8. The parameter area
 * holds the standard deviation and the mean.
 */
export function emitBoxMuller(f: FunctionBuilder): void {
  const [at, end] = [1, 2] as const;
  const c = constantsOf(f);
  numbers.forEach(c);
  const [std, mean, radius, angle, sin, cos] = f.locals("v128", 6) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  f.i32(0).memory("v128.load32_splat", parameterBase).set(std);
  f.i32(0)
    .memory("v128.load32_splat", parameterBase + 4)
    .set(mean);
  const store = (offset: number, direction: Local): void => {
    f.get(at).get(radius).get(direction).op("f32x4.mul").get(std).get(mean);
    emitMultiplyAdd(f);
    f.memory("v128.store", offset);
  };
  f.whileBelow(at, end, () => {
    for (const half of [0, 16]) {
      f.get(c(1)).get(at).memory("v128.load", half).op("f32x4.sub").set(radius);
      emitLog(f, c, radius);
      f.get(c(-2)).op("f32x4.mul").op("f32x4.sqrt").set(radius);
      f.get(at)
        .memory("v128.load", 32 + half)
        .get(c(2 * Math.PI))
        .op("f32x4.mul")
        .set(angle);
      emitSinCos(f, c, angle, sin, cos);
      store(half, cos);
      store(32 + half, sin);
    }
    f.increment(at, 64);
  });
}
