import path from "node:path";
import { cellUrl, resolveSpecifier } from "./resolve.ts";

/** `import.meta` of cells: a notebook is not a file while it runs, so the file name is that of a cell in its folder. */
export interface CellMeta {
  readonly dirname: string;
  readonly filename: string;
  readonly url: string;
  /** As of the file that Node was started with: nothing imports a cell. */
  readonly main: true;
  /** As Node's `import.meta.resolve`. */
  resolve(specifier: string): string;
}

/** Makes the `import.meta` of cells whose folder is `cwd`. */
export function cellMeta(cwd: string): CellMeta {
  return Object.freeze({
    dirname: cwd,
    filename: path.join(cwd, "cell.ts"),
    url: cellUrl(cwd),
    main: true,
    resolve: (specifier: string) => resolveSpecifier(specifier, cwd),
  });
}
