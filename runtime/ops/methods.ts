/** The operators that are also methods of `Tensor`. `runtime/methods.ts` maps this list to the methods' types, with their documentation. */
export { addbmm, addmv, baddbmm, outer } from "./addedProducts.ts";
export { add, clamp, div, masked_fill, maximum, minimum, mul, pow, rsub, sub } from "./arithmetic.ts";
export { flip, repeat, repeat_interleave, roll, tril, triu } from "./arranging.ts";
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
} from "./comparison.ts";
export { acos, asin, atan, cosh, sinh, tan } from "./angles.ts";
export { bitwise_and, bitwise_or, bitwise_xor } from "./bitwise.ts";
export { addcdiv, addcmul, atan2, lerp } from "./combining.ts";
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
} from "./conversion.ts";
export { max, min } from "./extremum.ts";
export { index_add, index_put, index_select, masked_select } from "./indexing.ts";
export { addmm, bmm, dot, matmul, mm, mv } from "./matmul.ts";
export { all, amax, amin, any, argmax, argmin, mean, prod, sum } from "./reduction.ts";
export { log_softmax, logsumexp, softmax } from "./softmax.ts";
export { std, var } from "./statistics.ts";
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
} from "./unary.ts";
export { clone, contiguous, detach } from "./copying.ts";
export { gather, scatter, scatter_add, take_along_dim } from "./scattering.ts";
export { cummax, cummin, cumprod, cumsum } from "./scan.ts";
export { narrow, select } from "./slicing.ts";
export { argsort, kthvalue, sort, topk } from "./sorting.ts";
export { chunk, split, unbind } from "./splitting.ts";
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
} from "./view.ts";
export * from "./elementwise/methods.ts";
export * from "./linalg/methods.ts";
export * from "./reductions/methods.ts";
export * from "./sampling/methods.ts";
export * from "./shaping/methods.ts";
export * from "./elementwise/methodsOnly.ts";
export * from "./reductions/methodsOnly.ts";
export * from "./shaping/methodsOnly.ts";
