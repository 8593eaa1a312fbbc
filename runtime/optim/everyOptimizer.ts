/** `torch.optim.optimizer`: the base of optimizers, and hooks for all of them. */
export { register_optimizer_step_post_hook, register_optimizer_step_pre_hook } from "./hooks.ts";
export { Optimizer } from "./optimizer.ts";
