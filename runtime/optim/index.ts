/** `torch.optim`: optimizers. */
export { Adadelta, type AdadeltaArguments, type AdadeltaOptions, type AdadeltaState } from "./adadelta.ts";
export {
  Adafactor,
  type AdafactorArguments,
  type AdafactorOptions,
  type AdafactorState,
} from "./adafactor.ts";
export { Adagrad, type AdagradArguments, type AdagradOptions, type AdagradState } from "./adagrad.ts";
export {
  Adam,
  AdamW,
  type AdamArguments,
  type AdamOptions,
  type AdamState,
  type AdamWArguments,
  type AdamWOptions,
} from "./adam.ts";
export { Adamax, type AdamaxArguments, type AdamaxOptions, type AdamaxState } from "./adamax.ts";
export { ASGD, type ASGDArguments, type ASGDOptions, type ASGDState } from "./asgd.ts";
export type { GivenGroup, ParameterGroup, ParametersOrGroups } from "./groups.ts";
export type { OptimizerHook, StateHook, StepArguments, StepPostHook, StepPreHook } from "./hooks.ts";
export { LBFGS, type LBFGSArguments, type LBFGSOptions, type LBFGSState } from "./lbfgs.ts";
export { Muon, type MuonArguments, type MuonOptions, type MuonState } from "./muon.ts";
export { NAdam, type NAdamArguments, type NAdamOptions, type NAdamState } from "./nadam.ts";
export { Optimizer } from "./optimizer.ts";
export * as optimizer from "./everyOptimizer.ts";
export { RAdam, type RAdamArguments, type RAdamOptions, type RAdamState } from "./radam.ts";
export { RMSprop, type RMSpropArguments, type RMSpropOptions, type RMSpropState } from "./rmsprop.ts";
export { Rprop, type RpropArguments, type RpropOptions, type RpropState } from "./rprop.ts";
export { SGD, type SGDArguments, type SGDOptions, type SGDState } from "./sgd.ts";
export type { OptimizerState } from "./stateDict.ts";
export * as lr_scheduler from "./scheduler/index.ts";
export * as swa_utils from "./swaUtils.ts";
