import { inspect, types } from "node:util";
import type { DisplayOutput } from "./display.ts";
import { formatNow } from "./format.ts";
import { ProgressLine } from "./progress-line.ts";
import { meanRate, SmoothRate } from "./progress-rate.ts";
import { checkValue, describeValues, type ProgressValue } from "./progress-values.ts";
import { countOf, type ProgressSource } from "./progress-source.ts";
import type { DisplayContent } from "./types.ts";

/** Options of `progress`. */
export interface ProgressOptions {
  /** Stands before the bar. */
  readonly description?: string;
  /** How many steps there will be. By default the `length` or `size` of what is gone through, if it has one. */
  readonly total?: number;
  /** What is counted, such as `batch`; by default `it`. */
  readonly unit?: string;
  /**
   * Whether the bar stays when the loop has ended; by default it does. A bar inside another one's loop gives its line to the
   * next bar there, unless this is `true`.
   */
  readonly leave?: boolean;
}

/** How the loop of a bar has ended. */
type End = "done" | "stopped" | "failed" | "interrupted";

/** A bar at one moment, as plain data: what renderers see. */
export interface ProgressSnapshot {
  readonly kind: "progress";
  readonly description: string;
  readonly completed: number;
  readonly total: number | null;
  readonly unit: string;
  readonly seconds: number;
  /** Steps per second: lately, while the loop runs, and on the whole, when it has ended; `null` before the first. */
  readonly rate: number | null;
  readonly values: Readonly<Record<string, string>>;
  readonly state: "running" | End;
}

/** What bars need to know of the cell that makes them. */
export interface ProgressSurroundings {
  /** Where output of the calling code goes; `null` if it belongs to no cell, and then nothing is shown. */
  readonly output: () => DisplayOutput | null;
  /** Calls `tidy` if the cell is interrupted; what it returns says that it is not needed any more. */
  readonly onInterrupt: (tidy: () => void) => () => void;
}

/** Bars whose loops run, by the cell that they are in; the innermost last. */
const openBars = new WeakMap<DisplayOutput, ProgressBar<unknown>[]>();

