/** Numbers and signs that PyTorch's namespace has. */

/** Euler's number. Source: `torch.e`. */
export const e: number = Math.E;
/** Infinity. Source: `torch.inf`. */
export const inf: number = Infinity;
/** Not a number. Source: `torch.nan`. */
export const nan: number = NaN;
/** A new dimension in an index: `x.index(torch.newaxis)`. Source: `torch.newaxis`. */
export const newaxis: null = null;
/** The circumference of a circle of diameter 1. Source: `torch.pi`. */
export const pi: number = Math.PI;
