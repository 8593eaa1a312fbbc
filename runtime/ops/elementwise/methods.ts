/** Functions of single elements: the operators that are functions of `torch` and methods of `Tensor`. */
export * from "./aliases.ts";
export { i0 } from "./bessel.ts";
export * from "./choosing.ts";
export * from "./complex.ts";
export * from "./digits.ts";
export { digamma, igamma, igammac, lgamma, mvlgamma } from "./gamma.ts";
export * from "./hyperbolic.ts";
export { prelu } from "./learnedRelu.ts";
export * from "./logarithmic.ts";
export * from "./power.ts";
export * from "./remainders.ts";
export * from "./shifting.ts";
export { hardshrink } from "./shrinking.ts";
export * from "./testing.ts";
