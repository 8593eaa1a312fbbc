/** The logarithm of the gamma function and its derivatives. */
import { zeta } from "./zeta.ts";

/** Euler's constant, γ. */
const euler = 0.577_215_664_901_532_9;
const halfLogTwoPi = Math.log(2 * Math.PI) / 2;

/** Bernoulli's numbers B₂, B₄, … */
const bernoulli: readonly number[] = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43_867 / 798,
  -174_611 / 330,
];

/** From here on Stirling's series gives all digits. */
const stirlingFrom = 10;

/** What `Γ(x)` has beyond Stirling's formula, as a logarithm. Source: DLMF 5.11.1. */
export function stirlingCorrection(x: number): number {
  let sum = 0;
  let power = 1 / x;
  bernoulli.forEach((number, index) => {
    const order = 2 * (index + 1);
    sum += (number / (order * (order - 1))) * power;
    power /= x * x;
  });
  return sum;
}

/** (ζ(k) − 1) / k for k from 2, made when it is first needed. */
let seriesCoefficients: readonly number[] | null = null;

/** `lgamma(2 + z)` for |z| ≤ ½, with all digits although it is 0 at 0. Source: DLMF 5.7.3. */
function aboutTwo(z: number): number {
  seriesCoefficients ??= Array.from({ length: 30 }, (_, index) => zeta(index + 2, 2) / (index + 2));
  let sum = 0;
  for (let k = seriesCoefficients.length - 1; k >= 0; k--) sum = seriesCoefficients[k]! - z * sum;
  return z * (1 - euler) + z * z * sum;
}

function lgammaOfPositive(x: number): number {
  if (x >= stirlingFrom) {
    if (x === Infinity) return x;
    return (x - 0.5) * (Math.log(x) - 1) - 0.5 + halfLogTwoPi + stirlingCorrection(x);
  }
  if (x > 2.5) {
    let product = 1;
    let rest = x;
    while (rest > 2.5) product *= --rest;
    return Math.log(product) + aboutTwo(rest - 2);
  }
  if (x >= 1.5) return aboutTwo(x - 2);
  // Γ(x + 1) = x Γ(x), once or twice.
  if (x >= 0.5) return aboutTwo(x - 1) - Math.log1p(x - 1);
  return aboutTwo(x) - Math.log1p(x) - Math.log(x);
}

/** `sin(π x)`, exact at whole numbers. */
function sinOfPi(x: number): number {
  const rest = x - 2 * Math.round(x / 2);
  if (Math.abs(rest) <= 0.5) return Math.sin(Math.PI * rest);
  return Math.sin(Math.PI * (rest > 0 ? 1 - rest : -1 - rest));
}

/** The logarithm of `|Γ(x)|`: ∞ at 0 and at negative whole numbers. Source: DLMF 5.5.3 for the negative ones. */
export function lgamma(x: number): number {
  if (x !== x) return x;
  if (x === -Infinity) return Infinity;
  if (x > 0) return lgammaOfPositive(x);
  if (Number.isInteger(x)) return Infinity;
  // Γ(x) = −π / (x sin(πx) Γ(−x)), which loses nothing where x is small.
  return Math.log(Math.PI / Math.abs(x * sinOfPi(x))) - lgammaOfPositive(-x);
}

/**
 * The derivative of `lgamma`: ∓∞ at ±0, NaN at negative whole numbers.
 *
 * Source: DLMF 5.5.2, 5.5.4, 5.11.2.
 */
export function digamma(x: number): number {
  if (x === 0) return Object.is(x, -0) ? Infinity : -Infinity;
  if (x < 0) {
    if (Number.isInteger(x) || x === -Infinity) return NaN;
    const rest = x - Math.round(x);
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * rest);
  }
  let sum = 0;
  let a = x;
  for (; a < stirlingFrom; a++) sum -= 1 / a;
  if (a === Infinity) return a;
  let series = 0;
  for (let k = bernoulli.length - 1; k >= 0; k--) series = (series + bernoulli[k]! / (2 * (k + 1))) / (a * a);
  return sum + Math.log(a) - 0.5 / a - series;
}

/** The second derivative of `lgamma`. Source: DLMF 5.15.6 below ½. */
function trigamma(x: number): number {
  if (x < 0.5) return (Math.PI / Math.sin(Math.PI * x)) ** 2 - zeta(2, 1 - x);
  return x === Infinity ? 0 : zeta(2, x);
}

/** The derivative of order n of `digamma`. Source: DLMF 25.11.12. */
export function polygamma(n: number, x: number): number {
  if (n === 0) return digamma(x);
  if (n === 1) return trigamma(x);
  let factorial = 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  return (n % 2 === 1 ? factorial : -factorial) * zeta(n + 1, x);
}
