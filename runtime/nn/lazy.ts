/** How lazy modules come to their sizes: from the first input. Source: `torch/nn/modules/lazy.py`. */
import type { RemovableHandle } from "../autograd/hooks.ts";
import { AssertionError } from "../errors/assertionError.ts";
import { get_rng_state, set_rng_state } from "../random.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import type { Module } from "./module.ts";
import { isUninitialized } from "./uninitialized.ts";

/** A module that becomes another one. */
export interface LazyModule extends Module {
  /** The module that this one would be, had it been made for the input. @internal */
  _complete(input: Tensor): Module;
}

/** What ends when a module has its sizes. */
const handles = new WeakMap<Module, readonly RemovableHandle[]>();

const isLazy = (module: Module): module is LazyModule => "_complete" in module;

/** Lets a module become what it is for, before its first call. A state that is loaded gives its tensors their shapes. */
export function awaitFirstInput(module: LazyModule): void {
  handles.set(module, [
    module.register_forward_pre_hook(
      (called, [first], named) => {
        const input = first ?? named["input"];
        if (isLazy(called) && input instanceof Tensor) become(called, input);
      },
      { with_kwargs: true },
    ),
  ]);
}

/** The complete module. Where weights were loaded already, nothing is drawn for it. */
function completed(module: LazyModule, input: Tensor): Module {
  if (Object.values(module).some(isUninitialized)) return module._complete(input);
  const before = get_rng_state();
  try {
    return module._complete(input);
  } finally {
    set_rng_state(before);
  }
}

/** Makes a module what it is for: with the sizes that the input asks for, and first values of its tensors. */
function become(module: LazyModule, input: Tensor): void {
  const made = completed(module, input);
  const entries = Object.entries(made);
  for (const [name, value] of entries) checkShape(module, name, value);
  for (const [name, value] of entries) {
    const own: unknown = Reflect.get(module, name);
    if (isUninitialized(own) && value instanceof Tensor) {
      own.materialize(value.shape);
      own.become(value);
    } else if (!(value instanceof Tensor)) Reflect.set(module, name, value);
  }
  for (const handle of handles.get(module) ?? []) handle.remove();
  handles.delete(module);
  Object.setPrototypeOf(module, Object.getPrototypeOf(made) as object);
}

/** @throws AssertionError when a tensor that was loaded does not fit the input. */
function checkShape(module: Module, name: string, value: unknown): void {
  const own: unknown = Reflect.get(module, name);
  if (!(own instanceof Tensor) || !(value instanceof Tensor) || isUninitialized(own)) return;
  if (!sameShape(own.shape, value.shape))
    throw new AssertionError(
      `The sizes inferred from input are not equal to those of self.${name}: ${formatShape(value.shape)} and ${formatShape(own.shape)}. The state that was loaded belongs to inputs of another size.`,
    );
}
