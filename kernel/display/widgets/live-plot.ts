import { types } from "node:util";
import type { DisplayOutput } from "../display.ts";
import { formatNow } from "../format.ts";
import { ProgressLine } from "../progress-line.ts";
import type { ProgressSurroundings } from "../progress.ts";
import type { DisplayContent } from "../types.ts";

/** What a live plot says around its curves. */
export interface LivePlotOptions {
  readonly title?: string;
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** `"linear"` when left out. */
  readonly yScale?: "linear" | "log";
  /** From 0 up to 1: how strongly curves are smoothed; the numbers themselves stay behind them, faintly. 0 unless given. */
  readonly smoothing?: number;
}

/** A number, or what has one, such as a tensor with one element. */
type PlotNumber = number | bigint | { item(): number | bigint | boolean };

/** Curves that grow, in one place of a cell's output; drawn at most ten times a second. */
export class LivePlot {
  readonly options: LivePlotOptions;
  readonly #output: () => DisplayOutput | null;
  readonly #curves = new Map<string, { readonly x: number[]; readonly y: number[] }>();
  #line: ProgressLine | null = null;
  /** Whether what draws plots is still being loaded. */
  #loading = false;
  #steps = 0;

  constructor(options: LivePlotOptions, output: ProgressSurroundings["output"]) {
    this.options = options;
    this.#output = output;
  }

  /**
   * Adds a point to each curve that is named, such as `{ train: 0.5, test: 0.7 }`.
   *
   * @param x by default the number of times that this was called before
   */
  add(values: Readonly<Record<string, PlotNumber>>, x: number = this.#steps): this {
    this.#steps += 1;
    for (const [name, value] of Object.entries(values)) {
      const curve = this.#curves.get(name) ?? { x: [], y: [] };
      this.#curves.set(name, curve);
      curve.x.push(x);
      curve.y.push(Number(typeof value === "object" ? value.item() : value));
    }
    this.#show();
    return this;
  }

  /** The curves, by name. */
  series(): { readonly name: string; readonly x: readonly number[]; readonly y: readonly number[] }[] {
    return [...this.#curves].map(([name, { x, y }]) => ({ name, x, y }));
  }

  #show(): void {
    if (this.#loading) return;
    const output = this.#line === null ? this.#output() : null;
    if (output !== null) this.#begin(new ProgressLine(output));
    else this.#line?.show(() => this.#content());
  }

  #begin(line: ProgressLine): void {
    this.#line = line;
    const content = this.#format();
    if (!types.isPromise(content)) return line.show(() => content);
    this.#loading = true;
    // By the time that it is loaded there may be more points.
    void line.showWhenReady(content.then(() => this.#format())).finally(() => (this.#loading = false));
  }

  #format(): DisplayContent | Promise<DisplayContent> {
    return formatNow(this, () => {});
  }

  #content(): DisplayContent {
    const content = this.#format();
    // What draws it is loaded since the beginning, and answers at once.
    return types.isPromise(content) ? { data: {}, metadata: {} } : content;
  }
}
