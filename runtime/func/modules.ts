/** Modules as functions of their parameters. Source: `torch/_functorch/functional_call.py`. */
import { enable_grad, no_grad } from "../autograd/modes.ts";
import { isKeywords } from "../binding.ts";
import { KeyError } from "../errors/keyError.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { ValueError } from "../errors/valueError.ts";
import type { Module } from "../nn/module.ts";
import { stack } from "../ops/shaping/joining.ts";
import type { Tensor } from "../tensor.ts";

/** Tensors by the dotted names of a module's parameters and buffers. */
export type TensorsByName = Readonly<Record<string, Tensor>>;

interface FunctionalCallOptions {
  /** Whether a tensor that the module has under several names is replaced under all of them; `true` unless given. */
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

/** The parameters and buffers of a module by all the names that they have. */
function membersOf(module: Module): ReadonlyMap<string, Tensor> {
  return new Map<string, Tensor>([
    ...module.named_parameters({ remove_duplicate: false }),
    ...module.named_buffers({ remove_duplicate: false }),
  ]);
}

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(", ");

/** @throws RuntimeError when a parameter or buffer is missing, or there is none of a name. */
function checkComplete(module: Module, members: ReadonlyMap<string, Tensor>, given: TensorsByName): void {
  const missing = [...members.keys()].filter((name) => !(name in given));
  const unexpected = Object.keys(given).filter((name) => !members.has(name));
  const messages = [
    ...(unexpected.length > 0 ? [`Unexpected key(s): ${quoted(unexpected)}.`] : []),
    ...(missing.length > 0 ? [`Missing key(s): ${quoted(missing)}.`] : []),
  ];
  if (messages.length > 0)
    throw new RuntimeError(
      `Error(s) in reparametrizing for ${module.constructor.name}:\n\t${messages.join("\n\t")}\nGive all parameters and buffers, or leave out strict.`,
    );
}

/** Tensors for all the names that the given ones have in the module. @throws ValueError when one gets several. */
function tied(members: ReadonlyMap<string, Tensor>, given: TensorsByName): TensorsByName {
  const namesOf = new Map<Tensor, string[]>();
  for (const [name, tensor] of members) namesOf.set(tensor, [...(namesOf.get(tensor) ?? []), name]);
  const result: Record<string, Tensor> = { ...given };
  for (const names of namesOf.values()) {
    const known = names.filter((name) => name in given);
    if (names.length === 1 || known.length === 0) continue;
    if (new Set(known.map((name) => given[name])).size > 1)
      throw new ValueError(
        `functional_call got multiple values for keys [${quoted(names.toSorted())}], which are tied. Consider using tie_weights=False`,
      );
    for (const name of names) result[name] = given[known[0]!]!; // one is known
  }
  return result;
}

/**
 * Calls a module with other tensors in place of its parameters and buffers, which it has again afterwards.
 *
 * `torch.func.functional_call(net, Object.fromEntries(net.named_parameters()), [x])`. `args` is one argument, or an array of them; several dictionaries may be given as an array.
 *
 * @throws KeyError for a name that the module does not have, ValueError for several tensors for one that has several names.
 * Source: `torch.func.functional_call`.
 */
export function functional_call<M extends Module>(
  module: M,
  parameter_and_buffer_dicts: TensorsByName | readonly TensorsByName[],
  args: unknown = [],
  kwargs: Readonly<Record<string, unknown>> | null = null,
  { tie_weights = true, strict = false }: FunctionalCallOptions = {},
): ReturnType<M["forward"]> {
  const all: TensorsByName = Object.assign({}, ...[parameter_and_buffer_dicts].flat());
  const members = membersOf(module);
  const given = tie_weights ? tied(members, all) : all;
  if (strict) checkComplete(module, members, given);
  const places = Object.entries(given).map(([path, tensor]) => {
    const place = placeOf(module, path);
    if (place === null)
      throw new KeyError(
        `functional_call: ${module.constructor.name} has no parameter or buffer '${path}'. It has ${[...module.named_parameters()].map(([name]) => name).join(", ")}.`,
      );
    return { place, tensor, before: Reflect.get(place[0], place[1]) as unknown };
  });
  const positional: readonly unknown[] = Array.isArray(args) ? args : [args];
  const inputs = isKeywords(kwargs) && Object.keys(kwargs).length > 0 ? [...positional, kwargs] : positional;
  try {
    for (const { place, tensor } of places) Reflect.set(place[0], place[1], tensor);
    // A module takes whatever its `forward` takes.
    return (module as unknown as (...given: readonly unknown[]) => ReturnType<M["forward"]>)(...inputs);
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
