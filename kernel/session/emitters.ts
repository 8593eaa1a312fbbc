import { EventEmitter } from "node:events";
import { cellOfObject, contextCell, ownObject, withinCell } from "./cell-context.ts";

/*
 * Whatever a cell makes that emits events, such as a child process, a server or a stream, emits them as that cell: its
 * listeners print below the cell, long after it has ended. Event emitters all pass two points: `EventEmitter.init`, which the
 * constructor calls, and `emit`.
 */

/** `EventEmitter.init` is Node's since its first versions, and missing in its types. */
interface Initialising {
  init: (this: EventEmitter, ...options: unknown[]) => void;
}

let following = false;

/** Begins to follow event emitters. Once for the process. */
export function followEmitters(): void {
  if (following) return;
  following = true;
  const emitters = EventEmitter as unknown as Initialising;
  const { init } = emitters;
  emitters.init = function (this: EventEmitter, ...options): void {
    ownObject(this);
    Reflect.apply(init, this, options);
  };
  const { emit } = EventEmitter.prototype;
  EventEmitter.prototype.emit = function (this: EventEmitter, ...event): boolean {
    const owner = contextCell() === null ? cellOfObject(this) : null;
    return owner === null ? emit.apply(this, event) : withinCell(owner, () => emit.apply(this, event));
  };
}
