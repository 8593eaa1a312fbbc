/** `torch.optim`: optimizers. */
export {
  Adam,
  AdamW,
  type AdamArguments,
  type AdamOptions,
  type AdamState,
  type AdamWArguments,
} from "./adam.ts";
export { Optimizer, type ParameterGroup, type ParametersOrGroups } from "./optimizer.ts";
export { SGD, type SGDArguments, type SGDOptions } from "./sgd.ts";
