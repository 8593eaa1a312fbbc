/** Statistics, order and searching: the operators that are methods of `Tensor` only. */
export { sum_to_size } from "./sizes.ts";
