import { describe, expect, it } from "vitest";
import {
  CommRegistry,
  createDisplay,
  jupyterGlobal,
  type DisplayOutput,
  type JupyterGlobal,
} from "../../../kernel/display/index.ts";
import { OrderedOutput } from "../../../kernel/session/ordered-output.ts";

/** An output that keeps what is sent to it. */
function recorder(): { readonly calls: unknown[][]; readonly output: OrderedOutput } {
  const calls: unknown[][] = [];
  const output = new OrderedOutput({
    stream: (...call) => calls.push(["stream", ...call]),
    display: ({ data, displayId }) => calls.push(["display", data, displayId]),
    updateDisplay: ({ data, displayId }) => calls.push(["update", data, displayId]),
    clearOutput: (wait) => calls.push(["clear", wait]),
    broadcast: (message) => calls.push(["broadcast", message]),
  });
  return { calls, output };
}

function displayTo(output: DisplayOutput | null): ReturnType<typeof createDisplay> {
  return createDisplay(() => output);
}

function jupyterOf(output: OrderedOutput | null): JupyterGlobal {
  return jupyterGlobal({
    display: displayTo(output),
    comms: new CommRegistry(() => {}),
    send: (message) => output?.broadcast(message),
    clearOutput: () => {},
    types: { mode: "error" },
  });
}

/** The first bytes of every PNG file. */
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);

describe("display", () => {
  it("shows at once what needs no waiting", () => {
    const { calls, output } = recorder();
    displayTo(output)(5);
    expect(calls).toEqual([["display", { "text/plain": "5" }, undefined]]);
  });

  it("names displays and updates them", () => {
    const { calls, output } = recorder();
    const display = displayTo(output);
    display({ "text/plain": "0 %" }, { raw: true, display_id: "progress" });
    display({ "text/plain": "9 %" }, { raw: true, display_id: "progress", update: true });
    expect(calls).toEqual([
      ["display", { "text/plain": "0 %" }, "progress"],
      ["update", { "text/plain": "9 %" }, "progress"],
    ]);
  });

  it("awaits promises without letting later output pass", async () => {
    const { calls, output } = recorder();
    displayTo(output)(Promise.resolve("first"));
    output.stream("stdout", "second");
    output.clearOutput(true);
    await output.flush();
    expect(calls).toEqual([
      ["display", { "text/plain": "'first'" }, undefined],
      ["stream", "stdout", "second"],
      ["clear", true],
    ]);
  });

  it("reports a promise that rejects, and goes on", async () => {
    const { calls, output } = recorder();
    displayTo(output)(Promise.reject(new Error("lost")));
    await output.flush();
    await output.flush();
    expect(calls).toEqual([["stream", "stderr", expect.stringContaining("lost")]]);
  });

  it("offers the usual MIME types by name", () => {
    const { calls, output } = recorder();
    const display = displayTo(output);
    display.html("h");
    display.markdown("m");
    display.svg("s");
    display.png(new Uint8Array([1, 2, 3]));
    display.json({ a: 1 });
    display.latex("$x$");
    display.jpeg(new Uint16Array([1]).buffer);
    display.gif("data:image/gif;base64,AQID");
    display.javascript("1");
    display.text("t");
    display.vega({ $schema: "https://vega.github.io/schema/vega/v6.json" });
    display.vegalite({ mark: "bar" });
    expect(calls.map(([, data]) => data)).toEqual([
      { "text/html": "h" },
      { "text/markdown": "m" },
      { "image/svg+xml": "s" },
      { "image/png": "AQID" },
      { "application/json": { a: 1 } },
      { "text/latex": "$x$" },
      { "image/jpeg": "AQA=" },
      { "image/gif": "AQID" },
      { "application/javascript": "1" },
      { "text/plain": "t" },
      { "application/vnd.vega.v6+json": { $schema: "https://vega.github.io/schema/vega/v6.json" } },
      { "application/vnd.vegalite.v5+json": { mark: "bar" } },
    ]);
  });

  it("has template tags for text, which keep backslashes where the language has them", () => {
    const { calls, output } = recorder();
    const display = displayTo(output);
    void display.html`<b>${1 + 1}</b>${undefined}`;
    void display.latex`$\frac{1}{${2}}$`;
    expect(calls.map(([, data]) => data)).toEqual([
      { "text/html": "<b>2</b>" },
      { "text/latex": "$\\frac{1}{2}$" },
    ]);
  });

  it("puts bytes in bundles as base64 and leaves out what is undefined", () => {
    const { calls, output } = recorder();
    void displayTo(output)({ "image/png": new Uint8Array([1, 2, 3]), "text/html": undefined }, { raw: true });
    expect(calls).toEqual([["display", { "image/png": "AQID" }, undefined]]);
  });

  it("names the MIME type of data that cannot be sent", () => {
    const { output } = recorder();
    expect(() => displayTo(output).json({ a: 1n })).toThrow("application/json cannot travel as JSON");
  });

  it("says what is wrong with its options", () => {
    const display = displayTo(null);
    expect(() => display(1, { update: true })).toThrow("display_id");
    expect(() => display(1, { raw: true })).toThrow("MIME bundle");
  });
});

