import path from "node:path";
import { pathToFileURL } from "node:url";
import { resolve } from "import-meta-resolve";

const ownName = "typetorch";

/**
 * Resolves an import of a cell, from the folder of the notebook. `typetorch` and its subpaths are always this package: a
 * second copy would have tensors that the kernel does not know.
 *
 * @throws Error with a `code`, as Node's resolution does
 */
export function resolveSpecifier(specifier: string, cwd: string): string {
  const isOwn = specifier === ownName || specifier.startsWith(`${ownName}/`);
  const parent = isOwn ? import.meta.url : pathToFileURL(path.join(cwd, "cell.ts")).href;
  return resolve(specifier, parent);
}
