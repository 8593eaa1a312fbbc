/** `vision`: images, spelled as torchvision spells them. */
export * as datasets from "./datasets/index.ts";
export * as io from "./io/index.ts";
export * as models from "./models/index.ts";
export * as transforms from "./transforms/index.ts";
export * as utils from "./utils/index.ts";
