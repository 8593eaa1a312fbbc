import type { CommMessage } from "../display/comms.ts";
import type { DisplayContent, OutputSink } from "../display/types.ts";
import type { CellTypes, Completeness, JupyterError } from "../language/types.ts";

export type { CommMessage } from "../display/comms.ts";
export type { Broadcast, DisplayContent, OutputSink } from "../display/types.ts";

/** How a cell ended. `result` is `null` when the cell has no value to show. */
export type ExecuteOutcome =
  | { readonly status: "ok"; readonly result: DisplayContent | null }
  | { readonly status: "error"; readonly error: JupyterError };

/** A line that a cell asks its user for. */
export interface InputQuestion {
  readonly prompt: string;
  /** Whether the front end hides what is typed. */
  readonly password: boolean;
}

/** Asks whoever sent the cell. Both throw StdinNotImplementedError when the request was made with `allow_stdin: false`. */
export interface InputSource {
  /** Resolves with the line, without its line break; rejects when the cell is interrupted. */
  ask(question: InputQuestion): Promise<string>;
  /** As `ask`, and blocks the thread until the answer is there, as `prompt()` does in browsers. */
  askNow(question: InputQuestion): string;
}

/** What the code of one request is connected to. */
export interface CellConnections {
  readonly output: OutputSink;
  readonly input: InputSource;
}

/** The comms of the session. Kernel to front end they go through `OutputSink.broadcast`, with the same fields as on the wire. */
export interface Comms {
  /**
   * Whether {@link receive} could do something with the message now: its target is registered, or its comm is open. A
   * message that comes too early waits until the cells that were sent before it have run.
   */
  expects(message: CommMessage): boolean;
  /**
   * Takes a message, while cells wait or between them. Opening an unknown target answers with `comm_close`. Resolves when
   * the handlers have returned; never rejects: what they throw is shown as an uncaught error of `output`.
   */
  receive(message: CommMessage, connections: CellConnections): Promise<void>;
  /** The open comms by id, for `comm_info_request`. */
  open(): Readonly<Record<string, { readonly target_name: string }>>;
}

/** What a session is made with. */
export interface SessionOptions {
  /** Absolute path of the folder that relative and bare imports start from; by default the process's. */
  readonly cwd?: string;
  /** What `process.exit()` of a cell does: ends the kernel after everything was sent. */
  readonly exit?: (code: number) => never;
  /** The id under which a Jupyter server knows the kernel: controls in its pages connect to it. */
  readonly kernelId?: string;
  /** Checks the types of cells before they run; without it they run unchecked. */
  readonly types?: CellTypes;
}

/** Evaluates cells on the main thread; knows no sockets. */
export interface Session {
  readonly comms: Comms;
  /**
   * Runs one cell. Never rejects: whatever the cell throws is an outcome. `executionCount` names the cell in tracebacks.
   * Cells of subshells run at the same time: while one waits, the next may begin.
   */
  execute(code: string, executionCount: number, connections: CellConnections): Promise<ExecuteOutcome>;
  /** Evaluates Jupyter's `user_expressions`, after the cell; each value is a bundle or an error. */
  evaluateExpressions(expressions: Readonly<Record<string, string>>): Promise<Record<string, ExecuteOutcome>>;
  /**
   * Ends the running cells with a `KeyboardInterrupt` error. The caller has already stopped synchronous code through
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
