/** Functions of single elements: the operators that are functions of `torch` only. */
export { polygamma } from "./polygamma.ts";
export { real } from "./real.ts";
