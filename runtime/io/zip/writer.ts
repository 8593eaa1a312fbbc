/**
 * Writes zip archives as PyTorch does: nothing is compressed, and every file begins at a multiple of 64 bytes, so that it can be mapped into memory.
 *
 * Source: `caffe2/serialize/inline_container.cc`, and the format in PKWARE, APPNOTE.TXT 6.3.10.
 */
import { crc32 } from "node:zlib";
import type { Sink } from "../sink.ts";
import {
  dataDescriptor,
  directoryEntry,
  end,
  flags,
  inExtraField,
  largeEnd,
  largeEndLocator,
  largeNumbers,
  localHeader,
} from "./format.ts";

/** A file to be written. Its bytes are asked for when it is its turn. */
export interface ZipRecord {
  readonly name: string;
  readonly size: number;
  readonly bytes: () => Uint8Array;
}

interface Placed {
  readonly record: ZipRecord;
  readonly name: Uint8Array;
  /** Where the entry's header begins, and its bytes. */
  readonly header: number;
  readonly start: number;
  /** The numbers that need 64 bits. */
  readonly large: readonly number[];
}

/** What an archive will be, before anything is written. */
export interface ArchivePlan {
  readonly placed: readonly Placed[];
  /** Where the directory begins. */
  readonly directory: number;
  /** Bytes of the whole archive. */
  readonly length: number;
}

const alignment = 64;
/** The name of the extra field that fills up to the alignment, and what it is filled with. */
const fillName = 0x4246;
const filler = 0x5a;
const extraHeader = 4;
/** The field says how many bytes follow, in 16 bits. */
const needsLarge = (value: number): boolean => value >= inExtraField;

function largeFieldSize(large: readonly number[]): number {
  return large.length === 0 ? 0 : extraHeader + 8 * large.length;
}

/** What stands behind the bytes of a file: their sizes. Of no bytes, nothing. */
function descriptorSize({ record, large }: Placed): number {
  if (record.size === 0) return 0;
  return large.length === 0 ? dataDescriptor.size : dataDescriptor.largeSize;
}

function place(record: ZipRecord, header: number): Placed {
  const name = new TextEncoder().encode(record.name);
  const large = needsLarge(record.size) ? [record.size, record.size] : [];
  if (needsLarge(header)) large.push(header);
  const earliest = header + localHeader.size + name.length + largeFieldSize(large) + extraHeader;
  const start = Math.ceil(earliest / alignment) * alignment;
  return { record, name, header, start, large };
}

/** Says where everything will be. */
export function planArchive(records: readonly ZipRecord[]): ArchivePlan {
  let position = 0;
  const placed = records.map((record) => {
    const each = place(record, position);
    position = each.start + record.size + descriptorSize(each);
    return each;
  });
  const directory = position;
  for (const { name, large } of placed) position += directoryEntry.size + name.length + largeFieldSize(large);
  return { placed, directory, length: position + largeEnd.size + largeEndLocator.size + end.size };
}

/** Bytes that are filled in from the front to the back. */
class Fields {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  u16(...values: readonly number[]): this {
    for (const value of values) this.#view.setUint16((this.#position += 2) - 2, value, true);
    return this;
  }

  u32(...values: readonly number[]): this {
    for (const value of values) this.#view.setUint32((this.#position += 4) - 4, value, true);
    return this;
  }

  u64(...values: readonly number[]): this {
    for (const value of values) this.#view.setBigUint64((this.#position += 8) - 8, BigInt(value), true);
    return this;
  }

  text(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#position);
    this.#position += bytes.length;
    return this;
  }

  /** Puts a value into all that is left. */
  fill(value: number): this {
    this.bytes.fill(value, this.#position);
    return this;
  }

  largeField(values: readonly number[]): this {
    return values.length === 0 ? this : this.u16(largeNumbers, 8 * values.length).u64(...values);
  }
}

function flagsOf({ size }: ZipRecord): number {
  return size === 0 ? flags.utf8 : flags.utf8 | flags.descriptorFollows;
}

/** The header in front of a file, filled up. Versions, method, date, check sum and sizes are 0. */
function headerOf({ record, name, header, start, large }: Placed): Uint8Array {
  const extra = start - header - localHeader.size - name.length;
  return new Fields(start - header)
    .u32(localHeader.signature)
    .u16(0, flagsOf(record), 0, 0, 0)
    .u32(0, 0, 0)
    .u16(name.length, extra)
    .text(name)
    .largeField(large)
    .u16(fillName, extra - largeFieldSize(large) - extraHeader)
    .fill(filler).bytes;
}

function descriptorOf(placed: Placed, crc: number): Uint8Array {
  const fields = new Fields(descriptorSize(placed));
  const { size } = placed.record;
  if (size === 0) return fields.bytes;
  fields.u32(dataDescriptor.signature, crc);
  return (placed.large.length === 0 ? fields.u32(size, size) : fields.u64(size, size)).bytes;
}

function directoryEntryOf({ record, name, header, large }: Placed, crc: number): Uint8Array {
  const size = Math.min(record.size, inExtraField);
  return new Fields(directoryEntry.size + name.length + largeFieldSize(large))
    .u32(directoryEntry.signature)
    .u16(0, 0, flagsOf(record), 0, 0, 0)
    .u32(crc, size, size)
    .u16(name.length, largeFieldSize(large), 0, 0, 0)
    .u32(0, Math.min(header, inExtraField))
    .text(name)
    .largeField(large).bytes;
}

/** The archive's last parts. PyTorch always writes those with numbers of 64 bits too. */
function endOf({ placed, directory, length }: ArchivePlan): Uint8Array {
  const fixed = largeEnd.size + largeEndLocator.size + end.size;
  const largeEndPosition = length - fixed;
  const size = largeEndPosition - directory;
  const count = Math.min(placed.length, 0xffff);
  return new Fields(fixed)
    .u32(largeEnd.signature)
    .u64(largeEnd.size - 12)
    .u16(0x031e, 0x002d)
    .u32(0, 0)
    .u64(placed.length, placed.length, size, directory)
    .u32(largeEndLocator.signature, 0)
    .u64(largeEndPosition)
    .u32(1, end.signature)
    .u16(0, 0, count, count)
    .u32(Math.min(size, inExtraField), Math.min(directory, inExtraField))
    .u16(0).bytes;
}

/** Writes the archive that was planned. */
export function writeArchive(plan: ArchivePlan, sink: Sink): void {
  const sums = plan.placed.map((placed) => {
    const bytes = placed.record.bytes();
    const sum = crc32(bytes);
    sink(headerOf(placed));
    sink(bytes);
    sink(descriptorOf(placed, sum));
    return sum;
  });
  plan.placed.forEach((placed, i) => sink(directoryEntryOf(placed, sums[i]!)));
  sink(endOf(plan));
}
