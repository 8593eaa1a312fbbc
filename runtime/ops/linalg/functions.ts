/** Linear algebra: the operators that are functions of `torch` only. */
export {};
