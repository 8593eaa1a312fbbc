/** Losses, distances and other functions of networks: operators that others are made of, without a name in PyTorch's API. */
export {};
