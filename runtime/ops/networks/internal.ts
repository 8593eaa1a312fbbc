/** Losses, distances and other functions of networks: operators that others are made of, without a name in PyTorch's API. */
export { crossEntropyOfLogits, crossEntropyOfProbabilities, softMarginError } from "./binary.ts";
export { huberError, smoothAbsoluteError } from "./distance.ts";
export { multiMarginError, multilabelMarginError } from "./margins.ts";
export { sequenceLosses } from "./ctc.ts";
export { normalizedGroups } from "./groupNorm.ts";
