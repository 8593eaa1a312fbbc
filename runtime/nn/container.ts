/** Modules that hold other modules in a list or under names. */
import { bind, describe } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { IndexError } from "../errors/indexError.ts";
import type { ParametersOf } from "../parameters.ts";
import { Module } from "./module.ts";
import { ownModules } from "./module/members.ts";

/** @throws TypeError when `value` is not a module. */
function checkModule(owner: string, value: unknown, place: string | number): asserts value is Module {
  if (!(value instanceof Module))
    throw new TypeError(
      `nn.${owner}: ${describe(value)} at ${place} is not a Module. Make it with new, for example new nn.ReLU().`,
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

/** What `nn.ModuleList` is made with. */
export interface ModuleListArguments<M extends Module> {
  readonly modules?: Iterable<M>;
}

const listParameters: ParametersOf<ModuleListArguments<Module>> = {
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

/**
 * A list of modules, whose parameters a module that holds it counts among its own: `new nn.ModuleList([new nn.Linear(2, 2), …])`, `list[0]`, `for (const layer of list)`.
 *
 * Source: `torch.nn.ModuleList`.
 */
export class ModuleList<M extends Module = Module> extends Module {
  /** A module by its position: `list[0]`. */
  readonly [position: number]: M;

  /** @throws TypeError when something is not a module. */
  constructor(...args: CallForms<ModuleListArguments<M>, [modules?: Iterable<M>]>) {
    super();
    // The elements are checked one by one.
    this.extend(bind("ModuleList", listParameters, args).modules as Iterable<M>);
  }

  /** Number of modules: Python's `len(list)`. */
  override get length(): number {
    return [...ownModules(this)].length;
  }

  /** The modules, in order. */
  *[Symbol.iterator](): IterableIterator<M> {
    // Only `append` and `insert` add modules, and they take this kind.
    for (const [, child] of ownModules(this)) yield child as M;
  }

  /** Adds a module at the end. @throws TypeError when it is none. Source: `torch.nn.ModuleList.append`. */
  append(module: M): this {
    checkModule("ModuleList", module, this.length);
    Reflect.set(this, this.length, module);
    return this;
  }

  /** Adds modules at the end. @throws TypeError when one is none. Source: `torch.nn.ModuleList.extend`. */
  extend(modules: Iterable<M>): this {
    for (const module of modules) this.append(module);
    return this;
  }

  /** Puts a module before the one at `index`. @throws IndexError when there is no such place. Source: `torch.nn.ModuleList.insert`. */
  insert(index: number, module: M): void {
    checkModule("ModuleList", module, index);
    const modules = [...this];
    if (!Number.isInteger(index) || index < -modules.length || index > modules.length)
      throw new IndexError(`index ${index} is out of range for a ModuleList of ${modules.length} modules`);
    modules.splice(index, 0, module);
    for (const [position, item] of modules.entries()) Reflect.set(this, position, item);
  }

  override toString(): string {
    const lines = linesOf([...this]).map((line) => line.replaceAll("\n", "\n  "));
    return lines.length === 0 ? "ModuleList()" : `ModuleList(\n  ${lines.join("\n  ")}\n)`;
  }
}

/**
 * Modules under names, whose parameters a module that holds it counts among its own: `new nn.ModuleDict({first: new nn.Linear(2, 2)})`, `dict.get("first")`.
 *
 * Source: `torch.nn.ModuleDict`.
 */
export class ModuleDict<M extends Module = Module> extends Module {
  /** @throws TypeError when something is not a module. */
  constructor(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> = {}) {
    super();
    this.update(modules);
  }

  /** Number of modules: Python's `len(dict)`. */
  override get length(): number {
    return [...ownModules(this)].length;
  }

  /** The module under that name: Python's `dict[name]`. @throws IndexError that lists the names there are. */
  get(name: string): M {
    for (const [known, module] of this.items()) if (known === name) return module;
    throw new IndexError(
      `nn.ModuleDict has no module ${JSON.stringify(name)}; its names are ${[...this.keys()].join(", ") || "none"}.`,
    );
  }

  /** Puts a module under a name. @throws TypeError when it is none, or the name is that of one of the dictionary's own methods. */
  set(name: string, module: M): this {
    checkModule("ModuleDict", module, name);
    if (name in ModuleDict.prototype)
      throw new TypeError(
        `nn.ModuleDict: attribute ${JSON.stringify(name)} already exists. Choose another name.`,
      );
    Reflect.set(this, name, module);
    return this;
  }

  /** Whether there is a module under that name: Python's `name in dict`. */
  has(name: string): boolean {
    return [...this.keys()].includes(name);
  }

  /** Puts all of them under their names. @throws TypeError when one is no module. Source: `torch.nn.ModuleDict.update`. */
  update(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]>): void {
    for (const [name, module] of Symbol.iterator in modules ? modules : Object.entries(modules))
      this.set(name, module);
  }

  /** Names with modules, in the order in which they were put in. Source: `torch.nn.ModuleDict.items`. */
  *items(): IterableIterator<[string, M]> {
    // Only `set` adds modules, and it takes this kind.
    for (const [name, module] of ownModules(this)) yield [name, module as M];
  }

  /** The names. Source: `torch.nn.ModuleDict.keys`. */
  *keys(): IterableIterator<string> {
    for (const [name] of this.items()) yield name;
  }

  /** The modules. Source: `torch.nn.ModuleDict.values`. */
  *values(): IterableIterator<M> {
    for (const [, module] of this.items()) yield module;
  }

  /** The names: `for (const name of dict)`, as in Python. */
  [Symbol.iterator](): IterableIterator<string> {
    return this.keys();
  }
}
