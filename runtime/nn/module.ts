import type { RemovableHandle } from "../autograd/hooks.ts";
import { no_grad } from "../autograd/modes.ts";
import type { Device } from "../device.ts";
import { bfloat16, float16, float32, float64, type DType } from "../dtype.ts";
import { inspectAs } from "../inspect.ts";
import type { Tensor } from "../tensor.ts";
import { castModule, emptyModule, moveModule, type ModuleTarget } from "./module/conversion.ts";
import {
  attach,
  type LoadStateDictPostHook,
  type LoadStateDictPreHook,
  type StateDictPostHook,
  type StateDictPreHook,
} from "./module/hooks.ts";
import type { IncompatibleKeys } from "./module/incompatibleKeys.ts";
import type { Inputs } from "./module/inputNames.ts";
import { loadState, type LoadStateDictArguments, type StateDict } from "./module/loading.ts";
import { ownModules } from "./module/members.ts";
import { makeState, type StateDictArguments } from "./module/state.ts";
import { ModuleTree } from "./module/tree.ts";

export type { ModuleTarget };

/** A module is called as a function: `net(x)` runs `net.forward(x)`. */
export interface Module {
  (...inputs: Inputs<this>): ReturnType<this["forward"]>;
}

/**
 * The base of all layers and networks: holds parameters and other modules, and computes with them.
 *
 * `class Net extends nn.Module { fc = new nn.Linear(2, 1); forward(x: Tensor) { return this.fc(x); } }`, then `const net = new Net(); net(x)`. Parameters and
 * modules are found among the object's own properties, in the order in which they were set.
 *
 * Source: `torch.nn.Module`.
 */
export class Module extends ModuleTree {
  /** Calls `fn` with every module inside this one and then with this one. Source: `torch.nn.Module.apply`. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /** Sets training mode, or with `false` evaluation mode, here and in all modules inside. Source: `torch.nn.Module.train`. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** Sets evaluation mode. Source: `torch.nn.Module.eval`. */
  eval(): this {
    return this.train(false);
  }

  /** Switches recording for all parameters on or off. Source: `torch.nn.Module.requires_grad_`. */
  requires_grad_(requires_grad = true): this {
    for (const parameter of this.parameters()) parameter.requires_grad_(requires_grad);
    return this;
  }

  /** Drops the gradients of all parameters, or fills them with zeros. Source: `torch.nn.Module.zero_grad`. */
  zero_grad(set_to_none: boolean | { readonly set_to_none?: boolean } = true): void {
    const drop = typeof set_to_none === "boolean" ? set_to_none : (set_to_none.set_to_none ?? true);
    for (const parameter of this.parameters()) clearGrad(parameter, drop);
  }

  /**
   * The module's state by name: parameters, buffers that are persistent, and those of all modules inside, in PyTorch's order. The tensors share the module's elements: what trains
   * on changes them; `torch.save(net.state_dict(), "net.pt")` or a clone of each keeps what is there now.
   *
   * Source: `torch.nn.Module.state_dict`.
   */
  state_dict(settings: StateDictArguments = {}): Record<string, Tensor> {
    return makeState(this, [settings]);
  }

  /**
   * Copies tensors into the parameters and buffers of the same names: `net.load_state_dict(torch.load("net.pt"))`, `net.load_state_dict(state, {strict: false})`. With `assign` the
   * module takes over the tensors themselves. Either everything is loaded or nothing.
   *
   * @throws RuntimeError that lists the names that are missing and, unless `strict` is false, those that are too many, and the sizes that differ; nothing is loaded then.
   * Source: `torch.nn.Module.load_state_dict`.
   */
  load_state_dict(
    state_dict: StateDict,
    strict?: boolean | LoadStateDictArguments,
    assign?: boolean | Pick<LoadStateDictArguments, "assign">,
  ): IncompatibleKeys;
  load_state_dict(...args: readonly unknown[]): IncompatibleKeys {
    return loadState(this, args);
  }

  /** The version of the names in the module's state, which states remember. @internal */
  get _version(): number {
    return 1;
  }

  /** Adds to a state what states of that version lack; null is a version that nobody knows. @internal */
  _completeState(_state: Record<string, unknown>, _prefix: string, _version: number | null): void {}

  /** Calls `hook(module, prefix, keep_vars)` before `state_dict` looks at this module. Source: `torch.nn.Module.register_state_dict_pre_hook`. */
  register_state_dict_pre_hook(hook: StateDictPreHook): RemovableHandle {
    return attach(this, "beforeState", hook);
  }

