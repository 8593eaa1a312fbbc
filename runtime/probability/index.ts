/** `torch.distributions`: distributions whose parameters are tensors. */
export { Bernoulli, type BernoulliArguments } from "./bernoulli.ts";
export { Categorical, type CategoricalArguments } from "./categorical.ts";
export { Distribution, type DistributionSettings } from "./distribution.ts";
export { kl_divergence } from "./divergence.ts";
export { Normal, type NormalArguments } from "./normal.ts";
export { Uniform, type UniformArguments } from "./uniform.ts";
