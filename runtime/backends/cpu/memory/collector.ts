/**
 * Collects garbage at once, also in the middle of a synchronous loop.
 *
 * V8 keeps whatever a WeakRef was made of, or gave, alive until the running job ends. A context whose microtasks run after each evaluation lets that list be
 * emptied earlier, without running anything of the user's.
 */
import { setFlagsFromString } from "node:v8";
import { createContext, runInNewContext, Script, type Context } from "node:vm";

interface Collector {
  readonly context: Context;
  readonly nothing: Script;
  readonly collect: () => void;
}

let collector: Collector | null = null;

function makeCollector(): Collector {
  setFlagsFromString("--expose-gc");
  // A context made from now on has the function `gc`.
  const collect = runInNewContext("gc") as () => void;
  const context = createContext({}, { microtaskMode: "afterEvaluate" });
  return { context, nothing: new Script("0"), collect };
}

/** Collects all garbage, and clears the WeakRefs to it. */
export function collectGarbage(): void {
  const { context, nothing, collect } = (collector ??= makeCollector());
  nothing.runInContext(context);
  collect();
}
