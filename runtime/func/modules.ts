/** Modules as functions of their parameters. Source: `torch/_functorch/functional_call.py`. */
import { enable_grad, no_grad } from "../autograd/modes.ts";
import { isKeywords } from "../binding.ts";
import { KeyError } from "../errors/keyError.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import type { Module } from "../nn/module.ts";
import { stack } from "../ops/shaping/joining.ts";
import type { Tensor } from "../tensor.ts";

/** Tensors by the dotted names of a module's parameters and buffers. */
export type TensorsByName = Readonly<Record<string, Tensor>>;

interface FunctionalCallOptions {
  readonly tie_weights?: boolean;
  /** Whether every parameter and buffer must be given. */
  readonly strict?: boolean;
}

/** The module that has a tensor, and its name there. */
function placeOf(module: Module, path: string): readonly [owner: object, name: string] | null {
  const names = path.split(".");
  const last = names.pop()!;
  let owner: unknown = module;
  for (const name of names) {
    if (owner === null || (typeof owner !== "object" && typeof owner !== "function")) return null;
    owner = Reflect.get(owner, name);
  }
  return owner !== null && (typeof owner === "object" || typeof owner === "function") ? [owner, last] : null;
}

/** @throws RuntimeError when a parameter or buffer is missing. */
function checkComplete(module: Module, given: TensorsByName): void {
  const names = [...module.named_parameters(), ...module.named_buffers()].map(([name]) => name);
  const missing = names.filter((name) => !(name in given));
  if (missing.length > 0)
    throw new RuntimeError(
      `Error(s) in reparametrizing for ${module.constructor.name}: Missing key(s): ${missing.map((name) => `'${name}'`).join(", ")}. Give all parameters and buffers, or leave out strict.`,
    );
}

/**
 * Calls a module with other tensors in place of its parameters and buffers, which it has again afterwards.
 *
 * `torch.func.functional_call(net, Object.fromEntries(net.named_parameters()), [x])`. `args` is one argument, or an array of them; several dictionaries may be given as an array.
 *
 * @throws KeyError for a name that the module does not have.
 * Source: `torch.func.functional_call`.
 */
export function functional_call<M extends Module>(
  module: M,
  parameter_and_buffer_dicts: TensorsByName | readonly TensorsByName[],
  args: unknown = [],
  kwargs: Readonly<Record<string, unknown>> | null = null,
  { strict = false }: FunctionalCallOptions = {},
): ReturnType<M["forward"]> {
  const given: TensorsByName = Object.assign({}, ...[parameter_and_buffer_dicts].flat());
  if (strict) checkComplete(module, given);
  const places = Object.entries(given).map(([path, tensor]) => {
    const place = placeOf(module, path);
    if (place === null)
      throw new KeyError(
        `functional_call: ${module.constructor.name} has no parameter or buffer '${path}'. It has ${[...module.named_parameters()].map(([name]) => name).join(", ")}.`,
      );
    return { place, tensor, before: Reflect.get(place[0], place[1]) as unknown };
  });
  const positional: readonly unknown[] = Array.isArray(args) ? args : [args];
  const all = isKeywords(kwargs) && Object.keys(kwargs).length > 0 ? [...positional, kwargs] : positional;
  try {
    for (const { place, tensor } of places) Reflect.set(place[0], place[1], tensor);
    // A module takes whatever its `forward` takes.
    return (module as unknown as (...inputs: readonly unknown[]) => ReturnType<M["forward"]>)(...all);
  } finally {
    for (const { place, before } of places) Reflect.set(place[0], place[1], before);
  }
}

/** Tensors of the same name from several modules, on top of each other. */
function stackByName(all: readonly TensorsByName[], followed: boolean): Record<string, Tensor> {
  const names = Object.keys(all[0]!);
  return Object.fromEntries(
    names.map((name) => {
      const tensors = all.map((tensors) => tensors[name]!);
      const result = no_grad(() => stack(tensors));
      return [
        name,
        followed && tensors.every((tensor) => tensor.requires_grad) ? result.requires_grad_() : result,
      ];
    }),
  );
}

/**
 * The parameters and the buffers of several modules of one kind, stacked: `[params, buffers]`, for `vmap` over models.
 *
 * @throws RuntimeError when there is no module, or they are of different kinds.
 * Source: `torch.func.stack_module_state`.
 */
export function stack_module_state(
  models: readonly Module[],
): [params: Record<string, Tensor>, buffers: Record<string, Tensor>] {
  if (models.length === 0) throw new RuntimeError("stack_module_state: Expected at least one model, got 0.");
  if (models.some((model) => model.constructor !== models[0]!.constructor))
    throw new RuntimeError("stack_module_state: Expected all models to be of the same class.");
  return enable_grad(() => [
    stackByName(
      models.map((model) => Object.fromEntries(model.named_parameters())),
      true,
    ),
    stackByName(
      models.map((model) => Object.fromEntries(model.named_buffers())),
      false,
    ),
  ]);
}
