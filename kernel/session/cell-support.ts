import {
  createDisplay,
  createProgress,
  createWidgets,
  jupyterGlobal,
  LivePlot,
  serveWidgets,
  type CommRegistry,
  type TypesSetting,
  type Widgets,
} from "../display/index.ts";
import { createDialogs } from "./input/dialogs.ts";
import { noInput } from "./input/no-input.ts";
import { installStdin } from "./input/readline.ts";
import { bindingName } from "../language/index.ts";
import { CELL_SUPPORT, type CellSupport } from "../language/types.ts";
import { Fragment, jsx } from "./jsx.ts";
import { contextCell, currentOrLatestCell, withinCell } from "./cell-context.ts";
import { loadModule } from "./modules/load.ts";
import { cellMeta } from "./modules/meta.ts";
import { moduleNames } from "./modules/module-names.ts";
import { requireIn } from "./modules/require.ts";
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

/** A function as the calling cell would call it: what it prints and throws, also later, goes below that cell. */
function bindToCell<T>(handler: (value: T) => unknown): (value: T) => void {
  const run = currentOrLatestCell();
  if (run === null) return (value) => void handler(value);
  // A promise of the cell's carries what is thrown to where the errors are shown that nobody catches.
  return (value) => void withinCell(run, async () => handler(value));
}

/** Where the calling code asks its user. */
function cellInput(): InputSource {
  return currentOrLatestCell()?.input ?? noInput;
}

/** What the globals of cells work with. */
interface CellSurroundings {
  readonly cwd: string;
  readonly comms: CommRegistry;
  readonly types: TypesSetting;
  /** The id under which a Jupyter server knows the kernel; `null` when it is not known. */
  readonly kernelId: string | null;
}

/**
 * Defines the globals of cells whose folder is `cwd`: what compiled code calls, `require`, `display`, `Jupyter` and their like.
 *
 * @returns names that only cells have: libraries that find a global `module` take themselves for CommonJS
 */
export function installCellSupport({ cwd, comms, types, kernelId }: CellSurroundings): string[] {
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
  const require = requireIn(cwd);
  const own = Object.entries(moduleNames(cwd, require));
  for (const [name, value] of own) defineGlobal(bindingName(name), value);
  defineGlobal("require", require);
  defineGlobal("display", display);
  defineGlobal("Jupyter", jupyter);
  defineGlobal("updateDisplay", jupyter.updateDisplay);
  defineGlobal("clearOutput", jupyter.clearOutput);
  defineGlobal("progress", createProgress({ output: cellOutput, onInterrupt }));
  const plot: Widgets["plot"] = (options = {}) => new LivePlot(options, cellOutput);
  defineGlobal("widgets", createWidgets({ kernelId, bind: bindToCell }, plot));
  serveWidgets(comms);
  for (const [name, dialog] of Object.entries(createDialogs(cellInput))) defineGlobal(name, dialog);
  installStdin(cellInput);
  return own.map(([name]) => name);
}
