/** Remainders and quotients: exact, because a remainder that is off by a rounding can be off by a whole divisor. */
import type { Library } from "../library.ts";

export const remainders: Library = {
  // Long division in binary: every subtraction is exact.
  fmod: `
float fmod(float x, float y) {
  y = unforeseen(y);
  if (isNaN(x) || isNaN(y) || isInfinite(x) || y == 0.0) return nan();
  if (isInfinite(y)) return x;
  float r = abs(x);
  float d = abs(y);
  for (int e = exponentOf(r) - exponentOf(d); e >= 0; e--) {
    int half1 = e / 2;
    float t = d * powerOfTwo(half1) * powerOfTwo(e - half1);
    if (r >= t) r -= t;
  }
  return copySign(r, x);
}`,
  remainderOf: `
float remainderOf(float x, float y) {
  float r = fmod(x, y);
  return r != 0.0 && (r < 0.0) != (y < 0.0) ? r + y : r;
}`,
  // See the reference in cpu/reference/functions.ts.
  floorDivide: `
float floorDivide(float x, float y) {
  y = unforeseen(y);
  if (y == 0.0) return isNaN(x) || x == 0.0 ? nan() : copySign(infinity(), x * copySign(1.0, y));
  float r = fmod(x, y);
  float q = (x - r) / y;
  if (r != 0.0 && (y < 0.0) != (r < 0.0)) q -= 1.0;
  if (q == 0.0) return copySign(0.0, x / y);
  float whole = floor(q);
  return q - whole > 0.5 ? whole + 1.0 : whole;
}`,
  // Of whole numbers that float32 has: a quotient may be off by a rounding, what it leaves is exact. By zero the answer is 0.
  wholeQuotient: `
float wholeQuotient(float x, float y) {
  y = unforeseen(y);
  if (y == 0.0) return 0.0;
  int a = int(x);
  int b = int(y);
  if (b < 0) { a = -a; b = -b; }
  int q = int(floor(float(a) / float(b)));
  int r = a - q * b;
  int s = int(floor(float(r) / float(b)));
  r -= s * b;
  return float(q + s + (r >= b ? 1 : r < 0 ? -1 : 0));
}`,
  wholeDivision: `
float wholeDivision(float x, float y) {
  float q = wholeQuotient(abs(x), abs(y));
  return (x < 0.0) != (y < 0.0) ? -q : q;
}`,
  wholeRemainder: `
float wholeRemainder(float x, float y) {
  return y == 0.0 ? 0.0 : float(int(x) - int(wholeQuotient(x, y)) * int(y));
}`,
  wholeFmod: `
float wholeFmod(float x, float y) {
  float r = wholeRemainder(abs(x), abs(y));
  return x < 0.0 ? -r : r;
}`,
};
