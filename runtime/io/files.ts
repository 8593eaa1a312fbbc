/** Files and folders, for parts of the runtime that read some. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { RuntimeError } from "../errors/runtimeError.ts";
import { writeFile } from "./sink.ts";

/** The bytes of a file. @throws RuntimeError that says where it was looked for when there is none, or it cannot be read. */
export function readBytes(path: string, whatFor: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RuntimeError(
      `${whatFor}: cannot read ${JSON.stringify(path)} (the working directory is ${process.cwd()}): ${why}.`,
      { cause: error },
    );
  }
}

/** Writes a file whole or not at all: under another name first. */
export function writeWhole(path: string, bytes: Uint8Array): void {
  writeFile(path, (sink) => sink(bytes));
}

/** A path inside a folder. */
export function pathIn(folder: string, ...names: readonly string[]): string {
  return join(folder, ...names);
}

/** Whether there is a file or folder. */
export function exists(path: string): boolean {
  return existsSync(path);
}

/** What a gzip file holds, up to a number of bytes. @throws RuntimeError when it is none, is damaged, or holds more. */
export function unpacked(bytes: Uint8Array, largest: number, name: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: largest });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RuntimeError(`${name} cannot be unpacked (at most ${largest} bytes): ${why}.`, {
      cause: error,
    });
  }
}

/** Names in a folder, in the order of their characters' codes, as Python sorts them. */
function namesIn(folder: string): readonly string[] {
  return readdirSync(folder).toSorted((a, b) => (a < b ? -1 : 1));
}

/** The folders directly in a folder. @throws RuntimeError when it cannot be read. */
export function foldersIn(folder: string, whatFor: string): readonly string[] {
  try {
    return namesIn(folder).filter((name) => statSync(join(folder, name)).isDirectory());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RuntimeError(
      `${whatFor}: cannot read the folder ${JSON.stringify(folder)} (the working directory is ${process.cwd()}): ${why}.`,
      { cause: error },
    );
  }
}

/** The paths of all files in a folder and in the folders inside it: first its own, as Python's sorted `os.walk` gives them. */
export function filesUnder(folder: string): readonly string[] {
  const names = namesIn(folder);
  const isFolder = (name: string): boolean => statSync(join(folder, name)).isDirectory();
  return [
    ...names.filter((name) => !isFolder(name)).map((name) => join(folder, name)),
    ...names.filter(isFolder).flatMap((name) => filesUnder(join(folder, name))),
  ];
}