describe("updateDisplay", () => {
  it("sends bundles as they are and formats other values", () => {
    const { calls, output } = recorder();
    const { updateDisplay } = jupyterOf(output);
    void updateDisplay({ "text/html": "<b>1</b>" }, { display_id: "a" });
    void updateDisplay({ size: 1 }, { display_id: "a" });
    expect(calls).toEqual([
      ["update", { "text/html": "<b>1</b>" }, "a"],
      ["update", { "text/plain": "{ size: 1 }" }, "a"],
    ]);
  });
});

describe("Jupyter", () => {
  it("has template tags for values that show themselves", () => {
    const Jupyter = jupyterOf(null);
    expect(Jupyter.html`<b>${1 + 1}</b>`[Jupyter.$display]()).toEqual({ "text/html": "<b>2</b>" });
    expect(Jupyter.md`**${"x"}**${undefined}`[Jupyter.$display]()).toEqual({ "text/markdown": "**x**" });
  });

  it("shows pictures from bytes and files, and refuses what is none", () => {
    const Jupyter = jupyterOf(null);
    expect(Jupyter.image(png)[Jupyter.$display]()).toEqual({ "image/png": png.toString("base64") });
    expect(() => Jupyter.image(new Uint8Array([1, 2]))).toThrow("begins with the bytes 0102");
    expect(() => Jupyter.image("/no/such/picture.png")).toThrow("ENOENT");
  });

  it("formats values as display does", async () => {
    expect(await jupyterOf(null).format(1)).toEqual({ "text/plain": "1" });
  });

  it("broadcasts messages of any type, with buffers", async () => {
    const { calls, output } = recorder();
    await jupyterOf(output).broadcast(
      "custom",
      { a: 1 },
      { metadata: { b: 2 }, buffers: [new Float32Array([1])] },
    );
    const buffers = [new Uint8Array([0, 0, 128, 63])];
    expect(calls).toEqual([
      ["broadcast", { type: "custom", content: { a: 1 }, metadata: { b: 2 }, buffers }],
    ]);
  });
});

/** What a value shows beside its plain text. */
async function shownRichly(value: unknown): Promise<Record<string, unknown>> {
  const { "text/plain": _plain, ...rest } = await jupyterOf(null).format(value);
  return rest;
}

describe("values of other libraries", () => {
  it("are shown by what they can do", async () => {
    const vegalite = { $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar" };
    expect(await shownRichly({ toDataURL: () => "data:image/png;base64,AQID" })).toEqual({
      "image/png": "AQID",
    });
    expect(await shownRichly(vegalite)).toEqual({ "application/vnd.vegalite.v5+json": vegalite });
    expect(await shownRichly({ toSpec: () => vegalite })).toEqual({
      "application/vnd.vegalite.v5+json": vegalite,
    });
    expect(await shownRichly({ outerHTML: "<p>x</p>" })).toEqual({ "text/html": "<p>x</p>" });
    expect(await shownRichly({ outerHTML: "<svg></svg>" })).toEqual({ "image/svg+xml": "<svg></svg>" });
    expect(await shownRichly(png)).toEqual({ "image/png": png.toString("base64") });
  });

  it("are shown as text when they only resemble one, or when looking at them fails", async () => {
    const hostile = new Proxy(
      {},
      {
        has: () => true,
        get: () => {
          throw new Error("no");
        },
      },
    );
    for (const value of [hostile, { toSpec: () => 5 }, { toDataURL: () => "nonsense" }, new Uint8Array(3)]) {
      expect(await shownRichly(value)).toEqual({});
    }
  });
});
