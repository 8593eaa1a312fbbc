/** Statistics, order and searching: the operators that are functions of `torch` only. */
export {};
