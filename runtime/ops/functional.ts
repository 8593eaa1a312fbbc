/** The operators that are functions of `torch.nn.functional` only. */
export { scaled_dot_product_attention } from "./networks/attention.ts";
export { batch_norm } from "./networks/batchNormalization.ts";
export { instance_norm } from "./networks/instanceNormalization.ts";
export { dropout } from "./networks/dropout.ts";
export { embedding } from "./networks/embedding.ts";
export { linear } from "./linalg/matmul.ts";
export { layer_norm } from "./networks/normalization.ts";
export { adaptive_avg_pool2d, adaptive_max_pool2d, avg_pool2d } from "./spatial/pool.ts";
export * from "./elementwise/functional.ts";
export * from "./linalg/functional.ts";
export * from "./networks/functional.ts";
export * from "./reductions/functional.ts";
export * from "./spatial/functional.ts";
