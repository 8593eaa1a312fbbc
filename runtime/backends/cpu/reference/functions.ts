/** Functions that JavaScript's `Math` lacks, or defines otherwise than C and PyTorch do. Compiled kernels call them by these names. */

/** Rounds to the nearest whole number, halves to the even one, as IEEE 754's `roundToIntegralTiesToEven`. */
export function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** −1, 0 or 1; of NaN 0, as PyTorch's comparison-based kernel gives. */
export function sign(x: number): number {
  return Number(x > 0) - Number(x < 0);
}

/** C's `pow`: 1 to any power and ±1 to an infinite power are 1, where `Math.pow` gives NaN. */
export function power(x: number, y: number): number {
  if (x === 1) return 1;
  if (x === -1 && (y === Infinity || y === -Infinity)) return 1;
  return x ** y;
}

/** A whole number to a whole power ≥ 0, modulo 2⁶⁴; ±1 and 0 to a negative one as C's integer division of 1 gives. */
export function bigPower(x: bigint, y: bigint): bigint {
  if (y < 0n) return x === 1n ? 1n : x === -1n ? (y % 2n === 0n ? 1n : -1n) : 0n;
  let result = 1n;
  let factor = x;
  for (let rest = y; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asIntN(64, result * factor);
    factor = BigInt.asIntN(64, factor * factor);
  }
  return result;
}

/** A whole number to a whole power, modulo 2³². */
export function integerPower(x: number, y: number): number {
  return Number(BigInt.asIntN(32, bigPower(BigInt(x), BigInt(y))));
}

/** The larger one, NaN where either is NaN; of −0 and 0 the first, as PyTorch's kernels give. */
export function maximum(x: number, y: number): number {
  if (y !== y) return y;
  return x < y ? y : x;
}

export function minimum(x: number, y: number): number {
  if (y !== y) return y;
  return y < x ? y : x;
}

export function bigMaximum(x: bigint, y: bigint): bigint {
  return x > y ? x : y;
}

export function bigMinimum(x: bigint, y: bigint): bigint {
  return x < y ? x : y;
}

/**
 * The quotient rounded downwards, by way of the remainder, so that it is right where `x / y` itself was rounded up to a whole number.
 *
 * Source: `div_floor_floating` in `c10/util/generic_math.h`.
 */
export function floorDivide(x: number, y: number): number {
  if (y === 0) return x / y;
  const remainder = x % y;
  let quotient = (x - remainder) / y;
  if (remainder !== 0 && y < 0 !== remainder < 0) quotient -= 1;
  if (quotient === 0) return Object.is(x / y, -0) || x / y < 0 ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** The same for int64. */
export function bigFloorDivide(x: bigint, y: bigint): bigint {
  const quotient = x / y;
  return x % y !== 0n && x < 0n !== y < 0n ? quotient - 1n : quotient;
}

/** `1 / (1 + e⁻ˣ)`, by way of an exponential that cannot overflow. */
export function sigmoid(x: number): number {
  const z = Math.exp(-Math.abs(x));
  return (x < 0 ? z : 1) / (1 + z);
}

export function exp2(x: number): number {
  return 2 ** x;
}

/** Coefficients in Chebyshev's polynomials of `Q(a) · e^(a²/2) / w`, for w = 1 / (1 + 0.3 a) from 1/13 to 1; Q is a normal distribution's tail above a. */
const tailSeries = [
  0.2749369680826146, 0.18026621557750544, 0.03982243912247045, 0.005037771401874967, 3.4379787301945226e-5,
  -9.377626026879621e-5, -6.293443461945178e-6, 2.1769778463370954e-6, 1.889074181144838e-7,
  -6.890942843444734e-8, -3.6978805740817805e-9, 2.581064869820741e-9, -4.4941812945479325e-11,
  -9.52615544986152e-11, 1.1224049458229021e-11, 2.7243128894258907e-12, -8.250162618225596e-13,
  -1.036200457024583e-14, 3.973649471993811e-14, -5.73139317614661e-15, -9.955173780652777e-16,
  4.63301555451785e-16, -3.407020417712595e-17, -1.7885587365899528e-17,
];

/** A sum of Chebyshev polynomials of t. Source: C. W. Clenshaw, "A note on the summation of Chebyshev series" (1955). */
function chebyshev(coefficients: readonly number[], t: number): number {
  let next = 0;
  let afterNext = 0;
  for (let k = coefficients.length - 1; k > 0; k--)
    [next, afterNext] = [coefficients[k]! + 2 * t * next - afterNext, next];
  return coefficients[0]! + t * next - afterNext;
}

/** The share of a normal distribution above `deviations` ≥ 0 standard deviations, at most 40, over `exp(−deviations² / 2)`. */
export function normalTail(deviations: number): number {
  const w = 1 / (1 + 0.3 * deviations);
  return w * chebyshev(tailSeries, (2 * w - 14 / 13) / (12 / 13));
}

/** The share of a normal distribution above `deviations` ≥ 0 standard deviations, half of whose square is `square · a²`. */
function tail(a: number, deviations: number, square: number): number {
  const factor = normalTail(deviations);
  // a² in two parts, of which the first is exact: the exponential magnifies its rounding.
  const high = Math.fround(a);
  return Math.exp(-square * high * high) * Math.exp(-square * (a - high) * (a + high)) * factor;
}

/** The share of a standard normal distribution below x. */
export function normalCdf(x: number): number {
  const a = Math.min(Math.abs(x), 40);
  const above = tail(a, a, 0.5);
  return x > 0 ? 1 - above : above;
}

export function gelu(x: number): number {
  return x * normalCdf(x);
}

/** `1 − erf(x)`, with all digits where it is small. */
export function erfc(x: number): number {
  if (Math.abs(x) < 0.5) return 1 - erf(x);
  const a = Math.min(Math.abs(x), 28);
  const above = 2 * tail(a, a * Math.SQRT2, 1);
  return x < 0 ? 2 - above : above;
}

/** The error function: Maclaurin's series about 0, elsewhere the complement of `erfc`. */
export function erf(x: number): number {
  if (!(Math.abs(x) < 0.5)) return x < 0 ? erfc(-x) - 1 : 1 - erfc(x);
  let term = 1;
  let sum = 1;
  for (let n = 1; n < 14; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return x * sum * (2 / Math.sqrt(Math.PI));
}

/** A number as C converts it to a 64-bit whole number: towards zero; what does not fit becomes the smallest. */
export function toInt64(value: number | bigint): bigint {
  if (typeof value === "bigint") return value;
  return Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : -(2n ** 63n);
}

/** The same for 32 bits: what does not fit becomes the smallest. */
export function toInt32(value: number): number {
  return Math.abs(value) < 2 ** 31 ? Math.trunc(value) : -(2 ** 31);
}
