/**
 * Exponentials in lanes. An argument is divided into a whole multiple n of ln 2 and a rest r, so that eˣ = 2ⁿ·eʳ with |r| ≤ ln 2 / 2; eʳ is a polynomial, and 2ⁿ is put
 * together from bits. Coefficients are minimax fits of (eʳ − 1 − r) / r² for float32, and Taylor's for float64.
 *
 * Source: W. J. Cody and W. Waite, "Software Manual for the Elementary Functions" (1980), for the reduction in two parts.
 */
import {
  abs,
  add,
  and,
  bits,
  constant,
  div,
  lt,
  mul,
  multiplyAdd,
  neg,
  or,
  pmax,
  pmin,
  polynomial,
  select,
  shiftLeft,
  shiftRight,
  sub,
  type Lane,
} from "../lanes.ts";

/** Added to a small number, it rounds it to a whole one, whose bits are then the lowest of the sum: 1.5·2²³, and 1.5·2⁵². */
export const roundingShift = { f32: 12_582_912, f64: 6_755_399_441_055_744 } as const;

const ln2 = {
  // Few enough digits that a multiple by n is exact.
  f32: { high: 0.693_359_375, low: -2.121_944_4e-4 },
  f64: { high: 6.931_457_519_531_25e-1, low: 1.428_606_820_309_417_3e-6 },
} as const;

const coefficients = {
  f32: [
    0.499_999_940_395_355_2, 0.166_665_196_418_762_2, 0.041_668_392_717_838_29, 0.008_368_780_836_462_975,
    0.001_381_446_723_826_229_6,
  ],
  f64: Array.from({ length: 12 }, (_, k) => 1 / factorial(k + 2)),
} as const;

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

/** The floating-point type of a lane. */
function floatType(x: Lane): "f32" | "f64" {
  return x.type === "f64" ? "f64" : "f32";
}

/** `x = n · ln 2 + r`. */
export interface Reduced {
  readonly n: Lane;
  /** `n + roundingShift`. */
  readonly shifted: Lane;
  readonly r: Lane;
}

/** Divides `x − rest` by ln 2; `rest` is a small correction that `x` cannot hold. */
export function reduce(x: Lane, rest: Lane | null = null): Reduced {
  const type = floatType(x);
  const shifted = multiplyAdd(x, Math.LOG2E, roundingShift[type]);
  const n = sub(shifted, roundingShift[type]);
  const high = multiplyAdd(n, -ln2[type].high, x);
  const r = multiplyAdd(n, -ln2[type].low, rest === null ? high : sub(high, rest));
  return { n, shifted, r };
}

/** `eʳ − 1` for a reduced argument. */
export function expm1OfRest(r: Lane): Lane {
  return multiplyAdd(mul(r, r), polynomial(r, coefficients[floatType(r)]), r);
}

/** `y · 2ⁿ`, for y about 1, also where the result is infinite or denormal; with `times` (float32), `y · times · 2ⁿ`. */
export function scale(
  y: Lane,
  { n, shifted }: Pick<Reduced, "n" | "shifted">,
  times: Lane | null = null,
): Lane {
  if (y.type === "f64") return mul(mul(y, powerOfTwoF64(halfOf(n))), powerOfTwoF64(sub(n, halfOf(n))));
  // Half of the exponent is added to y's own, which stays normal; the other half is a factor.
  const exponent = shiftLeft(bits(shifted, "i32"), 23);
  const half = and(shiftRight(exponent, 1), constant("i32", -(1 << 23)));
  const factor = bits(add(sub(exponent, half), 0x3f80_0000), "f32");
  const begun = bits(add(bits(y, "i32"), half), "f32");
  return mul(times === null ? begun : mul(begun, times), factor);
}

function halfOf(n: Lane): Lane {
  return sub(multiplyAdd(n, 0.5, roundingShift.f64), roundingShift.f64);
}

/** 2ⁿ of a whole number from −1022 to 1023. */
function powerOfTwoF64(n: Lane): Lane {
  return bits(
    add(shiftLeft(bits(add(n, roundingShift.f64), "i64"), 52), constant("i64", 0x3ff0_0000_0000_0000n)),
    "f64",
  );
}

/** 2ⁿ from `n + roundingShift`, for n from −126 to 127. */
function powerOfTwoF32(shifted: Lane): Lane {
  return bits(add(shiftLeft(bits(shifted, "i32"), 23), 0x3f80_0000), "f32");
}

/** Beyond these, results are 0 and infinite; a NaN stays one. */
const expLimits = { f32: [-104, 89], f64: [-746, 710] } as const;

