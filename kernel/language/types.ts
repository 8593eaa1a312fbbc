import type { ProjectSettings } from "./project-settings.ts";

/** A place in a text. Both count from 1, in UTF-16 code units, as V8's stack traces do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A cell that is ready for `Runtime.evaluate` with `replMode`. */
export interface CompiledCell {
  /** Shown in tracebacks and used as V8's script name, such as `Cell[3]`. */
  readonly name: string;
  /** The cell as it was written. */
  readonly source: string;
  /** JavaScript, ending in its `//# sourceURL`. */
  readonly code: string;
  /** Bindings of the top-level names that the cell declares. V8 holds every one of them as a `let`, whatever the cell wrote. */
  readonly declares: ReadonlySet<string>;
  /**
   * Whether the cell ends in an expression whose value is its result. Declarations and control flow have no value, and
   * neither has an assignment (`x = 1`, `x += 1`, `x++`): it is written for its effect, as in Python's notebooks.
   * A closing semicolon means nothing, since most code ends in one.
   */
  readonly showsValue: boolean;
  /** From a position in `code` to the position in `source` that it stems from. */
  toSource(position: Position): Position;
}

/** The answer to Jupyter's `is_complete_request`. */
export type Completeness =
  | { readonly status: "complete" }
  | { readonly status: "incomplete"; readonly indent: string }
  | { readonly status: "invalid" }
  | { readonly status: "unknown" };

/** An error as Jupyter's `error` message carries it. */
export interface JupyterError {
  readonly ename: string;
  readonly evalue: string;
  /** Lines that may carry ANSI colours. */
  readonly traceback: readonly string[];
}

/** What a static or dynamic import asks for. */
export interface ImportRequest {
  /** Import attributes, as in `with { type: "json" }`. */
  readonly with?: Readonly<Record<string, string>>;
  /** Exports that the cell uses as values: the module must have them. */
  readonly names?: readonly string[];
}

/** The functions that compiled cells call, under the global name `CELL_SUPPORT`. */
export interface CellSupport {
  /** `import.meta` of a cell. */
  readonly meta: object;
  /** Loads a module for a static import or an `import()` of a cell. */
  import(specifier: unknown, request?: ImportRequest): Promise<object>;
  /** Registers the resource of a top-level `using`; the kernel disposes it after the cell. */
  use<T>(resource: T): T;
  /** The same for `await using`. */
  useAsync<T>(resource: T): T;
  /** Passes on what a `throw` throws. V8 tells where an error was made, and nothing of other values. */
  thrown<T>(value: T): T;
  /** Makes an element of JSX where there is no React. */
  jsx(type: unknown, props: object | null, ...children: unknown[]): unknown;
  /** The type of `<>…</>`. */
  readonly Fragment: unknown;
}

/** Global name of the `CellSupport` object: long enough that no cell declares it by chance. */
export const CELL_SUPPORT = "__typetorch_cell__";

/** How type errors are treated: they keep a cell from running, are written to its `stderr`, or are not looked for. */
export type TypesMode = "error" | "warn" | "off";

/** What TypeScript says about a place in a cell. */
export interface CellDiagnostic {
  /** TypeScript's number, such as 2322. */
  readonly code: number;
  readonly message: string;
  /** A warning does not keep the cell from running. */
  readonly severity: "error" | "warning";
  /** Name of the cell, such as `Cell[3]`. */
  readonly cell: string;
  /** The cell as it was written. */
  readonly source: string;
  readonly start: Position;
  readonly end: Position;
  /** Whether the place is inside of a function, whose code runs when it is called. */
  readonly deferred: boolean;
  /** The name that TypeScript cannot find, when this is the complaint: it may exist as a property of `globalThis`. */
  readonly missing: string | null;
}

/** What is known of a cell before it runs. */
export interface CheckedCell {
  readonly diagnostics: readonly CellDiagnostic[];
  /** What to tell the user besides, such as that nothing was checked; each thing is said once. */
  readonly notices: readonly string[];
}

/** Knows the types of cells. The session asks it; it lives in a thread of its own. */
export interface CellTypes {
  /**
   * Says what is wrong in a cell. Without errors, or with `warn` or `off`, later cells see its names from now on. Never rejects:
   * what cannot be checked has no errors, and a notice says so.
   */
  check(name: string, source: string, mode: TypesMode): Promise<CheckedCell>;
  /** A cell runs in spite of its errors: later cells see its names. */
  accept(name: string): void;
  /** What the configuration of the notebook's folder says about code that runs. */
  settings(): Promise<ProjectSettings>;
  /** A cell threw: of the values that it declares only those in `existing` came to be. */
  retract(name: string, existing: readonly string[]): void;
}
