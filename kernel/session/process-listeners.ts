import process from "node:process";
import { contextCell, withinCell } from "./cell-context.ts";

/*
 * The process is older than all cells, so that its events (signals, messages, warnings, the end) are no cell's: each of its listeners belongs to the cell
 * that added it. A listener that is wrapped carries the one that was added as `listener`, by which Node finds it: as it does itself for `once`.
 */

type Listener = (this: unknown, ...values: unknown[]) => unknown;
type Add = (event: string | symbol, listener: unknown) => NodeJS.Process;

/** The listener as the cell's that adds it; with `once` it is removed at its first event. */
function cellListener(event: string | symbol, listener: unknown, once: boolean): unknown {
  const run = contextCell();
  if (run === null || typeof listener !== "function") return null;
  const bound: Listener = function (this: unknown, ...values) {
    if (once) process.removeListener(event, bound);
    return withinCell(run, (): unknown => Reflect.apply(listener, this, values));
  };
  return Object.assign(bound, { listener });
}

let following = false;

/** Begins to follow the listeners of the process. Once for the process. */
export function followProcessListeners(): void {
  if (following) return;
  following = true;
  const { on, once, prependListener, prependOnceListener } = process as unknown as Record<string, Add>; // with all events
  const follow = (names: readonly string[], add: Add | undefined, addOnce?: Add): void => {
    if (add === undefined) return;
    const adding: Add = (event, listener) => {
      const bound = cellListener(event, listener, addOnce !== undefined);
      return Reflect.apply(bound === null ? (addOnce ?? add) : add, process, [event, bound ?? listener]);
    };
    for (const name of names)
      Object.defineProperty(process, name, { value: adding, writable: true, configurable: true });
  };
  follow(["on", "addListener"], on);
  follow(["prependListener"], prependListener);
  follow(["once"], on, once);
  follow(["prependOnceListener"], prependListener, prependOnceListener);
}
