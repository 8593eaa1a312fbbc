/** Random numbers and creation: the operators that are functions of `torch` and methods of `Tensor`. */
export {};
