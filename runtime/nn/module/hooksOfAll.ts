/** `torch.nn.modules.module`: hooks of all modules, for looking into programs. They run before those of the module itself. */
import type { RemovableHandle } from "../../autograd/hooks.ts";
import type { Module } from "../module.ts";
import {
  attachToCalls,
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardHookWithKwargs,
  type ForwardPreHook,
  type FullBackwardHook,
  type FullBackwardPreHook,
} from "./callHooks.ts";

/** Any module, whose inputs and output nobody knows. */
type AnyModule = Module & { forward(...inputs: unknown[]): unknown };

/** Calls `hook(module, args)` before each call of any module, as `Module.register_forward_pre_hook`. Source: `torch.nn.modules.module.register_module_forward_pre_hook`. */
export function register_module_forward_pre_hook(hook: ForwardPreHook<AnyModule>): RemovableHandle {
  return attachToCalls(null, "beforeForward", hook);
}

/** Calls `hook(module, args, output)` after each call of any module, as `Module.register_forward_hook`. Source: `torch.nn.modules.module.register_module_forward_hook`. */
export function register_module_forward_hook(
  hook: ForwardHook<AnyModule>,
  options?: Omit<ForwardHookOptions, "prepend"> & { readonly with_kwargs?: false },
): RemovableHandle;
export function register_module_forward_hook(
  hook: ForwardHookWithKwargs<AnyModule>,
  options: Omit<ForwardHookOptions, "prepend"> & { readonly with_kwargs: true },
): RemovableHandle;
export function register_module_forward_hook(
  hook: ForwardHook<AnyModule> | ForwardHookWithKwargs<AnyModule>,
  options: Omit<ForwardHookOptions, "prepend"> = {},
): RemovableHandle {
  return attachToCalls(null, "afterForward", hook, options);
}

/** Calls `hook(module, grad_input, grad_output)` in each backward of any module, as `Module.register_full_backward_hook`. Source: `torch.nn.modules.module.register_module_full_backward_hook`. */
export function register_module_full_backward_hook(hook: FullBackwardHook<AnyModule>): RemovableHandle {
  return attachToCalls(null, "afterBackward", hook);
}

/** Calls `hook(module, grad_output)` in each backward of any module, as `Module.register_full_backward_pre_hook`. Source: `torch.nn.modules.module.register_module_full_backward_pre_hook`. */
export function register_module_full_backward_pre_hook(
  hook: FullBackwardPreHook<AnyModule>,
): RemovableHandle {
  return attachToCalls(null, "beforeBackward", hook);
}
