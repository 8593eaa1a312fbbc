import { types } from "node:util";
import { pictureType, toBase64, vegaTypeOf, type VegaSpec } from "./mime.ts";
import { plainText } from "./text.ts";
import type { MimeBundle } from "./types.ts";

/*
 * Values of other libraries that are known by what they can do, as Deno's kernel knows them: these libraries need no code for
 * this kernel, and this kernel needs none of these libraries.
 */

/** Reads a property of a value that may be a proxy whose traps throw. */
function read(value: object, key: string): unknown {
  try {
    return key in value ? (Reflect.get(value, key) as unknown) : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes of a PNG, JPEG, GIF or WebP file. */
function picture(value: object): MimeBundle | undefined {
  const mime = types.isUint8Array(value) ? pictureType(value) : null;
  return mime === null ? undefined : { [mime]: toBase64(value as Uint8Array) }; // `isUint8Array` of above
}

/** A canvas: `toDataURL()` answers with `data:image/png;base64,…`. */
function canvas(value: object): MimeBundle | undefined {
  const toDataUrl = read(value, "toDataURL");
  if (typeof toDataUrl !== "function") return undefined;
  const url: unknown = Reflect.apply(toDataUrl, value, []);
  const groups =
    typeof url === "string" ? /^data:(?<mime>[^;,]+);base64,(?<data>.*)$/su.exec(url)?.groups : null;
  return groups?.["mime"] === undefined ? undefined : { [groups["mime"]]: groups["data"] };
}

/** A chart of vega or vega-lite: an object with `toSpec()`, or the specification itself. */
function vega(value: object): MimeBundle | undefined {
  const toSpec = read(value, "toSpec");
  const spec: unknown = typeof toSpec === "function" ? Reflect.apply(toSpec, value, []) : value;
  if (typeof spec !== "object" || spec === null) return undefined;
  const mime = vegaTypeOf({ $schema: read(spec, "$schema") });
  return mime === null ? undefined : { [mime]: spec as VegaSpec }; // its `$schema` says that it is one
}

/** An element of a page, as a DOM for Node has it. */
function element(value: object): MimeBundle | undefined {
  const markup = read(value, "outerHTML");
  if (typeof markup !== "string") return undefined;
  return markup.startsWith("<svg") ? { "image/svg+xml": markup } : { "text/html": markup };
}

const likenesses = [picture, canvas, vega, element];

/** Shows pictures' bytes, canvases, vega charts and elements; with the plain text beside, for front ends without pictures. */
export function renderByLikeness(value: unknown): MimeBundle | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const likeness of likenesses) {
    const bundle = likeness(value);
    if (bundle !== undefined) return { ...bundle, "text/plain": plainText(value) };
  }
  return undefined;
}
