/** NumPy's format for several arrays: a zip archive with an `.npy` file for each. Source: `numpy.savez`. */
import { createRequire } from "node:module";
import type * as Fflate from "fflate";
import { ValueError } from "../errors/valueError.ts";
import type { Tensor } from "../tensor.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";

/** The library that packs and unpacks. It makes large tables as it is loaded, so that it is loaded only where an archive is read or written. */
function archives(): typeof Fflate {
  return createRequire(import.meta.url)("fflate") as typeof Fflate; // what the package of this name exports
}

/** No byte of a deflated file stands for more than so many of the original. Source: zlib's manual, "Maximum compression factor". */
const largestRatio = 1032;

/** @throws ValueError when an entry claims to be larger than its compressed bytes can be. */
function checkSize(name: string, compressed: number, original: number): void {
  if (original > compressed * largestRatio + 64)
    throw new ValueError(
      `${name} in the archive claims ${original} bytes, more than its ${compressed} compressed bytes can hold: the file is damaged, or made to do harm. It was not opened.`,
    );
}

/** The arrays' files by their names. @throws ValueError when the bytes are no archive. */
function unzip(bytes: Uint8Array): Readonly<Record<string, Uint8Array>> {
  try {
    return archives().unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        checkSize(name, size, originalSize);
        return name.endsWith(".npy");
      },
    });
  } catch (error) {
    if (error instanceof ValueError) throw error;
    throw new ValueError(
      `File is not a zip file: ${error instanceof Error ? error.message : String(error)}. An .npz file is a zip archive of .npy files; save it again.`,
      { cause: error },
    );
  }
}

/**
 * The tensors in the bytes of an `.npz` file, by their names.
 *
 * @throws ValueError when the bytes are no such file, are not all there, or an array holds something that no tensor can.
 * Source: `numpy.load`.
 */
export function decodeNpz(bytes: Uint8Array): Record<string, Tensor> {
  const tensors: [string, Tensor][] = [];
  for (const [file, content] of Object.entries(unzip(bytes))) {
    const name = file.slice(0, -".npy".length);
    try {
      tensors.push([name, decodeNpy(content)]);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      throw new ValueError(`the array ${JSON.stringify(name)} cannot be read: ${error.message}`, {
        cause: error,
      });
    }
  }
  return Object.fromEntries(tensors);
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
