/** Functions of images: pooling, sampling, padding: the operators that are functions of `torch.nn.functional` only. */
export { interpolate, upsample, upsample_bilinear, upsample_nearest } from "./interpolate.ts";
export { adaptive_avg_pool3d, adaptive_max_pool3d, avg_pool3d, max_pool3d } from "./pool3d.ts";
