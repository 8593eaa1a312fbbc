import timers from "node:timers";
import { promiseHooks } from "node:v8";
import type { CellRun } from "./cell-run.ts";

/*
 * Which cell does this code belong to? Node's AsyncLocalStorage would tell, but up to Node 22 it stands on async hooks, and
 * with those on, ending a loop after an `await` by `Runtime.terminateExecution` aborts the process: the hook that leaves the
 * promise's context never runs, and Node checks ("Assertion failed: (env_->execution_async_id()) == (0)", Node 20.20).
 * V8's promise hooks and wrapped timers do it without that bookkeeping.
 */

let current: CellRun | null = null;
let watched: { first: Promise<unknown> | null } | null = null;
/** The runs under way, the latest last. */
const running: CellRun[] = [];
let latest: CellRun | null = null;
const owners = new WeakMap<object, CellRun>();

/**
 * Runs `work` as part of a cell's run; promises and timers that it creates stay part of it. After a throw the context lasts
 * until the next turn of the event loop, so that the handler of uncaught exceptions can ask for it.
 */
export function withinCell<T>(run: CellRun, work: () => T): T {
  const before = current;
  current = run;
  let threw = true;
  try {
    const result = work();
    threw = false;
    return result;
  } finally {
    if (threw) timers.setImmediate(leaveCell);
    else current = before;
  }
}

/** Forgets the context: code that V8 ended could not do it. */
export function leaveCell(): void {
  current = null;
}

/** A run begins: output that comes from no known context belongs to it. */
export function enterRun(run: CellRun): void {
  running.push(run);
  latest = run;
}

/** A run has ended. */
export function leaveRun(run: CellRun): void {
  running.splice(running.indexOf(run), 1);
}

/** The run that the calling code belongs to, as far as the context tells. */
export function contextCell(): CellRun | null {
  return current;
}

/**
 * The run that output of the calling code belongs to. Callbacks of files and native addons carry no context: theirs belongs
 * to the cell that runs, or between cells to the one that ran last.
 */
export function currentOrLatestCell(): CellRun | null {
  return current ?? running.at(-1) ?? latest;
}

/** Says that an object belongs to the run of the calling code, if that is known. */
export function ownObject(object: object): void {
  if (current !== null) owners.set(object, current);
}

/** The run in which a promise was made, or that an object belongs to. */
export function cellOfObject(object: object): CellRun | null {
  return owners.get(object) ?? null;
}

/** The first promise that is made while `work` runs: that of an asynchronous function, when `work` calls one. */
export function firstPromiseOf(work: () => void): Promise<unknown> | null {
  const watch: { first: Promise<unknown> | null } = { first: null };
  watched = watch;
  work();
  watched = null;
  return watch.first;
}

type Callback = (...values: unknown[]) => unknown;

/** A function as a cell's code would call it from where the caller is now. */
export function boundToCell(callback: unknown): unknown {
  const run = current;
  if (run === null || typeof callback !== "function") return callback;
  const call: Callback = function (this: unknown, ...values) {
    return withinCell(run, (): unknown => Reflect.apply(callback, this, values));
  };
  return call;
}

let following = false;

/** Begins to follow promises. Once for the process. */
export function followPromises(): void {
  if (following) return;
  following = true;
  promiseHooks.createHook({
    init: (promise: Promise<unknown>) => {
      if (current !== null) owners.set(promise, current);
      if (watched !== null) watched.first ??= promise;
    },
    before: (promise: Promise<unknown>) => {
      current = owners.get(promise) ?? null;
    },
    after: () => {
      current = null;
    },
  });
}
