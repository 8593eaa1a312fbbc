/** What containers have in common: modules and parameters at positions and under names. */
import { describe } from "../../binding.ts";
import { IndexError } from "../../errors/indexError.ts";
import { KeyError } from "../../errors/keyError.ts";
import type { Module } from "../module.ts";
import { forgetOrder, isModule, noteOrder } from "../module/members.ts";

/** @throws TypeError when `value` is not a module. */
export function checkModule(owner: string, value: unknown, place: string | number): asserts value is Module {
  if (!isModule(value))
    throw new TypeError(
      `nn.${owner}: ${describe(value)} at ${place} is not a Module. Make it with new, for example new nn.ReLU().`,
    );
}

/** The position that an index names, from the end where it is negative. @throws IndexError when there is none. */
export function positionOf(owner: string, index: number, length: number): number {
  if (!Number.isInteger(index) || index < -length || index >= length)
    throw new IndexError(
      `index ${index} is out of range: the ${owner} has ${length} element${length === 1 ? "" : "s"}.`,
    );
  return index < 0 ? index + length : index;
}

/** The position before which something is put. @throws IndexError when there is none. */
export function gapOf(owner: string, index: number, length: number): number {
  if (!Number.isInteger(index) || index < -length || index > length)
    throw new IndexError(
      `index ${index} is out of range: the ${owner} has ${length} element${length === 1 ? "" : "s"}.`,
    );
  return index < 0 ? index + length : index;
}

/** @throws KeyError for a name that stands for something else, is empty, or has a dot. */
function checkKey(container: object, owner: string, name: string): void {
  if (name === "") throw new KeyError(`nn.${owner}: a name can't be the empty string "".`);
  if (name.includes("."))
    throw new KeyError(
      `nn.${owner}: a name can't contain ".", got "${name}": the dot stands between the names of modules.`,
    );
  if (name in (Object.getPrototypeOf(container) as object) || name === "training")
    throw new KeyError(`nn.${owner}: attribute ${JSON.stringify(name)} already exists. Choose another name.`);
}

/** Puts something under a name, behind what is there. */
export function put(container: object, owner: string, name: string | number, value: unknown): void {
  checkKey(container, owner, String(name));
  noteOrder(container, String(name));
  Reflect.set(container, name, value);
}

/** Takes away what is under a name. */
export function drop(container: object, name: string): void {
  forgetOrder(container, name);
  Reflect.deleteProperty(container, name);
}

/** Puts modules at the positions 0, 1, 2, …, in place of all that are there. */
export function renumber(
  container: object,
  owner: string,
  names: readonly string[],
  values: readonly unknown[],
): void {
  for (const name of names) drop(container, name);
  let position = 0;
  for (const value of values) put(container, owner, position++, value);
}

/** Names with values, of a plain object, a Map or pairs. @throws TypeError when it is none of them, ValueError when a pair is none. */
export function entriesOf<T>(
  owner: string,
  given: Readonly<Record<string, T>> | Iterable<readonly [string, T]>,
): readonly (readonly [string, T])[] {
  if ((typeof given !== "object" && typeof given !== "function") || given === null)
    throw new TypeError(
      `${owner}.update should be called with an iterable of key/value pairs, but got ${describe(given)}. Pass an object, a Map, or an array of [name, value].`,
    );
  const entries = Symbol.iterator in given ? [...given] : Object.entries(given);
  for (const [position, pair] of entries.entries())
    if (!Array.isArray(pair) || pair.length !== 2)
      throw new TypeError(
        `${owner} update sequence element #${position} is ${describe(pair)}; [name, value] is required.`,
      );
  return entries;
}
