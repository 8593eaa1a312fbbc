/** `torch.optim.lr_scheduler`: what changes learning rates as training goes on. */
export {
  ChainedScheduler,
  SequentialLR,
  type ChainedSchedulerArguments,
  type SequentialLRArguments,
} from "./composed.ts";
export {
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  type CosineAnnealingLRArguments,
  type CosineAnnealingWarmRestartsArguments,
} from "./cosines.ts";
export { CyclicLR, type CyclicLRArguments, type ScaleFunction } from "./cyclic.ts";
export {
  ConstantLR,
  ExponentialLR,
  MultiStepLR,
  StepLR,
  type ConstantLRArguments,
  type ExponentialLRArguments,
  type MultiStepLRArguments,
  type StepLRArguments,
} from "./decays.ts";
export { LambdaLR, MultiplicativeLR, type LambdaArguments, type RateFunction } from "./lambdas.ts";
export { OneCycleLR, type OneCycleLRArguments } from "./oneCycle.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauArguments } from "./plateau.ts";
export { LRScheduler, type SchedulerState } from "./scheduler.ts";
export { LinearLR, PolynomialLR, type LinearLRArguments, type PolynomialLRArguments } from "./slopes.ts";
