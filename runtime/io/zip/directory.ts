/** A zip archive's list of entries, read from its end. Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16. */
import { ValueError } from "../../errors/valueError.ts";
import { readBytes, type Source } from "../source.ts";
import { directoryEntry, end, inExtraField, largeEnd, largeEndLocator, largeNumbers } from "./format.ts";

/** What the directory says of an entry. */
export interface Listed {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly size: number;
  /** Bytes of what was put in. */
  readonly originalSize: number;
  /** Where the header in front of the entry's bytes is. */
  readonly header: number;
}

/** Where the directory is, and how many entries it lists. */
interface Place {
  readonly start: number;
  readonly size: number;
  readonly count: number;
}

export function broken(what: string): ValueError {
  return new ValueError(`${what}. The archive is not complete, or was damaged; save or download it again.`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A number of 64 bits. @throws ValueError for one that is no position in any file. */
function large(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken(`a size of ${value} bytes is in no file`);
  return Number(value);
}

/** An archive may end in a comment of so many bytes. */
const longestComment = 0xffff;

/** Where the last part begins. */
function findEnd(tail: Uint8Array): number {
  const view = viewOf(tail);
  for (let at = tail.length - end.size; at >= 0; at--)
    if (
      view.getUint32(at, true) === end.signature &&
      at + end.size + view.getUint16(at + 20, true) === tail.length
    )
      return at;
  throw broken("failed finding central directory");
}

/** Where the directory is, by the end with large numbers, `null` when there is none. */
function findLarge(source: Source, endPosition: number): (Place & { readonly limit: number }) | null {
  const at = endPosition - largeEndLocator.size;
  if (at < 0) return null;
  const locator = viewOf(readBytes(source, at, largeEndLocator.size));
  if (locator.getUint32(0, true) !== largeEndLocator.signature) return null;
  const limit = large(locator, 8);
  if (limit + largeEnd.size > at) throw broken("the archive's last part is not where it should be");
  const view = viewOf(readBytes(source, limit, largeEnd.size));
  if (view.getUint32(0, true) !== largeEnd.signature)
    throw broken("the archive's last part is not where it should be");
  return { limit, count: large(view, 32), size: large(view, 40), start: large(view, 48) };
}

function findDirectory(source: Source): Place {
  const tailSize = Math.min(source.length, longestComment + end.size);
  const tail = readBytes(source, source.length - tailSize, tailSize);
  const at = findEnd(tail);
  const view = viewOf(tail.subarray(at));
  const limit = source.length - tailSize + at;
  const {
    start,
    size,
    count,
    limit: lastByte,
  } = findLarge(source, limit) ?? {
    limit,
    count: view.getUint16(10, true),
    size: view.getUint32(12, true),
    start: view.getUint32(16, true),
  };
  if (start + size > lastByte || count * directoryEntry.size > size)
    throw broken(`the directory of ${count} entries and ${size} bytes from ${start} on is not in the file`);
  return { start, size, count };
}

/** The numbers of an entry that have 64 bits, in the order in which they come. */
function readLargeNumbers(extra: Uint8Array, wanted: number): readonly number[] {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const length = view.getUint16(at + 2, true);
    if (at + 4 + length > extra.length) break;
    if (view.getUint16(at, true) === largeNumbers && length >= wanted * 8)
      return Array.from({ length: wanted }, (_, i) => large(view, at + 4 + i * 8));
    at += 4 + length;
  }
  throw broken("a size of 64 bits is missing");
}

function readEntry(bytes: Uint8Array, at: number): { readonly entry: Listed; readonly next: number } {
  const view = viewOf(bytes);
  if (at + directoryEntry.size > bytes.length || view.getUint32(at, true) !== directoryEntry.signature)
    throw broken("the directory ends too early");
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
    view.getUint16(at + field, true),
  );
  const nameStart = at + directoryEntry.size;
  const extraStart = nameStart + nameLength!;
  const next = extraStart + extraLength! + commentLength!;
  if (next > bytes.length) throw broken("the directory ends too early");
  // In the order of the extra field.
  const numbers = [24, 20, 42].map((field) => view.getUint32(at + field, true));
  const missing = numbers.filter((number) => number === inExtraField).length;
  if (missing > 0) {
    const found = [...readLargeNumbers(bytes.subarray(extraStart, extraStart + extraLength!), missing)];
    numbers.forEach((number, i) => {
      if (number === inExtraField) numbers[i] = found.shift()!;
    });
  }
  const [originalSize, size, header] = numbers as [number, number, number]; // three fields were read
  return {
    next,
    entry: {
      name: new TextDecoder().decode(bytes.subarray(nameStart, extraStart)),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      size,
      originalSize,
      header,
    },
  };
}

/**
 * The entries of an archive in the order of its directory, and where the directory begins: behind all entries.
 *
 * @throws ValueError when there is no directory, or a part of it is missing.
 */
export function readDirectory(source: Source): {
  readonly entries: readonly Listed[];
  readonly start: number;
} {
  const { start, size, count } = findDirectory(source);
  const bytes = readBytes(source, start, size);
  const entries: Listed[] = [];
  for (let at = 0; entries.length < count;) {
    const { entry, next } = readEntry(bytes, at);
    entries.push(entry);
    at = next;
  }
  return { entries, start };
}
