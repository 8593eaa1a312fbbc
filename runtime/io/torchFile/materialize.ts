/** Makes a program's values of what a pickle says. */
import { UnpicklingError } from "../../errors/unpicklingError.ts";
import { Parameter } from "../../nn/parameter.ts";
import type { Storage } from "../../storage.ts";
import { Tensor } from "../../tensor.ts";
import { deepest } from "../pickle/limits.ts";
import {
  PickledDict,
  PickledFunction,
  PickledList,
  PickledSet,
  PickledStorage,
  PickledTensor,
  PickledTuple,
  type Pickled,
} from "../pickle/values.ts";

/** Gives the elements of a storage in the dtype that a tensor reads them in. */
export type Storages = (tensor: PickledTensor) => Storage;

function tooDeep(): UnpicklingError {
  return new UnpicklingError(
    `the file has more than ${deepest} values inside of each other, which no program makes: it was not read.`,
  );
}

function makeTensor(tensor: PickledTensor, storages: Storages): Tensor {
  const made = new Tensor({
    storage: storages(tensor),
    dtype: tensor.dtype,
    shape: tensor.sizes,
    strides: tensor.strides,
    offset: tensor.storage.offset + tensor.offset,
  });
  if (tensor.isParameter) return new Parameter(made, tensor.requiresGrad);
  return tensor.requiresGrad ? made.requires_grad_() : made;
}

/** The program's values, each made once: what is shared in the file is shared in the program. */
class Materializer {
  readonly #storages: Storages;
  readonly #made = new Map<object, unknown>();
  #depth = 0;

  constructor(storages: Storages) {
    this.#storages = storages;
  }

  of(value: Pickled): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (this.#made.has(value)) return this.#made.get(value);
    if (++this.#depth > deepest) throw tooDeep();
    const result = this.#make(value);
    this.#depth--;
    return result;
  }

  #make(value: Exclude<Pickled, number | bigint | boolean | string | null>): unknown {
    if (value instanceof PickledDict) return this.#dict(value);
    if (value instanceof PickledList || value instanceof PickledTuple) return this.#list(value);
    if (value instanceof PickledTensor) return this.#note(value, makeTensor(value, this.#storages));
    if (value instanceof PickledSet) {
      const set = this.#note(value, new Set<unknown>());
      for (const item of value.items) set.add(this.of(item));
      return set;
    }
    if (value instanceof PickledStorage)
      throw new UnpicklingError(
        "the file holds a storage without a tensor. In Python, save the tensor instead.",
      );
    if (value instanceof PickledFunction)
      throw new UnpicklingError(`the file holds ${value.name} itself, not a value of it: it cannot be read.`);
    return value;
  }

  /** Kept before it is filled, since a list may be in itself. */
  #note<T>(value: object, made: T): T {
    this.#made.set(value, made);
    return made;
  }

  #list(value: PickledList | PickledTuple): unknown[] {
    const list = this.#note(value, [] as unknown[]);
    for (const item of value.items) list.push(this.of(item));
    return list;
  }

  #dict(value: PickledDict): unknown {
    if (![...value.entries.keys()].every((key) => typeof key === "string")) {
      const map = this.#note(value, new Map<unknown, unknown>());
      for (const [key, item] of value.entries) map.set(this.of(key), this.of(item));
      return map;
    }
    const record = this.#note(value, {});
    // Defined and not set: `__proto__` is a name like any other then.
    for (const [key, item] of value.entries)
      Object.defineProperty(record, key as string, {
        value: this.of(item),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    return record;
  }
}

/**
 * A dict whose keys are text becomes an object, any other a `Map`; lists and tuples become arrays.
 *
 * @throws UnpicklingError for what has no form here, or is nested too deeply.
 */
export function materialize(value: Pickled, storages: Storages): unknown {
  return new Materializer(storages).of(value);
}
