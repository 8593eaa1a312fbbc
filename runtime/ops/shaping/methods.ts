/** Views, joining and indexing: the operators that are functions of `torch` and methods of `Tensor`. */
export {};
