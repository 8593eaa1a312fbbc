import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** What the command line says of its own package. */
export interface PackageInfo {
  readonly version: string;
  /** The range of Node versions that it is made for, such as `>=20.19`. */
  readonly node: string;
}

/** Reads the package.json of this package, found by the package's own name from the sources as from the build. */
export function packageInfo(): PackageInfo {
  const file = createRequire(import.meta.url).resolve("typetorch/package.json");
  // The file is part of this package and always has these fields.
  const { version, engines } = JSON.parse(readFileSync(file, "utf8")) as {
    version: string;
    engines: { node: string };
  };
  return { version, node: engines.node };
}
