import { randomUUID } from "node:crypto";
import {
  access,
  chmod,
  constants,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import path from "node:path";

import { InputError } from "./input-error.ts";

/** A file and what it shall contain. */
export interface FileContent {
  readonly file: string;
  readonly content: string | Uint8Array;
}

/**
 * Reads a text file.
 *
 * @throws InputError that says why it cannot be read, also when it is not UTF-8: replacing what cannot be decoded would
 *   lose it when the file is written again.
 */
export async function readInput(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new InputError(`${file}: cannot be read: ${reasonOf(error)}.`, { cause: error });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new InputError(`${file}: cannot be read: it is not UTF-8 text. Save it as UTF-8.`, {
      cause: error,
    });
  }
}

/**
 * Makes a folder, with its parents, that files can be written to.
 *
 * @throws InputError that says why that is impossible.
 */
export async function ensureWritableFolder(folder: string): Promise<void> {
  try {
    await makeFolder(path.resolve(folder));
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new InputError(`${folder}: cannot write to this folder: ${reasonOf(error)}.`, { cause: error });
  }
}

/**
 * Node's own recursive mkdir never returns where the parent exists but takes no folder and says ENOENT (seen with /proc
 * on Node 20.20), so each level is made once.
 */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (await isFolder(folder)) return;
    if (!hasCode(error, "ENOENT") || path.dirname(folder) === folder) throw error;
    await makeFolder(path.dirname(folder));
    await mkdir(folder);
  }
}

/** Whether there is a folder of this name. */
export async function isFolder(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null))?.isDirectory() === true;
}

/** Whether there is something that is neither a file nor a folder. */
async function isDevice(file: string): Promise<boolean> {
  const there = await stat(file).catch(() => null);
  return there !== null && !there.isFile() && !there.isDirectory();
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/**
 * Writes files so that a reader sees each of them old or new, never in part: everything is written beside its place
 * first and moved there at the end. A link stays a link, and a file that exists keeps its permissions. What is neither
 * file nor folder, such as `/dev/null` or a pipe, is written to as it is.
 *
 * @throws InputError when a file cannot be written; what was there is then untouched.
 */
export async function writeFilesAtomically(files: readonly FileContent[]): Promise<void> {
  const written: { readonly temporary: string; readonly target: string }[] = [];
  let current = "";
  try {
    for (const { file, content } of files) {
      current = file;
      const target = await realpath(file).catch(() => file);
      if (await isDevice(target)) {
        await writeFile(target, content);
        continue;
      }
      const name = `.${path.basename(target)}.${randomUUID().slice(0, 8)}.tmp`;
      const temporary = path.join(path.dirname(target), name);
      written.push({ temporary, target });
      await writeBeside(temporary, target, content);
    }
    for (const { temporary, target } of written) {
      current = target;
      await rename(temporary, target);
    }
  } catch (error) {
    await Promise.all(written.map(({ temporary }) => rm(temporary, { force: true })));
    throw new InputError(`${current}: cannot be written: ${reasonOf(error)}.`, { cause: error });
  }
}

async function writeBeside(temporary: string, target: string, content: string | Uint8Array): Promise<void> {
  await writeFile(temporary, content);
  const existing = await stat(target).catch(() => null);
  if (existing !== null) await chmod(temporary, existing.mode);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "the operation is not permitted",
  EISDIR: "it is a folder, not a file",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "a file of this name is in the way",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
};

/** An error of the file system in words. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}