function limited(x: Lane, [low, high]: readonly [number, number]): Lane {
  return pmin(pmax(x, low), high);
}

/** `eˣ`. */
export function exp(x: Lane): Lane {
  const reduced = reduce(limited(x, expLimits[floatType(x)]));
  return scale(add(expm1OfRest(reduced.r), 1), reduced);
}

/** Below it `eˣ` is smaller than the smallest normal number. */
const smallestNormal = -87.336_54;

/** `eˣ` in float32 of what is not above 0, faster than `exp`: denormal results are taken as 0. */
export function expOfNonPositive(x: Lane): Lane {
  const { r, shifted } = reduce(x);
  const y = add(expm1OfRest(r), 1);
  const scaled = bits(add(bits(y, "i32"), shiftLeft(bits(shifted, "i32"), 23)), "f32");
  return select(lt(x, smallestNormal), 0, scaled);
}

/** `2ˣ`. */
export function exp2(x: Lane): Lane {
  const type = floatType(x);
  const within = limited(x, type === "f32" ? [-151, 129] : [-1076, 1025]);
  const shifted = add(within, roundingShift[type]);
  const n = sub(shifted, roundingShift[type]);
  return scale(add(expm1OfRest(mul(sub(within, n), Math.LN2)), 1), { n, shifted });
}

/** `eˣ − 1` without loss of digits near 0. */
export function expm1(x: Lane): Lane {
  const type = floatType(x);
  const { n, shifted, r } = reduce(limited(x, type === "f32" ? [-20, 89] : [-40, 710]));
  // 2ⁿ⁻¹·(eʳ − 1) + (2ⁿ⁻¹ − ½), doubled: 2ⁿ itself may be infinite where the result is not.
  const half = type === "f32" ? powerOfTwoF32(sub(shifted, 1)) : powerOfTwoF64(sub(n, 1));
  const sum = multiplyAdd(half, expm1OfRest(r), sub(half, 0.5));
  // −0 stays −0.
  return or(add(sum, sum), signOf(x));
}

/** The sign bit. */
export function signOf(x: Lane): Lane {
  return and(x, constant(x.type, -0));
}

/**
 * `1 / (1 + e⁻ˣ)`. With e^|x| = 2ⁿ (1 + u) and t = 2⁻ⁿ it is (1 + u) / (1 + t + u), and t / (1 + t + u) for negative x:
 * nothing overflows, and t is exact.
 */
export function sigmoid(x: Lane): Lane {
  // Where 2⁻ⁿ is 0, so is the result: the limit lies beyond that.
  const { n, shifted, r } = reduce(pmin(abs(x), floatType(x) === "f32" ? 106 : 750));
  const u = expm1OfRest(r);
  const shift = roundingShift[floatType(x)];
  const t = scale(constant(x.type, 1), { n: neg(n), shifted: sub(2 * shift, shifted) });
  const y = add(u, 1);
  // Where y is in both parts of the fraction its rounding does not count; elsewhere the sum is rounded once less.
  const negative = lt(x, 0);
  return div(select(negative, t, y), select(negative, add(add(t, u), 1), add(y, t)));
}

/** Of (tanh(x) / x − 1) / x² in x², up to |x| = 0.625. Source: S. L. Moshier, Cephes Mathematical Library, `tanhf.c`. */
const tanhCoefficients = [
  -3.333_328_194_22e-1, 1.333_144_220_36e-1, -5.373_971_555_31e-2, 2.063_908_879_54e-2, -5.704_988_727_45e-3,
];

/** The hyperbolic tangent: a polynomial near 0 (float32), elsewhere by way of e²ˣ. */
export function tanh(x: Lane): Lane {
  if (x.type === "f64") return tanhF64(x);
  const a = pmin(abs(x), 9.5);
  const square = mul(x, x);
  const small = multiplyAdd(mul(square, polynomial(square, tanhCoefficients)), x, x);
  const reduced = reduce(add(a, a));
  const power = powerOfTwoF32(reduced.shifted);
  const large = sub(1, div(2, multiplyAdd(power, expm1OfRest(reduced.r), add(power, 1))));
  return or(select(lt(a, 0.625), small, large), signOf(x));
}

function tanhF64(x: Lane): Lane {
  const a = pmin(abs(x), 20);
  const { n, r } = reduce(add(a, a));
  const power = powerOfTwoF64(n);
  const e = multiplyAdd(power, expm1OfRest(r), sub(power, 1));
  return or(div(e, add(e, 2)), signOf(x));
}
