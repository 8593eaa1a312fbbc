/** Functions of images: pooling, sampling, padding: operators that others are made of, without a name in PyTorch's API. */
export { pickAt, placeAt, spreadAt } from "./positions.ts";
export { resample } from "./resample.ts";
export {
  adaptiveAverageVolumes,
  adaptiveMaxVolumes,
  averageVolumes,
  averageVolumesSpread,
  maxVolumes,
} from "./volumes.ts";
