/** `torch.nn.functional`: the operators of networks as functions. */
export { scaled_dot_product_attention } from "../ops/attention.ts";
export { batch_norm, instance_norm } from "../ops/batchNormalization.ts";
export { elu, gelu, hardtanh, leaky_relu, relu6, silu, softplus } from "../ops/activation.ts";
export { conv1d, conv2d, conv3d } from "../ops/conv.ts";
export { conv_transpose1d, conv_transpose2d, conv_transpose3d } from "../ops/convTranspose.ts";
export { dropout } from "../ops/dropout.ts";
export { embedding } from "../ops/embedding.ts";
export { cross_entropy, mse_loss, nll_loss } from "../ops/loss.ts";
export { linear } from "../ops/matmul.ts";
export { group_norm, layer_norm, rms_norm } from "../ops/normalization.ts";
export { log_softmax, softmax } from "../ops/softmax.ts";
export { relu, sigmoid, tanh } from "../ops/unary.ts";
export {
  adaptive_avg_pool1d,
  adaptive_avg_pool2d,
  adaptive_max_pool1d,
  adaptive_max_pool2d,
  avg_pool1d,
  avg_pool2d,
  max_pool1d,
  max_pool2d,
} from "../ops/pool.ts";
export * from "../ops/functional.ts";
