import path from "node:path";
import { resolve } from "import-meta-resolve";
import { ModuleNotFoundError } from "./not-found-error.ts";

const ownName = "typetorch";

/** Names of other kernels' packages that this kernel has a stand-in for. */
const standIns: Readonly<Record<string, string>> = { tslab: "../tslab" };

/** Whether an import names this package or one of its subpaths. */
export function isOwnPackage(specifier: string): boolean {
  return specifier === ownName || specifier.startsWith(`${ownName}/`);
}

/** Whether an import names this package, or one that it stands in for. */
export function isOwnSpecifier(specifier: string): boolean {
  return isOwnPackage(specifier) || Object.hasOwn(standIns, specifier);
}

/** @throws ModuleNotFoundError for a path that is no module of this package. */
function resolvePart(specifier: string): string {
  try {
    return resolve(specifier, import.meta.url);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_PACKAGE_PATH_NOT_EXPORTED")
      throw ModuleNotFoundError.ownPart(specifier);
    throw error;
  }
}

/**
 * The URL of this package's own module, whatever copy of the package the notebook's folder may have: tensors of a second copy
 * would be unknown to the kernel.
 *
 * @throws ModuleNotFoundError for a path that is no module of this package
 */
export function resolveOwn(specifier: string): string {
  const standIn = standIns[specifier];
  if (standIn === undefined) return resolvePart(specifier);
  return new URL(standIn + path.extname(import.meta.url), import.meta.url).href;
}
