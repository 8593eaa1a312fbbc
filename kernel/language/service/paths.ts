import { readdirSync } from "node:fs";
import path from "node:path";
import type { Match } from "./completion.ts";

/** The text of a string that the cursor stands in, from its quote to the cursor; `null` outside of strings. */
export function stringBefore(source: string, offset: number): string | null {
  const line = source.slice(0, offset).split("\n").at(-1) ?? "";
  return (
    /(?:^|[^\w\\])(?:"([^"\\]*)|'([^'\\]*)|`([^`\\$]*))$/u
      .exec(line)
      ?.slice(1)
      .find((each) => each !== undefined) ?? null
  );
}

/** Files and folders that a path in a string may go on with, as the notebook's folder has them. */
export function pathMatches(source: string, offset: number, cwd: string): Match[] {
  const typed = stringBefore(source, offset);
  if (typed === null || !/^(?:\.{0,2}\/|[\w.-]+\/|[\w.-]*$)/u.test(typed)) return [];
  const slash = typed.lastIndexOf("/") + 1;
  const name = typed.slice(slash);
  const start = offset - name.length;
  try {
    return readdirSync(path.resolve(cwd, typed.slice(0, slash)), { withFileTypes: true })
      .filter((entry) => entry.name.startsWith(name) && (name !== "" || !entry.name.startsWith(".")))
      .map((entry) => entry.name + (entry.isDirectory() ? "/" : ""))
      .toSorted()
      .map((text) => ({ text, type: "path", start, end: offset, item: null }));
  } catch {
    return []; // no such folder
  }
}

/** Folders that Node looks for packages in, the nearest first. */
function packageFolders(folder: string): string[] {
  const here = path.join(folder, "node_modules");
  const parent = path.dirname(folder);
  return parent === folder ? [here] : [here, ...packageFolders(parent)];
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith("."));
  } catch {
    return []; // no such folder
  }
}

function packagesIn(folder: string): string[] {
  return entriesOf(folder).flatMap((name) =>
    name.startsWith("@") ? entriesOf(path.join(folder, name)).map((each) => `${name}/${each}`) : [name],
  );
}

/** Installed packages whose names go on from what is written in an import: the server knows only those that a package.json names. */
export function packageMatches(source: string, offset: number, cwd: string): Match[] {
  const typed = stringBefore(source, offset);
  if (typed === null || typed.startsWith(".") || typed.startsWith("/")) return [];
  const before = source.slice(0, offset - typed.length - 1);
  if (!/\b(?:from|import|import\s*\(|require\s*\()\s*$/u.test(before)) return [];
  const start = offset - typed.length;
  return packageFolders(cwd)
    .flatMap(packagesIn)
    .filter((name) => name.startsWith(typed) && !name.startsWith("@types/"))
    .map((text) => ({ text, type: "module", start, end: offset, item: null }));
}
