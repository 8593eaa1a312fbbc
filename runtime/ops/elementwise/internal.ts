/** Functions of single elements: operators that others are made of, or whose public form takes one argument more. */
export { elu, hardtanh, leaky_relu, relu6, silu } from "./activation.ts";
export { where as choose } from "./arithmetic.ts";
export { hardsigmoid, hardswish, mish } from "./activations.ts";
export {
  hardsigmoidBackward,
  hardswishBackward,
  logSigmoidBackward,
  mishBackward,
  scaledEluBackward,
  shrinkBackward,
  thresholdAtBackward,
} from "./activationSlopes.ts";
export { i0e, i1, i1e } from "./bessel.ts";
export { preluKernel, rreluWithNoise } from "./learnedRelu.ts";
export { entr, erfcx, log_ndtr, ndtr, ndtri, xlog1py, zeta } from "./specialFunctions.ts";
