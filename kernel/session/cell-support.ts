import { createRequire } from "node:module";
import path from "node:path";
import {
  createDisplay,
  createProgress,
  jupyterGlobal,
  type CommsGlobal,
  type TypesSetting,
} from "../display/index.ts";
import { createDialogs } from "./input/dialogs.ts";
import { noInput } from "./input/no-input.ts";
import { installStdin } from "./input/readline.ts";
import { CELL_SUPPORT, type CellSupport } from "../language/types.ts";
import { Fragment, jsx } from "./jsx.ts";
import { contextCell, currentOrLatestCell } from "./cell-context.ts";
import { loadModule } from "./modules/load.ts";
import { cellMeta } from "./modules/meta.ts";
import type { OrderedOutput } from "./ordered-output.ts";
import { rememberThrown } from "./traceback/thrown-at.ts";
import type { InputSource } from "./types.ts";
import { usingCtx } from "./using-context.ts";

function register<T>(resource: T, asynchronous: boolean): T {
  contextCell()?.resources.add(resource, asynchronous);
  return resource;
}

function supportFor(cwd: string): CellSupport {
  return {
    meta: cellMeta(cwd),
    import: (specifier, request) => loadModule(specifier, request ?? {}, cwd),
    use: (resource) => register(resource, false),
    useAsync: (resource) => register(resource, true),
    thrown: rememberThrown,
    jsx,
    Fragment,
  };
}

/** Defines a global that a cell can use and shadow, and that does not show up among the properties of `globalThis`. */
function defineGlobal(name: string, value: unknown): void {
  Reflect.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** Where output of the calling code goes. */
function cellOutput(): OrderedOutput | null {
  return currentOrLatestCell()?.output ?? null;
}

/** See `CellRun.onInterrupt`. */
function onInterrupt(tidy: () => void): () => void {
  return currentOrLatestCell()?.onInterrupt(tidy) ?? (() => {});
}

/** Where the calling code asks its user. */
function cellInput(): InputSource {
  return currentOrLatestCell()?.input ?? noInput;
}

/** Defines the globals of cells whose folder is `cwd`: what compiled code calls, `require`, `display`, `Jupyter` and their like. */
export function installCellSupport(cwd: string, comms: CommsGlobal, types: TypesSetting): void {
  const display = createDisplay(cellOutput);
  const jupyter = jupyterGlobal({
    display,
    comms,
    types,
    send: (message) => cellOutput()?.broadcast(message),
    clearOutput: (wait = false) => cellOutput()?.clearOutput(wait),
  });
  defineGlobal(CELL_SUPPORT, supportFor(cwd));
  defineGlobal("babelHelpers", { usingCtx });
  defineGlobal("require", createRequire(path.join(cwd, "cell.cjs")));
  defineGlobal("display", display);
  defineGlobal("Jupyter", jupyter);
  defineGlobal("updateDisplay", jupyter.updateDisplay);
  defineGlobal("clearOutput", jupyter.clearOutput);
  defineGlobal("progress", createProgress({ output: cellOutput, onInterrupt }));
  for (const [name, dialog] of Object.entries(createDialogs(cellInput))) defineGlobal(name, dialog);
  installStdin(cellInput);
}
