/** `torch.optim`: optimizers. */
export { Adam, AdamW, type AdamOptions, type AdamState } from "./adam.ts";
export { Optimizer, type ParameterGroup, type ParametersOrGroups } from "./optimizer.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
