/** Statistics, order and searching: the operators that are functions of `torch.nn.functional` only. */
export {};
