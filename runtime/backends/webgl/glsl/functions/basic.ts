/** Special numbers, signs, and the larger or smaller of two. */
import type { Library } from "../library.ts";

export const basic: Library = {
  // Compilers may take it that a number equals itself; they leave bits alone.
  isNaN: `
bool isNaN(float x) { return (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u; }`,
  isInfinite: `
bool isInfinite(float x) { return (floatBitsToUint(x) & 0x7fffffffu) == 0x7f800000u; }`,
  nan: `
float nan() { return uintBitsToFloat(0x7fc00000u); }`,
  infinity: `
float infinity() { return uintBitsToFloat(0x7f800000u); }`,
  signOf: `
float signOf(float x) { return float(x > 0.0) - float(x < 0.0); }`,
  signBit: `
float signBit(float x) { return float(floatBitsToUint(x) >> 31); }`,
  copySign: `
float copySign(float x, float y) {
  return uintBitsToFloat((floatBitsToUint(x) & 0x7fffffffu) | (floatBitsToUint(y) & 0x80000000u));
}`,
  isTrue: `
bool isTrue(float x) { return !(x == 0.0) || isNaN(x); }`,
  equals: `
bool equals(float x, float y) { return x == y && !isNaN(x) && !isNaN(y); }`,
  less: `
bool less(float x, float y) { return x < y && !isNaN(x) && !isNaN(y); }`,
  atMost: `
bool atMost(float x, float y) { return x <= y && !isNaN(x) && !isNaN(y); }`,
  // Of minus zero and zero the first, as on the processor.
  larger: `
float larger(float x, float y) { return isNaN(y) ? y : less(x, y) ? y : x; }`,
  smaller: `
float smaller(float x, float y) { return isNaN(y) ? y : less(y, x) ? y : x; }`,
  root: `
float root(float x) { return x < 0.0 ? nan() : x == 0.0 || isNaN(x) ? x : sqrt(x); }`,
  // 2 to a whole power, subnormal results left out.
  powerOfTwo: `
float powerOfTwo(int e) { return intBitsToFloat((clamp(e, -126, 127) + 127) << 23); }`,
  // The exponent of the leading bit.
  exponentOf: `
int exponentOf(float x) { return int((floatBitsToUint(x) >> 23) & 0xffu) - 127; }`,
  // C's frexp: a fraction from 0.5 to below 1, and an exponent.
  mantissa: `
float mantissa(float x) {
  if (x == 0.0 || isNaN(x) || isInfinite(x)) return x;
  return uintBitsToFloat((floatBitsToUint(x) & 0x807fffffu) | 0x3f000000u);
}`,
  exponent: `
float exponent(float x) {
  if (x == 0.0 || isNaN(x) || isInfinite(x)) return 0.0;
  return float(exponentOf(x) + 1);
}`,
  hypotenuse: `
float hypotenuse(float x, float y) {
  if (isInfinite(x) || isInfinite(y)) return infinity();
  float a = max(abs(x), abs(y));
  float b = min(abs(x), abs(y));
  if (isNaN(x) || isNaN(y)) return nan();
  if (a == 0.0) return a;
  float r = b / a;
  return a * sqrt(1.0 + r * r);
}`,
  // As x86 processors convert: what does not fit becomes the smallest number.
  int32Of: `
float int32Of(float x) { return abs(x) < 2147483648.0 && !isNaN(x) ? trunc(x) : -2147483648.0; }`,
  int64Of: `
float int64Of(float x) { return abs(x) < 9223372036854775808.0 && !isNaN(x) ? trunc(x) : -9223372036854775808.0; }`,
  uint8Of: `
float uint8Of(float x) {
  float t = int32Of(x);
  return t - 256.0 * floor(t / 256.0);
}`,
  // The lower 32 bits of a whole number, as one with a sign.
  lowerBits: `
float lowerBits(float x) {
  if (abs(x) < 2147483648.0) return x;
  float t = x - 4294967296.0 * floor(x / 4294967296.0);
  return t >= 2147483648.0 ? t - 4294967296.0 : t;
}`,
};
