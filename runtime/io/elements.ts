/** Elements from files, read straight into the memory where tensors are computed. */
import { cpuBackend } from "../backends/cpu/index.ts";
import { bool, type DType } from "../dtype.ts";
import type { Storage } from "../storage.ts";

function swapBytes(bytes: Uint8Array, itemsize: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (itemsize === 2) buffer.swap16();
  else if (itemsize === 4) buffer.swap32();
  else if (itemsize === 8) buffer.swap64();
}

/** The bytes of a storage's elements, to be read or written at once. */
export function bytesOf(storage: Storage): Uint8Array {
  const { buffer, byteOffset, byteLength } = storage.peek();
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A storage of the processor whose bytes `read` writes. It must be known that there are so many. */
export function readStorage(
  dtype: DType,
  count: number,
  bigEndian: boolean,
  read: (target: Uint8Array) => void,
): Storage {
  const storage = cpuBackend.allocate(dtype, count);
  const bytes = bytesOf(storage);
  read(bytes);
  if (bigEndian) swapBytes(bytes, dtype.itemsize);
  // Kernels count on truth values that are 0 or 1.
  if (dtype === bool) for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 1) bytes[i] = 1;
  return storage;
}
