/** The operators that are functions only. */
export { where } from "./arithmetic.ts";
export { conv1d, conv2d, conv3d } from "./conv.ts";
export { conv_transpose1d, conv_transpose2d, conv_transpose3d } from "./convTranspose.ts";
export { cat, stack } from "./joining.ts";
export { cross_entropy, mse_loss, nll_loss } from "./loss.ts";
export { linear } from "./matmul.ts";
