/** Reads zip archives, of which nothing is believed that their bytes do not show. Source: PKWARE, APPNOTE.TXT 6.3.10. */
import { crc32, inflateRawSync } from "node:zlib";
import { ValueError } from "../../errors/valueError.ts";
import { readBytes, type Source } from "../source.ts";
import { broken, readDirectory, type Listed } from "./directory.ts";
import { flags, localHeader, methods } from "./format.ts";

/** One file in an archive. */
export interface Entry {
  readonly name: string;
  readonly deflated: boolean;
  readonly crc: number;
  /** Bytes in the archive, and where they begin. */
  readonly size: number;
  readonly start: number;
  /** Bytes of what was put in. */
  readonly originalSize: number;
}

/** No byte of a deflated file stands for more than so many of the original. Source: zlib's manual, "Maximum compression factor". */
const largestRatio = 1032;

/** Up to so many bytes may come from an archive, however small it is; beyond, it must hold at least a hundredth of them. */
const harmless = 2 ** 30;
const suspiciousRatio = 100;

/** @throws ValueError when an entry claims to be larger than its bytes can be. */
function checkSize({ name, method, size, originalSize, flags: bits }: Listed): void {
  if ((bits & flags.encrypted) !== 0) throw new ValueError(`${name} is encrypted; unpack it first.`);
  if (method !== methods.stored && method !== methods.deflated)
    throw new ValueError(
      `${name} is compressed in a way (${method}) that cannot be read: "stored" and "deflated" can.`,
    );
  const most = method === methods.stored ? size : size * largestRatio + 64;
  if (originalSize > most || (method === methods.stored && originalSize < size))
    throw new ValueError(
      `${name} in the archive claims ${originalSize} bytes, which is not what its ${size} bytes can hold: the file is damaged, or made to do harm. It was not opened.`,
    );
}

/** Finds an entry's bytes. @throws ValueError when they are not between the start of the file and `limit`. */
function locate(source: Source, listed: Listed, limit: number): Entry {
  const { name, header, size } = listed;
  checkSize(listed);
  if (header + localHeader.size > limit) throw broken(`${name} is outside of the archive`);
  const view = new DataView(readBytes(source, header, localHeader.size).buffer);
  const nameLength = view.getUint16(26, true);
  const start = header + localHeader.size + nameLength + view.getUint16(28, true);
  if (view.getUint32(0, true) !== localHeader.signature || start + size > limit)
    throw broken(`${name} is not where the directory says`);
  const found = new TextDecoder().decode(readBytes(source, header + localHeader.size, nameLength));
  if (found !== name) throw broken(`where ${name} should be is ${JSON.stringify(found.slice(0, 80))}`);
  const { crc, originalSize } = listed;
  return { name, deflated: listed.method === methods.deflated, crc, size, start, originalSize };
}

/** @throws ValueError when two entries share bytes: an archive can be small and its files without end then. */
function checkApart(listed: readonly Listed[], entries: readonly Entry[]): void {
  const places = entries.map(({ name, start, size }, i) => ({
    name,
    from: listed[i]!.header,
    to: start + size,
  }));
  places.sort((a, b) => a.from - b.from);
  for (let i = 1; i < places.length; i++)
    if (places[i]!.from < places[i - 1]!.to)
      throw broken(`${places[i - 1]!.name} and ${places[i]!.name} lie in the same bytes`);
}

/** @throws ValueError when small files stand for very large ones, as no weights do. */
function checkTotal(entries: readonly Entry[], length: number): void {
  const total = entries.reduce((sum, { originalSize }) => sum + originalSize, 0);
  if (total > harmless && total > suspiciousRatio * length)
    throw new ValueError(
      `the archive's ${length} bytes stand for ${total}: it looks as if made to fill the memory, and was not opened. Unpack it yourself if you trust it.`,
    );
}

/** The files in a zip archive, by their names, in the order in which they are listed. */
export class Archive {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly #source: Source;

  /** @throws ValueError when it is no archive, or one whose parts contradict each other. */
  constructor(source: Source) {
    const { entries: listed, start } = readDirectory(source);
    const entries = listed.map((each) => locate(source, each, start));
    checkApart(listed, entries);
    checkTotal(entries, source.length);
    this.entries = new Map(entries.map((entry) => [entry.name, entry]));
    if (this.entries.size < entries.length)
      throw broken("two entries have the same name, and it cannot be told which is meant");
    this.#source = source;
  }

  /** The bytes of an entry. @throws ValueError when they are damaged. */
  read(entry: Entry): Uint8Array {
    const bytes = readBytes(this.#source, entry.start, entry.size);
    const original = entry.deflated ? inflate(entry, bytes) : bytes;
    checkSum(entry, original);
    return original;
  }

  /** Fills `target`, which has the entry's original size. @throws ValueError when its bytes are damaged. */
  readInto(entry: Entry, target: Uint8Array): void {
    if (entry.deflated) {
      target.set(this.read(entry));
      return;
    }
    this.#source.read(entry.start, target);
    checkSum(entry, target);
  }
}

function inflate({ name, originalSize }: Entry, bytes: Uint8Array): Uint8Array {
  // zlib takes no limit of 0.
  const most = Math.max(originalSize, 1);
  let original: Uint8Array;
  try {
    original = inflateRawSync(bytes, { maxOutputLength: most });
  } catch (error) {
    throw new ValueError(
      `${name} cannot be unpacked: ${error instanceof Error ? error.message : String(error)}. The file is damaged; save or download it again.`,
      { cause: error },
    );
  }
  if (original.length !== originalSize)
    throw broken(`${name} has ${original.length} bytes, and should have ${originalSize}`);
  return original;
}

/** PyTorch writes 0 for a check sum that it was told not to compute. */
const notComputed = 0;

function checkSum({ name, crc }: Entry, bytes: Uint8Array): void {
  if (crc !== notComputed && crc32(bytes) !== crc) throw broken(`the check sum of ${name} is wrong`);
}
