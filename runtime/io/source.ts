/** Where bytes are read from: a file, of which only what is asked for is read, or an array. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { RuntimeError } from "../errors/runtimeError.ts";

/** What can be read: the path of a file, or the bytes themselves. */
export type Readable = string | URL | Uint8Array | ArrayBuffer;

/** Whether a value is something that can be read. */
export function isReadable(value: unknown): value is Readable {
  return isPath(value) || value instanceof Uint8Array || value instanceof ArrayBuffer;
}

/** Whether a value is the path of a file. */
export function isPath(value: unknown): value is string | URL {
  return typeof value === "string" || value instanceof URL;
}

/** Bytes at positions. */
export interface Source {
  /** How many bytes there are. */
  readonly length: number;
  /** Fills `target` with the bytes from `position` on. @throws RuntimeError when there are not so many. */
  read(position: number, target: Uint8Array): void;
  /** Nothing is read afterwards. */
  close(): void;
}

function checkRange(position: number, count: number, length: number): void {
  if (position < 0 || count < 0 || position + count > length)
    throw new RuntimeError(
      `unexpected end of file: ${count} bytes from position ${position} on were asked for, and there are ${length} in all. The file is not complete; save or download it again.`,
    );
}

/** The bytes from `position` on; memory is taken only when they are there. @throws RuntimeError when they are not. */
export function readBytes(source: Source, position: number, count: number): Uint8Array<ArrayBuffer> {
  checkRange(position, count, source.length);
  const bytes = new Uint8Array(count);
  source.read(position, bytes);
  return bytes;
}

function ofArray(bytes: Uint8Array): Source {
  return {
    length: bytes.length,
    read: (position, target) => {
      checkRange(position, target.length, bytes.length);
      target.set(bytes.subarray(position, position + target.length));
    },
    close: () => undefined,
  };
}

/** Node reads at most 2 GiB at once. */
const mostAtOnce = 2 ** 30;

function readFrom(file: number, position: number, target: Uint8Array): void {
  for (let done = 0; done < target.length;) {
    const count = Math.min(target.length - done, mostAtOnce);
    const read = readSync(file, target, done, count, position + done);
    if (read === 0)
      throw new RuntimeError(
        `unexpected end of file: ${target.length - done} bytes are missing behind position ${position + done}. The file was changed while it was read.`,
      );
    done += read;
  }
}

function ofFile(path: string | URL): Source {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    return {
      length: size,
      read: (position, target) => {
        checkRange(position, target.length, size);
        readFrom(file, position, target);
      },
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Opens a file, or looks at an array. @throws the system's error when a file cannot be opened. */
export function openSource(from: Readable): Source {
  if (isPath(from)) return ofFile(from);
  return ofArray(from instanceof Uint8Array ? from : new Uint8Array(from));
}

/** What `use` makes of the bytes; a file is closed then. */
export function withSource<T>(from: Readable, use: (source: Source) => T): T {
  const source = openSource(from);
  try {
    return use(source);
  } finally {
    source.close();
  }
}
