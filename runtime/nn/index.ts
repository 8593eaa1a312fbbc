/** `torch.nn`: modules. */
export {
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvolutionArguments,
  type ConvolutionOptions,
  type TransposedConvolutionArguments,
  type TransposedConvolutionOptions,
} from "./convolution.ts";
export { Dropout } from "./dropout.ts";
export { Embedding, type EmbeddingOptions } from "./embedding.ts";
export { Flatten, type FlattenOptions } from "./flatten.ts";
export * as functional from "./functional.ts";
export { Linear, ReLU, Sequential, type Layer, type LinearOptions } from "./layers.ts";
export { CrossEntropyLoss, MSELoss, type CrossEntropyLossOptions } from "./losses.ts";
export { Module } from "./module.ts";
export { Parameter } from "./parameter.ts";
