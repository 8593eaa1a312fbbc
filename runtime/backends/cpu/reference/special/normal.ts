/** Functions of the normal distribution: its quantiles, and its tail without the factor that makes it small. */
import { erf, erfc, normalTail } from "../functions.ts";

const rootOfPi = Math.sqrt(Math.PI);

/** A first guess at the x whose `erfc` is c, for c from 0 to 1. Source: Abramowitz and Stegun, 26.2.23. */
function guess(c: number): number {
  const t = Math.sqrt(-2 * Math.log(c / 2));
  const above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
  const below = 1 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
  return (t - above / below) / Math.SQRT2;
}

/** The x ≥ 0 whose `error(x)` is `wanted`, from a guess, by Halley's method; `sign` is that of the error function's slope. */
function solve(error: (x: number) => number, wanted: number, sign: 1 | -1, from: number): number {
  let x = from;
  for (let round = 0; round < 3; round++) {
    const step = ((error(x) - wanted) * sign * rootOfPi * Math.exp(x * x)) / 2;
    x -= step / (1 + x * step);
  }
  return x;
}

/** The x whose `erfc` is c, for c from 0 to 1. */
function inverseErfc(c: number): number {
  return c === 0 ? Infinity : solve(erfc, c, -1, guess(c));
}

/** The x whose `erf` is y: ±∞ at ±1, NaN beyond. */
export function erfinv(y: number): number {
  const size = Math.abs(y);
  if (!(size <= 1)) return NaN;
  // Near 0 the error function is nearly a straight line; near 1 its complement has the digits.
  const x = size < 0.5 ? solve(erf, size, 1, guess(1 - size)) : inverseErfc(1 - size);
  return y < 0 ? -x : size === 0 ? y : x;
}

/** The number below which a share p of a standard normal distribution lies. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  return p < 0.5 ? -Math.SQRT2 * inverseErfc(2 * p) : Math.SQRT2 * erfinv(2 * p - 1);
}

/** `exp(x²) erfc(x)`. */
export function erfcx(x: number): number {
  if (x !== x) return x;
  if (x < 0) return 2 * Math.exp(x * x) - erfcx(-x);
  if (x <= 28) return 2 * normalTail(x * Math.SQRT2);
  // Source: DLMF 7.12.1; five terms give all digits.
  const square = 1 / (2 * x * x);
  return (
    (1 - square * (1 - 3 * square * (1 - 5 * square * (1 - 7 * square * (1 - 9 * square))))) / (x * rootOfPi)
  );
}

/** The logarithm of the share of a standard normal distribution below x. */
export function logNormalCdf(x: number): number {
  if (x < -1) return Math.log(erfcx(-x / Math.SQRT2) / 2) - (x * x) / 2;
  return Math.log1p(-erfc(x / Math.SQRT2) / 2);
}
