import { AttributeError } from "../../errors/attributeError.ts";
import { KeyError } from "../../errors/keyError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { isKeywords } from "../../binding.ts";
import { typename } from "../../inquiries.ts";
import type { Tensor } from "../../tensor.ts";
import { Module } from "../module.ts";
import { orderedNames } from "../module/members.ts";
import type { Parameter } from "../parameter.ts";
import { asParameter, lineOf } from "./parameterList.ts";
import { drop, entriesOf, put } from "./places.ts";

/** What may be put in where elements of that type are: tensors become parameters. */
type Given<T> = T | (T extends Parameter ? Tensor : never);
type NamedValues<T> = Readonly<Record<string, Given<T>>> | Iterable<readonly [string, Given<T>]>;

/**
 * Parameters under names, which a module that holds it counts among its own: `new nn.ParameterDict({left: torch.randn(2, 2)})`, `dict.get("left")`. Tensors become Parameters; what else is
 * put in is kept as it is. A plain object's names are sorted, as PyTorch sorts those of a plain dict; a Map keeps its order.
 *
 * Source: `torch.nn.ParameterDict`.
 */
export class ParameterDict<T = Parameter> extends Module {
  /** @throws TypeError when there are no names, KeyError for a name that modules need themselves. */
  constructor(parameters: NamedValues<T> | ParameterDict<T> = {}) {
    super();
    this.update(parameters);
  }

  /** Number of elements: Python's `len(dict)`. */
  override get length(): number {
    return orderedNames(this).length;
  }

  /** The element under that name, Python's `dict[name]`; with a second argument that one where there is none. @throws AttributeError that lists the names there are. */
  get(key: string): T;
  get<D>(key: string, defaultValue: D): T | D;
  get(key: string, ...others: readonly unknown[]): unknown {
    if (this.has(key)) return Reflect.get(this, key);
    if (others.length > 0) return others[0];
    throw new AttributeError(noneUnder(this, key));
  }

  /** Puts an element under a name: Python's `dict[name] = value`. @throws KeyError when the name has a dot or is that of one of the dictionary's own methods. */
  set(key: string, value: Given<T>): this {
    put(this, "ParameterDict", key, asParameter(value));
    return this;
  }

  /** Whether there is an element under that name: Python's `name in dict`. */
  has(key: string): boolean {
    return orderedNames(this).includes(key);
  }

  /** The element under that name, after the second argument was put there if there was none. Source: `torch.nn.ParameterDict.setdefault`. */
  setdefault(key: string, defaultValue: Given<T>): T {
    if (!this.has(key)) this.set(key, defaultValue);
    return this.get(key);
  }

  /** Takes an element out: Python's `del dict[name]`. @throws KeyError when there is none. */
  delete(key: string): void {
    if (!this.has(key)) throw new KeyError(noneUnder(this, key));
    drop(this, key);
  }

  /** Takes an element out and gives it. @throws AttributeError when there is none. Source: `torch.nn.ParameterDict.pop`. */
  pop(key: string): T {
    const value = this.get(key);
    drop(this, key);
    return value;
  }

  /** Takes the last element out, and gives its name and it. @throws KeyError when there is none. Source: `torch.nn.ParameterDict.popitem`. */
  popitem(): [string, T] {
    const key = orderedNames(this).at(-1);
    if (key === undefined) throw new KeyError("popitem(): dictionary is empty");
    return [key, this.pop(key)];
  }

  /** Takes all elements out. Source: `torch.nn.ParameterDict.clear`. */
  clear(): void {
    for (const key of orderedNames(this)) drop(this, key);
  }

  /** Another dictionary with the same elements. Source: `torch.nn.ParameterDict.copy`. */
  copy(): ParameterDict<T> {
    return new ParameterDict<T>(this);
  }

  /** A new dictionary with one value under several names. Source: `torch.nn.ParameterDict.fromkeys`. */
  fromkeys<D>(keys: Iterable<string>, value: D): ParameterDict<D> {
    return new ParameterDict<D>([...keys].map((key) => [key, value as Given<D>] as const)); // a tensor becomes a parameter
  }

  /** Puts all of them under their names. @throws TypeError when there are no names. Source: `torch.nn.ParameterDict.update`. */
  update(parameters: NamedValues<T> | ParameterDict<T>): void {
    const entries =
      parameters instanceof ParameterDict ? [...parameters.items()] : entriesOf("ParameterDict", parameters);
    const byName = isKeywords(parameters)
      ? entries.toSorted(([first], [second]) => (first < second ? -1 : 1))
      : entries;
    for (const [key, value] of byName) this.set(key, value);
  }

  /** Names with elements, in the order in which they were put in. Source: `torch.nn.ParameterDict.items`. */
  *items(): IterableIterator<[string, T]> {
    for (const key of this.keys()) yield [key, this.get(key)];
  }

  /** The names. Source: `torch.nn.ParameterDict.keys`. */
  keys(): IterableIterator<string> {
    return orderedNames(this).values();
  }

  /** The elements. Source: `torch.nn.ParameterDict.values`. */
  *values(): IterableIterator<T> {
    for (const [, value] of this.items()) yield value;
  }

  /** The names: `for (const name of dict)`, as in Python. */
  [Symbol.iterator](): IterableIterator<string> {
    return this.keys();
  }

  /** @throws RuntimeError always: a dictionary of parameters computes nothing. */
  override forward(..._inputs: never[]): never {
    throw new RuntimeError('ParameterDict should not be called. Use its elements: dict.get("name").');
  }

  override extra_repr(): string {
    return [...this.items()].map(([key, value]) => lineOf(key, value, typename)).join("\n");
  }
}

function noneUnder(parameters: Pick<ParameterDict, "keys">, key: string): string {
  return `nn.ParameterDict has no parameter ${JSON.stringify(key)}; its names are ${[...parameters.keys()].join(", ") || "none"}.`;
}
