/** Random numbers whose distribution depends on tensors: the operators that are functions of `torch` only. */
export { binomial, normal, poisson } from "./distributions.ts";
