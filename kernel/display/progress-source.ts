/** What a bar can go along with. */
export type ProgressSource<T> = Iterable<T> | AsyncIterable<T>;

function* range(count: number): Generator<number, void, undefined> {
  for (let i = 0; i < count; i++) yield i;
}

/** The whole numbers from 0 up to, not including, `count`. */
export function countingTo(count: number): ProgressSource<number> & { readonly length: number } {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`progress: expected a whole number of steps, 0 or more; got ${count}.`);
  }
  return { length: count, [Symbol.iterator]: () => range(count) };
}

/** Whether a value can be gone through. */
export function isSource(value: unknown): value is ProgressSource<unknown> {
  if (typeof value === "string") return true;
  return (
    typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

function lengthOf(source: ProgressSource<unknown>): unknown {
  const { length, size } = source as { readonly length?: unknown; readonly size?: unknown }; // looked at before use
  return length ?? size;
}

/** How many items a source has, by its `length` or `size`; `null` when it does not say. */
export function countOf(source: ProgressSource<unknown>): number | null {
  try {
    const count = lengthOf(source);
    return typeof count === "number" && Number.isFinite(count) ? count : null;
  } catch {
    // As Python's len(), that of a loader throws where nobody knows.
    return null;
  }
}
