/** Functions of single elements: the operators that are functions of `torch` only. */
export { celu, selu } from "./activations.ts";
export { rrelu } from "./learnedRelu.ts";
export { polygamma } from "./polygamma.ts";
export { real } from "./real.ts";
export { threshold } from "./shrinking.ts";
export { where } from "./where.ts";
