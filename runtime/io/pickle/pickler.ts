/**
 * Writes values as pickles that PyTorch reads with `weights_only=True`, word for word as Python does.
 *
 * Source: `Modules/_pickle.c` of Python, protocol 2; `_reduce_ex_internal` in `torch/_tensor.py`; `_save` in `torch/serialization.py`.
 */
import { describe } from "../../binding.ts";
import { Device } from "../../device.ts";
import { DType } from "../../dtype.ts";
import { PicklingError } from "../../errors/picklingError.ts";
import { Module } from "../../nn/module.ts";
import { Parameter } from "../../nn/parameter.ts";
import type { Storage } from "../../storage.ts";
import { Tensor } from "../../tensor.ts";
import { deepest } from "./limits.ts";
import { PickleOutput } from "./output.ts";
import { storageNames } from "./storageTypes.ts";

/** A storage that the pickle names. */
export interface SavedStorage {
  readonly storage: Storage;
  readonly dtype: DType;
}

/** A pickle, and what lies outside of it, in the order of the names `"0"`, `"1"`, … */
export interface SavedPickle {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly storages: readonly SavedStorage[];
}

/** Python writes so many elements of a list or dict at once. */
const batch = 1000;
const words = { tuple1: 0x85, tuple2: 0x86, tuple3: 0x87, true: 0x88, false: 0x89, protocol: 0x80 } as const;

/** Where bytes lie: what two storages of different dtypes have in common when they share them. */
class Places {
  readonly #dtypes = new Map<ArrayBufferLike, Map<number, DType>>();

  /** The dtype that these bytes have been saved as. */
  claim({ storage, dtype }: SavedStorage): DType {
    const data = storage.peek();
    if (data.length === 0) return dtype;
    let known = this.#dtypes.get(data.buffer);
    if (known === undefined) this.#dtypes.set(data.buffer, (known = new Map()));
    const before = known.get(data.byteOffset);
    if (before === undefined) known.set(data.byteOffset, dtype);
    return before ?? dtype;
  }
}

