/**
 * Runs a large script with the code that V8 made of it earlier, so that it is compiled once for each engine and not in each process. Node 20 has no compile cache of its
 * own, and those of later versions must be switched on by the program.
 */
import { fstatSync, closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cachedDataVersionTag } from "node:v8";
import { Script } from "node:vm";
import { cacheFolder } from "./cacheFolder.ts";

/** A script that is a function: it sets `exports`, and loads what it needs with `require`, from its place `__filename`. */
type Wrapped = (exports: object, require: NodeJS.Require, __filename: string) => void;

/** What a file of code begins with: the build that it belongs to, a sum of its bytes, and one of the script's place, which V8 keeps. V8 itself looks at the engine and its flags. */
const buildBytes = 16;
const headerBytes = 24;

/** The file for this engine and its flags, which another build replaces. */
function codePath(): string {
  return join(cacheFolder(), `code-${cachedDataVersionTag().toString(16)}.bin`);
}

/** A sum over one word of each 64 bytes: damaged code could end the process, V8 does not look, and what damages files damages whole blocks. */
function sumOf(code: Uint8Array): number {
  const words = new Uint32Array(code.buffer, code.byteOffset, code.length >> 2);
  let sum = code.length;
  for (let i = 0; i < words.length; i += 16) sum = (Math.imul(sum, 31) + words[i]!) | 0;
  return sum;
}

/** The file's bytes, where it is our own: what others write must not run here. */
function readOwn(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const user = process.getuid?.();
    if (user !== undefined && fstatSync(file).uid !== user)
      throw new Error(`${path} belongs to somebody else`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** Tells installations apart: traces show the place of the script that was compiled. */
function sumOfPlace(place: string): number {
  let sum = 0;
  for (let i = 0; i < place.length; i++) sum = (Math.imul(sum, 31) + place.charCodeAt(i)) | 0;
  return sum;
}

function readCode(build: string, place: string): Buffer | undefined {
  try {
    const bytes = readOwn(codePath());
    const code = bytes.subarray(headerBytes);
    const isWhole =
      bytes.toString("latin1", 0, buildBytes) === build &&
      bytes.readInt32LE(buildBytes) === sumOf(code) &&
      bytes.readInt32LE(buildBytes + 4) === sumOfPlace(place);
    return isWhole ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Renaming replaces the file at once, so that no other process reads half of one. */
function writeCode(build: string, place: string, code: Buffer): void {
  const path = codePath();
  const unfinished = `${path}.${process.pid}`;
  const header = Buffer.alloc(headerBytes);
  header.write(build, 0, buildBytes, "latin1");
  header.writeInt32LE(sumOf(code), buildBytes);
  header.writeInt32LE(sumOfPlace(place), buildBytes + 4);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(unfinished, Buffer.concat([header, code]), { mode: 0o600 });
    renameSync(unfinished, path);
  } catch {
    // A cache that cannot be written is no reason to fail.
  }
}

/**
 * Runs a script of ASCII characters without `import()`, and gives what it exports.
 *
 * @param build 16 characters that differ from build to build of the script.
 * @throws what the script throws.
 */
export function runCached(script: URL, build: string): Record<string, unknown> {
  // Node's own switch for its compile cache.
  const isSwitchedOff = process.env["NODE_DISABLE_COMPILE_CACHE"] === "1";
  const cachedData = isSwitchedOff ? undefined : readCode(build, script.href);
  const path = fileURLToPath(script);
  const compiled = new Script(readFileSync(path, "latin1"), {
    filename: script.href,
    ...(cachedData && { cachedData }),
  });
  const run = compiled.runInThisContext() as Wrapped; // `bundle.mjs` writes the script as that
  const exports: Record<string, unknown> = {};
  run(exports, createRequire(script), path);
  const isKnown = cachedData !== undefined && compiled.cachedDataRejected !== true;
  // Now, and not before it ran: the functions that it called are part of the code.
  if (!isKnown && !isSwitchedOff) writeCode(build, script.href, compiled.createCachedData());
  return exports;
}
