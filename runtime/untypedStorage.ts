/** What programs may ask of the memory behind a tensor. */
import type { Device } from "./device.ts";
import { inspectAs } from "./inspect.ts";
import type { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** Where the first memory that was asked about begins: no tensor with elements is at 0. */
let nextAddress = 0x1000;
/** Addresses are multiples of this many bytes, as allocators give them. */
const alignment = 64;
const addresses = new WeakMap<Storage, number>();

/** The address of a storage: no other one gets it, and it stays although the elements may move. */
function addressOf(storage: Storage, bytes: number): number {
  let address = addresses.get(storage);
  if (address === undefined) {
    address = nextAddress;
    addresses.set(storage, address);
    nextAddress += Math.max(1, Math.ceil(bytes / alignment)) * alignment;
  }
  return address;
}

/** Says that two storages are the same memory: one was reinterpreted as the other. */
export function shareAddress(original: Storage, twin: Storage, bytes: number): void {
  addresses.set(twin, addressOf(original, bytes));
}

/** Bytes of the storage that a tensor sees a part of. */
function bytesOf({ storage, dtype }: Tensor): number {
  return storage.length * dtype.itemsize;
}

/**
 * A number that tells where a tensor's first element lies: tensors that share it have the same, and no other memory has it. It is no address of the machine's. 0 for a
 * tensor without elements.
 *
 * Source: `torch.Tensor.data_ptr`.
 */
export function dataPointer(tensor: Tensor): number {
  if (tensor.numel() === 0) return 0;
  return addressOf(tensor.storage, bytesOf(tensor)) + tensor.offset * tensor.dtype.itemsize;
}

/** The memory behind a tensor and all of its views, in bytes: `x.untyped_storage()`. Source: `torch.UntypedStorage`. */
export class UntypedStorage {
  readonly #storage: Storage;
  readonly #bytes: number;

  /** @internal */
  constructor(tensor: Tensor) {
    this.#storage = tensor.storage;
    this.#bytes = bytesOf(tensor);
  }

  /** Where it is. */
  get device(): Device {
    return this.#storage.device;
  }

  /** Number of bytes. */
  get length(): number {
    return this.#bytes;
  }

  /** Number of bytes. Source: `torch.UntypedStorage.nbytes`. */
  nbytes(): number {
    return this.#bytes;
  }

  /** Number of bytes. Source: `torch.UntypedStorage.size`. */
  size(): number {
    return this.#bytes;
  }

  /** A number that no other memory has: two tensors share their elements where it is the same. 0 without elements. Source: `torch.UntypedStorage.data_ptr`. */
  data_ptr(): number {
    return this.#bytes === 0 ? 0 : addressOf(this.#storage, this.#bytes);
  }

  toString(): string {
    return `[torch.storage.UntypedStorage(device=${String(this.device)}) of size ${this.#bytes}]`;
  }
}

inspectAs(UntypedStorage, (storage) => storage.toString());
