/** NumPy's format for several arrays: a zip archive with an `.npy` file for each. Source: `numpy.savez`. */
import { createRequire } from "node:module";
import type * as Fflate from "fflate";
import { ValueError } from "../errors/valueError.ts";
import type { Tensor } from "../tensor.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";
import { withSource, type Source } from "./source.ts";
import { Archive, type Entry } from "./zip/reader.ts";

/** How NumPy names an array's file. */
const ending = ".npy";

/** The library that packs. It makes large tables as it is loaded, so that it is loaded only where an archive is written. */
function archives(): typeof Fflate {
  return createRequire(import.meta.url)("fflate") as typeof Fflate; // what the package of this name exports
}

/** @throws ValueError when it is no archive, or a damaged one. */
function open(source: Source): Archive {
  try {
    return new Archive(source);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new ValueError(
      `File is not a zip file: ${error.message} An .npz file is a zip archive of .npy files.`,
      { cause: error },
    );
  }
}

function readArray(archive: Archive, entry: Entry, name: string): Tensor {
  try {
    return decodeNpy(archive.read(entry));
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new ValueError(`the array ${JSON.stringify(name)} cannot be read: ${error.message}`, {
      cause: error,
    });
  }
}

/** The tensors in an `.npz` file. @throws as `decodeNpz`. */
export function readNpz(source: Source): Record<string, Tensor> {
  const archive = open(source);
  const arrays = [...archive.entries.values()].filter(({ name }) => name.endsWith(ending));
  return Object.fromEntries(
    arrays.map((entry) => {
      const name = entry.name.slice(0, -ending.length);
      return [name, readArray(archive, entry, name)];
    }),
  );
}

/**
 * The tensors in the bytes of an `.npz` file, by their names.
 *
 * @throws ValueError when the bytes are no such file, are not all there, or an array holds something that no tensor can.
 * Source: `numpy.load`.
 */
export function decodeNpz(bytes: Uint8Array): Record<string, Tensor> {
  return withSource(bytes, readNpz);
}

/** What an archive is made with. */
export interface NpzOptions {
  /** Whether the arrays are deflated, as `numpy.savez_compressed` does. */
  readonly compressed?: boolean;
}

/**
 * The bytes of an `.npz` file with these tensors.
 *
 * @throws TypeError for bfloat16, which NumPy does not have.
 * Source: `numpy.savez`, `numpy.savez_compressed`.
 */
export function encodeNpz(
  tensors: Readonly<Record<string, Tensor>>,
  { compressed = false }: NpzOptions = {},
): Uint8Array<ArrayBuffer> {
  const files = Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [`${name}.npy`, encodeNpy(tensor)]),
  );
  // A fixed date, so that the same tensors give the same bytes; the format begins with 1980.
  return archives().zipSync(files, { level: compressed ? 6 : 0, mtime: new Date(1980, 0, 2) });
}
