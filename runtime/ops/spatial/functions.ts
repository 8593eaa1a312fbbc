/** Functions of images: pooling, sampling, padding: the operators that are functions of `torch` only. */
export { affine_grid_generator } from "./affineGrid.ts";
export { grid_sampler, grid_sampler_2d, grid_sampler_3d } from "./gridSample.ts";
export { conv_tbc, convolution } from "./convolutions.ts";
export { max_pool3d } from "./pool3d.ts";
export {
  alpha_dropout,
  alpha_dropout_,
  dropout,
  dropout_,
  feature_alpha_dropout,
  feature_alpha_dropout_,
  feature_dropout,
  feature_dropout_,
  native_dropout,
} from "./torchDropout.ts";
export { adaptive_max_pool1d, max_pool1d_with_indices } from "./withIndices.ts";
