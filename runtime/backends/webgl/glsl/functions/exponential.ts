/** Exponentials, logarithms, powers, and what is made of them. */
import type { Library } from "../library.ts";

export const exponential: Library = {
  exponential: `
float exponential(float x) {
  if (isNaN(x)) return x;
  return x > 88.8 ? infinity() : x < -104.0 ? 0.0 : exp(x);
}`,
  exponential2: `
float exponential2(float x) {
  if (isNaN(x)) return x;
  return x >= 128.0 ? infinity() : x < -150.0 ? 0.0 : exp2(x);
}`,
  // Taylor's series where eˣ − 1 would lose digits.
  exponentialMinus1: `
float exponentialMinus1(float x) {
  if (isNaN(x)) return x;
  if (abs(x) > 0.5) return exponential(x) - 1.0;
  return x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0 * (1.0 + x / 8.0)))))));
}`,
  // log(1 + z) = 2 artanh(z / (2 + z)), for small z: drivers' logarithms have few digits about 1.
  logarithmNear1: `
float logarithmNear1(float z) {
  float s = z / (2.0 + z);
  float q = s * s;
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q / 11.0)))));
}`,
  logarithm: `
float logarithm(float x) {
  if (isNaN(x) || x < 0.0) return nan();
  if (abs(x - 1.0) < 0.3) return logarithmNear1(x - 1.0);
  return x == 0.0 ? -infinity() : isInfinite(x) ? x : log(x);
}`,
  logarithm2: `
float logarithm2(float x) {
  if (isNaN(x) || x < 0.0) return nan();
  if (abs(x - 1.0) < 0.3) return logarithmNear1(x - 1.0) * 1.4426950409;
  return x == 0.0 ? -infinity() : isInfinite(x) ? x : log2(x);
}`,
  logarithm10: `
float logarithm10(float x) { return logarithm(x) * 0.4342944819; }`,
  logarithmOf1Plus: `
float logarithmOf1Plus(float x) { return abs(x) < 0.3 ? logarithmNear1(x) : logarithm(1.0 + x); }`,
  // Small whole powers by multiplication: exact where the results are; others by way of a logarithm. Special cases are C's.
  power: `
float power(float x, float y) {
  x = unforeseen(x);
  y = unforeseen(y);
  if (x == 1.0 || y == 0.0) return 1.0;
  if (isNaN(x) || isNaN(y)) return nan();
  float a = abs(x);
  if (isInfinite(y)) return a == 1.0 ? 1.0 : (a > 1.0) == (y > 0.0) ? infinity() : 0.0;
  bool whole = floor(y) == y;
  bool odd = whole && abs(y) < 16777216.0 && (int(abs(y)) & 1) == 1;
  bool negative = signBit(x) == 1.0;
  if (a == 0.0 || isInfinite(x)) {
    float r = (a == 0.0) == (y > 0.0) ? 0.0 : infinity();
    return negative && odd ? -r : r;
  }
  if (negative && !whole) return nan();
  float r;
  if (whole && abs(y) <= 64.0) {
    int n = int(abs(y));
    float factor = a;
    r = 1.0;
    for (int i = 0; i < 7; i++) {
      if ((n & 1) == 1) r *= factor;
      n >>= 1;
      if (n == 0) break;
      factor *= factor;
    }
    if (y < 0.0) r = isInfinite(r) ? 0.0 : 1.0 / r;
  } else if (y == 0.5) r = sqrt(a);
  else if (y == -0.5) r = 1.0 / sqrt(a);
  else {
    // The exponent and the logarithm of the fraction apart: their sum would lose digits.
    int e = exponentOf(a);
    float t = y * log2(a * powerOfTwo(-e));
    float whole1 = y * float(e);
    float high = floor(whole1 + t + 0.5);
    float rest = (whole1 - high) + t;
    if (high > 200.0) r = infinity();
    else if (high < -200.0) r = 0.0;
    else {
      int half1 = int(high) / 2;
      r = exp2(rest) * powerOfTwo(half1) * powerOfTwo(int(high) - half1);
    }
  }
  return negative && odd ? -r : r;
}`,
  sigmoid: `
float sigmoid(float x) {
  if (isNaN(x)) return x;
  float z = exponential(-abs(x));
  return (x < 0.0 ? z : 1.0) / (1.0 + z);
}`,
  hyperbolicTangent: `
float hyperbolicTangent(float x) {
  if (isNaN(x)) return x;
  float t = exponentialMinus1(-2.0 * abs(x));
  return copySign(-t / (2.0 + t), x);
}`,
  hyperbolicSine: `
float hyperbolicSine(float x) {
  if (isNaN(x)) return x;
  float a = abs(x);
  if (a < 1.0) {
    float q = x * x;
    return x * (1.0 + q / 6.0 * (1.0 + q / 20.0 * (1.0 + q / 42.0 * (1.0 + q / 72.0))));
  }
  float half1 = exponential(a - 0.6931471806);
  return copySign(half1 - 0.25 / half1, x);
}`,
  hyperbolicCosine: `
float hyperbolicCosine(float x) {
  if (isNaN(x)) return x;
  float half1 = exponential(abs(x) - 0.6931471806);
  return half1 + 0.25 / half1;
}`,
  inverseHyperbolicSine: `
float inverseHyperbolicSine(float x) {
  if (isNaN(x)) return x;
  float a = abs(x);
  float r = a > 1e10 ? logarithm(a) + 0.6931471806 : logarithmOf1Plus(a + a * a / (1.0 + sqrt(1.0 + a * a)));
  return copySign(r, x);
}`,
  inverseHyperbolicCosine: `
float inverseHyperbolicCosine(float x) {
  if (isNaN(x) || x < 1.0) return nan();
  if (x > 1e10) return logarithm(x) + 0.6931471806;
  float t = x - 1.0;
  return logarithmOf1Plus(t + sqrt(2.0 * t + t * t));
}`,
  inverseHyperbolicTangent: `
float inverseHyperbolicTangent(float x) {
  float a = abs(x);
  if (isNaN(x) || a > 1.0) return nan();
  return copySign(a == 1.0 ? infinity() : 0.5 * logarithmOf1Plus(2.0 * a / (1.0 - a)), x);
}`,
};
