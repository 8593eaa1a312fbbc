import path from "node:path";

const filesTried = "with the endings .ts, .js and .json, and as a folder with an index file";

/** The name of the package that an import is from: `a` of `a/b`, `@a/b` of `@a/b/c`. */
function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** An import that leads nowhere: says what was looked for, where, and how to get it. */
export class ModuleNotFoundError extends Error {
  override readonly name = "ModuleNotFoundError";
  /** As Node's own error has it. */
  readonly code = "ERR_MODULE_NOT_FOUND";

  /** A package that is not installed where the notebook is. */
  static package(specifier: string, cwd: string): ModuleNotFoundError {
    const name = packageName(specifier);
    const message =
      `Cannot find the package "${name}": looked in ${path.join(cwd, "node_modules")} and in those of the folders above. ` +
      `Install it there: cd ${cwd} && npm install ${name}`;
    return new ModuleNotFoundError(message);
  }

  /** A package of Python's, which the notebook will not find here. */
  static python(specifier: string, instead: string): ModuleNotFoundError {
    return new ModuleNotFoundError(
      `Cannot find the package "${specifier}", which is Python's. Here it is: ${instead}`,
    );
  }

  /** A path within this package, whose parts are names of the package itself. */
  static ownPart(specifier: string): ModuleNotFoundError {
    const [own = "", ...parts] = specifier.split("/");
    return new ModuleNotFoundError(
      `"${specifier}" is no module: the package is one. Import its names, import torch, { nn, optim, vision } from "${own}", and write ${parts.join(".")} or torch.${parts.join(".")} for this part.`,
    );
  }

  /** A local file that does not exist. */
  static file(specifier: string, cwd: string): ModuleNotFoundError {
    const file = path.resolve(cwd, specifier);
    return new ModuleNotFoundError(
      `Cannot find the file "${specifier}" from ${cwd}: looked for ${file} as it is, ${filesTried}. ` +
        "Relative imports of a cell start from the folder of the notebook.",
    );
  }
}
