import process from "node:process";
import { setImmediate } from "node:timers";
import { formatValue } from "../display/index.ts";
import { CellSyntaxError, compileCell, isComplete, preloadStripper } from "../language/index.ts";
import type { CompiledCell, Completeness, JupyterError } from "../language/types.ts";
import { captureOutput } from "./capture.ts";
import { CellRun, currentCell, setRunningCell, withinCell } from "./cell-run.ts";
import { installCellSupport } from "./cell-support.ts";
import { Evaluator } from "./evaluator.ts";
import { toJupyterError } from "./traceback/traceback.ts";
import type { DisplayContent, ExecuteOutcome, OutputSink, Session, SessionOptions } from "./types.ts";

const interrupted: ExecuteOutcome = {
  status: "error",
  error: { ename: "KeyboardInterrupt", evalue: "interrupted", traceback: ["KeyboardInterrupt: interrupted"] },
};

function syntaxErrorOf(error: CellSyntaxError): JupyterError {
  const { line, column } = error.position;
  const place = `${error.cell}:${line}:${column}`;
  return {
    ename: error.name,
    evalue: `${error.message} (${place})`,
    traceback: [`${error.name}: ${error.message}`, ...error.frame.split("\n"), `    at ${place}`],
  };
}

/** What is read of a cell's errors: V8's default of 10 frames can all lie inside a library. */
const stackFrames = 50;

class InspectorSessionOfCells implements Session {
  readonly #evaluator: Evaluator = new Evaluator();
  readonly #cells = new Map<string, CompiledCell>();
  #interrupt: (() => void) | null = null;

  execute(code: string, executionCount: number, output: OutputSink): Promise<ExecuteOutcome> {
    const run = new CellRun(`Cell[${executionCount}]`, output);
    return this.#untilInterrupted(run, () => this.#runCell(run, code));
  }

  async evaluateExpressions(
    expressions: Readonly<Record<string, string>>,
  ): Promise<Record<string, ExecuteOutcome>> {
    const outcomes: [string, ExecuteOutcome][] = [];
    const output: OutputSink = { stream() {}, display() {}, updateDisplay() {}, clearOutput() {} };
    for (const [key, code] of Object.entries(expressions)) {
      const run = new CellRun(`Expression[${key}]`, output);
      outcomes.push([key, await this.#untilInterrupted(run, () => this.#runCell(run, code))]);
    }
    return Object.fromEntries(outcomes);
  }

  interrupt(): void {
    this.#interrupt?.();
  }

  isComplete(code: string): Completeness {
    return isComplete(code);
  }

  reportUncaught(error: unknown): void {
    const { traceback } = toJupyterError(error, this.#cells, null, null);
    const text = `Uncaught ${traceback.join("\n")}\n`;
    const cell = currentCell();
    if (cell === null) process.stderr.write(text);
    else cell.output.stream("stderr", text);
  }

  /**
   * Everything that may not come back is inside the race: a terminated evaluation never settles, and V8 also ends code of
   * the kernel that happens to be on the stack, such as a formatter that called a method of the user's object.
   */
  async #untilInterrupted(run: CellRun, work: () => Promise<ExecuteOutcome>): Promise<ExecuteOutcome> {
    setRunningCell(run);
    const interruption = new Promise<ExecuteOutcome>((resolve) => {
      this.#interrupt = () => resolve(interrupted);
    });
    try {
      return await Promise.race([withinCell(run, work), interruption]);
    } finally {
      this.#interrupt = null;
      setRunningCell(null);
    }
  }

  async #runCell(run: CellRun, code: string): Promise<ExecuteOutcome> {
    const outcome = await this.#evaluateCell(run, code);
    await run.output.flush();
    return outcome;
  }

  async #evaluateCell(run: CellRun, code: string): Promise<ExecuteOutcome> {
    let cell: CompiledCell;
    try {
      cell = compileCell(code, run.name);
    } catch (error) {
      if (error instanceof CellSyntaxError) return { status: "error", error: syntaxErrorOf(error) };
      return { status: "error", error: toJupyterError(error, this.#cells, null, null) };
    }
    this.#cells.set(cell.name, cell);
    const evaluation = await this.#evaluator.evaluate(cell.code, cell.name);
    const failure = await this.#dispose(run);
    if (evaluation.kind === "terminated") return interrupted;
    if (evaluation.kind === "thrown") {
      return { status: "error", error: toJupyterError(evaluation.error, this.#cells, cell, evaluation.at) };
    }
    if (failure !== null) return failure;
    return { status: "ok", result: await this.#result(run, cell, evaluation.value) };
  }

  /** Disposes the cell's resources. Answers how that failed. */
  async #dispose(run: CellRun): Promise<ExecuteOutcome | null> {
    try {
      await run.resources.dispose();
      return null;
    } catch (error) {
      return { status: "error", error: toJupyterError(error, this.#cells, null, null) };
    }
  }

  async #result(run: CellRun, cell: CompiledCell, value: unknown): Promise<DisplayContent | null> {
    if (!cell.showsValue || value === undefined) return null;
    return formatValue(value, (text) => run.output.stream("stderr", text));
  }
}

/**
 * Makes the session of this process: captures its output streams, replaces `console`, and defines the globals that cells
 * use. There is one V8 global scope, so several sessions would share their variables.
 */
export async function createSession(options: SessionOptions = {}): Promise<Session> {
  captureOutput();
  Error.stackTraceLimit = stackFrames;
  const cwd = options.cwd ?? process.cwd();
  installCellSupport(cwd);
  setImmediate(preloadStripper);
  return new InspectorSessionOfCells();
}
