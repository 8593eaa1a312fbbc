/** `vision.transforms.functional`: what transforms do, with their parameters given. Source: `torchvision.transforms.v2.functional`. */
export { erase, gaussian_blur } from "./blurring.ts";
export {
  adjust_brightness,
  adjust_contrast,
  adjust_gamma,
  adjust_hue,
  adjust_saturation,
  invert,
  rgb_to_grayscale,
} from "./colours.ts";
export {
  convert_image_dtype,
  normalize,
  pil_to_tensor,
  pil_to_tensor as to_image,
  to_dtype,
  to_tensor,
} from "./converting.ts";
export { center_crop, crop, five_crop, pad } from "./padding.ts";
export { resize, resized_crop } from "./resizing.ts";
export {
  affine,
  horizontal_flip,
  horizontal_flip as hflip,
  rotate,
  vertical_flip,
  vertical_flip as vflip,
} from "./turning.ts";
export { rgb_to_grayscale as to_grayscale } from "./colours.ts";
