/** Views, joining and indexing: the operators that are methods of `Tensor` only. */
export { unfold } from "./sliding.ts";
