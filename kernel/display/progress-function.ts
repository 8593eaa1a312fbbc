import { ProgressBar, type ProgressOptions, type ProgressSurroundings } from "./progress.ts";
import { countingTo, isSource, type ProgressSource } from "./progress-source.ts";
import type { ProgressValue } from "./progress-values.ts";

/** What every bar can do. */
export interface ProgressHandle {
  readonly completed: number;
  readonly total: number | null;
  /** Shows values beside the bar, such as `{ loss, accuracy }`. */
  set(values: Readonly<Record<string, ProgressValue>>): this;
  /** Changes the text before the bar. */
  describe(description: string): this;
  /** Says that more steps are done, in a bar that goes along with no loop. */
  update(steps?: number): this;
  /** Ends a bar that goes along with no loop. */
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * The global `progress`: shows how far a loop has come, in one line of the cell's output that changes in place.
 *
 * `for (const batch of progress(loader))` goes through anything iterable, `for await` also through what is asynchronous,
 * `progress(10)` through 0 … 9. `const bar = progress(loader)` can tell more: `bar.set({ loss })`. With options alone, a bar
 * is moved by `bar.update()` and ended by `bar.close()`. After tqdm (tqdm.github.io).
 *
 * @throws TypeError when the first argument cannot be gone through, RangeError for a negative or fractional number of steps
 */
export interface Progress {
  (steps: number, options?: ProgressOptions): ProgressHandle & Iterable<number>;
  <T>(source: Iterable<T>, options?: ProgressOptions): ProgressHandle & Iterable<T>;
  <T>(source: AsyncIterable<T>, options?: ProgressOptions): ProgressHandle & AsyncIterable<T>;
  (options: ProgressOptions): ProgressHandle;
}

function unusable(value: unknown): TypeError {
  return new TypeError(
    `progress: expected an iterable, a number of steps or options such as { total: 10 }; got ${value === null ? "null" : typeof value}.`,
  );
}

/** Makes the `progress` function of cells. */
export function createProgress(surroundings: ProgressSurroundings): Progress {
  const progress = (
    first: number | ProgressSource<unknown> | ProgressOptions,
    options: ProgressOptions = {},
  ): ProgressBar<unknown> => {
    if (typeof first === "number") return new ProgressBar<unknown>(countingTo(first), options, surroundings);
    if (isSource(first)) return new ProgressBar(first, options, surroundings);
    if (typeof first !== "object" || first === null) throw unusable(first);
    return new ProgressBar<unknown>(null, first, surroundings);
  };
  // The overloads say which of the bar's two ways of going through it the source allows.
  return progress as Progress;
}
