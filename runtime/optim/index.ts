/** `torch.optim`: optimizers. */
export { Optimizer, type ParameterGroup, type ParametersOrGroups } from "./optimizer.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
