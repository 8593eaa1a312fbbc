/** The logarithm of the gamma function, and its derivative. */
import type { Library } from "../library.ts";

export const gamma: Library = {
  // sin(πx), exact about whole numbers.
  sineOfTurns: `
float sineOfTurns(float x) {
  float n = roundEven(x);
  float s = sine((x - n) * 3.1415926536);
  return abs(n) < 16777216.0 && (int(abs(n)) & 1) == 1 ? -s : s;
}`,
  // For x > 0: up to 8 by the recurrence, from there by Stirling's series.
  logGammaPositive: `
float logGammaPositive(float x) {
  if (isInfinite(x)) return x;
  // About its zeros at 1 and 2, by Taylor's series.
  float z = abs(x - 1.0) < 0.3 ? x - 1.0 : x - 2.0;
  if (abs(z) < 0.3) {
    float s = z * z * (0.8224670334 + z * (-0.4006856344 + z * (0.2705808084 + z * (-0.2073855510 + z * (0.1695571770 + z * (-0.1440498967 + z * (0.1255096695 + z * (-0.1113342658 + z * 0.1000994575))))))));
    float base = -0.5772156649 * z + s;
    return x > 1.5 ? base + logarithmOf1Plus(z) : base;
  }
  float product = 1.0;
  float y = x;
  for (int i = 0; i < 8; i++) {
    if (y >= 8.0) break;
    product *= y;
    y += 1.0;
  }
  float r = 1.0 / y;
  float q = r * r;
  float series = r * (0.0833333333 + q * (-0.0027777778 + q * (0.00079365079 - q * 0.000595238095)));
  return (y - 0.5) * log(y) - y + 0.9189385332 + series - log(product);
}`,
  logGamma: `
float logGamma(float x) {
  if (isNaN(x)) return x;
  if (isInfinite(x)) return infinity();
  if (x <= 0.0 && floor(x) == x) return infinity();
  if (x > 0.0) return logGammaPositive(x);
  if (x > -0.1) return logGammaPositive(1.0 + x) - log(-x);
  return 1.1447298858 - log(abs(sineOfTurns(x))) - logGammaPositive(1.0 - x);
}`,
  digammaPositive: `
float digammaPositive(float x) {
  float y = x;
  float sum = 0.0;
  for (int i = 0; i < 8; i++) {
    if (y >= 8.0) break;
    sum += 1.0 / y;
    y += 1.0;
  }
  float r = 1.0 / y;
  float q = r * r;
  return log(y) - 0.5 * r - q * (0.0833333333 + q * (-0.0083333333 + q * (0.00396825397 - q * 0.00416666667))) - sum;
}`,
  digamma: `
float digamma(float x) {
  if (isNaN(x)) return x;
  if (x == 0.0) return copySign(infinity(), -copySign(1.0, x));
  if (isInfinite(x)) return x > 0.0 ? x : nan();
  if (x < 0.0 && floor(x) == x) return nan();
  if (x > 0.0) return digammaPositive(x);
  float n = roundEven(x);
  return digammaPositive(1.0 - x) - 3.1415926536 / tangent((x - n) * 3.1415926536);
}`,
};
