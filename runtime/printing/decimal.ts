/**
 * Decimal text of a double, rounded as C and Python round it: exactly, with ties to the even digit.
 *
 * `toFixed` and `toExponential` round ties away from zero (`(0.125).toFixed(2)` is "0.13", Python prints
 * "0.12") and stop at 100 digits, and `toFixed` gives up at 1e21. Every double is `mantissa * 2 ** exponent`
 * with whole numbers, so big integers settle the digits without error.
 */

interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const bits = new DataView(new ArrayBuffer(8));
const mantissaMask = (1n << 52n) - 1n;

/** The exact value of a finite `value`, without its sign. */
function magnitudeOf(value: number): Fraction {
  bits.setFloat64(0, value);
  const word = bits.getBigUint64(0);
  const biasedExponent = Number((word >> 52n) & 0x7ffn);
  // IEEE 754: subnormal numbers share the exponent of the smallest normal ones and have no implicit bit.
  const mantissa = (word & mantissaMask) | (biasedExponent === 0 ? 0n : 1n << 52n);
  const exponent = Math.max(biasedExponent, 1) - 1075;
  return exponent < 0
    ? { numerator: mantissa, denominator: 1n << BigInt(-exponent) }
    : { numerator: mantissa << BigInt(exponent), denominator: 1n };
}

function multiplyByPowerOfTen({ numerator, denominator }: Fraction, power: number): Fraction {
  return power < 0
    ? { numerator, denominator: denominator * 10n ** BigInt(-power) }
    : { numerator: numerator * 10n ** BigInt(power), denominator };
}

function roundHalfToEven({ numerator, denominator }: Fraction): bigint {
  const quotient = numerator / denominator;
  const twiceRemainder = 2n * (numerator % denominator);
  if (twiceRemainder > denominator) return quotient + 1n;
  if (twiceRemainder < denominator) return quotient;
  return quotient + (quotient & 1n);
}

/** Largest whole `power` with `10 ** power <= value`. */
function powerOfTenBelow(value: number): number {
  // The shortest text of a double may round up to the next power: that of 10 ** 23 (slightly below it) is "1e+23".
  const estimate = Number(value.toExponential().split("e")[1]);
  const { numerator, denominator } = multiplyByPowerOfTen(magnitudeOf(value), -estimate);
  return numerator < denominator ? estimate - 1 : estimate;
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

/** Puts a decimal point before the last `fractionDigits` of `digits`. */
function withPoint(digits: string, fractionDigits: number): string {
  if (fractionDigits === 0) return digits;
  const padded = digits.padStart(fractionDigits + 1, "0");
  return `${padded.slice(0, -fractionDigits)}.${padded.slice(-fractionDigits)}`;
}

function nonFiniteText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  return value < 0 ? "-inf" : "inf";
}

/** Python's `f"{value:.{fractionDigits}f}"`. */
export function toFixedDecimal(value: number, fractionDigits: number): string {
  if (!Number.isFinite(value)) return nonFiniteText(value);
  const digits = roundHalfToEven(multiplyByPowerOfTen(magnitudeOf(value), fractionDigits)).toString();
  return (isNegative(value) ? "-" : "") + withPoint(digits, fractionDigits);
}

/** Without zeros at the end of the fraction. */
function trimmed(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** C's `%g` with so many significant digits: fixed for middling exponents, without zeros at the end. */
export function toGeneralDecimal(value: number, significantDigits: number): string {
  if (!Number.isFinite(value)) return nonFiniteText(value);
  const [mantissa, exponent] = toExponentDecimal(value, significantDigits - 1).split("e") as [string, string];
  const power = Number(exponent);
  if (power < -4 || power >= significantDigits) return `${trimmed(mantissa)}e${exponent}`;
  return trimmed(toFixedDecimal(value, significantDigits - 1 - power));
}

/** Python's `f"{value:.{fractionDigits}e}"`: one digit before the point, an exponent of two digits or more. */
export function toExponentDecimal(value: number, fractionDigits: number): string {
  if (!Number.isFinite(value)) return nonFiniteText(value);
  let power = value === 0 ? 0 : powerOfTenBelow(Math.abs(value));
  const scaled = multiplyByPowerOfTen(magnitudeOf(value), fractionDigits - power);
  let digits = roundHalfToEven(scaled).toString();
  if (value === 0) digits = digits.padEnd(fractionDigits + 1, "0");
  // 9.99996 with four digits becomes 10.0000: one digit too many, all of the rest zero.
  if (digits.length > fractionDigits + 1) {
    digits = digits.slice(0, -1);
    power += 1;
  }
  const sign = isNegative(value) ? "-" : "";
  const exponent = String(Math.abs(power)).padStart(2, "0");
  return `${sign}${withPoint(digits, fractionDigits)}e${power < 0 ? "-" : "+"}${exponent}`;
}
