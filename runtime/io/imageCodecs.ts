/** The packages that know the formats of images. They are loaded when an image is first read or written. */
import { createRequire } from "node:module";
import { inflateSync } from "node:zlib";
import type * as Jpeg from "@cwasm/jpeg-turbo";
import type * as Png from "fast-png";

const load = createRequire(import.meta.url);

/** Reads and writes PNG. */
export function pngCodec(): typeof Png {
  return load("fast-png") as typeof Png; // what the package of this name exports
}

const jpegName = "@cwasm/jpeg-turbo";

/** Reads JPEG: libjpeg-turbo as wasm. */
export function jpegDecoder(): typeof Jpeg {
  return load(jpegName) as typeof Jpeg; // what the package of this name exports
}

/** Lets go of the decoder with its memory. After a damaged image its stack is not where it was, and after a large one its memory stays large; the next image gets a new one. */
export function forgetJpegDecoder(): void {
  Reflect.deleteProperty(load.cache, load.resolve(jpegName));
}

/** Whether zlib's data unpack to `largest` bytes at most; they are not kept. */
export function unpacksWithin(data: Uint8Array, largest: number): boolean {
  try {
    inflateSync(data, { maxOutputLength: Math.max(largest, 1) });
    return true;
  } catch (error) {
    // What is damaged otherwise, the codec says.
    return !(error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE");
  }
}
