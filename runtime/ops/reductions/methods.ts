/** Statistics, order and searching: the operators that are functions of `torch` and methods of `Tensor`. */
export {};
