/** `torch.io`: tensors in files. */
import type { Tensor } from "../tensor.ts";
import { writeWhole } from "./files.ts";
import { decodeNpy, encodeNpy, readNpy } from "./npy.ts";
import { decodeNpz, encodeNpz, readNpz, type NpzOptions } from "./npz.ts";
import { withSource } from "./source.ts";

export { decodeNpy, decodeNpz, encodeNpy, encodeNpz };

/**
 * Reads the tensor of an `.npy` file.
 *
 * @throws ValueError when it is no such file, or holds something that no tensor can; the system's error when it cannot be opened.
 * Source: `numpy.load`.
 */
export function loadNpy(path: string): Tensor {
  return withSource(path, readNpy);
}

/**
 * Writes a tensor to an `.npy` file, which NumPy reads.
 *
 * @throws TypeError for bfloat16, which NumPy does not have; the system's error when the file cannot be written.
 * Source: `numpy.save`.
 */
export function saveNpy(path: string, tensor: Tensor): void {
  writeWhole(path, encodeNpy(tensor));
}

/**
 * Reads the tensors of an `.npz` file, by their names.
 *
 * @throws ValueError when it is no such file, or holds something that no tensor can; the system's error when it cannot be opened.
 * Source: `numpy.load`.
 */
export function loadNpz(path: string): Record<string, Tensor> {
  return withSource(path, readNpz);
}

/**
 * Writes tensors to an `.npz` file, which NumPy reads.
 *
 * @throws TypeError for bfloat16, which NumPy does not have; the system's error when the file cannot be written.
 * Source: `numpy.savez`, `numpy.savez_compressed`.
 */
export function saveNpz(path: string, tensors: Readonly<Record<string, Tensor>>, options?: NpzOptions): void {
  writeWhole(path, encodeNpz(tensors, options));
}
