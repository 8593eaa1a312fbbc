/** Functions of a number's sign, exponent and digits. */

const double = new Float64Array(1);
const doubleBits = new BigInt64Array(double.buffer);
/** The lower half first, as on every processor that runs wasm's memory without exchanging bytes. */
const doubleWords = new Int32Array(double.buffer);
const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);

/** 1 for negative numbers and −0, else 0. */
export function signBit(x: number): number {
  return x < 0 || Object.is(x, -0) ? 1 : 0;
}

/** The size of x with the sign of y. */
export function copySign(x: number, y: number): number {
  return signBit(y) ? -Math.abs(x) : Math.abs(x);
}

/** The next float64 from x towards y. Bits of numbers of one sign are in the order of their sizes. */
export function nextAfter(x: number, y: number): number {
  if (x !== x || y !== y) return NaN;
  if (x === y) return y;
  if (x === 0) return y > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
  double[0] = x;
  doubleBits[0] = doubleBits[0]! + (x < y === x > 0 ? 1n : -1n);
  return double[0];
}

/** The next float32 from x towards y. */
export function nextAfterSingle(x: number, y: number): number {
  if (x !== x || y !== y) return NaN;
  if (x === y) return y;
  if (x === 0) return y > 0 ? 2 ** -149 : -(2 ** -149);
  single[0] = x;
  singleBits[0] = singleBits[0]! + (x < y === x > 0 ? 1 : -1);
  return single[0];
}

/** The power of two that makes a number of x's size from one in [½, 1); 0 for 0, infinities and NaN. */
export function exponent(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return 0;
  double[0] = x;
  const biased = (doubleWords[1]! >>> 20) & 0x7ff;
  // Numbers without a leading 1 are as those 2⁵⁴ times larger.
  return biased === 0 ? exponent(x * 2 ** 54) - 54 : biased - 1022;
}

/** `x / 2 ** exponent(x)`: from ½ to 1 in size. */
export function mantissa(x: number): number {
  const power = exponent(x);
  // In two steps, since neither 2¹⁰²⁴ nor 2¹⁰⁷⁴ is a number.
  return power === 0 ? x : x * 2 ** -Math.trunc(power / 2) * 2 ** -(power - Math.trunc(power / 2));
}
