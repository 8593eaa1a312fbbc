import { describe, expect, it } from "vitest";
import {
  CommRegistry,
  createWidgets,
  LivePlot,
  registerRenderer,
  serveWidgets,
  type Widget,
  type Widgets,
} from "../../../kernel/display/index.ts";
import { OrderedOutput } from "../../../kernel/session/ordered-output.ts";

registerRenderer((value) =>
  value instanceof LivePlot ? { "text/plain": JSON.stringify(value.series()) } : undefined,
);

/** Widgets, and a page that shows them: what it was sent, and how it sends. */
class Page {
  readonly sent: unknown[] = [];
  readonly shown: unknown[] = [];
  readonly #comms = new CommRegistry(({ type, content }) =>
    this.sent.push([type, content["comm_id"], content["data"]]),
  );
  readonly output: OrderedOutput = new OrderedOutput({
    stream: () => {},
    display: ({ data }) => this.shown.push(data["text/plain"]),
    updateDisplay: ({ data }) => this.shown.push(data["text/plain"]),
    clearOutput: () => {},
    broadcast: () => {},
  });
  readonly widgets: Widgets = createWidgets(
    { kernelId: "kernel", bind: (handler) => (value) => void handler(value) },
    (options = {}) => new LivePlot(options, () => this.output),
  );

  constructor() {
    serveWidgets(this.#comms);
  }

  /** Shows a widget in the page, at the place `commId`. */
  show(widget: { snapshot(): { readonly id: string } }, commId: string): void {
    this.#receive("comm_open", commId, { id: widget.snapshot().id });
  }

  /** The user moves the control at a place. */
  move(commId: string, value: unknown): void {
    this.#receive("comm_msg", commId, { value });
  }

  close(commId: string): void {
    this.#receive("comm_close", commId, {});
  }

  #receive(
    type: "comm_open" | "comm_msg" | "comm_close",
    commId: string,
    data: Record<string, unknown>,
  ): void {
    this.#comms.receive({ type, commId, targetName: "typetorch.widget", data, metadata: {}, buffers: [] });
  }
}

function setup(): { readonly page: Page; readonly rate: Widget<number> } {
  const page = new Page();
  return { page, rate: page.widgets.slider({ min: 0, max: 10, value: 4 }) };
}

describe("a control", () => {
  it("tells the page its value, and hears of every change there", () => {
    const { page, rate } = setup();
    const seen: number[] = [];
    rate.onChange((value) => seen.push(value));
    page.show(rate, "a");
    page.move("a", 7);
    page.move("a", 8);
    expect(page.sent).toEqual([["comm_msg", "a", { value: 4 }]]);
    expect([rate.value, ...seen]).toEqual([8, 7, 8]);
  });

  it("moves in every place where it is shown, but where it was moved", () => {
    const { page, rate } = setup();
    for (const place of ["a", "b", "c"]) page.show(rate, place);
    page.close("c");
    page.sent.length = 0;
    page.move("a", 5);
    expect(page.sent).toEqual([["comm_msg", "b", { value: 5 }]]);
    rate.value = 6;
    expect(page.sent.slice(1)).toEqual([
      ["comm_msg", "a", { value: 6 }],
      ["comm_msg", "b", { value: 6 }],
    ]);
  });

  it("can be awaited, once and in a loop", async () => {
    const { page, rate } = setup();
    page.show(rate, "a");
    const next = rate.next();
    page.move("a", 1);
    expect(await next).toBe(1);
    const seen: number[] = [];
    queueMicrotask(() => page.move("a", 2));
    for await (const value of rate) {
      seen.push(value);
      if (value === 3) break;
      queueMicrotask(() => page.move("a", 3));
    }
    expect(seen).toEqual([2, 3]);
  });

  it("refuses values that are none of its own, from cells and from pages", () => {
    const { page, rate } = setup();
    page.show(rate, "a");
    for (const value of [11, "5", null, Number.NaN]) page.move("a", value);
    expect(rate.value).toBe(4);
    expect(() => (rate.value = 11)).toThrow("widgets.slider: 11 is no value");
    expect(() => page.widgets.slider({ min: 1, max: 1 })).toThrow("expected min < max");
    expect(() => page.widgets.select({ options: [] })).toThrow("at least one option");
  });

  it("of a kernel that is gone is closed", () => {
    const page = new Page();
    page.show({ snapshot: () => ({ id: "of another life" }) }, "a");
    expect(page.sent).toEqual([["comm_close", "a", {}]]);
  });

  it("has the value of its kind", () => {
    const { widgets } = new Page();
    expect(widgets.button({ label: "Go" }).value).toBe(0);
    expect(widgets.select({ options: ["SGD", "Adam"], value: "Adam" }).value).toBe("Adam");
    expect(widgets.checkbox().value).toBe(false);
    expect(widgets.text({ value: "x" }).value).toBe("x");
  });
});

describe("a live plot", () => {
  it("shows each curve at once, seldom while it grows, and whole at the end of the cell", async () => {
    const page = new Page();
    const plot = page.widgets.plot();
    for (let i = 0; i < 100; i++) plot.add({ loss: { item: () => i } });
    plot.add({ test: 5 }, 200);
    expect(page.shown).toEqual(['[{"name":"loss","x":[0],"y":[0]}]']);
    await page.output.flush();
    expect(page.shown).toHaveLength(2);
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    expect(JSON.parse(String(page.shown[1]))).toEqual([
      { name: "loss", x: numbers, y: numbers },
      { name: "test", x: [200], y: [5] },
    ]);
  });
});
