import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import type { ParametersOf } from "../../parameters.ts";
import { indented, Module } from "../module.ts";
import { moduleNames, ownModules } from "../module/members.ts";
import { checkModule, drop, gapOf, positionOf, put, renumber } from "./places.ts";

/** What `nn.ModuleList` is made with. */
export interface ModuleListArguments<M extends Module> {
  readonly modules?: Iterable<M>;
}

const parameters: ParametersOf<ModuleListArguments<Module>> = {
  modules: {
    expects: "an array of Modules, or another iterable",
    fallback: [],
    convert: (value) => (isIterable(value) ? value : undefined),
  },
};

/** Whether something has elements, which are not looked at. */
function isIterable(value: unknown): value is Iterable<Module> {
  // A `Sequential` is a function too.
  return (
    (typeof value === "object" || typeof value === "function") && value !== null && Symbol.iterator in value
  );
}

/** Lines for modules in a row; neighbours that print alike share one, as in PyTorch. */
function linesOf(modules: readonly Module[]): string[] {
  const blocks: { first: number; last: number; text: string }[] = [];
  for (const [position, module] of modules.entries()) {
    const text = module.toString();
    const before = blocks.at(-1);
    if (before?.text === text) before.last = position;
    else blocks.push({ first: position, last: position, text });
  }
  return blocks.map(({ first, last, text }) =>
    first === last ? `(${first}): ${text}` : `(${first}-${last}): ${last - first + 1} x ${text}`,
  );
}

/**
 * A list of modules, whose parameters a module that holds it counts among its own: `new nn.ModuleList([new nn.Linear(2, 2), …])`, `list[0]`, `for (const layer of list)`.
 *
 * Source: `torch.nn.ModuleList`.
 */
export class ModuleList<M extends Module = Module> extends Module {
  /** A module by its position: `list[0]`, `list[0] = new nn.Linear(2, 3)`. */
  [position: number]: M;

  /** @throws TypeError when something is not a module. */
  constructor(...args: CallForms<ModuleListArguments<M>, [modules?: Iterable<M>]>) {
    super();
    // The elements are checked one by one.
    this.extend(bind("ModuleList", parameters, args).modules as Iterable<M>);
  }

  /** Number of modules: Python's `len(list)`. */
  override get length(): number {
    return [...ownModules(this)].length;
  }

  /** The modules, in order. */
  *[Symbol.iterator](): IterableIterator<M> {
    // Only this kind of module is put in.
    for (const [, child] of ownModules(this)) yield child as M;
  }

  /** What a function gives for each module: Python's `[f(layer) for layer in list]`. */
  map<T>(each: (module: M, position: number) => T): T[] {
    return [...this].map((module, position) => each(module, position));
  }

  /** The modules with their positions: Python's `enumerate(list)`. */
  entries(): IterableIterator<[position: number, module: M]> {
    return [...this].entries();
  }

  /** The module at a position, from the end where it is negative: Python's `list[index]`. @throws IndexError when there is none. */
  at(index: number): M {
    return this[positionOf("ModuleList", index, this.length)]!;
  }

  /** Some of the modules: Python's `list[start:end]`. */
  slice(start?: number, end?: number): ModuleList<M> {
    return new ModuleList<M>([...this].slice(start, end));
  }

  /** Puts a module in place of the one at a position: Python's `list[index] = module`. @throws IndexError when there is none. */
  set(index: number, module: M): this {
    checkModule("ModuleList", module, index);
    put(this, "ModuleList", positionOf("ModuleList", index, this.length), module);
    return this;
  }

  /** Takes a module out; those behind it move up: Python's `del list[index]`. @throws IndexError when there is none. */
  delete(index: number): void {
    const names = moduleNames(this);
    drop(this, String(positionOf("ModuleList", index, names.length)));
    renumber(this, "ModuleList", names, [...this]);
  }

  /** Takes a module out and gives it; those behind it move up. @throws IndexError when there is none. Source: `torch.nn.ModuleList.pop`. */
  pop(key: number): M {
    const module = this.at(key);
    this.delete(key);
    return module;
  }

  /** Adds a module at the end. @throws TypeError when it is none. Source: `torch.nn.ModuleList.append`. */
  append(module: M): this {
    checkModule("ModuleList", module, this.length);
    put(this, "ModuleList", this.length, module);
    return this;
  }

  /** Adds modules at the end. @throws TypeError when one is none. Source: `torch.nn.ModuleList.extend`. */
  extend(modules: Iterable<M>): this {
    if (!isIterable(modules))
      throw new TypeError(
        "ModuleList.extend should be called with an iterable, such as an array of Modules.",
      );
    // They may be those of this list.
    const all = [...modules];
    for (const module of all) this.append(module);
    return this;
  }

  /** Puts a module before the one at `index`. @throws IndexError when there is no such place. Source: `torch.nn.ModuleList.insert`. */
  insert(index: number, module: M): void {
    checkModule("ModuleList", module, index);
    const modules = [...this];
    modules.splice(gapOf("ModuleList", index, modules.length), 0, module);
    renumber(this, "ModuleList", moduleNames(this), modules);
  }

  override toString(): string {
    const lines = linesOf([...this]).map(indented);
    const name = this.constructor.name;
    return lines.length === 0 ? `${name}()` : `${name}(\n  ${lines.join("\n  ")}\n)`;
  }
}
