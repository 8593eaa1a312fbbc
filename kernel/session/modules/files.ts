import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL, URL } from "node:url";
import { isOwnFile } from "../traceback/user-code.ts";

/** Endings that an import of a local file may leave out, in the order in which they are tried. */
const endings = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"];

/** What TypeScript's compiler would emit, and the file that it would emit it from. */
const sourceEndings: Readonly<Record<string, string>> = {
  ".js": ".ts",
  ".jsx": ".tsx",
  ".mjs": ".mts",
  ".cjs": ".cts",
};

/** Whether an import is relative or absolute, not the name of a package. */
export function isPathSpecifier(specifier: string): boolean {
  return /^(?:\.{1,2}\/|\/|file:|\.{1,2}$)/u.test(specifier);
}

/** Whether a URL is a file of the user's own: not of a package, nor of this one. */
export function isUserFile(url: string): boolean {
  return url.startsWith("file:") && !url.includes("/node_modules/") && !isOwnFile(url);
}

/** Whether a URL is that of a file that Node does not run as it is: TypeScript, or JSX. */
export function isTypeScript(url: string): boolean {
  return /\.(?:[cm]?ts|[jt]sx)(?:[?#]|$)/u.test(url);
}

function isFile(file: string): boolean {
  return existsSync(file) && statSync(file).isFile();
}

/** The files that an import of `file` may mean, the likeliest first. */
function candidates(file: string): string[] {
  const ending = path.extname(file);
  const source = sourceEndings[ending];
  return [
    file,
    ...(source === undefined ? [] : [file.slice(0, -ending.length) + source]),
    ...endings.map((each) => file + each),
    ...endings.map((each) => path.join(file, `index${each}`)),
  ];
}

/** The path that a relative or absolute import means, before any ending is tried. */
function importedPath(specifier: string, parentUrl: string): string {
  const url = path.isAbsolute(specifier) ? pathToFileURL(specifier) : new URL(specifier, parentUrl);
  return fileURLToPath(url);
}

/** The file that a relative or absolute import means; `null` if there is none. */
export function findFile(specifier: string, parentUrl: string): string | null {
  return candidates(importedPath(specifier, parentUrl)).find(isFile) ?? null;
}
