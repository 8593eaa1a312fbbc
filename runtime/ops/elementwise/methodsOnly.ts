/** Functions of single elements: the operators that are methods of `Tensor` only. */
export {};
