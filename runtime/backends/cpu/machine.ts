/**
 * What was measured about this machine and engine, kept in the user's cache folder, so that it is measured once. Where the folder cannot be read or written,
 * every process measures for itself.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder } from "../cacheFolder.ts";

type Fact = string | number | boolean;
type Facts = Record<string, Fact>;

function factsPath(): string {
  return join(cacheFolder(), "machine.json");
}

/** What facts hold for: another processor or another engine must measure again. */
function machineKey(): string {
  return [process.arch, cpus()[0]?.model ?? "unknown processor", "V8", process.versions.v8].join(" ");
}

/** The facts of all machines that share the folder. Throws when there is no file, or something else in it. */
function readFacts(): Record<string, Facts> {
  const parsed: unknown = JSON.parse(readFileSync(factsPath(), "utf8"));
  if (typeof parsed !== "object" || parsed === null) throw new TypeError("machine.json holds no object");
  return parsed as Record<string, Facts>; // whoever reads a fact checks it
}

function knownFacts(): Record<string, Facts> {
  try {
    return readFacts();
  } catch {
    return {};
  }
}

/** Renaming replaces the file at once, so that no other process reads half of one. */
function writeFact(key: string, name: string, value: Fact): void {
  const path = factsPath();
  const facts = knownFacts();
  facts[key] = { ...facts[key], [name]: value };
  const unfinished = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(unfinished, JSON.stringify(facts, null, 2));
    renameSync(unfinished, path);
  } catch {
    // A cache that cannot be written is no reason to fail.
  }
}

/** A fact about this machine: as it was written down earlier, if `valid` says that it makes sense, else as `measure` finds it now. */
export function machineFact<T extends Fact>(
  name: string,
  valid: (value: unknown) => value is T,
  measure: () => T,
): T {
  const key = machineKey();
  const known = knownFacts()[key]?.[name];
  if (valid(known)) return known;
  const value = measure();
  writeFact(key, name, value);
  return value;
}
