/**
 * Modules that are called by name: `loss({input, target})`, as PyTorch takes `loss(input=x, target=y)`.
 *
 * The names of a function's arguments cannot be known when it runs: the classes of this library have them in `_inputNames`, beside the `forward` that they belong to. Other classes are called
 * with what was written, objects too.
 */
import { isKeywords } from "../../binding.ts";
import type { Called } from "../../keywords.ts";
import type { CallableModule } from "./callable.ts";

/** One argument by position, or under its name: as one list, so that the module stays good where a function of any number of tensors is asked for. */
type OnlyInput<List extends readonly unknown[], Name extends string> = {
  [I in keyof List]: List[I] | { readonly [K in Name]: List[I] };
};

/** The lists of arguments that a module takes: those of its `forward`, and where their names are known, the last ones by name. */
export type Inputs<M extends { forward(...inputs: never[]): unknown }> = M extends {
  readonly _inputNames: infer Names extends readonly string[];
}
  ? Names extends readonly [infer Name extends string]
    ? OnlyInput<globalThis.Parameters<M["forward"]>, Name>
    : Called<globalThis.Parameters<M["forward"]>, Names>
  : globalThis.Parameters<M["forward"]>;

/** The names of the module's own `forward`: none where another class, or the module itself, has put one in its place. */
function namesOf(module: CallableModule): readonly string[] {
  for (let place: unknown = module; place !== null; place = Object.getPrototypeOf(place)) {
    if (Object.hasOwn(place as object, "_inputNames"))
      return (module as { readonly _inputNames?: readonly string[] })._inputNames!;
    if (Object.hasOwn(place as object, "forward")) return [];
  }
  return [];
}

/**
 * Puts what was given by name in its place.
 *
 * @throws TypeError for an argument that came twice, for a name that there is not, and when one before the last is missing.
 */
function inOrder(module: CallableModule, names: readonly string[], inputs: readonly unknown[]): unknown[] {
  const form = `${module.constructor.name}(): the arguments are ${names.join(", ")}`;
  const placed = inputs.slice(0, -1);
  // The caller saw that the last one is an object with names.
  const named = inputs.at(-1) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(named)) {
    const position = names.indexOf(name);
    if (position < 0) throw new TypeError(`${form}; there is none of the name '${name}'.`);
    if (placed[position] !== undefined)
      throw new TypeError(`${form}; '${name}' came twice, by position and by name. Drop one.`);
    placed[position] = value;
  }
  const gap = Array.from(placed).indexOf(undefined);
  if (gap >= 0) throw new TypeError(`${form}; '${names[gap]}' is missing.`);
  return placed;
}

/** Calls a module's `forward`, with what came by name in its place. @throws TypeError for names that do not fit. */
export function callForward(module: CallableModule, inputs: readonly unknown[]): unknown {
  const names = isKeywords(inputs.at(-1)) ? namesOf(module) : [];
  const given = names.length > 0 ? inOrder(module, names, inputs) : inputs;
  // A module takes whatever its `forward` takes.
  return module.forward(...(given as never[]));
}
