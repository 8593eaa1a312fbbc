/** Functions of single elements: operators that others are made of, without a name in PyTorch's API. */
export {};
