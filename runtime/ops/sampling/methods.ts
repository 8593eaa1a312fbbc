/** Random numbers whose distribution depends on tensors: the operators that are functions of `torch` and methods of `Tensor`. */
export { bernoulli, multinomial } from "./distributions.ts";
