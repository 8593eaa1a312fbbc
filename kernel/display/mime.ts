import { Buffer } from "node:buffer";
import { isAnyArrayBuffer } from "node:util/types";
import type { MimeBundle } from "./types.ts";

/** Bytes as a cell has them: a `Buffer`, any other view of memory, or the memory itself. */
export type Bytes = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** A vega or vega-lite specification. */
export interface VegaSpec {
  readonly $schema?: unknown;
  readonly [key: string]: unknown;
}

function isBytes(value: unknown): value is Bytes {
  return ArrayBuffer.isView(value) || isAnyArrayBuffer(value);
}

/** The bytes of a piece of memory, not copied. */
export function toUint8Array(data: Bytes): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** Binary data as Jupyter carries it: base64. Text is taken to be base64 already, with or without `data:…;base64,` before it. */
export function toBase64(data: Bytes | string): string {
  if (typeof data === "string") return data.replace(/^data:[^,]*,/u, "");
  const { buffer, byteOffset, byteLength } = toUint8Array(data);
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

/** The entry of a bundle as it is sent: bytes become base64, everything else stays. */
function sendable(data: unknown): unknown {
  return isBytes(data) ? toBase64(data) : data;
}

/**
 * A bundle as it is sent: bytes in base64, no entries that are `undefined`.
 *
 * @throws TypeError that names the MIME type when JSON, in which it travels, cannot carry it: a BigInt, or an object that contains itself
 */
export function sendableBundle(bundle: MimeBundle): MimeBundle {
  const entries = Object.entries(bundle).filter(([, data]) => data !== undefined);
  return Object.fromEntries(
    entries.map(([mime, data]) => {
      const sent = sendable(data);
      if (typeof sent !== "string") checkJson(mime, sent);
      return [mime, sent];
    }),
  );
}

function checkJson(mime: string, data: unknown): void {
  try {
    JSON.stringify(data);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new TypeError(`display: the data under ${mime} cannot travel as JSON: ${reason}`, { cause: error });
  }
}

/** The first bytes of picture files; `null` stands for any byte. */
const signatures: readonly (readonly [string, readonly (number | null)[]])[] = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
  ["image/webp", [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50]],
];

/** The MIME type of a picture file, by its first bytes; `null` for other data. */
export function pictureType(data: Uint8Array): string | null {
  const found = signatures.find(([, signature]) =>
    signature.every((byte, index) => byte === null || data[index] === byte),
  );
  return found?.[0] ?? null;
}

const schemaPattern = /\/schema\/(?<library>vega|vega-lite)\/v(?<version>\d+)/u;

/** The MIME type that a specification asks for by its `$schema`; `null` when that is none of vega's. */
export function vegaTypeOf({ $schema: schema }: VegaSpec): string | null {
  const groups = typeof schema === "string" ? schemaPattern.exec(schema)?.groups : undefined;
  if (groups === undefined) return null;
  return `application/vnd.${groups["library"] === "vega" ? "vega" : "vegalite"}.v${groups["version"]}+json`;
}