/** A progress bar: the loop that it goes along with, and what it shows. */
export class ProgressBar<T> implements Iterable<T>, AsyncIterable<T> {
  static {
    const text = function (this: ProgressBar<unknown>): string {
      return `progress(${this.#completed}${this.#total === null ? "" : `/${this.#total}`}, ${this.#state})`;
    };
    Object.defineProperty(this.prototype, inspect.custom, { value: text });
  }

  readonly #source: ProgressSource<T> | null;
  readonly #options: ProgressOptions;
  readonly #surroundings: ProgressSurroundings;
  #description: string;
  /** Values as they were given: they become text when they are shown, which is seldom. */
  #values = new Map<string, ProgressValue>();
  readonly #rate = new SmoothRate();
  #completed = 0;
  #total: number | null;
  #state: ProgressSnapshot["state"] = "running";
  #startedAt = performance.now();
  #endedAt: number | null = null;
  #output: DisplayOutput | null = null;
  #line: ProgressLine | null = null;
  /** Whether the line is for all bars inside the surrounding loop. */
  #sharesLine = false;
  /** Where bars inside this one's loop stand. */
  #innerLine: ProgressLine | null = null;
  #forgetInterrupt: () => void = () => {};

  /** What the line shows; a property, so that a step makes no function. */
  readonly #content = (): DisplayContent => {
    const empty: DisplayContent = { data: { "text/html": "", "text/plain": "" }, metadata: {} };
    if (this.#state !== "running" && this.#options.leave === false) return empty;
    const content = formatNow(this, (text) => this.#output?.stream("stderr", text));
    // Renderers of bars answer at once.
    return types.isPromise(content) ? empty : content;
  };

  /** @param source `null` for a bar that is moved by `update` alone; it begins at once */
  constructor(
    source: ProgressSource<T> | null,
    options: ProgressOptions,
    surroundings: ProgressSurroundings,
  ) {
    this.#source = source;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#description = options.description ?? "";
    this.#total = options.total ?? null;
    if (source === null) this.#begin();
  }

  /** How many steps are done. */
  get completed(): number {
    return this.#completed;
  }

  /** How many steps there are; `null` when nobody knows. */
  get total(): number | null {
    return this.#total;
  }

  /**
   * Shows values beside the bar, such as `{ loss, accuracy }`, in place of those of the same names. Numbers are shown with four
   * digits; of a tensor with one element its value. They are read when they are shown, at most ten times a second: a tensor on a
   * graphics card is not waited for at every step.
   *
   * @throws TypeError for a tensor that has not one element
   */
  set(values: Readonly<Record<string, ProgressValue>>): this {
    for (const name in values) {
      checkValue(name, values[name]);
      this.#values.set(name, values[name]);
    }
    this.#show();
    return this;
  }

  /** Changes the text before the bar. */
  describe(description: string): this {
    this.#description = description;
    this.#show();
    return this;
  }

  /** Says that `steps` more steps are done, in a bar that goes along with no loop. */
  update(steps = 1): this {
    this.#completed += steps;
    this.#show();
    return this;
  }

  /** Ends a bar that goes along with no loop: as done, unless steps are missing. Ending it again does nothing. */
  close(): void {
    this.#end(this.#total !== null && this.#completed < this.#total ? "stopped" : "done");
  }

  [Symbol.dispose](): void {
    this.close();
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    const source = this.#loopSource();
    if (!(Symbol.iterator in source)) {
      throw new TypeError(
        "progress: what it goes through is asynchronous. Write for await (const … of progress(…)).",
      );
    }
    this.#begin();
    let end: End = "stopped";
    try {
      for (const item of source) {
        yield item;
        this.update();
      }
      end = "done";
    } catch (error) {
      end = "failed";
      throw error;
    } finally {
      this.#end(end);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    const source = this.#loopSource();
    this.#begin();
    let end: End = "stopped";
    try {
      for await (const item of source) {
        yield item;
        this.update();
      }
      end = "done";
    } catch (error) {
      end = "failed";
      throw error;
    } finally {
      this.#end(end);
    }
  }

  /** The bar as it is now. */
  snapshot(): ProgressSnapshot {
    const seconds = Math.round((this.#endedAt ?? performance.now()) - this.#startedAt) / 1000;
    return {
      kind: "progress",
      description: this.#description,
      completed: this.#completed,
      total: this.#total,
      unit: this.#options.unit ?? "it",
      seconds,
      rate:
        this.#state === "running"
          ? this.#rate.at(this.#completed, seconds)
          : meanRate(this.#completed, seconds),
      values: describeValues(this.#values),
      state: this.#state,
    };
  }

  #loopSource(): ProgressSource<T> {
    if (this.#source !== null) return this.#source;
    throw new TypeError(
      "progress: this bar has nothing to go through. Give progress an iterable, or move the bar with update().",
    );
  }

  /** A loop begins, maybe once more. */
  #begin(): void {
    this.#total = this.#options.total ?? (this.#source === null ? null : countOf(this.#source));
    this.#completed = 0;
    this.#state = "running";
    this.#startedAt = performance.now();
    this.#endedAt = null;
    this.#rate.begin();
    this.#output = this.#surroundings.output();
    this.#line = this.#output === null ? null : this.#takeLine(this.#output);
    this.#forgetInterrupt = this.#surroundings.onInterrupt(() => this.#end("interrupted"));
    this.#show();
  }

  /** The line of this bar: the one for bars inside the surrounding loop, if that is free, or a new one. */
  #takeLine(output: DisplayOutput): ProgressLine {
    const open = openBars.get(output) ?? [];
    openBars.set(output, [...open, this]);
    const outer = open.at(-1);
    this.#sharesLine = outer !== undefined && this.#options.leave !== true;
    if (outer === undefined || !this.#sharesLine) return new ProgressLine(output);
    if (outer.#innerLine === null || outer.#innerLine.taken) outer.#innerLine = new ProgressLine(output);
    outer.#innerLine.taken = true;
    return outer.#innerLine;
  }

  #end(end: End): void {
    if (this.#state !== "running") return;
    this.#state = end;
    this.#endedAt = performance.now();
    this.#forgetInterrupt();
    this.#leaveLoops();
    this.#values = new Map(Object.entries(describeValues(this.#values))); // lets go of tensors
    this.#innerLine?.flush();
    this.#line?.show(this.#content);
    // In a shared line the next bar may follow at once; the surrounding bar's end shows the last of them.
    if (!this.#sharesLine || end !== "done") this.#line?.flush();
    if (this.#line !== null) this.#line.taken = false;
  }

  #leaveLoops(): void {
    if (this.#output === null) return;
    const open = openBars.get(this.#output) ?? [];
    openBars.set(
      this.#output,
      open.filter((bar) => bar !== this),
    );
  }

  #show(): void {
    if (this.#state === "running") this.#line?.show(this.#content);
  }
}
