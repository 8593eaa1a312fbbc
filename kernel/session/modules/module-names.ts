import path from "node:path";

/** The names that Node gives each CommonJS module besides `require`; cells have them, too. */
export interface ModuleNames {
  readonly __dirname: string;
  readonly __filename: string;
  readonly module: object;
  readonly exports: object;
}

/**
 * Makes them for cells whose folder is `cwd`. `require.main === module` holds, so that a pasted program runs.
 *
 * @param require the cells' own
 */
export function moduleNames(cwd: string, require: NodeJS.Require): ModuleNames {
  const filename = path.join(cwd, "cell.ts");
  const exports = {};
  const module = { id: ".", path: cwd, filename, exports, require, children: [], paths: [], loaded: false };
  Reflect.set(require, "main", module);
  return { __dirname: cwd, __filename: filename, module, exports };
}
