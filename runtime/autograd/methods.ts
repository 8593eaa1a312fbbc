/** The methods of `Tensor` by which users meet autograd. */
import { RuntimeError } from "../errors/runtimeError.ts";
import type { Tensor } from "../tensor.ts";
import { backwardFrom, keepGradient, type OneOrMany, type TensorBackwardArguments } from "./calls.ts";
import { RemovableHandle, type Hook } from "./hooks.ts";
import { AccumulateGrad, edgeOf } from "./node.ts";

/** Their types and documentation. */
export interface AutogradMethods {
  /** Cuts this tensor off its history, in place: it becomes a leaf. @throws RuntimeError for a view. Source: `torch.Tensor.detach_`. */
  detach_<T extends Tensor>(this: T): T;
  /**
   * Computes the gradients of this tensor with respect to the leaves behind it, and adds them to their `grad`.
   *
   * `loss.backward()`, `y.backward(gradient)`, `y.backward({retain_graph: true})`, `y.backward({inputs: [w]})`.
   *
   * @throws RuntimeError when nothing was recorded, when the tensor has several elements and no gradient is given, when the graph was freed by an earlier
   * backward, or when a saved tensor was changed in place.
   * Source: `torch.Tensor.backward`.
   */
  backward(
    gradient?: Tensor | null | TensorBackwardArguments,
    retain_graph?: boolean | null | TensorBackwardArguments,
    create_graph?: boolean | TensorBackwardArguments,
    inputs?: OneOrMany | null | TensorBackwardArguments,
  ): void;
  /** Keeps the gradient of this tensor in its `grad`, although it is not a leaf. Source: `torch.Tensor.retain_grad`. */
  retain_grad(): void;
  /**
   * Calls `hook` with this tensor's gradient whenever it is computed; what it returns replaces the gradient. Hooks run in the order in which they came.
   *
   * @throws RuntimeError when this tensor does not require grad.
   * Source: `torch.Tensor.register_hook`.
   */
  register_hook(hook: Hook): RemovableHandle;
  /**
   * Calls `hook` with this leaf after a backward has added to its `grad`.
   *
   * @throws RuntimeError for a tensor that is not a leaf, or does not require grad.
   * Source: `torch.Tensor.register_post_accumulate_grad_hook`.
   */
  register_post_accumulate_grad_hook(hook: (leaf: Tensor) => void): RemovableHandle;
}

function checkCallable(name: string, hook: unknown): void {
  if (typeof hook !== "function")
    throw new TypeError(`${name}(): argument 'hook' must be a function, not ${String(hook)}.`);
}

function checkHookable(self: Tensor): void {
  if (!self.requires_grad)
    throw new RuntimeError(
      "cannot register a hook on a tensor that doesn't require gradient: nothing was recorded for it. Make it with {requires_grad: true}.",
    );
}

/** The implementations. */
export const autogradMethods: {
  readonly [K in keyof AutogradMethods]: (self: Tensor, ...args: never[]) => unknown;
} = {
  detach_: (self) => {
    if (self.base !== null)
      throw new RuntimeError("Can't detach views in-place. Use detach() instead, which gives a new tensor.");
    self.grad_fn = null;
    return self.requires_grad_(false);
  },
  backward: (self, ...args: unknown[]) => backwardFrom(self, args),
  retain_grad: (self) => keepGradient(self),
  register_hook: (self, hook: Hook) => {
    checkHookable(self);
    checkCallable("register_hook", hook);
    const edge = edgeOf(self)!;
    return new RemovableHandle(((edge instanceof AccumulateGrad ? self : edge).hooks ??= []), hook);
  },
  register_post_accumulate_grad_hook: (self, hook: (leaf: Tensor) => void) => {
    checkHookable(self);
    checkCallable("register_post_accumulate_grad_hook", hook);
    if (self.grad_fn !== null)
      throw new RuntimeError(
        "post accumulate grad hooks cannot be registered on non-leaf tensors: use register_hook, or register it at a leaf.",
      );
    return new RemovableHandle((self.afterAccumulation ??= []), hook);
  },
};
