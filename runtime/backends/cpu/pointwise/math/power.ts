/** Powers in lanes, float32: 2 to the power of y · log₂|x|, which needs float64's digits in between. Coefficients are minimax fits. */
import {
  abs,
  add,
  and,
  bits,
  constant,
  convert,
  div,
  eq,
  floor,
  lt,
  mul,
  multiplyAdd,
  narrowMask,
  ne,
  nearest,
  not,
  or,
  pmax,
  pmin,
  polynomial,
  select,
  shiftRight,
  sub,
  xor,
  type Lane,
} from "../lanes.ts";
import { roundingShift, scale } from "./exponential.ts";

/** Of log₂(m) / s in s², with s = (m − 1) / (m + 1). */
const logCoefficients = [
  2.8853900817902027, 0.961796673200869, 0.577083611427927, 0.4116711433817927, 0.3407591997654081,
];
/** Of 2ᶠ. */
const expCoefficients = [
  1.0000000005541103, 0.6931472057373338, 0.24022646890799168, 0.055503287768713126, 0.009618488948611535,
  0.0013399931235451169, 0.00015345813182712081,
];

const sqrtHalfBits = 0x3f35_04f3;

/** log₂ of a positive finite number, in float64. The exponent is taken off in 32 bits. */
function log2Wide(x: Lane): Lane {
  const denormal = lt(x, 2 ** -126);
  const normal = select(denormal, mul(x, 2 ** 23), x);
  const distance = sub(bits(normal, "i32"), sqrtHalfBits);
  const exponent = sub(shiftRight(distance, 23), and(bits(denormal, "i32"), constant("i32", 23)));
  const mantissa = add(and(distance, constant("i32", 0x7f_ffff)), sqrtHalfBits);
  const m = convert(bits(mantissa, "f32"), "f64");
  const s = div(sub(m, 1), add(m, 1));
  return multiplyAdd(s, polynomial(mul(s, s), logCoefficients), convert(exponent, "f64"));
}

/** 2 to a float64 power, as float32. */
function exp2Wide(t: Lane): Lane {
  const within = pmin(pmax(t, -151), 129);
  const whole = nearest(within);
  const n = convert(whole, "f32");
  const y = convert(polynomial(sub(within, whole), expCoefficients), "f32");
  return scale(y, { n, shifted: add(n, roundingShift.f32) });
}

/** C's `pow`. */
export function pow(x: Lane, y: Lane): Lane {
  const magnitude = abs(x);
  const logarithm = log2Wide(magnitude);
  const extreme = convert(select(eq(magnitude, 0), constant("f32", -Infinity), Infinity), "f64");
  const usual = and(ne(magnitude, 0), lt(magnitude, Infinity));
  const power = exp2Wide(mul(convert(y, "f64"), select(usual, logarithm, extreme)));
  const half = mul(y, 0.5);
  const isWhole = eq(floor(y), y);
  const isOdd = and(isWhole, ne(floor(half), half));
  // An odd power keeps the sign, also of −0.
  const signed = xor(power, and(bits(isOdd, "f32"), and(x, constant("f32", -0))));
  const negative = and(lt(x, 0), ne(magnitude, Infinity));
  const defined = select(and(narrowMask(negative), not(isWhole)), NaN, signed);
  const propagated = select(ne(x, x), x, select(ne(y, y), y, defined));
  const infiniteOfOne = and(eq(x, -1), eq(abs(y), Infinity));
  return select(or(or(eq(y, 0), eq(x, 1)), infiniteOfOne), 1, propagated);
}
