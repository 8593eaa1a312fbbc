/** The regularised incomplete gamma functions. */
import { lgamma, stirlingCorrection } from "./gamma.ts";

const smallest = 1e-300;

/** `log(1 + t) − t`, with all digits where t is small. */
function log1pMinus(t: number): number {
  if (Math.abs(t) > 0.3) return Math.log1p(t) - t;
  let power = t;
  let sum = 0;
  for (let k = 2; Math.abs(power) > 1e-18; k++) {
    power *= -t;
    sum += power / k;
  }
  return sum;
}

/** `xᵃ e⁻ˣ / Γ(a)`; about the maximum, at x = a, by way of the distance from it, since the factors are huge there. */
function density(a: number, x: number): number {
  if (a < 10) return Math.exp(a * Math.log(x) - x - lgamma(a));
  return Math.sqrt(a / (2 * Math.PI)) * Math.exp(a * log1pMinus((x - a) / a) - stirlingCorrection(a));
}

/** The lower function by its series. Source: DLMF 8.11.4. */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return density(a, x) * sum;
}

/** The upper function by its continued fraction. Sources: DLMF 8.9.2; W. J. Lentz (1976) for its evaluation. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / smallest;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < 100_000; k++) {
    const numerator = -k * (k - a);
    b += 2;
    d = 1 / (numerator * d + b || smallest);
    c = b + numerator / c || smallest;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return density(a, x) * fraction;
}

/** The upper function where both a and x are small, and the lower one so near to 1 that its difference from 1 would lose digits. Source: DLMF 8.7.3. */
function upperSeries(a: number, x: number): number {
  let factor = 1;
  let sum = 0;
  for (let k = 1; Math.abs(factor) > 1e-18; k++) {
    factor *= -x / k;
    sum += factor / (a + k);
  }
  // 1 − x^a / Γ(1 + a), without the cancellation.
  const logarithm = a * Math.log(x) - lgamma(1 + a);
  return -Math.expm1(logarithm) - Math.exp(logarithm) * a * sum;
}

/** What both functions say of arguments at the ends of their range: `[lower, upper]`, or null between. */
function atTheEnds(a: number, x: number): readonly [number, number] | null {
  if (a < 0 || x < 0) return [NaN, NaN];
  if (a === 0) return x > 0 ? [1, 0] : [NaN, NaN];
  if (x === 0) return [0, 1];
  if (a === Infinity) return x === Infinity ? [NaN, NaN] : [0, 1];
  if (x === Infinity) return [1, 0];
  return a !== a || x !== x ? [NaN, NaN] : null;
}

/** The share of the gamma distribution of shape a below x. */
export function igamma(a: number, x: number): number {
  const known = atTheEnds(a, x);
  if (known !== null) return known[0];
  return x < a + 1 ? lowerSeries(a, x) : 1 - upperFraction(a, x);
}

/** The share above x. */
export function igammac(a: number, x: number): number {
  const known = atTheEnds(a, x);
  if (known !== null) return known[1];
  if (x > 1.1 && x >= a + 1) return upperFraction(a, x);
  return x <= 1.1 && a < 1.5 ? upperSeries(a, x) : 1 - lowerSeries(a, x);
}
