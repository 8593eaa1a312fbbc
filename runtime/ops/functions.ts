/** The operators that are functions of `torch` only. */
export { conv1d, conv2d, conv3d } from "./spatial/conv.ts";
export { conv_transpose1d, conv_transpose2d, conv_transpose3d } from "./spatial/convTranspose.ts";
export { cat, stack } from "./shaping/joining.ts";
export { adaptive_avg_pool1d, avg_pool1d, max_pool1d, max_pool2d } from "./spatial/pool.ts";
export { rms_norm } from "./networks/normalization.ts";
export * from "./elementwise/functions.ts";
export * from "./linalg/functions.ts";
export * from "./networks/functions.ts";
export * from "./recurrent/functions.ts";
export * from "./reductions/functions.ts";
export * from "./sampling/functions.ts";
export * from "./shaping/functions.ts";
export * from "./spatial/functions.ts";
