/** Modified Bessel functions of the first kind. Source: M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions" (1964), 9.8.1 to 9.8.4. */
import type { Library } from "../library.ts";

export const bessel: Library = {
  besselI0Scaled: `
float besselI0Scaled(float x) {
  if (isNaN(x)) return x;
  float a = abs(x);
  if (isInfinite(x)) return 0.0;
  float t = a / 3.75;
  if (t < 1.0) {
    t *= t;
    return exp(-a) * (1.0 + t * (3.5156229 + t * (3.0899424 + t * (1.2067492 + t * (0.2659732 + t * (0.0360768 + t * 0.0045813))))));
  }
  t = 1.0 / t;
  return (0.39894228 + t * (0.01328592 + t * (0.00225319 + t * (-0.00157565 + t * (0.00916281 + t * (-0.02057706 + t * (0.02635537 + t * (-0.01647633 + t * 0.00392377)))))))) / sqrt(a);
}`,
  besselI1Scaled: `
float besselI1Scaled(float x) {
  if (isNaN(x)) return x;
  float a = abs(x);
  if (isInfinite(x)) return copySign(0.0, x);
  float t = a / 3.75;
  float r;
  if (t < 1.0) {
    t *= t;
    r = exp(-a) * a * (0.5 + t * (0.87890594 + t * (0.51498869 + t * (0.15084934 + t * (0.02658733 + t * (0.00301532 + t * 0.00032411))))));
  } else {
    t = 1.0 / t;
    r = (0.39894228 + t * (-0.03988024 + t * (-0.00362018 + t * (0.00163801 + t * (-0.01031555 + t * (0.02282967 + t * (-0.02895312 + t * (0.01787654 - t * 0.00420059)))))))) / sqrt(a);
  }
  return copySign(r, x);
}`,
  besselI0: `
float besselI0(float x) {
  float half1 = exponential(0.5 * abs(x));
  return half1 * besselI0Scaled(x) * half1;
}`,
  besselI1: `
float besselI1(float x) {
  float half1 = exponential(0.5 * abs(x));
  return half1 * besselI1Scaled(x) * half1;
}`,
};
