/** Random numbers and creation: the operators that are functions of `torch` only. */
export {};
