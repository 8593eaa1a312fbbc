/** Random numbers and creation: the operators that are methods of `Tensor` only. */
export {};
