import { AsyncLocalStorage } from "node:async_hooks";
import { inspect } from "node:util";
import { contextMark } from "../display/index.ts";
import type { OutputSink } from "../display/types.ts";
import { OrderedOutput } from "./ordered-output.ts";
import { ResourceStack } from "./resources.ts";

/** One run of one cell: what its code, and whatever that code leaves behind, belongs to. */
export class CellRun {
  /** As in tracebacks: `Cell[3]`. */
  readonly name: string;
  readonly output: OrderedOutput;
  /** The resources of its top-level `using` declarations. */
  readonly resources: ResourceStack = new ResourceStack();

  constructor(name: string, sink: OutputSink) {
    this.name = name;
    this.output = new OrderedOutput(sink);
    // Node hangs the context on every promise, where `console.log` of a promise would show all of it.
    Object.defineProperty(this, inspect.custom, { value: () => contextMark });
  }
}

const runs = new AsyncLocalStorage<CellRun>();
let running: CellRun | null = null;

/** Calls `work` as part of a cell's run; timers, promises and callbacks that it creates stay part of it. */
export function withinCell<T>(run: CellRun, work: () => T): T {
  return runs.run(run, work);
}

/** Names the run that output belongs to when nothing else tells; `null` between cells. */
export function setRunningCell(run: CellRun | null): void {
  running = run;
}

/**
 * The run that the calling code belongs to. Code that lost its context, such as a callback of a native addon, counts to the
 * cell that runs at the moment; outside of any cell there is none.
 */
export function currentCell(): CellRun | null {
  return runs.getStore() ?? running;
}

/** Whether the calling code was started by a cell, as far as the context tells. */
export function isWithinCell(): boolean {
  return runs.getStore() !== undefined;
}
