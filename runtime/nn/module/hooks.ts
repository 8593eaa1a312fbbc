/** What users attach to modules. */
import { RemovableHandle } from "../../autograd/hooks.ts";
import type { Tensor } from "../../tensor.ts";
import type { Module } from "../module.ts";
import type { IncompatibleKeys } from "./incompatibleKeys.ts";

/** Called before a module has made its state. Source: `torch.nn.Module.register_state_dict_pre_hook`. */
export type StateDictPreHook = (module: Module, prefix: string, keep_vars: boolean) => void;

/** Called with what the state has by then, which it may change. Source: `torch.nn.Module.register_state_dict_post_hook`. */
export type StateDictPostHook = (
  module: Module,
  state_dict: Record<string, Tensor>,
  prefix: string,
  local_metadata: StateMetadata,
) => void;

/** What a state says of one module, besides tensors. */
export interface StateMetadata {
  /** The version of the names in it; none in a state of unknown origin. */
  readonly version?: number;
  /** Whether the module takes over the tensors themselves. */
  readonly assign_to_params_buffers?: true;
}

/** Called before a module looks for its tensors; it may change the state, which is a copy, and the lists. Source: `torch.nn.Module.register_load_state_dict_pre_hook`. */
export type LoadStateDictPreHook = (
  module: Module,
  state_dict: Record<string, unknown>,
  prefix: string,
  local_metadata: StateMetadata,
  strict: boolean,
  missing_keys: string[],
  unexpected_keys: string[],
  error_msgs: string[],
) => void;

/** Called after a module has its tensors; it may change the lists, which decide whether a strict load fails. Source: `torch.nn.Module.register_load_state_dict_post_hook`. */
export type LoadStateDictPostHook = (module: Module, incompatible_keys: IncompatibleKeys) => void;

/** The hooks of one module, by occasion, in the order in which they are called. */
export class ModuleHooks {
  readonly beforeState: StateDictPreHook[] = [];
  readonly afterState: StateDictPostHook[] = [];
  readonly beforeLoading: LoadStateDictPreHook[] = [];
  readonly afterLoading: LoadStateDictPostHook[] = [];
}

const hooksByModule = new WeakMap<object, ModuleHooks>();
const none = new ModuleHooks();

/** The hooks of a module, for reading. */
export function hooksOf(module: object): ModuleHooks {
  return hooksByModule.get(module) ?? none;
}

/** Attaches a hook to a module. */
export function attach<K extends keyof ModuleHooks>(
  module: object,
  occasion: K,
  hook: ModuleHooks[K][number],
): RemovableHandle {
  let hooks = hooksByModule.get(module);
  if (hooks === undefined) hooksByModule.set(module, (hooks = new ModuleHooks()));
  return new RemovableHandle(hooks[occasion], hook);
}

/** Gives a copy of a module the same hooks. */
export function copyHooks(from: object, to: object): void {
  const { beforeState, afterState, beforeLoading, afterLoading } = hooksOf(from);
  for (const hook of beforeState) attach(to, "beforeState", hook);
  for (const hook of afterState) attach(to, "afterState", hook);
  for (const hook of beforeLoading) attach(to, "beforeLoading", hook);
  for (const hook of afterLoading) attach(to, "afterLoading", hook);
}
