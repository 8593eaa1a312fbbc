/** The operators that are functions of `torch.nn.functional` only. */
export { scaled_dot_product_attention } from "./attention.ts";
export { batch_norm, instance_norm } from "./batchNormalization.ts";
export { dropout } from "./dropout.ts";
export { embedding } from "./embedding.ts";
export { linear } from "./matmul.ts";
export { layer_norm } from "./normalization.ts";
export { adaptive_avg_pool2d, adaptive_max_pool2d, avg_pool2d } from "./pool.ts";
export * from "./elementwise/functional.ts";
export * from "./linalg/functional.ts";
export * from "./losses/functional.ts";
export * from "./reductions/functional.ts";
export * from "./spatial/functional.ts";
