/** Functions of images: pooling, sampling, padding: operators that others are made of, without a name in PyTorch's API. */
export {};
