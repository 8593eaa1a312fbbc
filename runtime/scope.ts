/**
 * Gives memory back at once where it is known that nobody can refer to it any more: what an operator's forward, or a derivative, allocated for itself and did not
 * return. Everything else is found by the garbage collector.
 */
import { abandonPlacement, accelerated, interruptPlacement, resumePlacement } from "./placement.ts";
import type { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** What was allocated since the outermost open scope began. */
const allocated: Storage[] = [];
let depth = 0;

/** Notes a new storage, which the innermost open scope owns. */
export function noteAllocation(storage: Storage): void {
  if (depth > 0 && storage.releasable) allocated.push(storage);
}

/** Opens a scope; the answer is what closes it. */
export function openScope(): number {
  depth++;
  return allocated.length;
}

/** Closes a scope: what was allocated in it and is not behind one of its results is given back; the results belong to the scope around it. */
export function closeScope(mark: number, results: Tensor | readonly (Tensor | null)[] | null): void {
  depth--;
  if (allocated.length === mark) return;
  let kept = mark;
  for (let i = mark; i < allocated.length; i++) {
    const storage = allocated[i]!;
    if (!holds(results, storage)) storage.release();
    else if (depth > 0) allocated[kept++] = storage;
  }
  allocated.length = kept;
}

function holds(results: Tensor | readonly (Tensor | null)[] | null, storage: Storage): boolean {
  if (results === null) return false;
  if (!isList(results)) return results.storage === storage;
  for (const result of results) if (result !== null && result.storage === storage) return true;
  return false;
}

function isList(results: Tensor | readonly (Tensor | null)[]): results is readonly (Tensor | null)[] {
  return Array.isArray(results);
}

/** Whether a storage was allocated in the scope that began at `mark`. */
export function isAllocatedSince(mark: number, storage: Storage): boolean {
  return allocated.lastIndexOf(storage) >= mark;
}

/** Leaves what was allocated since `mark` to the garbage collector. */
export function disownSince(mark: number): void {
  allocated.length = mark;
}

/**
 * Leaves all open scopes for a while, because the user's code runs: what is allocated meanwhile belongs to none of them, and is on the default device. The answer brings
 * them back.
 */
export function leaveScopes(): number {
  const open = depth;
  depth = 0;
  if (accelerated) interruptPlacement();
  return open;
}

/** Goes back into the scopes that were left. */
export function enterScopes(open: number): void {
  depth = open;
  if (accelerated) resumePlacement();
}

/** Runs the user's code, whose tensors no scope may free. */
export function runOutside<T>(body: () => T): T {
  const open = leaveScopes();
  try {
    return body();
  } finally {
    enterScopes(open);
  }
}

/** Closes all scopes without giving anything back: after a program was stopped in the middle of an operation. */
export function abandonScopes(): void {
  depth = 0;
  allocated.length = 0;
  abandonPlacement();
}
