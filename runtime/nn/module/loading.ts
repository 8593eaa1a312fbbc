/** A module's state from tensors by name. Everything is checked before the first tensor is written. Source: `torch/nn/modules/module.py`. */
import { no_grad } from "../../autograd/modes.ts";
import { bind, describe, isKeywords } from "../../binding.ts";
import { AssertionError } from "../../errors/assertionError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { flag } from "../../parameters.ts";
import { formatShape, sameShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import type { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { isUninitialized, type UninitializedBuffer, type UninitializedParameter } from "../uninitialized.ts";
import { hooksOf, type StateMetadata } from "./hooks.ts";
import { IncompatibleKeys } from "./incompatibleKeys.ts";
import { adviceFor } from "./loadingAdvice.ts";
import { ownBuffers, ownModules, ownParameters } from "./members.ts";
import { extraStateKey, hasExtraState, metadataOf } from "./state.ts";

/** How `load_state_dict` loads. */
export interface LoadStateDictArguments {
  /** Whether the names must be the module's, all of them and no others; `true` unless given. */
  readonly strict?: boolean;
  /** Whether the module takes over the tensors themselves, with their dtype and device, instead of copying their elements into its own. */
  readonly assign?: boolean;
}

/** Tensors by name, as an object or as a map. */
export type StateDict = Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;

const options = { strict: flag(true), assign: flag(false) };

/** The state and the options, which may all come by name. */
function matchArguments(args: readonly unknown[]): Required<LoadStateDictArguments> & {
  readonly state: Record<string, unknown>;
  readonly metadata: ReadonlyMap<string, StateMetadata>;
} {
  const [first, ...others] = args;
  const byName = args.length === 1 && isKeywords(first) && isState(first["state_dict"]) ? first : undefined;
  const { state_dict: given, ...named } = byName ?? { state_dict: first };
  if (!isState(given))
    throw new TypeError(
      `Expected state_dict to be dict-like, got ${describe(given)}. Pass what net.state_dict() or torch.load(…) gave.`,
    );
  const settings = bind("load_state_dict", options, byName === undefined ? others : [named]);
  const entries: Iterable<readonly [string, unknown]> = given instanceof Map ? given : Object.entries(given);
  return { ...settings, state: Object.fromEntries(entries), metadata: metadataOf(given) };
}

function isState(value: unknown): value is StateDict {
  return value instanceof Map || isKeywords(value);
}

type UninitializedTensor = UninitializedParameter | UninitializedBuffer;

/** One run of `load_state_dict`. */
class Loading {
  readonly missing: string[] = [];
  readonly unexpected: string[] = [];
  readonly errors: string[] = [];
  /** What is to be done when nothing stands in the way. */
  readonly writes: (() => void)[] = [];
  /** The tensors that are written. */
  readonly targets: Tensor[] = [];
  readonly metadata: ReadonlyMap<string, StateMetadata>;
  readonly assign: boolean;

  constructor(metadata: ReadonlyMap<string, StateMetadata>, assign: boolean) {
    this.metadata = metadata;
    this.assign = assign;
  }

  /** Looks for the tensors of a module and of all inside it. */
  match(module: Module, state: Record<string, unknown>, prefix: string): void {
    const metadata: StateMetadata = {
      ...this.metadata.get(prefix.slice(0, -1)),
      ...(this.assign ? { assign_to_params_buffers: true as const } : {}),
    };
    module._completeState(state, prefix, metadata.version ?? null);
    const { missing, unexpected, errors } = this;
    for (const hook of hooksOf(module).beforeLoading.slice())
      hook(module, state, prefix, metadata, true, missing, unexpected, errors);
    const own = new Map<string, Tensor>([...ownParameters(module), ...ownBuffers(module, true)]);
    for (const [name, target] of own) {
      const key = prefix + name;
      if (Object.hasOwn(state, key)) this.matchTensor(module, name, target, key, state[key]);
      else missing.push(key);
    }
    this.matchExtraState(module, state, prefix + extraStateKey);
    const children = new Map(ownModules(module));
    for (const key of Object.keys(state)) {
      if (!key.startsWith(prefix) || key === prefix + extraStateKey) continue;
      const [first = "", ...others] = key.slice(prefix.length).split(".");
      if (others.length > 0 ? !children.has(first) : !own.has(first)) unexpected.push(key);
    }
    for (const [name, child] of ownModules(module)) {
      const within = `${prefix}${name}.`;
      this.match(
        child,
        Object.fromEntries(Object.entries(state).filter(([key]) => key.startsWith(within))),
        within,
      );
    }
  }

  /** What a module with a tensor without a shape gets: the shape too, once it is known that everything fits. */
  private takeShape(module: Module, name: string, target: UninitializedTensor, input: Tensor): void {
    this.writes.push(() => {
      if (this.assign) Reflect.set(module, name, takenOver(input, target));
      else {
        target.materialize(input.shape);
        target.copy_(input);
      }
    });
  }

  private matchTensor(module: Module, name: string, target: Tensor, key: string, given: unknown): void {
    if (!(given instanceof Tensor)) {
      this.errors.push(
        `While copying the parameter named "${key}", expected torch.Tensor or Tensor-like object from checkpoint but received ${describe(given)}`,
      );
      return;
    }
    if (isUninitialized(target) && !isUninitialized(given))
      return this.takeShape(module, name, target, given);
    // PyTorch's files from before there were tensors without dimensions.
    const input = target.ndim === 0 && sameShape(given.shape, [1]) ? given.select(0, 0) : given;
    if (!sameShape(input.shape, target.shape)) {
      this.errors.push(
        `size mismatch for ${key}: copying a param with shape torch.Size(${formatShape(input.shape)}) from checkpoint, the shape in current model is torch.Size(${formatShape(target.shape)}).`,
      );
      return;
    }
    if (this.assign) {
      this.writes.push(() => Reflect.set(module, name, takenOver(input, target)));
      return;
    }
    this.targets.push(target);
    this.writes.push(() => target.copy_(input));
  }

  private matchExtraState(module: Module, state: Record<string, unknown>, key: string): void {
    if (!Object.hasOwn(state, key)) {
      if (hasExtraState(module)) this.missing.push(key);
    } else if (hasExtraState(module)) this.writes.push(() => module.set_extra_state(state[key]));
    else this.unexpected.push(key);
  }
}

/** What stands in the place of `target` when the module takes over a tensor. */
function takenOver(input: Tensor, target: Tensor): Tensor {
  if (!(target instanceof Parameter)) return input;
  return input instanceof Parameter
    ? input.requires_grad_(target.requires_grad)
    : new Parameter(input, target.requires_grad);
}

/** Runs the hooks of a module and of all inside it, the innermost first. */
function runAfterLoading(module: Module, keys: IncompatibleKeys): void {
  for (const [, child] of ownModules(module)) runAfterLoading(child, keys);
  for (const hook of hooksOf(module).afterLoading.slice()) {
    const answer: unknown = hook(module, keys);
    if (answer !== undefined && answer !== null)
      throw new AssertionError(
        "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values, if incompatible_keys need to be modified, it should be done inplace.",
      );
  }
}

function hasHooksAfterLoading(module: Module): boolean {
  return [...module.modules()].some((part) => hooksOf(part).afterLoading.length > 0);
}

function quoted(keys: readonly string[]): string {
  return keys.map((key) => `"${key}"`).join(", ");
}

/** @throws RuntimeError that lists all that does not fit. */
function check(module: Module, loading: Loading, strict: boolean): void {
  const { missing, unexpected, errors } = loading;
  const messages = [...errors];
  if (strict && unexpected.length > 0)
    messages.unshift(`Unexpected key(s) in state_dict: ${quoted(unexpected)}. `);
  if (strict && missing.length > 0) messages.unshift(`Missing key(s) in state_dict: ${quoted(missing)}. `);
  if (messages.length === 0) return;
  throw new RuntimeError(
    `Error(s) in loading state_dict for ${module.constructor.name}:\n\t${messages.join("\n\t")}\n${adviceFor(missing, unexpected, errors.length > 0)}`,
  );
}

/** Does what `Module.load_state_dict` says. */
export function loadState(module: Module, args: readonly unknown[]): IncompatibleKeys {
  const { state, metadata, strict, assign } = matchArguments(args);
  const loading = new Loading(metadata, assign);
  loading.match(module, state, "");
  const keys = new IncompatibleKeys(loading.missing, loading.unexpected);
  // Hooks that run behind the load may still forgive keys, but not sizes.
  const hooked = hasHooksAfterLoading(module);
  check(module, loading, strict && !hooked);
  const before = hooked && strict ? loading.targets.map((target) => target.detach().clone()) : null;
  no_grad(() => loading.writes.forEach((write) => write()));
  if (!hooked) return keys;
  runAfterLoading(module, keys);
  try {
    check(module, loading, strict);
  } catch (error) {
    no_grad(() => before?.forEach((values, position) => loading.targets[position]!.copy_(values)));
    throw error;
  }
  return keys;
}
