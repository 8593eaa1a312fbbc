/**
 * The error function and the normal distribution in lanes, float32.
 *
 * Their tails are e^(−a²/2) times a slowly varying factor, which is a polynomial in 1 / (1 + 0.3 a); a² is needed in two parts, because the exponential magnifies its
 * rounding a hundredfold.
 *
 * Source: the form is that of W. J. Cody, "Rational Chebyshev approximations for the error function" (1969); coefficients are minimax fits.
 */
import {
  abs,
  add,
  and,
  bits,
  constant,
  convert,
  div,
  ge,
  gt,
  le,
  lt,
  mul,
  multiplyAdd,
  neg,
  not,
  or,
  pmax,
  pmin,
  polynomial,
  rare,
  select,
  shiftLeft,
  sub,
  type Lane,
} from "../lanes.ts";
import { exp, expm1OfRest, reduce, scale, signOf, type Reduced } from "./exponential.ts";

/** A polynomial P in w = 1 / (1 + rate · a) with w · P(w) = Q(a) · e^(a²/2), Q being the normal distribution's tail above a. */
interface TailFactor {
  readonly rate: number;
  readonly coefficients: readonly number[];
}

/** As far as the tail counts in float32. */
const wholeTail: TailFactor = {
  rate: 0.3,
  coefficients: [
    0.11968671530485153, 0.11957130581140518, 0.11023944616317749, 0.07837171107530594, 0.09620653837919235,
    -0.07951243966817856, 0.19188755750656128, -0.22828823328018188, 0.11246636509895325,
    -0.020628970116376877,
  ],
};

/** Up to a = 6. */
const nearTail: TailFactor = {
  rate: 0.29,
  coefficients: [
    0.1154189407073816, 0.11979674854597738, 0.07954380358000973, 0.1816979658812159, -0.14806201559017093,
    0.30519318424146763, -0.19308842335866752, 0.039499801357793775,
  ],
};

/** The upper half of a's digits, whose square is exact. */
function upperDigits(a: Lane): Lane {
  return bits(and(bits(a, "i32"), constant("i32", -4096)), "f32");
}

/** A tail without its power of two, and that power. */
interface Tail {
  readonly y: Lane;
  readonly reduced: Reduced;
}

/**
 * The tail above `a` ≥ 0, where the exponential is that of −`square` · a², and a standard deviation is 1 / `unit`. The factor takes float64's digits.
 */
function tail(a: Lane, unit: number, square: number, { rate, coefficients }: TailFactor): Tail {
  const high = upperDigits(a);
  const rest = mul(mul(sub(a, high), add(a, high)), square);
  const reduced = reduce(mul(mul(high, high), -square), rest);
  const u = convert(expm1OfRest(reduced.r), "f64");
  const w = div(1, multiplyAdd(convert(a, "f64"), rate * unit, 1));
  const factor = mul(w, polynomial(w, coefficients));
  return { y: convert(multiplyAdd(factor, u, factor), "f32"), reduced };
}

/** Distance from the middle up to which the common way goes: results are normal numbers there. */
const near = 6;

/** The tail above `a`, no further than `near`: a power of two that is no large one is added to the exponent. */
function tailNear(a: Lane): Lane {
  const { y, reduced } = tail(a, 1, 0.5, nearTail);
  return bits(add(bits(y, "i32"), shiftLeft(bits(reduced.shifted, "i32"), 23)), "f32");
}

function fromTail(x: Lane, above: Lane): Lane {
  return select(gt(x, 0), sub(1, above), above);
}

function normalCdfOfAny(x: Lane): Lane {
  const { y, reduced } = tail(pmin(abs(x), 15), 1, 0.5, wholeTail);
  return fromTail(x, scale(y, reduced));
}

/** The share of a standard normal distribution below x. */
export function normalCdf(x: Lane): Lane {
  const a = abs(x);
  const helper = { name: "normal distribution anywhere", body: normalCdfOfAny };
  return rare(fromTail(x, tailNear(a)), not(lt(a, near)), x, helper);
}

/** The product is made before the result may become denormal. NaN for −∞, as the product is. */
function geluOfAny(x: Lane): Lane {
  const within = pmax(pmin(x, 15), -15);
  const { y, reduced } = tail(abs(within), 1, 0.5, wholeTail);
  const share = scale(y, reduced, within);
  return select(le(x, 0), sub(share, sub(x, x)), sub(x, share));
}

/** x times that share: on both sides, what is positive of x less |x| times the tail. */
export function gelu(x: Lane): Lane {
  const a = abs(x);
  const helper = { name: "gelu anywhere", body: geluOfAny };
  // From −0, so that a negative result which is too small to be one stays a negative zero.
  return rare(sub(pmax(x, -0), mul(tailNear(a), a)), ge(a, near), x, helper);
}

/** `1 − erf(x)`, with all digits where it is small. */
export function erfc(x: Lane): Lane {
  const { y, reduced } = tail(pmin(abs(x), 10.5), Math.SQRT2, 1, wholeTail);
  const above = scale(y, reduced, constant("f32", 2));
  return select(lt(x, 0), sub(2, above), above);
}

/** Of erf(x) / x − 1 in x², up to |x| = 0.93. */
const erfCoefficients = [
  0.128_379_167_095_512_56, -0.37612494826316833, 0.11281801760196686, -0.026765545830130577,
  0.004990952089428902, -0.0005976763204671443,
];
/** Of log(1 − erf(a)) / a + 1 above that. */
const erfTailCoefficients = [
  -1.28717512e-1, -6.34846687e-1, -1.06777877e-1, 2.42546219e-2, -3.88396438e-3, 3.83197126e-4, -1.7285347e-5,
];

/** The error function. */
export function erf(x: Lane): Lane {
  const a = abs(x);
  const within = pmin(a, 4);
  const logarithm = multiplyAdd(polynomial(within, erfTailCoefficients), within, neg(within));
  const large = sub(1, exp(logarithm));
  const small = multiplyAdd(x, polynomial(mul(x, x), erfCoefficients), x);
  return or(select(gt(a, 0.927_734_375), large, small), signOf(x));
}
