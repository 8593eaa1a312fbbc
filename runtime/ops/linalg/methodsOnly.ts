/** Linear algebra: the operators that are methods of `Tensor` only. */
export {};
