/**
 * Collects garbage at once, also in the middle of a synchronous loop, and finds out what is left.
 *
 * A full collection takes milliseconds; one of the young generation, where results that are soon forgotten die, takes a tenth of one. The engine clears WeakRefs
 * in a full collection only, but the entries of a WeakSet in both, and `util.inspect` shows the entries of a WeakSet.
 */
import { inspect } from "node:util";
import { setFlagsFromString } from "node:v8";
import { createContext, runInNewContext, Script, type Context } from "node:vm";

type Collect = (options?: { readonly type: "minor" }) => void;

interface Collector {
  readonly context: Context;
  readonly nothing: Script;
  readonly collect: Collect;
}

let collector: Collector | null = null;

function makeCollector(): Collector {
  setFlagsFromString("--expose-gc");
  // A context made from now on has the function `gc`.
  const collect = runInNewContext("gc") as Collect;
  const context = createContext({}, { microtaskMode: "afterEvaluate" });
  return { context, nothing: new Script("0"), collect };
}

/**
 * Collects all garbage, and clears the WeakRefs to it.
 *
 * V8 keeps whatever a WeakRef was made of, or gave, alive until the running job ends. A context whose microtasks run after each evaluation empties that list
 * earlier, without running anything of the user's.
 */
export function collectGarbage(): void {
  const { context, nothing, collect } = (collector ??= makeCollector());
  nothing.runInContext(context);
  collect();
}

/** Collects the garbage among what was made lately. */
export function collectYoungGarbage(): void {
  (collector ??= makeCollector()).collect({ type: "minor" });
}

/** Something that is told when it is found alive. */
export interface Findable {
  found(): void;
}

/** Lets `inspect`, which calls a method of this name for every entry that it shows, tell the objects of a class. */
export function makeFindable(type: { readonly prototype: Findable }): void {
  Object.defineProperty(type.prototype, inspect.custom, {
    value(this: Findable): string {
      this.found();
      return "";
    },
  });
}

/** An entry that is always alive: where it is not found, nothing can be said of the others. */
class Witness implements Findable {
  seen = false;

  found(): void {
    this.seen = true;
  }
}

makeFindable(Witness);

const everything = { showHidden: true, maxArrayLength: Infinity, breakLength: Infinity, depth: 1 };

/** Objects that are held weakly, and that can be counted. */
export class WeakCollection<T extends Findable> {
  readonly #witness = new Witness();
  readonly #entries = new WeakSet<Findable>([this.#witness]);

  add(entry: T): void {
    this.#entries.add(entry);
  }

  delete(entry: T): void {
    this.#entries.delete(entry);
  }

  /** Tells all entries that are alive. Answers false where the engine does not show them: then nothing is known of any. */
  findAll(): boolean {
    this.#witness.seen = false;
    inspect(this.#entries, everything);
    return this.#witness.seen;
  }
}