/** How to reach a value from the one that is saved, for messages. */
function pathOf(path: readonly string[]): string {
  return path.length === 0 ? "the value" : `the value at ${path.join("")}`;
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** @throws PicklingError that says what to save instead. */
function refuse(value: unknown, path: readonly string[]): never {
  const where = pathOf(path);
  if (value instanceof Module)
    throw new PicklingError(
      `${where} is a module (${value.constructor.name}), whose class cannot be in a file. Save its state: torch.save(net.state_dict(), path), and read it into a new one: net.load_state_dict(torch.load(path)).`,
    );
  if (typeof value === "object" && value !== null && "state_dict" in value)
    throw new PicklingError(
      `${where} is a ${value.constructor.name}, whose class cannot be in a file. Save its state_dict() instead.`,
    );
  throw new PicklingError(
    `Can't pickle ${describe(value)}: ${where} cannot be in a file. Tensors, numbers, text, truth values, null, Uint8Arrays, arrays, sets, Maps and plain objects can.`,
  );
}

class Pickler {
  readonly output: PickleOutput = new PickleOutput();
  readonly storages: SavedStorage[] = [];
  /** What has been written and remembered; text by its value, objects by themselves. */
  readonly #remembered = new Map<unknown, number>();
  readonly #names = new Map<string, number>();
  readonly #keys = new Map<Storage, string>();
  readonly #places = new Places();
  readonly #path: string[] = [];

  save(value: unknown): void {
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "boolean":
        return void this.output.word(value ? words.true : words.false);
      case "bigint":
        return void this.output.int(value);
      case "number":
        return this.#number(value);
      case "object":
        return value === null ? void this.output.word("N") : this.#object(value);
      default:
        refuse(value, this.#path);
    }
  }

  /** A whole number is an int, as everywhere here; −0 has no place among those. */
  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.output.int(value);
    else this.output.float(value);
  }

  #text(value: string): void {
    if (!this.#recall(value)) this.#remember(value, this.output.text(value));
  }

  #recall(value: unknown): boolean {
    const index = this.#remembered.get(value);
    if (index === undefined) return false;
    this.output.recall(index);
    return true;
  }

  #remember(value: unknown, output: PickleOutput): void {
    this.#remembered.set(value, output.remember());
  }

  #object(value: object): void {
    if (this.#recall(value)) return;
    if (this.#path.length > deepest)
      throw new PicklingError(
        `there are more than ${deepest} values inside of each other: too many for a file.`,
      );
    if (value instanceof Tensor) this.#tensorOrParameter(value);
    else if (Array.isArray(value)) this.#list(value);
    else if (value instanceof Map) this.#dict(value, value);
    else if (value instanceof Set) this.#call(value, ["__builtin__", "set"], () => this.#list([...value]));
    else if (value instanceof Uint8Array) this.#blob(value);
    else if (value instanceof DType) this.#name("torch", value.name);
    else if (value instanceof Device) this.#device(value);
    else if (isPlain(value)) this.#dict(value, new Map(Object.entries(value)));
    else refuse(value, this.#path);
  }

  /** What is at `step` within the value. */
  #inside(step: string, value: unknown): void {
    this.#path.push(step);
    this.save(value);
    this.#path.pop();
  }

  #list(list: readonly unknown[]): void {
    this.#remember(list, this.output.word("]"));
    this.#batches(list, "a", "e", (item, i) => this.#inside(`[${i}]`, item));
  }

  #dict(value: object, entries: ReadonlyMap<unknown, unknown>): void {
    this.#remember(value, this.output.word("}"));
    this.#batches([...entries], "s", "u", ([key, item]) => {
      this.save(checkKey(key, this.#path));
      this.#inside(typeof key === "string" ? `.${key}` : `.get(${String(key)})`, item);
    });
  }

  /** Elements with the word that adds one of them, or behind a mark with the word that adds all. */
  #batches<T>(items: readonly T[], one: string, many: string, write: (item: T, i: number) => void): void {
    if (items.length === 1) {
      write(items[0]!, 0);
      this.output.word(one);
      return;
    }
    for (let start = 0; start < items.length; start += batch) {
      this.output.word("(");
      items.slice(start, start + batch).forEach((item, i) => write(item, start + i));
      this.output.word(many);
    }
  }

  #name(module: string, name: string): void {
    const path = `${module}.${name}`;
    const index = this.#names.get(path);
    if (index !== undefined) this.output.recall(index);
    else this.#names.set(path, this.output.name(module, name).remember());
  }

  /** The newest one to three values, or those behind the mark, as a tuple. */
  #tuple(word: number | string): void {
    this.output.word(word).remember();
  }

  /** A call with one argument. */
  #call(value: object, [module, name]: readonly [string, string], argument: () => void): void {
    this.#name(module, name);
    argument();
    this.#tuple(words.tuple1);
    this.#remember(value, this.output.word("R"));
  }

  #device(device: Device): void {
    this.#name("torch", "device");
    this.#text(device.type);
    if (device.index !== null) this.output.int(device.index);
    this.#tuple(device.index === null ? words.tuple1 : words.tuple2);
    this.#remember(device, this.output.word("R"));
  }

  /** Bytes as text of one character for each. */
  #blob(bytes: Uint8Array): void {
    this.#name("_codecs", "encode");
    this.#text(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1"));
    this.#text("latin1");
    this.#tuple(words.tuple2);
    this.#remember(bytes, this.output.word("R"));
  }

  #tensorOrParameter(tensor: Tensor): void {
    if (tensor instanceof Parameter) {
      this.#name("torch._utils", "_rebuild_parameter");
      this.#tensor(tensor, false);
      this.output.word(tensor.requires_grad ? words.true : words.false);
      this.#noHooks();
      this.#tuple(words.tuple3);
      this.output.word("R");
    } else this.#tensor(tensor, tensor.requires_grad);
    this.#remember(tensor, this.output);
  }

  #tensor(tensor: Tensor, requiresGrad: boolean): void {
    this.#name("torch._utils", "_rebuild_tensor_v2");
    this.output.word("(");
    this.#storage(tensor);
    this.output.int(tensor.offset);
    this.#sizes(tensor.shape);
    this.#sizes(tensor.strides);
    this.output.word(requiresGrad ? words.true : words.false);
    this.#noHooks();
    this.#tuple("t");
    this.output.word("R");
    if (tensor instanceof Parameter) this.output.remember();
  }

  #sizes(sizes: readonly number[]): void {
    const tuples = [words.tuple1, words.tuple2, words.tuple3];
    if (sizes.length === 0) {
      this.output.word(")");
      return;
    }
    if (sizes.length > tuples.length) this.output.word("(");
    for (const size of sizes) this.output.int(size);
    this.#tuple(tuples[sizes.length - 1] ?? "t");
  }

  /** An empty `OrderedDict`: hooks are never saved. */
  #noHooks(): void {
    this.#name("collections", "OrderedDict");
    this.output.word(")").word("R").remember();
  }

  #storage(tensor: Tensor): void {
    const { storage, dtype } = tensor;
    this.output.word("(");
    this.#text("storage");
    this.#name("torch", storageNames[dtype.name]);
    this.#text(this.#keyOf({ storage, dtype }));
    // PyTorch has no device of our accelerator's name; a file from there is read everywhere.
    this.#text("cpu");
    this.output.int(storage.length);
    this.#tuple("t");
    this.output.word("Q");
  }

  #keyOf(saved: SavedStorage): string {
    const known = this.#keys.get(saved.storage);
    if (known !== undefined) return known;
    const before = this.#places.claim(saved);
    if (before !== saved.dtype)
      throw new PicklingError(
        `Cannot save multiple tensors or storages that view the same data as different types: ${before.toString()} and ${saved.dtype.toString()}, at ${this.#path.join("")}. Save one of them, and call .view(dtype) after loading.`,
      );
    const key = String(this.storages.length);
    this.storages.push(saved);
    this.#keys.set(saved.storage, key);
    return key;
  }
}

/** @throws PicklingError for what is no key in Python. */
function checkKey(key: unknown, path: readonly string[]): unknown {
  if (key === null || (typeof key !== "object" && typeof key !== "function")) return key;
  throw new PicklingError(
    `${pathOf(path)} has ${describe(key)} as a key: keys in a file are numbers, text, truth values or null.`,
  );
}

/** The pickle of a value. @throws PicklingError, which says where the trouble is, when it holds something that cannot be in a file. */
export function pickle(value: unknown): SavedPickle {
  const pickler = new Pickler();
  pickler.output.word(words.protocol).u8(2);
  pickler.save(value);
  pickler.output.word(".");
  return { bytes: pickler.output.bytes, storages: pickler.storages };
}
