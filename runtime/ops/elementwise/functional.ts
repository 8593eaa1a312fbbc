/** Functions of single elements: the operators that are functions of `torch.nn.functional` only. */
export {};
