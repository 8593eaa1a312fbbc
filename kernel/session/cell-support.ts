import { createRequire } from "node:module";
import path from "node:path";
import { CELL_SUPPORT, type CellSupport } from "../language/types.ts";
import { currentCell } from "./cell-run.ts";
import { loadModule } from "./modules/load.ts";
import { cellMeta } from "./modules/meta.ts";

function register<T>(resource: T, asynchronous: boolean): T {
  currentCell()?.resources.add(resource, asynchronous);
  return resource;
}

function supportFor(cwd: string): CellSupport {
  return {
    meta: cellMeta(cwd),
    import: (specifier, request) => loadModule(specifier, request ?? {}, cwd),
    use: (resource) => register(resource, false),
    useAsync: (resource) => register(resource, true),
  };
}

/** Defines a global that a cell can use and shadow, and that does not show up among the properties of `globalThis`. */
function defineGlobal(name: string, value: unknown): void {
  Reflect.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** Defines what compiled cells call, and `require`, for cells whose folder is `cwd`. */
export function installCellSupport(cwd: string): void {
  defineGlobal(CELL_SUPPORT, supportFor(cwd));
  defineGlobal("require", createRequire(path.join(cwd, "cell.cjs")));
}
