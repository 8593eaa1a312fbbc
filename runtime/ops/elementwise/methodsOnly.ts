/** Functions of single elements: the operators that are methods of `Tensor` only, or in another order than the function. */
export { polygamma } from "./gamma.ts";
export * from "./reflected.ts";
