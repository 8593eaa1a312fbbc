import { isBuiltin } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { resolve } from "import-meta-resolve";
import { isPathSpecifier } from "./files.ts";
import { ModuleNotFoundError } from "./not-found-error.ts";
import { isOwnSpecifier, resolveOwn } from "./own.ts";
import { findUserFile } from "./paths.ts";

/** The URL that imports of cells are relative to: a notebook is no file while it runs, so a file in its folder stands for it. */
export function cellUrl(cwd: string): string {
  return pathToFileURL(path.join(cwd, "cell.ts")).href;
}

/** Deno's `npm:name@version/path` means the package that is installed. */
function packageOf(specifier: string): string {
  return specifier.replace(/^npm:\/?((?:@[^/@]+\/)?[^/@]+)(?:@[^/]*)?/u, "$1");
}

/** What Python's packages are here. */
const pythonPackages: Readonly<Record<string, string>> = {
  torch: 'import torch, { nn, optim } from "typetorch";',
  torchvision: 'import { vision } from "typetorch";',
  numpy: 'tensors, import torch from "typetorch", or arrays of JavaScript.',
  matplotlib: 'import { plot } from "typetorch/renderers";',
  tqdm: "for (const item of progress(list)), with nothing to import.",
  torchinfo: 'import { summary } from "typetorch";',
};

function notFound(specifier: string, cwd: string): ModuleNotFoundError {
  const [name = ""] = specifier.split(/[./]/u);
  const instead = Object.hasOwn(pythonPackages, name) ? pythonPackages[name] : undefined;
  return instead === undefined
    ? ModuleNotFoundError.package(specifier, cwd)
    : ModuleNotFoundError.python(specifier, instead);
}

function resolvePackage(specifier: string, cwd: string): string {
  try {
    return resolve(specifier, cellUrl(cwd));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ERR_MODULE_NOT_FOUND") throw notFound(specifier, cwd);
    throw error;
  }
}

/**
 * Resolves an import of a cell from the folder of its notebook.
 *
 * @returns a URL: `file:`, `node:` or `data:`
 * @throws ModuleNotFoundError, or Node's error for a package that does not export what is asked for
 */
export function resolveSpecifier(specifier: string, cwd: string): string {
  if (isBuiltin(specifier)) return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
  if (isOwnSpecifier(specifier)) return resolveOwn(specifier);
  const file = findUserFile(specifier, cellUrl(cwd));
  if (file !== null) return pathToFileURL(file).href;
  if (isPathSpecifier(specifier)) throw ModuleNotFoundError.file(specifier, cwd);
  return resolvePackage(packageOf(specifier), cwd);
}

/** The path of a `file:` URL; `null` for other URLs. */
export function pathOfUrl(url: string): string | null {
  return url.startsWith("file:") ? fileURLToPath(url) : null;
}
