/** The names of storages in a pickle. Source: `persistent_load` in `torch/serialization.py`. */
import { UnpicklingError } from "../../errors/unpicklingError.ts";
import { dtypeOfStorage, isStorageType } from "../pickle/functions.ts";
import type { PersistentLoad } from "../pickle/unpickler.ts";
import { describePickled, PickledStorage, PickledTuple, type Pickled } from "../pickle/values.ts";

function damaged(what: string): UnpicklingError {
  return new UnpicklingError(`${what}: the file is damaged, or was not made by torch.save.`);
}

function checkCount(value: Pickled | undefined): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw damaged(`a storage of ${value === undefined ? "no" : describePickled(value)} elements`);
  return value;
}

/** A part of a storage, as files before PyTorch 1.6 have it: a name of its own, where it begins, and its number of elements. */
function partOf(whole: PickledStorage, view: Pickled): PickledStorage {
  if (!(view instanceof PickledTuple)) throw damaged(`a view of a storage by ${describePickled(view)}`);
  const [offset, count] = view.items.slice(1).map(checkCount);
  if (offset === undefined || count === undefined || offset + count > whole.count)
    throw damaged(`a view of elements that storage ${JSON.stringify(whole.key)} does not have`);
  return new PickledStorage(whole.dtype, whole.key, whole.location, count, offset);
}

/**
 * Reads `("storage", type, key, location, count)`, and what follows in old files.
 *
 * @param checkSize throws when the file has not so many bytes under this name.
 */
export function persistentStorages(checkSize: (key: string, bytes: number) => void): PersistentLoad {
  const known = new Map<string, PickledStorage>();
  return (id) => {
    const [kind, type, key, location, numel, view] = id;
    if (kind !== "storage")
      throw damaged(
        `Only persistent_load of storage is allowed, but got ${kind === undefined ? "nothing" : describePickled(kind)}`,
      );
    if (!isStorageType(type) || typeof key !== "string" || typeof location !== "string")
      throw damaged("a storage without its type, name or place");
    const count = checkCount(numel);
    let storage = known.get(key);
    if (storage === undefined) {
      const dtype = dtypeOfStorage(type);
      checkSize(key, count * (dtype?.itemsize ?? 1));
      known.set(key, (storage = new PickledStorage(dtype, key, location, count)));
    }
    return view === undefined || view === null ? storage : partOf(storage, view);
  };
}
