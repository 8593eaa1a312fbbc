/** Views, joining and indexing: the operators that are functions of `torch.nn.functional` only. */
export {};
