/** `torch.io`: tensors in files. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Tensor } from "../tensor.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";
import { decodeNpz, encodeNpz, type NpzOptions } from "./npz.ts";

export { decodeNpy, decodeNpz, encodeNpy, encodeNpz };

/** Writes a file whole or not at all: under another name first. */
function writeWhole(path: string, bytes: Uint8Array): void {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    writeFileSync(unfinished, bytes);
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/**
 * Reads the tensor of an `.npy` file.
 *
 * @throws ValueError when it is no such file, or holds something that no tensor can; the system's error when it cannot be opened.
 * Source: `numpy.load`.
 */
export function loadNpy(path: string): Tensor {
  return decodeNpy(readFileSync(path));
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
  return decodeNpz(readFileSync(path));
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
