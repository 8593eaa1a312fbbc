/** Second names that operators have in PyTorch. */
import { acos, asin, atan } from "./angles.ts";
import { clamp, div, mul, sub } from "./arithmetic.ts";
import { atan2 } from "./combining.ts";
import { ge, gt, le, lt, ne } from "./comparison.ts";
import { abs, neg } from "./unary.ts";
import { trunc } from "./digits.ts";
import { acosh, asinh, atanh } from "./hyperbolic.ts";

/** `abs` under its second name. Source: `torch.absolute`. */
export const absolute: typeof abs = abs;
/** `acos` under its second name. Source: `torch.arccos`. */
export const arccos: typeof acos = acos;
/** `acosh` under its second name. Source: `torch.arccosh`. */
export const arccosh: typeof acosh = acosh;
/** `asin` under its second name. Source: `torch.arcsin`. */
export const arcsin: typeof asin = asin;
/** `asinh` under its second name. Source: `torch.arcsinh`. */
export const arcsinh: typeof asinh = asinh;
/** `atan` under its second name. Source: `torch.arctan`. */
export const arctan: typeof atan = atan;
/** `atan2` under its second name. Source: `torch.arctan2`. */
export const arctan2: typeof atan2 = atan2;
/** `atanh` under its second name. Source: `torch.arctanh`. */
export const arctanh: typeof atanh = atanh;
/** `clamp` under its second name. Source: `torch.clip`. */
export const clip: typeof clamp = clamp;
/** `div` under its second name. Source: `torch.divide`. */
export const divide: typeof div = div;
/** `trunc` under its second name. Source: `torch.fix`. */
export const fix: typeof trunc = trunc;
/** `gt` under its second name. Source: `torch.greater`. */
export const greater: typeof gt = gt;
/** `ge` under its second name. Source: `torch.greater_equal`. */
export const greater_equal: typeof ge = ge;
/** `lt` under its second name. Source: `torch.less`. */
export const less: typeof lt = lt;
/** `le` under its second name. Source: `torch.less_equal`. */
export const less_equal: typeof le = le;
/** `mul` under its second name. Source: `torch.multiply`. */
export const multiply: typeof mul = mul;
/** `neg` under its second name. Source: `torch.negative`. */
export const negative: typeof neg = neg;
/** `ne` under its second name. Source: `torch.not_equal`. */
export const not_equal: typeof ne = ne;
/** `sub` under its second name. Source: `torch.subtract`. */
export const subtract: typeof sub = sub;
