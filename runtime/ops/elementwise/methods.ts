/** Functions of single elements: the operators that are functions of `torch` and methods of `Tensor`. */
export {};
