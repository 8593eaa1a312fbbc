/** Parameters that are computed from others. Source: `torch/nn/utils/parametrize.py`. */
import { no_grad } from "../../autograd/modes.ts";
import { describe } from "../../binding.ts";
import { ValueError } from "../../errors/valueError.ts";
import { formatShape, sameShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { ModuleDict } from "../container.ts";
import type { Module } from "../module.ts";
import { forgetBuffer, isBufferName } from "../module/members.ts";
import { Parameter } from "../parameter.ts";
import { ParametrizationList, register } from "./parametrizationList.ts";

export { ParametrizationList };

/** A module some of whose parameters are computed. */
interface Parametrized {
  /** The parametrizations by the names of what they compute; each has the tensors that it is computed from as `original`, or `original0`, `original1`, … */
  readonly parametrizations: ModuleDict<ParametrizationList> & Readonly<Record<string, ParametrizationList>>;
}

/** Values that are computed once while `cached` runs. */
const cache = new Map<Module, Map<string, Tensor>>();
let caching = 0;

/** The value of a computed parameter. */
function valueOf(module: Module & Parametrized, name: string): Tensor {
  if (caching === 0) return module.parametrizations.get(name)();
  let values = cache.get(module);
  if (values === undefined) cache.set(module, (values = new Map()));
  let value = values.get(name);
  if (value === undefined) values.set(name, (value = module.parametrizations.get(name)()));
  return value;
}

/** Computes each parametrized tensor once while `body` runs, and gives what it returns: `parametrize.cached(() => net(x))`. Source: `torch.nn.utils.parametrize.cached`. */
export function cached<T>(body: () => T): T {
  caching++;
  try {
    return body();
  } finally {
    caching--;
    if (caching === 0) cache.clear();
  }
}

/** Whether a module has computed parameters, or one of that name. Source: `torch.nn.utils.parametrize.is_parametrized`. */
export function is_parametrized(
  module: Module,
  tensor_name: string | null = null,
): module is Module & Parametrized {
  const parametrizations: unknown = Reflect.get(module, "parametrizations");
  if (!(parametrizations instanceof ModuleDict)) return false;
  return tensor_name === null ? parametrizations.length > 0 : parametrizations.has(tensor_name);
}

/** Makes a module one of a class that is called after its own, as PyTorch does. */
function changeClass(module: Module): void {
  const own = module.constructor as new () => Module; // every module's constructor is a class
  const name = `Parametrized${own.name}`;
  const changed = class extends own {};
  Object.defineProperty(changed, "name", { value: name });
  Object.setPrototypeOf(module, changed.prototype as object);
}

function defineComputed(module: Module, name: string): void {
  Object.defineProperty(module, name, {
    // A copy of the module has its own parametrizations.
    get(this: Module & Parametrized): Tensor {
      return valueOf(this, name);
    },
    set(this: Module & Parametrized, value: Tensor): void {
      this.parametrizations.get(name).right_inverse(value);
    },
    enumerable: false,
    configurable: true,
  });
}

/** @throws ValueError when a further parametrization changes dtype or shape. */
function checkFurther(module: Module, name: string, parametrization: Module): void {
  const before = Reflect.get(module, name) as Tensor; // it is computed
  const after: unknown = parametrization.forward(before as never);
  if (!(after instanceof Tensor))
    throw new ValueError(`A parametrization must return a tensor. Got ${describe(after)}.`);
  const changes = "Registering a parametrization may not change the";
  if (after.dtype !== before.dtype)
    throw new ValueError(
      `${changes} dtype of the tensor, unless the \`unsafe\` flag is enabled.\nmodule.${name}.dtype: ${before.dtype.toString()}\nparametrization(module.${name}).dtype: ${after.dtype.toString()}`,
    );
  if (!sameShape(after.shape, before.shape))
    throw new ValueError(
      `${changes} shape of the tensor, unless the \`unsafe\` flag is enabled.\nmodule.${name}.shape: ${formatShape(before.shape)}\nparametrization(module.${name}).shape: ${formatShape(after.shape)}`,
    );
}

/**
 * Lets a module compute one of its parameters or buffers from another tensor each time it is read: `register_parametrization(layer, "weight", new Symmetric())`, where `Symmetric` is a module
 * from a tensor to one of its shape. The parameter that is learned is `layer.parametrizations.weight.original`. Where the parametrization has a method `right_inverse(value)`, the value that there is
 * is kept, and `layer.weight = value` can be set; it may give several tensors.
 *
 * @throws ValueError when there is no such parameter or buffer, or the parametrization changes shape or dtype and `unsafe` is not true.
 * Source: `torch.nn.utils.parametrize.register_parametrization`.
 */
export function register_parametrization<M extends Module>(
  module: M,
  tensor_name: string,
  parametrization: Module,
  { unsafe = false }: { readonly unsafe?: boolean } = {},
): M & Parametrized {
  parametrization.train(module.training);
  if (is_parametrized(module, tensor_name)) {
    if (!unsafe) no_grad(() => checkFurther(module, tensor_name, parametrization));
    const list = module.parametrizations.get(tensor_name);
    list.append(parametrization);
    list.unsafe ||= unsafe;
    return module;
  }
  const original: unknown = Reflect.get(module, tensor_name);
  if (!(original instanceof Parameter) && !(original instanceof Tensor && isBufferName(module, tensor_name)))
    throw new ValueError(
      `Module '${module.toString()}' does not have a parameter, a buffer, or a parametrized element with name '${tensor_name}'`,
    );
  const list = new ParametrizationList([parametrization], original, unsafe);
  forgetBuffer(module, tensor_name);
  Reflect.deleteProperty(module, tensor_name);
  if (!is_parametrized(module)) {
    changeClass(module);
    Reflect.set(module, "parametrizations", new ModuleDict());
  }
  defineComputed(module, tensor_name);
  const parametrized = module as M & Parametrized; // it was made so above
  parametrized.parametrizations.set(tensor_name, list);
  return parametrized;
}

/**
 * Makes a computed parameter an ordinary one again: with the value that is computed now, or with `leave_parametrized` false with the one that it was computed from.
 *
 * @throws ValueError when it is not computed, or is computed from several tensors and shall not keep its value.
 * Source: `torch.nn.utils.parametrize.remove_parametrizations`.
 */
export function remove_parametrizations<M extends Module>(
  module: M,
  tensor_name: string,
  leave_parametrized: boolean | { readonly leave_parametrized?: boolean } = true,
): M {
  if (!is_parametrized(module, tensor_name))
    throw new ValueError(`Module ${module.toString()} does not have a parametrization on ${tensor_name}`);
  const keeps =
    typeof leave_parametrized === "boolean"
      ? leave_parametrized
      : (leave_parametrized.leave_parametrized ?? true);
  const list = module.parametrizations.get(tensor_name);
  const tensor = list.removed(keeps);
  Reflect.deleteProperty(module, tensor_name);
  module.parametrizations.delete(tensor_name);
  if (module.parametrizations.length === 0) {
    Reflect.deleteProperty(module, "parametrizations");
    const changed = Object.getPrototypeOf(module) as object;
    Object.setPrototypeOf(module, Object.getPrototypeOf(changed) as object);
  }
  register(module, tensor_name, tensor);
  return module;
}

/** The class that a module had before it was parametrized. Source: `torch.nn.utils.parametrize.type_before_parametrizations`. */
export function type_before_parametrizations(module: Module): unknown {
  return is_parametrized(module) ? Object.getPrototypeOf(module.constructor) : module.constructor;
}
