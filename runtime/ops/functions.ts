/** The operators that are functions only. */
export { where } from "./arithmetic.ts";
export { cat, stack } from "./joining.ts";
export { cross_entropy, mse_loss, nll_loss } from "./loss.ts";
export { linear } from "./matmul.ts";
