/** What makes a module a function, and what its class may say. */
import { bind, isKeywords } from "../../binding.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { RemovableHandle } from "../../autograd/hooks.ts";
import type { Module } from "../module.ts";
import { callModule } from "./call.ts";
import {
  attached,
  attachToCalls,
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardHookWithKwargs,
  type ForwardPreHook,
  type ForwardPreHookOptions,
  type ForwardPreHookWithKwargs,
  type FullBackwardHook,
  type FullBackwardPreHook,
} from "./callHooks.ts";

/** A module as far as it can be called: `nn.Module` builds on it. */
export class CallableModule {
  /** True while the module is being trained; dropout and batch normalisation behave otherwise in evaluation. */
  training!: boolean;

  /** @throws TypeError for arguments: modules that take some say so in constructors of their own. */
  constructor(...args: []) {
    if (args.length > 0) bind(new.target.name, {}, args);
    // Most calls have no hooks, and a call more would cost as much as all of this.
    const self = (...inputs: never[]): unknown =>
      attached.count === 0 && !isKeywords(inputs.at(-1))
        ? module.forward(...inputs)
        : callModule(module, inputs);
    // A function's own `name` and `length` would stand in the way of properties of those names.
    delete (self as { name?: string }).name;
    delete (self as { length?: number }).length;
    Object.setPrototypeOf(self, new.target.prototype as object);
    // The prototype was exchanged above: `self` is a module that can be called.
    const module = self as unknown as Module;
    Object.defineProperty(module, "training", {
      value: true,
      writable: true,
      configurable: true,
      enumerable: false,
    });
    // oxlint-disable-next-line no-constructor-return -- this is what makes a module callable: subclasses build on the function
    return module;
  }

  /**
   * Computes the output. Every module overrides it; call the module itself instead: `net(x)`.
   *
   * @throws NotImplementedError when a module has none.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- what a module takes and gives is known of its class alone: `nn.Module` as a type is any of them, and can be called
  forward(..._inputs: any[]): any {
    throw new NotImplementedError(
      `Module [${this.constructor.name}] is missing the required "forward" function. Add forward(x) { … } to the class.`,
    );
  }

  /** Extra text in the printed form: what the layer was made with. */
  extra_repr(): string {
    return "";
  }

  /**
   * State besides parameters and buffers, which `state_dict` holds under `_extra_state`: a class that has some overrides this and `set_extra_state`.
   *
   * @throws RuntimeError when the class has none. Source: `torch.nn.Module.get_extra_state`.
   */
  get_extra_state(): unknown {
    throw new RuntimeError(
      `${this.constructor.name} has no extra state: a class that has some overrides get_extra_state and set_extra_state.`,
    );
  }

  /** Takes what `get_extra_state` gave. @throws RuntimeError when the class has none. Source: `torch.nn.Module.set_extra_state`. */
  set_extra_state(_state: unknown): void {
    throw new RuntimeError(
      `${this.constructor.name} takes no extra state: a class that has some overrides get_extra_state and set_extra_state.`,
    );
  }

  /**
   * Calls `hook(module, args)` before each call, with its positional arguments; what the hook returns is used instead of them. With `with_kwargs` it is `hook(module, args, kwargs)`, which
   * returns both, `[args, kwargs]`, or nothing.
   *
   * Source: `torch.nn.Module.register_forward_pre_hook`.
   */
  register_forward_pre_hook<M extends CallableModule>(
    this: M,
    hook: ForwardPreHook<M>,
    options?: ForwardPreHookOptions & { readonly with_kwargs?: false },
  ): RemovableHandle;
  register_forward_pre_hook<M extends CallableModule>(
    this: M,
    hook: ForwardPreHookWithKwargs<M>,
    options: ForwardPreHookOptions & { readonly with_kwargs: true },
  ): RemovableHandle;
  register_forward_pre_hook<M extends CallableModule>(
    this: M,
    hook: ForwardPreHook<M> | ForwardPreHookWithKwargs<M>,
    options: ForwardPreHookOptions = {},
  ): RemovableHandle {
    return attachToCalls(this, "beforeForward", hook, options);
  }

  /**
   * Calls `hook(module, args, output)` after each call; what the hook returns is used instead of the output: `net.fc.register_forward_hook((_, __, output) => { seen.push(output); })`. With
   * `with_kwargs` it is `hook(module, args, kwargs, output)`; with `always_call` it also runs when something throws.
   *
   * Source: `torch.nn.Module.register_forward_hook`.
   */
  register_forward_hook<M extends CallableModule>(
    this: M,
    hook: ForwardHook<M>,
    options?: ForwardHookOptions & { readonly with_kwargs?: false },
  ): RemovableHandle;
  register_forward_hook<M extends CallableModule>(
    this: M,
    hook: ForwardHookWithKwargs<M>,
    options: ForwardHookOptions & { readonly with_kwargs: true },
  ): RemovableHandle;
  register_forward_hook<M extends CallableModule>(
    this: M,
    hook: ForwardHook<M> | ForwardHookWithKwargs<M>,
    options: ForwardHookOptions = {},
  ): RemovableHandle {
    return attachToCalls(this, "afterForward", hook, options);
  }

  /**
   * Calls `hook(module, grad_input, grad_output)` when the gradients of the inputs are there, arrays with `null` for what is no tensor; what the hook returns is used instead of `grad_input`.
   * Where no input requires grad, the hook runs when the gradients of the outputs are there.
   *
   * Source: `torch.nn.Module.register_full_backward_hook`.
   */
  register_full_backward_hook<M extends CallableModule>(
    this: M,
    hook: FullBackwardHook<M>,
    prepend: boolean | { readonly prepend?: boolean } = false,
  ): RemovableHandle {
    return attachToCalls(this, "afterBackward", hook, typeof prepend === "boolean" ? { prepend } : prepend);
  }

  /**
   * Calls `hook(module, grad_output)` when the gradients of the outputs are there, before the module's own derivatives; what the hook returns is used instead of them.
   *
   * Source: `torch.nn.Module.register_full_backward_pre_hook`.
   */
  register_full_backward_pre_hook<M extends CallableModule>(
    this: M,
    hook: FullBackwardPreHook<M>,
    prepend: boolean | { readonly prepend?: boolean } = false,
  ): RemovableHandle {
    return attachToCalls(this, "beforeBackward", hook, typeof prepend === "boolean" ? { prepend } : prepend);
  }
}
