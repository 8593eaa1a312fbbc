/** The elements of a file: each storage is read once, when the first tensor asks for it, straight into the memory where tensors are computed. */
import { cpu } from "../../device.ts";
import type { DType } from "../../dtype.ts";
import { sentTo } from "../../settle.ts";
import type { Storage } from "../../storage.ts";
import { Tensor } from "../../tensor.ts";
import { readStorage } from "../elements.ts";
import type { PickledTensor } from "../pickle/values.ts";
import type { Placing } from "./location.ts";
import type { Storages } from "./materialize.ts";

/** A file's elements. */
export interface Elements {
  /** Bytes of a storage. @throws RuntimeError when there is none of this name. */
  readonly size: (key: string) => number;
  /** Fills `target` with all of them. */
  readonly read: (key: string, target: Uint8Array) => void;
  /** Whether numbers have their highest byte first. */
  readonly bigEndian: boolean;
}

function readElements(elements: Elements, key: string, dtype: DType): Storage {
  const count = Math.floor(elements.size(key) / dtype.itemsize);
  return readStorage(dtype, count, elements.bigEndian, (target) => elements.read(key, target));
}

/** Puts a storage where it belongs. */
function placed(storage: Storage, dtype: DType, location: string, place: Placing): Storage {
  const device = place(storage, location);
  if (device === cpu) return storage;
  return sentTo(device, new Tensor({ storage, dtype, shape: [storage.length] })).storage;
}

/** The storages of a file, by their names. One that is read in two dtypes is shared by both, as in the program that saved it. */
export function storagesOf(elements: Elements, place: Placing): Storages {
  const loaded = new Map<string, Map<DType, Storage>>();
  return ({ dtype, storage: { key, location } }: PickledTensor): Storage => {
    let known = loaded.get(key);
    if (known === undefined) loaded.set(key, (known = new Map()));
    let storage = known.get(dtype);
    if (storage !== undefined) return storage;
    const [first] = known.values();
    storage = first?.reinterpret(dtype) ?? placed(readElements(elements, key, dtype), dtype, location, place);
    known.set(dtype, storage);
    return storage;
  };
}
