import type { DecodedSourceMap } from "@jridgewell/trace-mapping";

/** How V8 holds a top-level name of earlier cells; it refuses some changes of kind, so compilation has to know. */
export type BindingKind = "lexical" | "function";

/** A cell that is ready for `Runtime.evaluate` with `replMode`. */
export interface CompiledCell {
  /** JavaScript, ending in its `//# sourceURL`. */
  readonly code: string;
  /** Top-level names that the cell declares, with the kind that V8 will hold them as. */
  readonly declares: ReadonlyMap<string, BindingKind>;
  /** From positions in `code` to positions in the cell; `null` when they are the same. */
  readonly map: DecodedSourceMap | null;
}

/** What a cell is compiled against. */
export interface CompileContext {
  /** Shown in tracebacks and used as V8's script name, such as `Cell[3]`. */
  readonly name: string;
  /** Names that earlier cells declared. */
  readonly held: ReadonlyMap<string, BindingKind>;
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
