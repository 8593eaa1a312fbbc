/**
 * What a pickle says, before anything is made of it: plain data that refer to storages by name. A tuple is told from a list, and everything that is there twice is the same
 * object.
 */
import type { Device } from "../../device.ts";
import type { DType } from "../../dtype.ts";
import type { Layout } from "../../storageLayout.ts";

/** Whatever can be in a pickle. */
export type Pickled =
  | number
  | bigint
  | boolean
  | string
  | null
  | Uint8Array
  | DType
  | Device
  | Layout
  | PickledList
  | PickledTuple
  | PickledDict
  | PickledSet
  | PickledStorage
  | PickledTensor
  | PickledFunction;

/** A Python list. */
export class PickledList {
  readonly items: Pickled[] = [];
}

/** A Python tuple, also a `torch.Size`. */
export class PickledTuple {
  readonly items: readonly Pickled[];

  constructor(items: readonly Pickled[]) {
    this.items = items;
  }
}

/** A Python dict or one of its kinds: the entries in their order. */
export class PickledDict {
  readonly entries: Map<Pickled, Pickled> = new Map();
}

/** A Python set. */
export class PickledSet {
  readonly items: Set<Pickled> = new Set();
}

/** Elements that lie outside of the pickle. */
export class PickledStorage {
  /** The dtype, `null` for bytes that tensors say the dtype of. */
  readonly dtype: DType | null;
  readonly key: string;
  /** The device that it was on. */
  readonly location: string;
  /** Number of elements; of bytes where there is no dtype. */
  readonly count: number;
  /** The first element of a part of a storage; all of it begins at 0. */
  readonly offset: number;

  constructor(dtype: DType | null, key: string, location: string, count: number, offset = 0) {
    this.dtype = dtype;
    this.key = key;
    this.location = location;
    this.count = count;
    this.offset = offset;
  }
}

/** A tensor: a view of a storage. */
export class PickledTensor {
  readonly storage: PickledStorage;
  readonly dtype: DType;
  readonly offset: number;
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly requiresGrad: boolean;
  readonly isParameter: boolean;

  constructor(facts: Omit<PickledTensor, "as">) {
    this.storage = facts.storage;
    this.dtype = facts.dtype;
    this.offset = facts.offset;
    this.sizes = facts.sizes;
    this.strides = facts.strides;
    this.requiresGrad = facts.requiresGrad;
    this.isParameter = facts.isParameter;
  }

  /** The same view with other settings. */
  as(settings: Partial<Pick<PickledTensor, "requiresGrad" | "isParameter">>): PickledTensor {
    return new PickledTensor({ ...this, ...settings });
  }
}

/** A name in Python that stands for something that can be made: never code of the file. */
export class PickledFunction {
  readonly name: string;
  /** What calling it gives. @throws UnpicklingError for other arguments than its. */
  readonly call: (args: readonly Pickled[]) => Pickled;

  constructor(name: string, call: (args: readonly Pickled[]) => Pickled) {
    this.name = name;
    this.call = call;
  }
}

/** What a value is, for messages. */
export function describePickled(value: Pickled): string {
  if (value === null) return "None";
  if (typeof value !== "object") return `${typeof value} ${JSON.stringify(String(value).slice(0, 40))}`;
  if (value instanceof PickledFunction) return value.name;
  if (value instanceof Uint8Array) return "bytes";
  return value.constructor.name.replace(/^Pickled/, "").toLowerCase();
}
