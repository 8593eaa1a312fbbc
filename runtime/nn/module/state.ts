/** A module's state as tensors by name. Source: `torch/nn/modules/module.py`. */
import { bind, isKeywords } from "../../binding.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { flag, keywordOnly, type ParametersOf } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import type { Module } from "../module.ts";
import { CallableModule } from "./callable.ts";
import { hooksOf, type StateMetadata } from "./hooks.ts";
import { ownBuffers, ownModules, ownParameters } from "./members.ts";

/** The key of what `get_extra_state` gives. */
export const extraStateKey = "_extra_state";

/** How `state_dict` is made. */
export interface StateDictArguments {
  /** What the tensors are put into; a new object unless given. */
  readonly destination?: Record<string, Tensor> | null;
  /** What stands before all names. */
  readonly prefix?: string;
  /** Whether the parameters themselves are given, and not detached tensors that share their elements. */
  readonly keep_vars?: boolean;
}

const parameters: ParametersOf<StateDictArguments> = {
  destination: keywordOnly({
    expects: "a plain object or null",
    fallback: null,
    // What else it holds stays.
    convert: (value) =>
      value === null || isKeywords(value) ? (value as Record<string, Tensor> | null) : undefined,
  }),
  prefix: keywordOnly({
    expects: "a string",
    fallback: "",
    convert: (value) => (typeof value === "string" ? value : undefined),
  }),
  keep_vars: keywordOnly(flag(false)),
};

/** What states say of the modules that they were made of, by the modules' names. A copy of a state, such as `{...state}`, says nothing, as in PyTorch. */
const metadataByState = new WeakMap<object, Map<string, StateMetadata>>();

/** What a state says of its modules, by their names; empty when it says nothing. */
export function metadataOf(state: object): ReadonlyMap<string, StateMetadata> {
  return metadataByState.get(state) ?? new Map<string, StateMetadata>();
}

/** Whether a module has a state besides tensors. */
export function hasExtraState(module: Module): boolean {
  return module.get_extra_state !== CallableModule.prototype.get_extra_state;
}

/** Does what `Module.state_dict` says. */
export function makeState(module: Module, args: readonly unknown[]): Record<string, Tensor> {
  const { destination: given, prefix, keep_vars } = bind("state_dict", parameters, args);
  const destination = given ?? {};
  if (given === null) metadataByState.set(destination, new Map());
  const metadata: StateMetadata = { version: module._version };
  metadataByState.get(destination)?.set(prefix.slice(0, -1), metadata);
  const hooks = hooksOf(module);
  for (const hook of hooks.beforeState.slice()) hook(module, prefix, keep_vars);
  for (const [name, parameter] of ownParameters(module))
    destination[prefix + name] = keep_vars ? parameter : parameter.detach();
  for (const [name, buffer] of ownBuffers(module, true))
    destination[prefix + name] = keep_vars ? buffer : buffer.detach();
  // Whoever has such a state knows its type.
  if (hasExtraState(module)) destination[prefix + extraStateKey] = module.get_extra_state() as Tensor;
  for (const [name, child] of ownModules(module))
    child.state_dict({ destination, prefix: `${prefix}${name}.`, keep_vars });
  for (const hook of hooks.afterState.slice()) {
    const answer: unknown = hook(module, destination, prefix, metadata);
    if (answer !== undefined && answer !== null)
      throw new RuntimeError("state_dict post-hook must return None: change the state that it is given.");
  }
  return destination;
}
