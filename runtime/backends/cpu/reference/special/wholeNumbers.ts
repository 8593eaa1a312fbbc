/** Remainders, divisors and shifts, for numbers and, as PyTorch's int64, for bigints. */
import type { ScalarFunction } from "../../../../expression.ts";

/** What is left of x after subtracting multiples of y, with the sign of x: C's `fmod`. */
export function fmod(x: number, y: number): number {
  return x % y;
}

/** What is left of x after subtracting multiples of y, with the sign of y: Python's `%`. */
export function remainder(x: number, y: number): number {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}

/** The greatest common divisor. Source: Euclid's algorithm. */
export function gcd(x: number, y: number): number {
  let [a, b] = [Math.abs(x), Math.abs(y)];
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** The least common multiple, 0 where one of them is 0. */
export function lcm(x: number, y: number): number {
  const divisor = gcd(x, y);
  return divisor === 0 ? 0 : Math.abs(Math.imul(x / divisor, y));
}

/** x · 2ʸ; nothing is left of x when y is not a number of its bits. */
export function shiftLeft(x: number, y: number): number {
  return y < 0 || y > 31 ? 0 : x << y;
}

/** x / 2ʸ, rounded downwards; nothing but the sign is left when y is not a number of its bits. */
export function shiftRight(x: number, y: number): number {
  return x >> (y < 0 || y > 31 ? 31 : y);
}

function bigGcd(x: bigint, y: bigint): bigint {
  let [a, b] = [x < 0n ? -x : x, y < 0n ? -y : y];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

function bigLcm(x: bigint, y: bigint): bigint {
  const divisor = bigGcd(x, y);
  const multiple = divisor === 0n ? 0n : (x / divisor) * y;
  return multiple < 0n ? -multiple : multiple;
}

/** The same functions of bigints; those of fractions are asked for in other dtypes only. */
export const wholeFunctions: Partial<Record<ScalarFunction, (x: bigint, y: bigint) => bigint>> = {
  fmod: (x, y) => x % y,
  remainder: (x, y) => {
    const rest = x % y;
    return rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest;
  },
  gcd: bigGcd,
  lcm: bigLcm,
  shiftLeft: (x, y) => (y < 0n || y > 63n ? 0n : x << y),
  shiftRight: (x, y) => x >> (y < 0n || y > 63n ? 63n : y),
  signBit: (x) => (x < 0n ? 1n : 0n),
};
