/** The error function and the normal distribution. */
import type { Library } from "../library.ts";

export const normal: Library = {
  // erfc(z) for z ≥ 0, within 1.2e-7 of itself. Source: W. H. Press et al., "Numerical Recipes in C" (1992), 6.2.
  errorTail: `
float errorTail(float z) {
  float t = 1.0 / (1.0 + 0.5 * z);
  float p = 0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))));
  // z² in two parts, of which the first is exact: the exponential magnifies its rounding.
  float high = uintBitsToFloat(floatBitsToUint(z) & 0xfffff000u);
  return t * exponential(-high * high) * exponential(-(z - high) * (z + high) - 1.26551223 + t * (1.00002368 + t * p));
}`,
  errorFunction: `
float errorFunction(float x) {
  if (isNaN(x)) return x;
  float a = abs(x);
  if (a > 0.8) return copySign(a > 6.0 ? 1.0 : 1.0 - errorTail(a), x);
  float q = x * x;
  float s = 1.0 + q * (-1.0 / 3.0 + q * (0.1 + q * (-1.0 / 42.0 + q * (1.0 / 216.0 + q * (-1.0 / 1320.0 + q * (1.0 / 9360.0 - q / 75600.0))))));
  return 1.1283791671 * x * s;
}`,
  errorComplement: `
float errorComplement(float x) {
  if (isNaN(x)) return x;
  if (abs(x) < 0.5) return 1.0 - errorFunction(x);
  float a = min(abs(x), 12.0);
  float tail = errorTail(a);
  return x < 0.0 ? 2.0 - tail : tail;
}`,
  normalShare: `
float normalShare(float x) {
  if (isNaN(x)) return x;
  float tail = 0.5 * errorTail(min(abs(x), 16.0) * 0.7071067812);
  return x > 0.0 ? 1.0 - tail : tail;
}`,
  gelu: `
float gelu(float x) { return x * normalShare(x); }`,
  // Source: M. Giles, "Approximating the erfinv function", GPU Computing Gems (2010).
  inverseError: `
float inverseError(float x) {
  if (isNaN(x) || abs(x) > 1.0) return nan();
  if (abs(x) == 1.0) return copySign(infinity(), x);
  float w = -log((1.0 - x) * (1.0 + x));
  float p;
  if (w < 5.0) {
    w -= 2.5;
    p = 1.50140941 + w * (0.246640727 + w * (-0.00417768164 + w * (-0.00125372503 + w * (0.00021858087 + w * (-4.39150654e-06 + w * (-3.5233877e-06 + w * (3.43273939e-07 + w * 2.81022636e-08)))))));
  } else {
    w = sqrt(w) - 3.0;
    p = 2.83297682 + w * (1.00167406 + w * (0.00943887047 + w * (-0.0076224613 + w * (0.00573950773 + w * (-0.00367342844 + w * (0.00134934322 + w * (0.000100950558 - w * 0.000200214257)))))));
  }
  return p * x;
}`,
};
