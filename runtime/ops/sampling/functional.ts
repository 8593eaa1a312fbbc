/** Random numbers and creation: the operators that are functions of `torch.nn.functional` only. */
export {};
