import type { MimeBundle } from "../display/types.ts";
import type { Completeness, JupyterError } from "../language/types.ts";

/** A bundle on its way to a front end, with the fields of Jupyter's `display_data`. */
export interface DisplayContent {
  readonly data: MimeBundle;
  readonly metadata: Record<string, unknown>;
  /** Set when the display can be updated later. */
  readonly displayId?: string;
}

/** Where a cell's output goes. Calls keep their order; the receiver may coalesce neighbouring stream text. */
export interface OutputSink {
  stream(name: "stdout" | "stderr", text: string): void;
  display(content: DisplayContent): void;
  updateDisplay(content: DisplayContent & { readonly displayId: string }): void;
  clearOutput(wait: boolean): void;
}

/** How a cell ended. `result` is `null` when the cell has no value to show. */
export type ExecuteOutcome =
  | { readonly status: "ok"; readonly result: DisplayContent | null }
  | { readonly status: "error"; readonly error: JupyterError };

/** Evaluates cells one after the other on the main thread; knows no sockets. */
export interface Session {
  /** Runs one cell. Never rejects: whatever the cell throws is an outcome. `executionCount` names the cell in tracebacks. */
  execute(code: string, executionCount: number, output: OutputSink): Promise<ExecuteOutcome>;
  /** Evaluates Jupyter's `user_expressions`, after the cell; each value is a bundle or an error. */
  evaluateExpressions(expressions: Readonly<Record<string, string>>): Promise<Record<string, ExecuteOutcome>>;
  /**
   * Ends the running cell with a `KeyboardInterrupt` error. The caller has already stopped synchronous code through
   * `Runtime.terminateExecution`; this settles a cell that waits on a promise, or whose evaluation will never settle.
   */
  interrupt(): void;
  /** Answers `is_complete_request`. */
  isComplete(code: string): Completeness;
}
