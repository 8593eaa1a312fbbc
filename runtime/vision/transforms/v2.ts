/** `vision.transforms.v2`: what images go through before a network sees them, spelled as torchvision's, with the behaviour of its `transforms.v2`. */
export {
  ConvertImageDtype,
  Grayscale,
  Normalize,
  PILToTensor,
  RandomGrayscale,
  ToDtype,
  ToImage,
  ToTensor,
} from "./converting.ts";
export * as functional from "./functional/index.ts";
export { CenterCrop, FiveCrop, Pad, RandomHorizontalFlip, RandomVerticalFlip, Resize } from "./geometry.ts";
export { InterpolationMode } from "./interpolationMode.ts";
export { Compose, Lambda, RandomApply, RandomChoice, RandomOrder } from "./lists.ts";
export { ColorJitter, GaussianBlur, RandomErasing } from "./randomColours.ts";
export { RandomCrop, RandomResizedCrop } from "./randomCrops.ts";
export { RandomAffine, RandomRotation } from "./randomMotions.ts";
export { Transform } from "./transform.ts";
