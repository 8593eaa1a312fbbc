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
