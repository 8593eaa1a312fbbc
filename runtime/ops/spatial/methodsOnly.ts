/** Functions of images: pooling, sampling, padding: the operators that are methods of `Tensor` only. */
export {};
