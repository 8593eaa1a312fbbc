import { KeyError } from "../../errors/keyError.ts";
import { Module } from "../module.ts";
import { moduleNames, ownModules } from "../module/members.ts";
import { checkModule, drop, entriesOf, put } from "./places.ts";

/** Modules under names: an object, a Map, another `ModuleDict`'s `items()`, or pairs. */
type NamedModules<M> = Readonly<Record<string, M>> | Iterable<readonly [string, M]>;

/**
 * Modules under names, whose parameters a module that holds it counts among its own: `new nn.ModuleDict({first: new nn.Linear(2, 2)})`, `dict.get("first")`.
 *
 * Source: `torch.nn.ModuleDict`.
 */
export class ModuleDict<M extends Module = Module> extends Module {
  /** A module by its name, as a member: `model.transformer.wte`. The program knows what stands there, as in Python; `get` has its type. */
  [name: string]: any; // oxlint-disable-line typescript/no-explicit-any -- see above

  /** @throws TypeError when something is not a module, KeyError for a name that modules need themselves. */
  constructor(modules: NamedModules<M> | ModuleDict<M> = {}) {
    super();
    this.update(modules);
  }

  /** Number of modules: Python's `len(dict)`. */
  override get length(): number {
    return [...ownModules(this)].length;
  }

  /** The module under that name: Python's `dict[name]`. @throws KeyError that lists the names there are. */
  get(name: string): M {
    for (const [known, module] of this.items()) if (known === name) return module;
    throw new KeyError(
      `nn.ModuleDict has no module ${JSON.stringify(name)}; its names are ${[...this.keys()].join(", ") || "none"}.`,
    );
  }

  /** Puts a module under a name: Python's `dict[name] = module`. @throws TypeError when it is none, KeyError when the name has a dot or is that of one of the dictionary's own methods. */
  set(name: string, module: M): this {
    checkModule("ModuleDict", module, name);
    put(this, "ModuleDict", name, module);
    return this;
  }

  /** Whether there is a module under that name: Python's `name in dict`. */
  has(name: string): boolean {
    return [...this.keys()].includes(name);
  }

  /** Takes a module out: Python's `del dict[name]`. @throws KeyError when there is none. */
  delete(name: string): void {
    this.pop(name);
  }

  /** Takes a module out and gives it. @throws KeyError when there is none. Source: `torch.nn.ModuleDict.pop`. */
  pop(key: string): M {
    const module = this.get(key);
    drop(this, key);
    return module;
  }

  /** Takes all modules out. Source: `torch.nn.ModuleDict.clear`. */
  clear(): void {
    for (const name of moduleNames(this)) drop(this, name);
  }

  /** Puts all of them under their names. @throws TypeError when one is no module. Source: `torch.nn.ModuleDict.update`. */
  update(modules: NamedModules<M> | ModuleDict<M>): void {
    const entries = modules instanceof ModuleDict ? [...modules.items()] : entriesOf("ModuleDict", modules);
    for (const [name, module] of entries) this.set(name, module);
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
