/**
 * The functions that PyTorch has of in-place methods: `torch.exp_(x)` is `x.exp_()`. They are no operators of their own: what they compute, refuse and
 * differentiate is told by the operators without the underscore.
 */
import * as angles from "./angles.ts";
import * as arithmetic from "./arithmetic.ts";
import { fill as plainFill } from "../shaping/conversion.ts";
import * as unary from "./unary.ts";
import * as activations from "./activations.ts";
import { i0 as plainI0 } from "./bessel.ts";
import * as choosing from "./choosing.ts";
import * as complex from "./complex.ts";
import * as digits from "./digits.ts";
import * as hyperbolic from "./hyperbolic.ts";
import { rrelu as plainRrelu } from "./learnedRelu.ts";
import * as logarithmic from "./logarithmic.ts";
import * as remainders from "./remainders.ts";
import { threshold as plainThreshold } from "./shrinking.ts";
import { writing, type Writing } from "./writing.ts";

/** `abs`, written over its input. Source: `torch.abs_`. */
export const abs_: Writing<typeof unary.abs> = writing(unary.abs);
/** `acos`, written over its input. Source: `torch.acos_`. */
export const acos_: Writing<typeof angles.acos> = writing(angles.acos);
/** `acosh`, written over its input. Source: `torch.acosh_`. */
export const acosh_: Writing<typeof hyperbolic.acosh> = writing(hyperbolic.acosh);
/** `acos`, written over its input. Source: `torch.arccos_`. */
export const arccos_: Writing<typeof angles.acos> = writing(angles.acos);
/** `acosh`, written over its input. Source: `torch.arccosh_`. */
export const arccosh_: Writing<typeof hyperbolic.acosh> = writing(hyperbolic.acosh);
/** `asin`, written over its input. Source: `torch.arcsin_`. */
export const arcsin_: Writing<typeof angles.asin> = writing(angles.asin);
/** `asinh`, written over its input. Source: `torch.arcsinh_`. */
export const arcsinh_: Writing<typeof hyperbolic.asinh> = writing(hyperbolic.asinh);
/** `atan`, written over its input. Source: `torch.arctan_`. */
export const arctan_: Writing<typeof angles.atan> = writing(angles.atan);
/** `atanh`, written over its input. Source: `torch.arctanh_`. */
export const arctanh_: Writing<typeof hyperbolic.atanh> = writing(hyperbolic.atanh);
/** `asin`, written over its input. Source: `torch.asin_`. */
export const asin_: Writing<typeof angles.asin> = writing(angles.asin);
/** `asinh`, written over its input. Source: `torch.asinh_`. */
export const asinh_: Writing<typeof hyperbolic.asinh> = writing(hyperbolic.asinh);
/** `atan`, written over its input. Source: `torch.atan_`. */
export const atan_: Writing<typeof angles.atan> = writing(angles.atan);
/** `atanh`, written over its input. Source: `torch.atanh_`. */
export const atanh_: Writing<typeof hyperbolic.atanh> = writing(hyperbolic.atanh);
/** `ceil`, written over its input. Source: `torch.ceil_`. */
export const ceil_: Writing<typeof unary.ceil> = writing(unary.ceil);
/** `celu`, written over its input. Source: `torch.celu_`. */
export const celu_: Writing<typeof activations.celu> = writing(activations.celu);
/** `clamp`, written over its input. Source: `torch.clamp_`. */
export const clamp_: Writing<typeof arithmetic.clamp> = writing(arithmetic.clamp);
/** `clamp_max`, written over its input. Source: `torch.clamp_max_`. */
export const clamp_max_: Writing<typeof choosing.clamp_max> = writing(choosing.clamp_max);
/** `clamp_min`, written over its input. Source: `torch.clamp_min_`. */
export const clamp_min_: Writing<typeof choosing.clamp_min> = writing(choosing.clamp_min);
/** `clamp`, written over its input. Source: `torch.clip_`. */
export const clip_: Writing<typeof arithmetic.clamp> = writing(arithmetic.clamp);
/** `conj_physical`, written over its input. Source: `torch.conj_physical_`. */
export const conj_physical_: Writing<typeof complex.conj_physical> = writing(complex.conj_physical);
/** `cos`, written over its input. Source: `torch.cos_`. */
export const cos_: Writing<typeof unary.cos> = writing(unary.cos);
/** `cosh`, written over its input. Source: `torch.cosh_`. */
export const cosh_: Writing<typeof angles.cosh> = writing(angles.cosh);
/** `deg2rad`, written over its input. Source: `torch.deg2rad_`. */
export const deg2rad_: Writing<typeof complex.deg2rad> = writing(complex.deg2rad);
/** `erf`, written over its input. Source: `torch.erf_`. */
export const erf_: Writing<typeof unary.erf> = writing(unary.erf);
/** `erfc`, written over its input. Source: `torch.erfc_`. */
export const erfc_: Writing<typeof unary.erfc> = writing(unary.erfc);
/** `exp`, written over its input. Source: `torch.exp_`. */
export const exp_: Writing<typeof unary.exp> = writing(unary.exp);
/** `exp2`, written over its input. Source: `torch.exp2_`. */
export const exp2_: Writing<typeof unary.exp2> = writing(unary.exp2);
/** `expm1`, written over its input. Source: `torch.expm1_`. */
export const expm1_: Writing<typeof unary.expm1> = writing(unary.expm1);
/** `fill`, written over its input. Source: `torch.fill_`. */
export const fill_: Writing<typeof plainFill> = writing(plainFill);
/** `trunc`, written over its input. Source: `torch.fix_`. */
export const fix_: Writing<typeof digits.trunc> = writing(digits.trunc);
/** `floor`, written over its input. Source: `torch.floor_`. */
export const floor_: Writing<typeof unary.floor> = writing(unary.floor);
/** `frac`, written over its input. Source: `torch.frac_`. */
export const frac_: Writing<typeof digits.frac> = writing(digits.frac);
/** `gcd`, written over its input. Source: `torch.gcd_`. */
export const gcd_: Writing<typeof remainders.gcd> = writing(remainders.gcd);
/** `i0`, written over its input. Source: `torch.i0_`. */
export const i0_: Writing<typeof plainI0> = writing(plainI0);
/** `lcm`, written over its input. Source: `torch.lcm_`. */
export const lcm_: Writing<typeof remainders.lcm> = writing(remainders.lcm);
/** `ldexp`, written over its input. Source: `torch.ldexp_`. */
export const ldexp_: Writing<typeof digits.ldexp> = writing(digits.ldexp);
/** `log`, written over its input. Source: `torch.log_`. */
export const log_: Writing<typeof unary.log> = writing(unary.log);
/** `log10`, written over its input. Source: `torch.log10_`. */
export const log10_: Writing<typeof unary.log10> = writing(unary.log10);
/** `log1p`, written over its input. Source: `torch.log1p_`. */
export const log1p_: Writing<typeof unary.log1p> = writing(unary.log1p);
/** `log2`, written over its input. Source: `torch.log2_`. */
export const log2_: Writing<typeof unary.log2> = writing(unary.log2);
/** `logit`, written over its input. Source: `torch.logit_`. */
export const logit_: Writing<typeof logarithmic.logit> = writing(logarithmic.logit);
/** `nan_to_num`, written over its input. Source: `torch.nan_to_num_`. */
export const nan_to_num_: Writing<typeof digits.nan_to_num> = writing(digits.nan_to_num);
/** `neg`, written over its input. Source: `torch.neg_`. */
export const neg_: Writing<typeof unary.neg> = writing(unary.neg);
/** `neg`, written over its input. Source: `torch.negative_`. */
export const negative_: Writing<typeof unary.neg> = writing(unary.neg);
/** `rad2deg`, written over its input. Source: `torch.rad2deg_`. */
export const rad2deg_: Writing<typeof complex.rad2deg> = writing(complex.rad2deg);
/** `reciprocal`, written over its input. Source: `torch.reciprocal_`. */
export const reciprocal_: Writing<typeof unary.reciprocal> = writing(unary.reciprocal);
/** `relu`, written over its input. Source: `torch.relu_`. */
export const relu_: Writing<typeof unary.relu> = writing(unary.relu);
/** `round`, written over its input. Source: `torch.round_`. */
export const round_: Writing<typeof unary.round> = writing(unary.round);
/** `rrelu`, written over its input. Source: `torch.rrelu_`. */
export const rrelu_: Writing<typeof plainRrelu> = writing(plainRrelu);
/** `rsqrt`, written over its input. Source: `torch.rsqrt_`. */
export const rsqrt_: Writing<typeof unary.rsqrt> = writing(unary.rsqrt);
/** `selu`, written over its input. Source: `torch.selu_`. */
export const selu_: Writing<typeof activations.selu> = writing(activations.selu);
/** `sigmoid`, written over its input. Source: `torch.sigmoid_`. */
export const sigmoid_: Writing<typeof unary.sigmoid> = writing(unary.sigmoid);
/** `sin`, written over its input. Source: `torch.sin_`. */
export const sin_: Writing<typeof unary.sin> = writing(unary.sin);
/** `sinc`, written over its input. Source: `torch.sinc_`. */
export const sinc_: Writing<typeof logarithmic.sinc> = writing(logarithmic.sinc);
/** `sinh`, written over its input. Source: `torch.sinh_`. */
export const sinh_: Writing<typeof angles.sinh> = writing(angles.sinh);
/** `sqrt`, written over its input. Source: `torch.sqrt_`. */
export const sqrt_: Writing<typeof unary.sqrt> = writing(unary.sqrt);
/** `square`, written over its input. Source: `torch.square_`. */
export const square_: Writing<typeof unary.square> = writing(unary.square);
/** `tan`, written over its input. Source: `torch.tan_`. */
export const tan_: Writing<typeof angles.tan> = writing(angles.tan);
/** `tanh`, written over its input. Source: `torch.tanh_`. */
export const tanh_: Writing<typeof unary.tanh> = writing(unary.tanh);
/** `threshold`, written over its input. Source: `torch.threshold_`. */
export const threshold_: Writing<typeof plainThreshold> = writing(plainThreshold);
/** `trunc`, written over its input. Source: `torch.trunc_`. */
export const trunc_: Writing<typeof digits.trunc> = writing(digits.trunc);
/** `xlogy`, written over its input. Source: `torch.xlogy_`. */
export const xlogy_: Writing<typeof logarithmic.xlogy> = writing(logarithmic.xlogy);
