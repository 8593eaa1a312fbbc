/** Functions of images: pooling, sampling, padding: the operators that are functions of `torch.nn.functional` only. */
export { affine_grid } from "./affineGrid.ts";
export { fold, unfold } from "./blocks.ts";
export { fractional_max_pool2d, fractional_max_pool3d } from "./fractional.ts";
export { conv_tbc } from "./convolutions.ts";
export {
  alpha_dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  feature_alpha_dropout,
} from "./functionalDropout.ts";
export { grid_sample } from "./gridSample.ts";
export { interpolate, upsample, upsample_bilinear, upsample_nearest } from "./interpolate.ts";
export { lp_pool1d, lp_pool2d, lp_pool3d } from "./lpPool.ts";
export { pad } from "./pad.ts";
export { adaptive_avg_pool3d, adaptive_max_pool3d, avg_pool3d, max_pool3d } from "./pool3d.ts";
export { max_unpool1d, max_unpool2d, max_unpool3d } from "./unpool.ts";
export {
  adaptive_max_pool1d_with_indices,
  adaptive_max_pool2d_with_indices,
  adaptive_max_pool3d_with_indices,
  fractional_max_pool2d_with_indices,
  fractional_max_pool3d_with_indices,
  max_pool1d_with_indices,
  max_pool2d_with_indices,
  max_pool3d_with_indices,
} from "./withIndices.ts";
