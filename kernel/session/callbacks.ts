import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import process from "node:process";
import { boundToCell } from "./cell-context.ts";

/*
 * Callbacks that Node calls later belong to the cell that handed them over: of timers, of files, and of event targets such as message
 * ports and abort signals. Event emitters have a way of their own (`emitters.ts`).
 */

type Method = (this: unknown, ...values: unknown[]) => unknown;

/** Replaces a method by one that changes its arguments, and keeps its properties, such as `util.promisify.custom`. */
function replace(owner: object, name: string, change: (values: unknown[]) => unknown[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (typeof descriptor?.value !== "function") return;
  const original = descriptor.value as Method; // it was just looked at
  const wrapped: Method = function (...values) {
    return Reflect.apply(original, this, change(values));
  };
  Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));
  Object.defineProperty(owner, name, { ...descriptor, value: wrapped });
}

function bindFirst([callback, ...rest]: unknown[]): unknown[] {
  return [boundToCell(callback), ...rest];
}

function bindLast(values: unknown[]): unknown[] {
  return [...values.slice(0, -1), boundToCell(values.at(-1))];
}

/** Methods of `fs` with a callback are those that have a twin without one. */
function followFiles(): void {
  const names = Object.keys(fs).filter((name) => `${name}Sync` in fs);
  for (const name of names) replace(fs, name, bindLast);
  syncBuiltinESMExports();
}

/** An event target knows its listeners by identity, so each has one replacement for good. */
function followEventTargets(): void {
  const replacements = new WeakMap<object, unknown>();
  const replacementOf = (listener: unknown): unknown => {
    if (typeof listener !== "function") return listener;
    const bound = replacements.get(listener) ?? boundToCell(listener);
    if (bound !== listener) replacements.set(listener, bound);
    return bound;
  };
  replace(EventTarget.prototype, "addEventListener", ([type, listener, ...rest]) => [
    type,
    replacementOf(listener),
    ...rest,
  ]);
  replace(EventTarget.prototype, "removeEventListener", ([type, listener, ...rest]) => {
    const known = typeof listener === "function" ? replacements.get(listener) : undefined;
    return [type, known ?? listener, ...rest];
  });
}

let following = false;

/** Begins to follow callbacks. Once for the process. */
export function followCallbacks(): void {
  if (following) return;
  following = true;
  for (const name of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"])
    replace(globalThis, name, bindFirst);
  replace(process, "nextTick", bindFirst);
  followFiles();
  followEventTargets();
}
