import { readFileSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parseSync } from "oxc-parser";
import { findUserFile } from "./paths.ts";

interface Known {
  readonly changed: number;
  readonly imports: readonly string[];
}

const known = new Map<string, Known>();

/** The local files that a file imports. One that does not parse has none: the loader reports it. */
function localImports(file: string): string[] {
  if (!/\.[cm]?[jt]sx?$/u.test(file)) return [];
  const { module } = parseSync(file, readFileSync(file, "utf8"));
  const reexports = module.staticExports.flatMap(({ entries }) =>
    entries.map((entry) => entry.moduleRequest),
  );
  const requests = [...module.staticImports.map((each) => each.moduleRequest), ...reexports];
  return requests
    .map((request) => request?.value ?? "")
    .map((specifier) => findUserFile(specifier, pathToFileURL(file).href))
    .filter((found) => found !== null);
}

function look(file: string): Known {
  const changed = statSync(file).mtimeMs;
  const before = known.get(file);
  if (before?.changed === changed) return before;
  const now: Known = { changed, imports: localImports(file) };
  known.set(file, now);
  return now;
}

/** When a file, or any local file that it imports, directly or not, was last changed: milliseconds since 1970. */
function lastChange(file: string, seen: Set<string>): number {
  if (seen.has(file)) return 0;
  seen.add(file);
  const { changed, imports } = look(file);
  return Math.max(changed, ...imports.map((each) => lastChange(each, seen)));
}

/**
 * The URL to load a local file by. Node loads each URL once; this one changes when the file or something that it imports was
 * edited, so that importing it in a cell again brings the new version, and files that did not change stay the same module.
 */
export function stampedUrl(file: string): string {
  const url = pathToFileURL(file);
  url.searchParams.set("changed", String(lastChange(file, new Set())));
  return url.href;
}
