/** Functions of single elements: the operators that are functions of `torch` only. */
export {};
