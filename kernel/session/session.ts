import process from "node:process";
import { types } from "node:util";
import { CommRegistry, formatValue, isDisplayAnswer } from "../display/index.ts";
import { CellSyntaxError, compileCell, isComplete, writtenName } from "../language/index.ts";
import type { CompiledCell, Completeness, JupyterError } from "../language/types.ts";
import { followCallbacks } from "./callbacks.ts";
import { captureOutput } from "./capture.ts";
import { cellComms } from "./cell-comms.ts";
import { followChildren } from "./child-output.ts";
import { CellLibrary } from "./cell-library.ts";
import {
  cellOfObject,
  currentOrLatestCell,
  enterRun,
  followPromises,
  leaveCell,
  leaveRun,
  withinCell,
} from "./cell-context.ts";
import { CellRun } from "./cell-run.ts";
import { installCellSupport } from "./cell-support.ts";
import { DeclaredGlobals } from "./declared-globals.ts";
import { captureDescriptors } from "./descriptors.ts";
import { followEmitters } from "./emitters.ts";
import { Evaluator, type Evaluation } from "./evaluator.ts";
import { noInput } from "./input/no-input.ts";
import { guardProcessExit } from "./process-exit.ts";
import { loadOwnAhead } from "./modules/load.ts";
import { followProcessListeners } from "./process-listeners.ts";
import { TypeChecker, unchecked } from "./type-check.ts";
import { installStackTraces, type StackFrame } from "./traceback/stack.ts";
import { placeOfThrown } from "./traceback/thrown-at.ts";
import { errorHeader, framedPlace, toJupyterError } from "./traceback/traceback.ts";
import type {
  CellConnections,
  Comms,
  DisplayContent,
  ExecuteOutcome,
  Session,
  SessionOptions,
} from "./types.ts";

const interrupted: ExecuteOutcome = {
  status: "error",
  error: {
    ename: "KeyboardInterrupt",
    evalue: "interrupted",
    traceback: [errorHeader("KeyboardInterrupt", "interrupted")],
  },
};

/** Where the output of user expressions goes: Jupyter has no place for it, and they ask nobody. */
const nowhere: CellConnections = {
  output: { stream() {}, display() {}, updateDisplay() {}, clearOutput() {}, broadcast() {} },
  input: noInput,
};

function syntaxError({ name, message, cell, source, position }: CellSyntaxError): JupyterError {
  return {
    ename: name,
    evalue: `${message} (${cell}, line ${position.line}, column ${position.column})`,
    traceback: [errorHeader(name, message), ...framedPlace(cell, source, position)],
  };
}

/** Evaluates cells with V8's REPL mode, through the inspector of the thread. */
class ReplSession implements Session {
  readonly comms: Comms;
  readonly #evaluator: Evaluator = new Evaluator();
  readonly #cells: CellLibrary;
  readonly #checker: TypeChecker;
  readonly #globals: DeclaredGlobals;
  /** Ends the cells that run: several do, when a subshell's cell runs while another one waits. */
  readonly #interrupts = new Map<CellRun, () => void>();

