import { parseStack, type StackFrame } from "./stack.ts";
import { isError } from "./thrown.ts";

/** The last value that was thrown and is no error, with the stack at that moment. */
let last: { readonly value: unknown; readonly place: Error } | null = null;

/** Remembers where a value was thrown that cannot tell it itself. Returns the value. */
export function rememberThrown<T>(value: T): T {
  if (!isError(value)) last = { value, place: new Error("thrown here") };
  return value;
}

/** Where a value that is no error was thrown, the innermost frame first; nothing when that was not in a cell. */
export function placeOfThrown(value: unknown): StackFrame[] {
  if (last === null || !Object.is(last.value, value)) return [];
  const frames = parseStack(last.place.stack ?? "");
  last = null;
  return frames;
}
