/** The operators that are functions only. */
export { elu, gelu, hardtanh, leaky_relu, relu6, silu, softplus } from "./activation.ts";
export { where } from "./arithmetic.ts";
export { scaled_dot_product_attention } from "./attention.ts";
export { batch_norm, instance_norm } from "./batchNormalization.ts";
export { conv1d, conv2d, conv3d } from "./conv.ts";
export { conv_transpose1d, conv_transpose2d, conv_transpose3d } from "./convTranspose.ts";
export { cat, stack } from "./joining.ts";
export { cross_entropy, mse_loss, nll_loss } from "./loss.ts";
export { linear } from "./matmul.ts";
export {
  adaptive_avg_pool1d,
  adaptive_avg_pool2d,
  adaptive_max_pool1d,
  adaptive_max_pool2d,
  avg_pool1d,
  avg_pool2d,
  max_pool1d,
  max_pool2d,
} from "./pool.ts";
export { group_norm, layer_norm, rms_norm } from "./normalization.ts";
export * from "./elementwise/functions.ts";
export * from "./linalg/functions.ts";
export * from "./losses/functions.ts";
export * from "./reductions/functions.ts";
export * from "./sampling/functions.ts";
export * from "./shaping/functions.ts";
export * from "./spatial/functions.ts";
