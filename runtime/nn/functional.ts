/** `torch.nn.functional`: the operators of networks as functions. Those that `torch` has too are named here. */
export { conv1d, conv2d, conv3d } from "../ops/spatial/conv.ts";
export { conv_transpose1d, conv_transpose2d, conv_transpose3d } from "../ops/spatial/convTranspose.ts";
export { elu_, hardtanh_, leaky_relu_ } from "../ops/elementwise/inPlaceActivations.ts";
export { celu_, relu_, rrelu_, selu_, threshold_ } from "../ops/elementwise/inPlaceFunctions.ts";
export { prelu } from "../ops/elementwise/learnedRelu.ts";
export { hardshrink } from "../ops/elementwise/shrinking.ts";
export { rms_norm } from "../ops/networks/normalization.ts";
export { sigmoid, tanh } from "../ops/elementwise/unary.ts";
export {
  adaptive_avg_pool1d,
  adaptive_max_pool1d,
  avg_pool1d,
  max_pool1d,
  max_pool2d,
} from "../ops/spatial/pool.ts";
export * from "../ops/functional.ts";
