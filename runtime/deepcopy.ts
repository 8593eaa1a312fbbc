/** Copies that share nothing with what they were made of. Source: Python's `copy.deepcopy`, and `__deepcopy__` of PyTorch's tensors. */
import { no_grad } from "./autograd/modes.ts";
import { isKeywords } from "./binding.ts";
import { RuntimeError } from "./errors/runtimeError.ts";
import { Buffer } from "./nn/buffer.ts";
import { Module } from "./nn/module.ts";
import { copyCallHooks } from "./nn/module/callHooks.ts";
import { copyHooks } from "./nn/module/hooks.ts";
import { runInitialisers } from "./nn/module/initialisers.ts";
import { copyNotes } from "./nn/module/members.ts";
import { Parameter } from "./nn/parameter.ts";
import { UninitializedBuffer, UninitializedParameter } from "./nn/uninitialized.ts";
import { Tensor } from "./tensor.ts";

/** What was copied already, with its copy: what two places share, their copies share too. */
type Memo = Map<unknown, unknown>;

/** An object that makes its copies itself, as in Python. */
interface CopiesItself {
  __deepcopy__(memo: Memo): unknown;
}

function copiesItself(value: object): value is CopiesItself {
  return "__deepcopy__" in value && typeof value.__deepcopy__ === "function";
}

/**
 * A copy that shares nothing with the original: of a module with its parameters, buffers and modules inside, of a tensor, or of arrays, plain objects, Maps and Sets of such:
 * `const target = torch.deepcopy(net)`, `const best = torch.deepcopy(net.state_dict())`. Functions and objects of other classes are shared, unless they have a method `__deepcopy__`.
 *
 * A module's `#private` members and functions that hold their own `this` begin anew, as its class makes them.
 *
 * @throws RuntimeError for a tensor that is the result of a recorded computation; TypeError for a module whose private members only a constructor with arguments can make.
 * Source: Python's `copy.deepcopy`.
 */
export function deepcopy<T>(value: T): T {
  return copied(value, new Map()) as T; // of the same kind
}

function copied(value: unknown, memo: Memo): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return value;
  if (memo.has(value)) return memo.get(value);
  const copy = copiesItself(value) ? value.__deepcopy__(memo) : copyOf(value, memo);
  memo.set(value, copy);
  return copy;
}

function copyOf(value: object, memo: Memo): unknown {
  if (value instanceof Module) return moduleCopy(value, memo);
  if (value instanceof Tensor) return tensorCopy(value, memo);
  if (Array.isArray(value)) return fill(value, [], memo);
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>();
    memo.set(value, copy);
    for (const [key, item] of value) copy.set(copied(key, memo), copied(item, memo));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>();
    memo.set(value, copy);
    for (const item of value) copy.add(copied(item, memo));
    return copy;
  }
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  return isKeywords(value)
    ? fill(value, Object.create(Object.getPrototypeOf(value) as object | null) as object, memo)
    : value;
}

/** Puts copies of all properties into `copy`. */
function fill(value: object, copy: object, memo: Memo): object {
  memo.set(value, copy);
  for (const [name, item] of Object.entries(value)) Reflect.set(copy, name, copied(item, memo));
  return copy;
}

/** @throws RuntimeError for the result of a recorded computation. */
function tensorCopy(tensor: Tensor, memo: Memo): Tensor {
  if (tensor.grad_fn !== null)
    throw new RuntimeError(
      "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment. Detach it first: x.detach().",
    );
  const { requires_grad, device, dtype } = tensor;
  if (tensor instanceof UninitializedParameter)
    return new UninitializedParameter(requires_grad, { device, dtype });
  if (tensor instanceof UninitializedBuffer) return new UninitializedBuffer({ device, dtype });
  const values = no_grad(() => tensor.detach().clone());
  // PyTorch copies the gradients of plain tensors, and not those of parameters.
  if (tensor instanceof Buffer) return new Buffer(values, tensor.persistent);
  if (tensor instanceof Parameter) return new Parameter(values, requires_grad);
  values.requires_grad_(requires_grad);
  if (tensor.gradient !== null) values.gradient = copied(tensor.gradient, memo) as Tensor; // of a tensor
  return values;
}

function moduleCopy(module: Module, memo: Memo): Module {
  const copy = new Module();
  Object.setPrototypeOf(copy, Object.getPrototypeOf(module) as object);
  memo.set(module, copy);
  const made = runInitialisers(module, copy, Module);
  for (const name of Reflect.ownKeys(module)) {
    if (typeof name === "string" && made.has(name)) continue;
    const property = Object.getOwnPropertyDescriptor(module, name)!; // it is one of its keys
    if ("value" in property) property.value = copied(property.value, memo);
    Object.defineProperty(copy, name, property);
  }
  copyNotes(module, copy);
  copyHooks(module, copy);
  copyCallHooks(module, copy);
  return copy;
}
