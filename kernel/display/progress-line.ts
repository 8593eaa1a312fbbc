import { randomUUID } from "node:crypto";
// From the module: cells may replace the globals.
import { clearTimeout, setTimeout } from "node:timers";
import type { DisplayOutput } from "./display.ts";
import type { DisplayContent } from "./types.ts";

/** A front end that redraws this often looks immediate; a server passes on no more than 1,000 messages a second. */
const SHOW_EVERY_MS = 100;

/** What takes long to draw is drawn less often: it may take this share of the time. */
const LARGEST_SHARE = 0.05;

/** A line of a cell's output that changes in place; one bar after the other may stand in it. */
export class ProgressLine {
  readonly #output: DisplayOutput;
  readonly #displayId: string = randomUUID();
  #shown = false;
  /** When it may be shown again. */
  #next = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #waiting: (() => DisplayContent) | null = null;
  /** Whether a bar stands in it whose loop runs. */
  taken = false;

  constructor(output: DisplayOutput) {
    this.#output = output;
  }

  /** Shows what `content` answers: at once, unless the line was shown just now; then later, if this thread gets to it. */
  show(content: () => DisplayContent): void {
    this.#waiting = content;
    const wait = this.#next - performance.now();
    if (wait <= 0) return this.flush();
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => this.flush(), wait).unref();
    this.#output.beforeEnd(() => this.flush());
  }

  /** Shows content that is not ready yet, for the first time; it keeps its place among the outputs. */
  async showWhenReady(content: Promise<DisplayContent>): Promise<void> {
    await this.#output.reserve(content, (ready, sink) => {
      sink.display({ ...ready, displayId: this.#displayId });
      this.#shown = true;
    });
  }

  /** Shows what waits to be shown. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    const began = performance.now();
    const content = { ...waiting(), displayId: this.#displayId };
    if (this.#shown) this.#output.updateDisplay(content);
    else this.#output.display(content);
    this.#shown = true;
    this.#next = began + Math.max(SHOW_EVERY_MS, (performance.now() - began) / LARGEST_SHARE);
  }
}
