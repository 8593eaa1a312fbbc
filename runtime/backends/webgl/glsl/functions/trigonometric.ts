/**
 * Sine, cosine and their inverses. Polynomials are those of the single-precision functions in S. L. Moshier, "Methods and Programs for Mathematical Functions" (1989)
 * and his Cephes library; large angles are reduced as M. Payne and R. Hanek, "Radian reduction for trigonometric functions" (1983), do.
 */
import type { Library } from "../library.ts";

export const trigonometric: Library = {
  // 32 bits of 2/π from bit \`at\` behind the point on.
  bitsOfInverse: `
uint bitsOfInverse(int at) {
  const uint words[9] = uint[9](0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu, 0xdebbc561u);
  int word = (at + 32) >> 5;
  int shift = (at + 32) & 31;
  uint high = words[word] << shift;
  return shift == 0 ? high : high | (words[word + 1] >> (32 - shift));
}`,
  // The angle beyond the nearest quarter turn, in x, and which quarter that is, in y.
  reduceLarge: `
vec2 reduceLarge(float a) {
  int e = exponentOf(a) - 23;
  uint m = (floatBitsToUint(a) & 0x7fffffu) | 0x800000u;
  // a · 2/π = m · 2^e · 2/π: bits of 2/π that give multiples of four quarters are left out.
  int first = e - 2;
  uint high = bitsOfInverse(first);
  uint low = bitsOfInverse(first + 32);
  uint lowest = bitsOfInverse(first + 64);
  // The product modulo 2^64 in units of 2^-62 quarters.
  uint l0 = low & 0xffffu, l1 = low >> 16, m0 = m & 0xffffu, m1 = m >> 16;
  uint p00 = l0 * m0, p01 = l0 * m1, p10 = l1 * m0, p11 = l1 * m1;
  uint middle = (p00 >> 16) + (p01 & 0xffffu) + (p10 & 0xffffu);
  uint lower = (p00 & 0xffffu) | (middle << 16);
  uint upper = p11 + (p01 >> 16) + (p10 >> 16) + (middle >> 16) + high * m;
  uint carry = (lowest >> 16) * m >> 16;
  uint sum = lower + carry;
  if (sum < lower) upper += 1u;
  // The upper two bits count quarters.
  uint quarter = upper >> 30;
  uint fraction = (upper << 2) | (sum >> 30);
  float f = float(fraction >> 8) / 16777216.0 + float((fraction & 0xffu) ) / 4294967296.0;
  if (f >= 0.5) {
    quarter += 1u;
    f = -(float((~fraction) >> 8) / 16777216.0 + float((~fraction) & 0xffu) / 4294967296.0);
  }
  return vec2(f * 1.5707963268, float(quarter & 3u));
}`,
  reduceAngle: `
vec2 reduceAngle(float a) {
  if (a > 4096.0) return reduceLarge(a);
  float n = roundEven(a * 0.6366197724);
  float r = ((a - n * 1.5703125) - n * 4.837512969970703125e-4) - n * 7.54978995489188216e-8;
  return vec2(r, float(int(n) & 3));
}`,
  sineNear: `
float sineNear(float r) {
  float q = r * r;
  return r + r * q * (-1.6666654611e-1 + q * (8.3321608736e-3 - q * 1.9515295891e-4));
}`,
  cosineNear: `
float cosineNear(float r) {
  float q = r * r;
  return 1.0 - 0.5 * q + q * q * (4.166664568298827e-2 + q * (-1.388731625493765e-3 + q * 2.443315711809948e-5));
}`,
  sine: `
float sine(float x) {
  if (isNaN(x) || isInfinite(x)) return nan();
  vec2 angle = reduceAngle(abs(x));
  int quarter = int(angle.y);
  float s = (quarter & 1) == 0 ? sineNear(angle.x) : cosineNear(angle.x);
  if (quarter >= 2) s = -s;
  return x < 0.0 ? -s : s;
}`,
  cosine: `
float cosine(float x) {
  if (isNaN(x) || isInfinite(x)) return nan();
  vec2 angle = reduceAngle(abs(x));
  int quarter = int(angle.y);
  float c = (quarter & 1) == 0 ? cosineNear(angle.x) : sineNear(angle.x);
  return quarter == 1 || quarter == 2 ? -c : c;
}`,
  tangent: `
float tangent(float x) {
  if (isNaN(x) || isInfinite(x)) return nan();
  vec2 angle = reduceAngle(abs(x));
  float s = sineNear(angle.x);
  float c = cosineNear(angle.x);
  float t = (int(angle.y) & 1) == 0 ? s / c : -c / s;
  return x < 0.0 ? -t : t;
}`,
  arcTangent: `
float arcTangent(float x) {
  if (isNaN(x)) return x;
  float a = abs(x);
  float base = 0.0;
  if (a > 2.414213562) {
    base = 1.5707963268;
    a = isInfinite(x) ? 0.0 : -1.0 / a;
  } else if (a > 0.4142135624) {
    base = 0.7853981634;
    a = (a - 1.0) / (a + 1.0);
  }
  float q = a * a;
  float r = base + (a + a * q * (-3.33329491539e-1 + q * (1.99777106478e-1 + q * (-1.38776856032e-1 + q * 8.05374449538e-2))));
  return copySign(r, x);
}`,
  arcTangent2: `
float arcTangent2(float y, float x) {
  if (isNaN(x) || isNaN(y)) return nan();
  bool left = signBit(x) == 1.0;
  float a = abs(y);
  float b = abs(x);
  float r;
  if (a == 0.0) r = 0.0;
  else if (isInfinite(a) && isInfinite(b)) r = 0.7853981634;
  else r = a > b ? 1.5707963268 - arcTangent(b / a) : arcTangent(a / b);
  return copySign(left ? 3.1415926536 - r : r, y);
}`,
  arcSine: `
float arcSine(float x) {
  float a = abs(x);
  if (isNaN(x) || a > 1.0) return nan();
  bool far = a > 0.5;
  float q = far ? 0.5 * (1.0 - a) : a * a;
  float s = far ? sqrt(q) : a;
  float r = s + s * q * (1.6666752422e-1 + q * (7.4953002686e-2 + q * (4.5470025998e-2 + q * (2.4181311049e-2 + q * 4.2163199048e-2))));
  return copySign(far ? 1.5707963268 - 2.0 * r : r, x);
}`,
  arcCosine: `
float arcCosine(float x) {
  if (isNaN(x) || abs(x) > 1.0) return nan();
  if (x > 0.5) return 2.0 * arcSine(sqrt(0.5 * (1.0 - x)));
  if (x < -0.5) return 3.1415926536 - 2.0 * arcSine(sqrt(0.5 * (1.0 + x)));
  return 1.5707963268 - arcSine(x);
}`,
};
