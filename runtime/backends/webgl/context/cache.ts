/**
 * Remembers the context that this machine gives, so that only the first start has to try. The note is taken away before a context is opened and written after: if the
 * driver has changed and crashes, the next start finds no note and tries again.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../cacheFolder.ts";
import { ways, type ContextDescription } from "./description.ts";

/** Variables by which displays and drivers are chosen. */
const driverVariables =
  /^(?:DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|LD_LIBRARY_PATH|TYPETORCH_WEBGL|CUDA_VISIBLE_DEVICES|(?:ANGLE|LIBGL|GALLIUM|LP|MESA|EGL|__EGL|__GLX?|__NV|VK|DRI|NVIDIA)_.*)$/;

function versionOf(name: string): string {
  try {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string }; // every package has one
    return version;
  } catch {
    return "none";
  }
}

/** Whatever the outcome depends on that can be seen without asking a driver. */
function keyOf(environment: NodeJS.ProcessEnv): string {
  const variables = Object.entries(environment)
    .filter(([name]) => driverVariables.test(name))
    .toSorted();
  const versions = ["gl", "@tensorflow/tfjs-backend-webgl"].map(versionOf);
  return JSON.stringify([process.platform, process.arch, process.version, versions, variables]);
}

function fileOf(key: string): string {
  // Loaded here, as all that only WebGL needs: to load it takes longer than most of the runtime.
  const { createHash } = process.getBuiltinModule("node:crypto");
  const name = createHash("sha256").update(key).digest("hex").slice(0, 16);
  return join(cacheFolder(), `webgl-${name}.json`);
}

/** What is written down. */
interface Note {
  readonly key: string;
  readonly context: ContextDescription;
}

function isNote(value: unknown, key: string): value is Note {
  if (typeof value !== "object" || value === null) return false;
  const { key: itsKey, context } = value as Partial<Note>; // every field is looked at
  if (itsKey !== key || typeof context !== "object" || context === null) return false;
  const { way, renderer, vendor, version, software, maxTextureSize, maxTextureUnits, maxOutputs } = context;
  const texts = [way, renderer, vendor, version].every((text) => typeof text === "string");
  const known = ways.includes(way);
  const numbers = [maxTextureSize, maxTextureUnits, maxOutputs].every((number) => typeof number === "number");
  return texts && known && numbers && typeof software === "boolean";
}

/** What an earlier start found, `null` without one, or where the note cannot be read. */
export function recall(): ContextDescription | null {
  const key = keyOf(process.env);
  try {
    const note: unknown = JSON.parse(readFileSync(fileOf(key), "utf8"));
    return isNote(note, key) ? note.context : null;
  } catch {
    return null;
  }
}

/** Takes the note away. */
export function forget(): void {
  try {
    rmSync(fileOf(keyOf(process.env)), { force: true });
  } catch {
    // A note that cannot be removed cannot be replaced either: the next start tries it as this one did.
  }
}

/** Writes down what was found. Renaming replaces the file at once, so that no other process reads half of one. */
export function remember(context: ContextDescription): void {
  const key = keyOf(process.env);
  const file = fileOf(key);
  const unfinished = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(unfinished, JSON.stringify({ key, context } satisfies Note));
    renameSync(unfinished, file);
  } catch {
    // Every start tries anew then.
  }
}
