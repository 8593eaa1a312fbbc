import { readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";

import type { Attachments, MimeData } from "../notebook/types.ts";
import { decodeAddress } from "./addresses.ts";

/** What browsers show in an `<img>`, by the ending of the file's name. */
const IMAGE_TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".svg": "image/svg+xml",
};

/** A page holds its images inside; beyond this size (bytes) a file is left outside. */
const LARGEST_IMAGE = 10 * 1024 * 1024;

/** A file of the notebook's folder, or of a folder in it, as a data URI; `null` for anything else. */
export function localImage(address: string, folder: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:|^\/\/|^\//i.test(address)) return null;
  const file = path.resolve(folder, decodeAddress(address));
  const type = IMAGE_TYPES[path.extname(file).toLowerCase()];
  if (type === undefined || !isInside(file, folder)) return null;
  return `data:${type};base64,${readFileSync(file).toString("base64")}`;
}

/** An image that was pasted into the cell (`attachment:name.png`) as a data URI; `null` when the cell has none of that name. */
export function attachedImage(address: string, attachments: Attachments | undefined): string | null {
  const name = /^attachment:(.+)$/.exec(address)?.[1];
  if (name === undefined || attachments === undefined) return null;
  const bundle = ownValue(attachments, name) ?? ownValue(attachments, decodeAddress(name));
  return bundle === undefined ? null : bundleImage(bundle);
}

/** The image of a MIME bundle as a data URI, `null` when it holds none. */
function bundleImage(bundle: MimeData): string | null {
  for (const type of new Set(Object.values(IMAGE_TYPES))) {
    const data = ownValue(bundle, type);
    if (typeof data === "string") return dataUri(type, data);
  }
  return null;
}

/** An image of a bundle as a data URI: SVG is text there, every other type base64 with or without line breaks. */
export function dataUri(type: string, data: string): string {
  const base64 = type === "image/svg+xml" ? Buffer.from(data).toString("base64") : data.replace(/\s/g, "");
  return `data:${type};base64,${base64}`;
}

/** Links in a folder may lead out of it, so the real paths are compared: a notebook must not publish other files. */
function isInside(file: string, folder: string): boolean {
  try {
    const relative = path.relative(realpathSync(folder), realpathSync(file));
    const status = statSync(file);
    return (
      !relative.startsWith("..") &&
      !path.isAbsolute(relative) &&
      status.isFile() &&
      status.size <= LARGEST_IMAGE
    );
  } catch {
    return false;
  }
}

function ownValue<Value>(object: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