  constructor(cells: CellLibrary, comms: CommRegistry, checker: TypeChecker, globals: DeclaredGlobals) {
    this.#globals = globals;
    this.#cells = cells;
    this.#checker = checker;
    this.comms = cellComms(comms, (error, run) => this.#writeUncaught(error, run));
  }

  execute(code: string, executionCount: number, connections: CellConnections): Promise<ExecuteOutcome> {
    return this.#run(`Cell[${executionCount}]`, code, connections);
  }

  async evaluateExpressions(
    expressions: Readonly<Record<string, string>>,
  ): Promise<Record<string, ExecuteOutcome>> {
    const outcomes: [string, ExecuteOutcome][] = [];
    for (const [key, code] of Object.entries(expressions)) {
      outcomes.push([key, await this.#run(`Expression[${key}]`, code, nowhere, false)]);
    }
    return Object.fromEntries(outcomes);
  }

  interrupt(): void {
    leaveCell();
    for (const interrupt of this.#interrupts.values()) interrupt();
  }

  isComplete(code: string): Completeness {
    return isComplete(code);
  }

  reportUncaught(error: unknown, promise?: Promise<unknown>): void {
    this.#writeUncaught(error, (promise && cellOfObject(promise)) ?? currentOrLatestCell());
  }

  #writeUncaught(error: unknown, cell: CellRun | null): void {
    const text = `Uncaught ${this.#describe(error).traceback.join("\n")}\n`;
    if (cell === null) process.stderr.write(text);
    else cell.output.stream("stderr", text);
  }

  /**
   * Everything that may not come back is inside the race: a terminated evaluation never settles, and V8 also ends code of
   * the kernel that happens to be on the stack, such as a formatter that called a method of the user's object.
   */
  async #run(
    name: string,
    code: string,
    connections: CellConnections,
    typed = true,
  ): Promise<ExecuteOutcome> {
    const run = new CellRun(this.#cells.unusedName(name), connections);
    const interruption = new Promise<ExecuteOutcome>((resolve) => {
      this.#interrupts.set(run, () => resolve(interrupted));
    });
    enterRun(run);
    try {
      const outcome = await Promise.race([
        withinCell(run, () => this.#evaluate(run, code, typed)),
        interruption,
      ]);
      if (outcome === interrupted) run.interrupted();
      return outcome;
    } finally {
      this.#interrupts.delete(run);
      leaveRun(run);
    }
  }

  async #evaluate(run: CellRun, code: string, typed: boolean): Promise<ExecuteOutcome> {
    const outcome = await this.#outcome(run, code, typed);
    await run.output.flush();
    return outcome;
  }

  async #outcome(run: CellRun, code: string, typed: boolean): Promise<ExecuteOutcome> {
    try {
      const check = typed ? this.#checker.begin(run, code) : unchecked;
      const project = await this.#checker.settingsFor(code);
      const cell = compileCell(code, run.name, { project, globals: this.#globals });
      loadOwnAhead(code);
      const refused = await check.settle();
      if (refused !== null) return { status: "error", error: refused };
      // The cell may have been interrupted meanwhile.
      if (!this.#interrupts.has(run)) return interrupted;
      this.#cells.add(cell);
      run.onInterrupt(() => void this.#keepExisting(run, cell));
      const evaluation = await this.#evaluator.evaluate(cell.code, cell.name);
      return await this.#settle(run, cell, evaluation);
    } catch (error) {
      return { status: "error", error: this.#describe(error) };
    }
  }

  /** Disposes the cell's resources, whatever its end, and shows its value. */
  async #settle(run: CellRun, cell: CompiledCell, evaluation: Evaluation): Promise<ExecuteOutcome> {
    const thrown = evaluation.kind === "thrown" ? evaluation : null;
    const failure = await run.resources.dispose(thrown);
    if (evaluation.kind === "terminated") return interrupted;
    if (failure === null && evaluation.kind === "value") {
      this.#globals.add(cell.declares);
      return { status: "ok", result: await this.#result(run, cell, evaluation.value) };
    }
    await this.#keepExisting(run, cell);
    const at = thrown?.at ?? null;
    const place = at === null ? null : { caller: "", file: cell.name, position: cell.toSource(at) };
    return { status: "error", error: this.#describe(failure?.error, place) };
  }

  /** A cell has not run to its end: of what it declares only that stays which has come to be. */
  async #keepExisting(run: CellRun, cell: CompiledCell): Promise<void> {
    const existing = await this.#existing(cell);
    this.#globals.add(existing);
    this.#checker.retract(run, existing.map(writtenName));
  }

  /** Bindings of a cell that threw, or was interrupted, which have come to be: V8 leaves the others without a binding or without a value. */
  async #existing({ declares, name }: CompiledCell): Promise<string[]> {
    const names = [...declares];
    if (names.length === 0) return names;
    const tests = names.map((each) => `(() => { try { ${each}; return true; } catch { return false; } })()`);
    const found = await this.#evaluator.evaluate(`[${tests.join(", ")}]`, name);
    const flags = found.kind === "value" && Array.isArray(found.value) ? found.value : [];
    return names.filter((_, index) => flags[index] === true);
  }

  /** @param at where V8 saw the throw, if the error cannot tell */
  #describe(error: unknown, at: StackFrame | null = null): JupyterError {
    // `instanceof` alone would run the traps of a proxy that was thrown.
    if (types.isNativeError(error) && error instanceof CellSyntaxError) return syntaxError(error);
    const remembered = placeOfThrown(error);
    const place = remembered.length > 0 || at === null ? remembered : [at];
    return toJupyterError(error, (file) => this.#cells.textOf(file), place);
  }

  async #result(run: CellRun, { showsValue }: CompiledCell, value: unknown): Promise<DisplayContent | null> {
    if (!showsValue || value === undefined || isDisplayAnswer(value)) return null;
    return formatValue(value, (text) => run.output.stream("stderr", text));
  }
}

/** V8 keeps 10 frames by default, which can all lie inside a library: the frame in the cell is what matters most. */
const stackFrames = 50;

/**
 * Makes the session of this process: captures its output streams, replaces `console`, and defines the globals that cells
 * use. There is one V8 global scope, so several sessions would share their variables.
 */
export async function createSession(options: SessionOptions = {}): Promise<Session> {
  const cells = new CellLibrary();
  followPromises();
  followCallbacks();
  followEmitters();
  followProcessListeners();
  followChildren();
  captureOutput();
  captureDescriptors();
  guardProcessExit(options.exit ?? process.exit.bind(process));
  Error.stackTraceLimit = stackFrames;
  installStackTraces(
    (file, position) => cells.locate(file, position),
    (file) => cells.has(file),
  );
  const comms = new CommRegistry((message) => currentOrLatestCell()?.output.broadcast(message));
  const checker = new TypeChecker(options.types ?? null);
  const { cwd = process.cwd(), kernelId = null } = options;
  const own = installCellSupport({ cwd, comms, types: checker, kernelId });
  return new ReplSession(cells, comms, checker, new DeclaredGlobals(own));
}
