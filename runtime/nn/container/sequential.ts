import type { Tensor } from "../../tensor.ts";
import { isKeywords } from "../../binding.ts";
import { Module } from "../module.ts";
import { isModule, moduleNames, ownModules } from "../module/members.ts";
import { checkModule, drop, gapOf, positionOf, put, renumber } from "./places.ts";

/** A module from one tensor to one tensor: what `Sequential` chains. */
export interface Layer extends Module {
  forward(input: Tensor): Tensor;
}

/** Modules under names: Python's `OrderedDict`. */
type NamedLayers = Readonly<Record<string, Layer>> | ReadonlyMap<string, Layer>;

/**
 * Modules one after the other: `new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(8, 1))`, or with names from one object or Map.
 *
 * Source: `torch.nn.Sequential`.
 */
export class Sequential extends Module {
  /**
   * A module by its position: `model[0].weight`, `model[0] = new nn.Linear(2, 3)`; with names use `at` and `set`. The program knows what stands there, as in Python: in its layers `model[1][0]` is as good
   * as `model[0].bias`.
   */
  [position: number]: any; // oxlint-disable-line typescript/no-explicit-any -- see above

  /** @throws TypeError when something is not a module, KeyError for a name that modules need themselves. */
  constructor(...layers: readonly Layer[] | readonly [NamedLayers]) {
    super();
    const [first] = layers;
    const named = layers.length === 1 && !isModule(first) && (first instanceof Map || isKeywords(first));
    // What is no module is refused one by one.
    const entries = named ? entriesOfNamed(first as NamedLayers) : (layers as readonly Layer[]).entries();
    for (const [name, layer] of entries) {
      checkModule("Sequential", layer, name);
      put(this, "Sequential", name, layer);
    }
  }

  /** Number of modules: Python's `len(model)`. */
  override get length(): number {
    return [...ownModules(this)].length;
  }

  /** The modules, in order. */
  *[Symbol.iterator](): IterableIterator<Layer> {
    // Only layers are put in.
    for (const [, child] of ownModules(this)) yield child as Layer;
  }

  /** The module at a position, from the end where it is negative: Python's `model[index]`. @throws IndexError when there is none. */
  at(index: number): Layer {
    return [...this][positionOf("Sequential", index, this.length)]!;
  }

  /** Some of the modules, under the names that they have: Python's `model[start:end]`. */
  slice(start?: number, end?: number): Sequential {
    return new Sequential(new Map([...ownModules(this)].slice(start, end) as [string, Layer][])); // only layers are put in
  }

  /** Puts a module in place of the one at a position: Python's `model[index] = module`. @throws IndexError when there is none. */
  set(index: number, module: Layer): this {
    checkModule("Sequential", module, index);
    put(this, "Sequential", nameAt(this, index), module);
    return this;
  }

  /** Takes a module out; those behind it move up, and all are numbered anew: Python's `del model[index]`. @throws IndexError when there is none. */
  delete(index: number): void {
    const names = moduleNames(this);
    drop(this, nameAt(this, index));
    renumber(this, "Sequential", names, [...this]);
  }

  /** Takes a module out and gives it; those behind it move up. @throws IndexError when there is none. Source: `torch.nn.Sequential.pop`. */
  pop(key: number): Layer {
    const module = this.at(key);
    this.delete(key);
    return module;
  }

  /** Adds a module at the end, under its position. @throws TypeError when it is none. Source: `torch.nn.Sequential.append`. */
  append(module: Layer): this {
    checkModule("Sequential", module, this.length);
    put(this, "Sequential", this.length, module);
    return this;
  }

  /** Adds modules at the end. @throws TypeError when one is none. Source: `torch.nn.Sequential.extend`. */
  extend(sequential: Iterable<Layer>): this {
    // They may be those of this model.
    const all = [...sequential];
    for (const module of all) this.append(module);
    return this;
  }

  /** Puts a module before the one at `index`; all are numbered anew. @throws IndexError when there is no such place. Source: `torch.nn.Sequential.insert`. */
  insert(index: number, module: Layer): this {
    checkModule("Sequential", module, index);
    const layers = [...this];
    layers.splice(gapOf("Sequential", index, layers.length), 0, module);
    renumber(this, "Sequential", moduleNames(this), layers);
    return this;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    let output = input;
    for (const layer of this) output = layer(output);
    return output;
  }
}

/** The name of the module at a position. @throws IndexError when there is none. */
function nameAt(model: Sequential, index: number): string {
  const names = moduleNames(model);
  return names[positionOf("Sequential", index, names.length)]!;
}

function entriesOfNamed(layers: NamedLayers): Iterable<[string, Layer]> {
  return layers instanceof Map ? layers : Object.entries(layers);
}
