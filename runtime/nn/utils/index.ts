/** `torch.nn.utils`. */
export * as rnn from "./rnn.ts";
export {
  clip_grad_norm_,
  clip_grad_value_,
  clip_grads_with_norm_,
  get_total_norm,
  type ClipGradNormArguments,
  type ClipGradsWithNormArguments,
  type ClipGradValueArguments,
  type NormType,
  type TotalNormArguments,
} from "./clipping.ts";
export {
  fuse_conv_bn_eval,
  fuse_conv_bn_weights,
  fuse_linear_bn_eval,
  fuse_linear_bn_weights,
} from "./fusion.ts";
export { convert_conv2d_weight_memory_format, convert_conv3d_weight_memory_format } from "./memoryFormat.ts";
export * as parametrizations from "./parametrizations.ts";
export * as parametrize from "./parametrize.ts";
export * as prune from "./prune.ts";
export { remove_spectral_norm, remove_weight_norm, spectral_norm, weight_norm } from "./renormalised.ts";
export { skip_init } from "./skipInit.ts";
export * as stateless from "./stateless.ts";
export { parameters_to_vector, vector_to_parameters } from "./vectors.ts";
