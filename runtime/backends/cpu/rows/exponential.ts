/** Exponentials and logarithms in row kernels. */
import type { FunctionBuilder, Local } from "../wasm/assembler.ts";
import { constant, multiplyAdd } from "./vectors.ts";

/** Adding and subtracting it rounds a small number to a whole one, which the lowest bits of the sum then hold. */
const roundingShift = 1.5 * 2 ** 23;

/** ln 2 in two parts, of which the first has few digits, so that its multiples are exact. */
const log2High = 0.693359375;
const log2Low = -2.1219444e-4;

/** `(eʳ − 1 − r) / r²` for |r| ≤ ln 2 / 2. Source: Cephes Math Library, `expf.c`. */
const coefficients = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
];

/** Below it the result, 2⁻¹²⁶, is the smallest normal number; smaller ones are taken as 0. */
const smallestExponent = -87.33654;

/**
 * Prepares exponentials of numbers that are not above 0. The answer replaces the vector in `x` by its exponential, to about one unit in the last place; NaN stays NaN.
 */
export function exponential(f: FunctionBuilder): (x: Local) => void {
  const shift = constant(f, roundingShift);
  const inverse = constant(f, Math.LOG2E);
  const high = constant(f, -log2High);
  const low = constant(f, -log2Low);
  const smallest = constant(f, smallestExponent);
  const one = constant(f, 1);
  const polynomial = coefficients.map((value) => constant(f, value));
  const [shifted, r, p, whole, below] = f.locals("v128", 5) as [Local, Local, Local, Local, Local];
  return (x) => {
    multiplyAdd(
      f,
      () => f.get(x),
      () => f.get(inverse),
      () => f.get(shift),
    );
    f.tee(shifted).get(shift).op("f32x4.sub").set(whole);
    f.get(x).get(smallest).op("f32x4.lt").set(below);
    multiplyAdd(
      f,
      () => f.get(whole),
      () => f.get(high),
      () => f.get(x),
    );
    f.set(r);
    multiplyAdd(
      f,
      () => f.get(whole),
      () => f.get(low),
      () => f.get(r),
    );
    f.set(r);
    f.get(polynomial[0]!).set(p);
    for (const coefficient of polynomial.slice(1)) {
      multiplyAdd(
        f,
        () => f.get(p),
        () => f.get(r),
        () => f.get(coefficient),
      );
      f.set(p);
    }
    f.get(r).get(r).op("f32x4.mul").set(whole);
    multiplyAdd(
      f,
      () => f.get(p),
      () => f.get(whole),
      () => f.get(r),
    );
    f.get(one).op("f32x4.add");
    // The whole number in the lowest bits of `shifted`, moved to where the exponent is.
    f.get(shifted).i32(23).op("i32x4.shl").op("i32x4.add");
    f.get(below).op("v128.andnot").set(x);
  };
}

const mantissaBits = 52n;

/** Pushes the natural logarithm of the f64 at the top of the stack, a normal positive number or NaN, to about one unit in the last place of float32. */
export function logarithm(f: FunctionBuilder): void {
  const x = f.local("f64");
  const bits = f.local("i64");
  const s = f.local("f64");
  const square = f.local("f64");
  const sum = f.local("f64");
  f.tee(x).op("i64.reinterpret_f64").set(bits);
  // x = m · 2ᵉ with m in [1, 2); log m = 2 artanh s with s = (m − 1) / (m + 1), which is at most 1/3.
  f.get(bits)
    .i64((1n << mantissaBits) - 1n)
    .op("i64.and")
    .i64(1023n << mantissaBits)
    .op("i64.or");
  f.op("f64.reinterpret_i64").set(s);
  f.get(s).f64(1).op("f64.sub").get(s).f64(1).op("f64.add").op("f64.div").tee(s);
  f.get(s).op("f64.mul").set(square);
  f.f64(0).set(sum);
  for (let power = 21; power >= 1; power -= 2)
    f.get(sum)
      .get(square)
      .op("f64.mul")
      .f64(2 / power)
      .op("f64.add")
      .set(sum);
  f.get(sum).get(s).op("f64.mul");
  f.get(bits).i64(mantissaBits).op("i64.shr_s").i64(1023n).op("i64.sub").op("f64.convert_i64_s");
  f.f64(Math.LN2).op("f64.mul").op("f64.add");
  // What is no number stays none: x − x adds nothing to the others.
  f.get(x).get(x).op("f64.sub").op("f64.add");
}
