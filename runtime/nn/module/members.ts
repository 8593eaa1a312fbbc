/** What a module has: its parameters, buffers and modules are found among its properties, in the order in which they were set. */
import { Tensor } from "../../tensor.ts";
import type { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { CallableModule } from "./callable.ts";

/** The names that were registered as buffers, and whether each belongs to the module's state. */
const buffersOf = new WeakMap<object, Map<string, boolean>>();

/** Notes that a property is a buffer. */
export function noteBuffer(module: object, name: string, persistent: boolean): void {
  let names = buffersOf.get(module);
  if (names === undefined) buffersOf.set(module, (names = new Map()));
  names.set(name, persistent);
}

/** Whether a property of that name was registered as a buffer. */
export function isBufferName(module: object, name: string): boolean {
  return buffersOf.get(module)?.has(name) ?? false;
}

/** Whether a value is a module. */
export function isModule(value: unknown): value is Module {
  return value instanceof CallableModule;
}

/** The modules directly inside, with their names; one that has two names comes twice. */
export function* ownModules(module: object): IterableIterator<[string, Module]> {
  for (const [name, value] of Object.entries(module)) if (isModule(value)) yield [name, value];
}

/** The parameters directly inside, with their names. */
export function* ownParameters(module: object): IterableIterator<[string, Parameter]> {
  for (const [name, value] of Object.entries(module)) if (value instanceof Parameter) yield [name, value];
}

/** The buffers directly inside that are tensors now, with their names; only those that belong to the state, or all. */
export function* ownBuffers(module: object, persistentOnly = false): IterableIterator<[string, Tensor]> {
  for (const [name, persistent] of buffersOf.get(module) ?? []) {
    const value: unknown = Reflect.get(module, name);
    if (value instanceof Tensor && !(value instanceof Parameter) && (persistent || !persistentOnly))
      yield [name, value];
  }
}

/** Gives a copy of a module the names of its buffers. */
export function copyBufferNames(from: object, to: object): void {
  const names = buffersOf.get(from);
  if (names !== undefined) buffersOf.set(to, new Map(names));
}

/** A name behind the names of the modules that hold it. */
export function dotted(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}
