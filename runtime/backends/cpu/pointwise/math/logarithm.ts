/**
 * Logarithms in lanes. A number is divided into 2ⁿ and a mantissa between √½ and √2, whose logarithm is a polynomial (float32), or a series in (m − 1) / (m + 1)
 * (float64).
 *
 * Source: the series and its coefficients for float64: FreeBSD's msun, `e_log.c` (Sun Microsystems, 1993).
 */
import {
  add,
  and,
  bits,
  constant,
  convert,
  div,
  eq,
  ge,
  lt,
  mul,
  multiplyAdd,
  not,
  polynomial,
  rare,
  select,
  shiftRight,
  sub,
  type Lane,
} from "../lanes.ts";
import { roundingShift } from "./exponential.ts";

const smallestNormal = { f32: 2 ** -126, f64: 2 ** -1022 } as const;
/** Brings a denormal number among the normal ones. */
const denormalFactor = { f32: 23, f64: 52 } as const;

interface Decomposed {
  /** The exponent, as a fraction type. */
  readonly exponent: Lane;
  /** The mantissa less 1. */
  readonly f: Lane;
}

/** `x = 2ⁿ · (1 + f)` for positive finite x. */
function decompose(x: Lane): Decomposed {
  const type = x.type === "f64" ? "f64" : "f32";
  const denormal = lt(x, smallestNormal[type]);
  const normal = select(denormal, mul(x, 2 ** denormalFactor[type]), x);
  const shift = select(denormal, constant(type, denormalFactor[type]), 0);
  return type === "f32" ? decomposeF32(normal, shift) : decomposeF64(normal, shift);
}

const sqrtHalfBits = 0x3f35_04f3;

/** Of a normal number; its exponent is less by `shift`. */
function decomposeF32(x: Lane, shift: Lane | null): Decomposed {
  const distance = sub(bits(x, "i32"), sqrtHalfBits);
  const mantissa = add(and(distance, constant("i32", 0x7f_ffff)), sqrtHalfBits);
  const exponent = convert(shiftRight(distance, 23), "f32");
  return {
    exponent: shift === null ? exponent : sub(exponent, shift),
    f: sub(bits(mantissa, "f32"), 1),
  };
}

const sqrtHalfBitsF64 = 0x3fe6_a09e_667f_3bcdn;

function decomposeF64(x: Lane, shift: Lane): Decomposed {
  const distance = sub(bits(x, "i64"), constant("i64", sqrtHalfBitsF64));
  const mantissa = add(and(distance, constant("i64", 0xf_ffff_ffff_ffffn)), constant("i64", sqrtHalfBitsF64));
  // A small whole number becomes a fraction by the sum's lowest bits.
  const whole = add(shiftRight(distance, 52), constant("i64", 0x4338_0000_0000_0000n));
  return {
    exponent: sub(sub(bits(whole, "f64"), roundingShift.f64), shift),
    f: sub(bits(mantissa, "f64"), 1),
  };
}

const coefficientsF32 = [
  0.333_333_313_465_118_4, -0.250_008_225_440_979, 0.200_012_326_240_539_55, -0.166_232_541_203_498_84,
  0.142_015_352_845_191_96, -0.131_610_304_117_202_76, 0.127_636_581_659_317_02, -0.076_347_969_472_408_3,
];
const coefficientsF64 = [
  6.666666666666735e-1, 3.999999999940942e-1, 2.857142874366239e-1, 2.222219843214978e-1,
  1.818357216161805e-1, 1.531383769920937e-1, 1.479819860511659e-1,
];

/** `n · ln 2 + log(1 + f) + correction`. */
function combine({ exponent, f }: Decomposed, correction: Lane | null): Lane {
  const square = mul(f, f);
  if (f.type === "f32") {
    const cubic = mul(mul(square, f), polynomial(f, coefficientsF32));
    const small = multiplyAdd(exponent, -2.121_944_4e-4, cubic);
    const tail = multiplyAdd(square, -0.5, correction === null ? small : add(small, correction));
    return multiplyAdd(exponent, 0.693_359_375, add(f, tail));
  }
  const half = mul(square, 0.5);
  const s = div(f, add(f, 2));
  const z = mul(s, s);
  const series = mul(s, add(half, mul(z, polynomial(z, coefficientsF64))));
  const low = multiplyAdd(
    exponent,
    1.908_214_929_270_587_7e-10,
    correction === null ? series : add(series, correction),
  );
  return sub(mul(exponent, 6.931_471_803_691_238e-1), sub(sub(half, low), f));
}

/** What logarithms have in common: `result`, and −∞ at 0, NaN below, and +∞ and NaN where x is. */
function withSpecialCases(x: Lane, result: Lane): Lane {
  const finite = select(lt(x, Infinity), result, x);
  return select(lt(x, 0), NaN, select(eq(x, 0), -Infinity, finite));
}

function logOfAny(x: Lane): Lane {
  return withSpecialCases(x, combine(decompose(x), null));
}

/** The natural logarithm. In float32, zero, denormal, negative, infinite numbers and NaN leave the common way. */
export function log(x: Lane): Lane {
  if (x.type === "f64") return logOfAny(x);
  const usual = and(ge(x, smallestNormal.f32), lt(x, Infinity));
  const common = combine(decomposeF32(x, null), null);
  return rare(common, not(usual), x, { name: "log of any number", body: logOfAny });
}

/** `log(1 + x)`: what is lost when 1 is added is put back. */
export function log1p(x: Lane): Lane {
  const wide = convert(x, "f64");
  const sum = add(wide, 1);
  const lost = div(sub(wide, sub(sum, 1)), sum);
  const result = withSpecialCases(sum, combine(decompose(sum), lost));
  // −0 stays −0.
  return convert(select(eq(wide, 0), wide, result), x.type);
}

/** The logarithm to another base, computed in float64, where one more rounding does not count. */
export function logTo(x: Lane, base: 2 | 10): Lane {
  const wide = convert(x, "f64");
  const decomposed = decompose(wide);
  if (x.type === "f32")
    return convert(
      withSpecialCases(wide, mul(combine(decomposed, null), base === 2 ? Math.LOG2E : Math.LOG10E)),
      "f32",
    );
  const ofMantissa = combine({ f: decomposed.f, exponent: constant("f64", 0) }, null);
  // The exponent's part is exact for base 2, so that powers of two give whole numbers.
  const [factor, unit] = base === 2 ? [Math.LOG2E, 1] : [Math.LOG10E, Math.LOG10E * Math.LN2];
  return withSpecialCases(wide, multiplyAdd(decomposed.exponent, unit, mul(ofMantissa, factor)));
}
