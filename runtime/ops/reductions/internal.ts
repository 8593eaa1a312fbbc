/** Statistics, order and searching: operators that others are made of, without a name in PyTorch's API. */
export { nonzeroRows } from "./counting.ts";
export { plainCdist } from "./distances.ts";
export { plainVectorNorm } from "./norms.ts";
export { plainUnique } from "./unique.ts";
