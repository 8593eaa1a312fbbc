import { resolve } from "import-meta-resolve";

const ownName = "typetorch";

/** Whether an import names this package or one of its subpaths. */
export function isOwnSpecifier(specifier: string): boolean {
  return specifier === ownName || specifier.startsWith(`${ownName}/`);
}

/**
 * The URL of this package's own module, whatever copy of the package the notebook's folder may have: tensors of a second copy
 * would be unknown to the kernel.
 */
export function resolveOwn(specifier: string): string {
  return resolve(specifier, import.meta.url);
}
