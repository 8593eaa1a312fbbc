/** `torch.autograd.function`. */
export { FunctionContext as FunctionCtx } from "./context.ts";
export { Function, once_differentiable } from "./function.ts";
