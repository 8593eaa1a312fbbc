/** Losses, distances and other functions of networks: the operators that are functions of `torch` and methods of `Tensor`. */
export {};
