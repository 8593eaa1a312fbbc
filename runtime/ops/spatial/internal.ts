/** Functions of images: pooling, sampling, padding: operators that others are made of, without a name in PyTorch's API. */
export { col2im, im2col } from "./blocks.ts";
export { fractionalMaxPool } from "./fractional.ts";
export { adaptive_max_pool1d } from "./pool.ts";
export { pickAt, placeAt, spreadAt } from "./positions.ts";
export { resample } from "./resample.ts";
export {
  adaptiveAverageVolumes,
  adaptiveMaxVolumes,
  averageVolumes,
  averageVolumesSpread,
  maxVolumes,
} from "./volumes.ts";
