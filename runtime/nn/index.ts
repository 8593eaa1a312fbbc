/** `torch.nn`: modules. */
export * as functional from "./functional.ts";
export { Linear, ReLU, Sequential, type Layer, type LinearOptions } from "./layers.ts";
export { CrossEntropyLoss, MSELoss, type CrossEntropyLossOptions } from "./losses.ts";
export { Module } from "./module.ts";
export { Parameter } from "./parameter.ts";
