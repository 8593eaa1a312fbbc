/** What a module has: its parameters, buffers and modules are found among its properties, in the order in which they were set. */
import { Tensor } from "../../tensor.ts";
import { Buffer } from "../buffer.ts";
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

/** Notes that a property is no buffer any more. */
export function forgetBuffer(module: object, name: string): void {
  buffersOf.get(module)?.delete(name);
}

/** Notes the properties that are buffers by their class. */
function noteBuffers(module: object): void {
  for (const [name, value] of Object.entries(module))
    if (value instanceof Buffer && buffersOf.get(module)?.get(name) !== value.persistent)
      noteBuffer(module, name, value.persistent);
}

/** Whether a property of that name is a buffer. */
export function isBufferName(module: object, name: string): boolean {
  noteBuffers(module);
  return buffersOf.get(module)?.has(name) ?? false;
}

/** The names in containers in the order in which they were put in: objects list names that are numbers first. */
const orders = new WeakMap<object, Set<string>>();

/** Notes that a name was put into a container. */
export function noteOrder(container: object, name: string): void {
  const order = orders.get(container);
  if (order === undefined) orders.set(container, new Set([name]));
  else order.add(name);
}

/** Notes that a name was taken out of a container. */
export function forgetOrder(container: object, name: string): void {
  orders.get(container)?.delete(name);
}

/** The names that were put into a container, in their order. */
export function orderedNames(container: object): readonly string[] {
  return [...(orders.get(container) ?? [])];
}

/** A module's properties in PyTorch's order. */
function entriesOf(module: object): [string, unknown][] {
  const entries: [string, unknown][] = Object.entries(module);
  const order = orders.get(module);
  if (order === undefined) return entries;
  const places = new Map([...order].map((name, place) => [name, place]));
  const placeOf = ([name]: [string, unknown]): number => places.get(name) ?? places.size;
  return entries.toSorted((first, second) => placeOf(first) - placeOf(second));
}

/** Whether a value is a module. */
export function isModule(value: unknown): value is Module {
  return value instanceof CallableModule;
}

/** The modules directly inside, with their names; one that has two names comes twice. */
export function* ownModules(module: object): IterableIterator<[string, Module]> {
  for (const [name, value] of entriesOf(module)) if (isModule(value)) yield [name, value];
}

/** The names of the modules directly inside. */
export function moduleNames(module: object): readonly string[] {
  return Array.from(ownModules(module), ([name]) => name);
}

/** The parameters directly inside, with their names. */
export function* ownParameters(module: object): IterableIterator<[string, Parameter]> {
  for (const [name, value] of entriesOf(module)) if (value instanceof Parameter) yield [name, value];
}

/** The buffers directly inside that are tensors now, with their names; only those that belong to the state, or all. */
export function* ownBuffers(module: object, persistentOnly = false): IterableIterator<[string, Tensor]> {
  noteBuffers(module);
  for (const [name, persistent] of buffersOf.get(module) ?? []) {
    const value: unknown = Reflect.get(module, name);
    if (value instanceof Tensor && !(value instanceof Parameter) && (persistent || !persistentOnly))
      yield [name, value];
  }
}

/** Gives a copy of a module what is known of its properties. */
export function copyNotes(from: object, to: object): void {
  const names = buffersOf.get(from);
  if (names !== undefined) buffersOf.set(to, new Map(names));
  const order = orders.get(from);
  if (order !== undefined) orders.set(to, new Set(order));
}

/** A name behind the names of the modules that hold it. */
export function dotted(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}
