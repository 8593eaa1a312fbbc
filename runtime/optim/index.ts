/** `torch.optim`: optimizers. */
export {
  Adam,
  AdamW,
  type AdamArguments,
  type AdamOptions,
  type AdamState,
  type AdamWArguments,
  type AdamWOptions,
} from "./adam.ts";
export type { GivenGroup, ParameterGroup, ParametersOrGroups } from "./groups.ts";
export { Optimizer } from "./optimizer.ts";
export { SGD, type SGDArguments, type SGDOptions, type SGDState } from "./sgd.ts";
export type { OptimizerState } from "./stateDict.ts";