  /** Calls `hook(module, state_dict, prefix, local_metadata)` when this module's part of a state is made, for the hook to change. Source: `torch.nn.Module.register_state_dict_post_hook`. */
  register_state_dict_post_hook(hook: StateDictPostHook): RemovableHandle {
    return attach(this, "afterState", hook);
  }

  /**
   * Calls `hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)` before `load_state_dict` comes to this module. The state is a copy, which the
   * hook may change.
   *
   * Source: `torch.nn.Module.register_load_state_dict_pre_hook`.
   */
  register_load_state_dict_pre_hook(hook: LoadStateDictPreHook): RemovableHandle {
    return attach(this, "beforeLoading", hook);
  }

  /**
   * Calls `hook(module, incompatible_keys)` after this module was loaded. What the hook takes out of the lists is forgiven, what it adds is refused.
   *
   * Source: `torch.nn.Module.register_load_state_dict_post_hook`.
   */
  register_load_state_dict_post_hook(hook: LoadStateDictPostHook): RemovableHandle {
    return attach(this, "afterLoading", hook);
  }

  /**
   * Converts all parameters and floating-point buffers, in place, to a floating-point dtype, or moves them and the other buffers to a device:
   * `net.to("cuda")`, `net.to(torch.float64)`, `net.to("cuda", torch.float32)`, `net.to({device, dtype})`. Parameters stay the same tensors, so that an optimizer keeps them;
   * their gradients go with them.
   *
   * @throws RuntimeError when the dtype has no fractions or there is no such device, TypeError for float64 on an accelerator; nothing is moved then.
   * Source: `torch.nn.Module.to`.
   */
  to(target: DType | Device | string | Tensor | ModuleTarget, dtype?: DType): this {
    moveModule(this, target, dtype ?? null);
    return this;
  }

  /** Converts all parameters and buffers, whole numbers too, to a dtype. @throws RuntimeError when a parameter cannot require grad in it. Source: `torch.nn.Module.type`. */
  type(dst_type: DType): this {
    castModule(this, dst_type);
    return this;
  }

  /** Moves the module without its values, which are whatever there was in memory: for one that a state is loaded into next. Source: `torch.nn.Module.to_empty`. */
  to_empty({
    device,
    recurse = true,
  }: {
    readonly device: Device | string;
    readonly recurse?: boolean;
  }): this {
    emptyModule(this, device, recurse);
    return this;
  }

  /** Moves everything to the accelerator, as `to("cuda")`. @throws AssertionError when there is none. Source: `torch.nn.Module.cuda`. */
  cuda(device: Device | string | number = "cuda"): this {
    return this.to(typeof device === "number" ? `cuda:${device}` : device);
  }

  /** Moves everything to the CPU, as `to("cpu")`. Source: `torch.nn.Module.cpu`. */
  cpu(): this {
    return this.to("cpu");
  }

  /** As `to(torch.float64)`. Source: `torch.nn.Module.double`. */
  double(): this {
    return this.to(float64);
  }

  /** As `to(torch.float32)`. Source: `torch.nn.Module.float`. */
  float(): this {
    return this.to(float32);
  }

  /** As `to(torch.float16)`. Source: `torch.nn.Module.half`. */
  half(): this {
    return this.to(float16);
  }

  /** As `to(torch.bfloat16)`. Source: `torch.nn.Module.bfloat16`. */
  bfloat16(): this {
    return this.to(bfloat16);
  }

  /** PyTorch's printed form: the modules inside, indented. */
  override toString(): string {
    const extra = this.extra_repr();
    const lines = extra === "" ? [] : extra.split("\n");
    const children = [...ownModules(this)].map(([name, child]) => `(${name}): ${indented(child.toString())}`);
    const name = this.constructor.name;
    if (lines.length === 1 && children.length === 0) return `${name}(${extra})`;
    if (lines.length === 0 && children.length === 0) return `${name}()`;
    return `${name}(\n  ${[...lines, ...children].join("\n  ")}\n)`;
  }
}

inspectAs(Module, (module) => module.toString());

/** Lines behind the first moved to the right. Empty ones stay empty. @internal */
export function indented(text: string): string {
  const [first, ...others] = text.split("\n");
  return [first, ...others.map((line) => (line.trim() === "" ? "" : `  ${line}`))].join("\n");
}

/** Drops a gradient, or fills it with zeros. @internal */
export function clearGrad(tensor: Tensor, setToNone: boolean): void {
  if (tensor.grad === null) return;
  if (setToNone) tensor.grad = null;
  else no_grad(() => tensor.grad!.zero_());
}
