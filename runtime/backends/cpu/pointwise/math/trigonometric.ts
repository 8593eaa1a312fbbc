/**
 * Sine and cosine in lanes, float32, by way of float64: the angle less the nearest multiple of π/2, and polynomials for what remains.
 *
 * Source: FreeBSD's msun, `k_sinf.c`, `k_cosf.c` and `e_rem_pio2f.c` (Bruce D. Evans, 2008): polynomials, and π/2 in two parts. For large angles, M. H. Payne and
 * R. N. Hanek, "Radian reduction for trigonometric functions" (1983).
 */
import {
  abs,
  add,
  and,
  bits,
  constant,
  convert,
  ge,
  mul,
  multiplyAdd,
  ne,
  or,
  polynomial,
  rare,
  select,
  shiftLeft,
  sub,
  xor,
  type Lane,
} from "../lanes.ts";
import { roundingShift, signOf } from "./exponential.ts";
import { largeAngle, reduceLargeAngle } from "./largeAngle.ts";

/** π/2, of which the first part has few enough digits that its multiples are exact. */
const halfPi = { high: 1.570_796_310_901_641_8, low: 1.589_325_477_352_819_6e-8 };

const sineCoefficients = [
  1, -0.166666666416265235595, 0.0083333293858894631756, -0.000198393348360966317347,
  0.0000027183114939898219064,
];
const cosineCoefficients = [
  1, -0.49999999725103100312, 0.0416666233237390631894, -0.00138867637746099294692,
  0.0000243904487962774090654,
];

function evaluate(angle: Lane, quarters: 0 | 1): Lane {
  const wide = convert(angle, "f64");
  const shifted = add(mul(wide, 2 / Math.PI), roundingShift.f64);
  const n = sub(shifted, roundingShift.f64);
  const r = multiplyAdd(n, -halfPi.low, multiplyAdd(n, -halfPi.high, wide));
  const quadrant = add(convert(bits(shifted, "i64"), "i32"), quarters);
  return fromQuadrant(r, quadrant);
}

/** The sine of `r + quadrant · π/2`. */
function fromQuadrant(r: Lane, quadrant: Lane): Lane {
  const z = mul(r, r);
  const sine = mul(r, polynomial(z, sineCoefficients));
  const cosine = polynomial(z, cosineCoefficients);
  const isOdd = ne(and(quadrant, constant("i32", 1)), 0);
  const value = convert(select(isOdd, cosine, sine), "f32");
  return xor(value, bits(shiftLeft(and(quadrant, constant("i32", 2)), 30), "f32"));
}

function evaluateLarge(angle: Lane, quarters: 0 | 1): Lane {
  const { r, quadrant } = reduceLargeAngle(angle);
  return fromQuadrant(r, add(quadrant, quarters));
}

function trigonometric(x: Lane, name: string, quarters: 0 | 1): Lane {
  const common = evaluate(x, quarters);
  const large = ge(abs(x), largeAngle);
  return rare(common, large, x, { name, body: (angle) => evaluateLarge(angle, quarters) });
}

/** The sine. */
export function sin(x: Lane): Lane {
  // −0 stays −0: of so small angles the sine is the angle.
  return select(ge(abs(x), 2 ** -13), trigonometric(x, "large sine", 0), smallSine(x));
}

function smallSine(x: Lane): Lane {
  return or(multiplyAdd(mul(x, mul(x, x)), -1 / 6, x), signOf(x));
}

/** The cosine. */
export function cos(x: Lane): Lane {
  return trigonometric(x, "large cosine", 1);
}
