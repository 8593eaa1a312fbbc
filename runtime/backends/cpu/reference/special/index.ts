/** The functions of single numbers that expressions call by name. */
import type { ScalarFunction } from "../../../../expression.ts";
import { i0, i0e, i1, i1e } from "./bessel.ts";
import { copySign, exponent, mantissa, nextAfter, signBit } from "./bits.ts";
import { digamma, lgamma, polygamma } from "./gamma.ts";
import { igamma, igammac } from "./incompleteGamma.ts";
import { erfcx, erfinv, logNormalCdf, normalQuantile } from "./normal.ts";
import { fmod, gcd, lcm, remainder, shiftLeft, shiftRight } from "./wholeNumbers.ts";
import { zeta } from "./zeta.ts";

/** All of them, by their names in expressions. */
export const scalarFunctions: Readonly<Record<ScalarFunction, (...args: number[]) => number>> = {
  acosh: Math.acosh,
  asinh: Math.asinh,
  atanh: Math.atanh,
  copySign,
  digamma,
  erfcx,
  erfinv,
  exponent,
  fmod,
  gcd,
  hypot: Math.hypot,
  i0,
  i0e,
  i1,
  i1e,
  igamma,
  igammac,
  lcm,
  lgamma,
  logNormalCdf,
  mantissa,
  nextAfter,
  normalQuantile,
  polygamma,
  remainder,
  shiftLeft,
  shiftRight,
  signBit,
  zeta,
};
