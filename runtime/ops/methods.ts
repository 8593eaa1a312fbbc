/** The operators that are also methods of `Tensor`. `runtime/methods.ts` maps this list to the methods' types, with their documentation. */
export { addbmm, addmv, baddbmm, outer } from "./linalg/addedProducts.ts";
export {
  add,
  clamp,
  div,
  masked_fill,
  maximum,
  minimum,
  mul,
  pow,
  rsub,
  sub,
} from "./elementwise/arithmetic.ts";
export { flip, repeat, repeat_interleave, roll, tril, triu } from "./shaping/arranging.ts";
export {
  eq,
  ge,
  gt,
  isfinite,
  isinf,
  isnan,
  le,
  logical_and,
  logical_not,
  logical_or,
  logical_xor,
  lt,
  ne,
} from "./elementwise/comparison.ts";
export { acos, asin, atan, cosh, sinh, tan } from "./elementwise/angles.ts";
export { bitwise_and, bitwise_or, bitwise_xor } from "./elementwise/bitwise.ts";
export { addcdiv, addcmul, atan2, lerp } from "./elementwise/combining.ts";
export {
  bfloat16,
  bool,
  byte,
  char,
  copy,
  cpu,
  double,
  fill,
  float,
  half,
  int,
  long,
  short,
  to,
  type_as,
} from "./shaping/conversion.ts";
export { max, min } from "./reductions/extremum.ts";
export { index_add, index_put, index_select, masked_select } from "./shaping/indexing.ts";
export { addmm, bmm, dot, matmul, mm, mv } from "./linalg/matmul.ts";
export { all, amax, amin, any, argmax, argmin, mean, prod, sum } from "./reductions/reduction.ts";
export { log_softmax, logsumexp, softmax } from "./reductions/softmax.ts";
export { std, var } from "./reductions/statistics.ts";
export {
  abs,
  ceil,
  cos,
  erf,
  erfc,
  exp,
  exp2,
  expm1,
  floor,
  log,
  log10,
  log1p,
  log2,
  neg,
  reciprocal,
  relu,
  round,
  rsqrt,
  sigmoid,
  sign,
  sin,
  sqrt,
  square,
  tanh,
} from "./elementwise/unary.ts";
export { clone, contiguous, detach } from "./shaping/copying.ts";
export { gather, scatter, scatter_add, take_along_dim } from "./shaping/scattering.ts";
export { cummax, cummin, cumprod, cumsum } from "./reductions/scan.ts";
export { narrow, select } from "./shaping/slicing.ts";
export { argsort, kthvalue, sort, topk } from "./reductions/sorting.ts";
export { chunk, split, unbind } from "./shaping/splitting.ts";
export {
  expand,
  flatten,
  movedim,
  permute,
  reshape,
  squeeze,
  t,
  transpose,
  unsqueeze,
  view,
} from "./shaping/view.ts";
export * from "./elementwise/methods.ts";
export * from "./linalg/methods.ts";
export * from "./reductions/methods.ts";
export * from "./sampling/methods.ts";
export * from "./shaping/methods.ts";
export * from "./elementwise/methodsOnly.ts";
export * from "./reductions/methodsOnly.ts";
export * from "./shaping/methodsOnly.ts";
