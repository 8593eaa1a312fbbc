/** Losses, distances and other functions of networks: the operators that are methods of `Tensor` only. */
export {};
