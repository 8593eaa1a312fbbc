import type { DisplayContent, OutputSink } from "../display/types.ts";
import type { Completeness, JupyterError } from "../language/types.ts";

export type { DisplayContent, OutputSink } from "../display/types.ts";

/** How a cell ended. `result` is `null` when the cell has no value to show. */
export type ExecuteOutcome =
  | { readonly status: "ok"; readonly result: DisplayContent | null }
  | { readonly status: "error"; readonly error: JupyterError };

/** What a session is made with. */
export interface SessionOptions {
  /** Absolute path of the folder that relative and bare imports start from; by default the process's. */
  readonly cwd?: string;
}

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
  /**
   * Writes the traceback of an error that nobody caught to the `stderr` of the cell that it stems from: for the process's
   * `uncaughtException` and `unhandledRejection` handlers, which belong to whoever owns the process.
   *
   * @param promise the promise that was rejected, from which the cell is known
   */
  reportUncaught(error: unknown, promise?: Promise<unknown>): void;
}
