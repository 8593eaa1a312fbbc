/**
 * What a safetensors file says of its tensors: a length of 64 bits, JSON of that length, and the elements behind it, without gaps.
 *
 * Source: the safetensors format, https://github.com/huggingface/safetensors, and its `SafeTensors::read_metadata`.
 */
import { SafetensorError } from "../../errors/safetensorError.ts";
import { formatShape } from "../../shape.ts";
import { readBytes, type Source } from "../source.ts";
import { allNames, bitsOf } from "./dtypes.ts";

/** One tensor in a file. */
export interface Info {
  /** The format's name of the dtype. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Where its elements begin in the file, and how many bytes they are. */
  readonly start: number;
  readonly size: number;
}

/** What stands before the elements. */
export interface Header {
  readonly metadata: Readonly<Record<string, string>> | null;
  /** The tensors by their names, in the order of their elements. */
  readonly tensors: ReadonlyMap<string, Info>;
}

/** The format's own limit. */
export const longestHeader = 100_000_000;
const lengthBytes = 8;

function broken(what: string, advice = "The file is damaged, or no safetensors file."): SafetensorError {
  return new SafetensorError(`Error while deserializing header: ${what}. ${advice}`);
}

/** The header's text, and where the elements begin. */
function readText(source: Source): { readonly text: string; readonly start: number } {
  if (source.length < lengthBytes) throw broken("header too small");
  const length = new DataView(readBytes(source, 0, lengthBytes).buffer).getBigUint64(0, true);
  if (length > BigInt(longestHeader)) throw broken("header too large");
  const start = lengthBytes + Number(length);
  if (start > source.length)
    throw broken(`invalid header length: ${length} bytes, and the file has ${source.length}`);
  const bytes = readBytes(source, lengthBytes, Number(length));
  if (bytes[0] !== 0x7b) throw broken("invalid start character in header, must be `{`");
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), start };
  } catch {
    throw broken("invalid UTF-8 in header");
  }
}

/** A tensor's entry has three brackets and at least so many characters: more brackets are no header, and would take much memory to read. */
const shortestEntry = 45;
const bracketsOfEntry = 3;

/** Looks at the text before it is parsed. Says how many names there are, of which a parser keeps those that come twice once. */
function countNames(text: string): number {
  let depth = 0;
  let brackets = 0;
  let names = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === "\\") i++;
    } else if (character === "{" || character === "[") {
      depth++;
      brackets++;
    } else if (character === "}" || character === "]") depth--;
    else if (character === ":" && depth === 1) names++;
  }
  if (brackets > bracketsOfEntry * (text.length / shortestEntry + 1))
    throw broken("invalid JSON in header: more brackets than any list of tensors has");
  return names;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The header's entries by their names. */
function parse(text: string): readonly (readonly [string, unknown])[] {
  const names = countNames(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw broken(
      `invalid JSON in header: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`,
    );
  }
  if (!isRecord(value)) throw broken("invalid JSON in header: it must be an object");
  const entries = Object.entries(value);
  if (entries.length !== names) throw broken("invalid JSON in header: a name comes twice");
  return entries;
}

function readMetadata(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === "string"))
    throw broken("invalid JSON in header: __metadata__ must have text for every name");
  return value as Readonly<Record<string, string>>; // each was looked at
}

function areSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** One entry. @throws SafetensorError when it is none, or its bytes are not what shape and dtype say. */
function readInfo(name: string, value: unknown, dataStart: number): Info {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  const shown = JSON.stringify(name.slice(0, 100));
  const bits = typeof dtype === "string" ? bitsOf(dtype) : undefined;
  if (typeof dtype !== "string" || bits === undefined)
    throw broken(
      `invalid JSON in header: unknown dtype of tensor ${shown}, expected one of ${allNames.join(", ")}`,
    );
  if (!areSizes(shape))
    throw broken(`invalid JSON in header: the shape of tensor ${shown} is no list of sizes`);
  if (!areSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!)
    throw broken(`invalid offset for tensor ${shown}`);
  const size = offsets[1]! - offsets[0]!;
  const wanted = (shape.reduce((product, each) => product * each, 1) * bits) / 8;
  if (wanted !== size)
    throw broken(
      `invalid shape, data type, or offset for tensor ${shown}: ${formatShape(shape)} of ${dtype} takes ${wanted} bytes, and it has ${size}`,
    );
  return { dtype, shape, start: dataStart + offsets[0]!, size };
}

/** @throws SafetensorError when the tensors overlap, leave bytes out, or end before or behind the end of the file. */
function checkWhole(tensors: readonly (readonly [string, Info])[], dataStart: number, length: number): void {
  let position = dataStart;
  for (const [name, { start, size }] of tensors) {
    if (start !== position) throw broken(`invalid offset for tensor ${JSON.stringify(name.slice(0, 100))}`);
    position += size;
  }
  if (position !== length)
    throw broken(
      `incomplete metadata, file not fully covered: the tensors end at ${position}, and the file has ${length} bytes`,
      "The file is not complete, or has something behind its end; save or download it again.",
    );
}

/** What a file says of its tensors, all of it checked. @throws SafetensorError when it breaks a rule of the format. */
export function readHeader(source: Source): Header {
  const { text, start } = readText(source);
  let metadata: Readonly<Record<string, string>> | null = null;
  const tensors: [string, Info][] = [];
  for (const [name, value] of parse(text))
    if (name === "__metadata__") metadata = readMetadata(value);
    else tensors.push([name, readInfo(name, value, start)]);
  tensors.sort(([, a], [, b]) => a.start - b.start || a.size - b.size);
  checkWhole(tensors, start, source.length);
  return { metadata, tensors: new Map(tensors) };
}
