/** Where bytes are written to: a file, which is there whole or not at all, or an array. */
import { closeSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Takes bytes, one piece behind the other. They are written before it returns. */
export type Sink = (bytes: Uint8Array) => void;

/** Node writes at most 2 GiB at once. */
const mostAtOnce = 2 ** 30;

function writeTo(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(file, bytes, done, Math.min(bytes.length - done, mostAtOnce));
}

/** Opens a file for as long as something is written to it. */
function writeInto(path: string, write: (sink: Sink) => void): void {
  const file = openSync(path, "w");
  try {
    write((bytes) => writeTo(file, bytes));
  } finally {
    closeSync(file);
  }
}

/**
 * Writes a file under another name first, so that what was there before stays until all is written. What a link leads to is replaced, and not the link; a device, such as `/dev/null`,
 * and a pipe are written to as they are.
 *
 * @throws the system's error when it cannot be written, and whatever `write` throws; nothing is left behind then.
 */
export function writeFile(path: string | URL, write: (sink: Sink) => void): void {
  const given = typeof path === "string" ? path : fileURLToPath(path);
  const there = statSync(given, { throwIfNoEntry: false });
  if (there !== undefined && !there.isFile()) return writeInto(given, write);
  const target = there === undefined ? given : realpathSync(given);
  const unfinished = `${target}.${process.pid}.part`;
  try {
    writeInto(unfinished, write);
    renameSync(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** Writes an array of exactly `length` bytes. */
export function writeArray(length: number, write: (sink: Sink) => void): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(length);
  let position = 0;
  write((bytes) => {
    result.set(bytes, position);
    position += bytes.length;
  });
  return result;
}
