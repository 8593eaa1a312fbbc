/** Losses, distances and other functions of networks: the operators that are functions of `torch` only. */
export {};
