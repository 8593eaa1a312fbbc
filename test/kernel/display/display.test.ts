import { describe, expect, it } from "vitest";
import { createDisplay, jupyterGlobal, type DisplayOutput } from "../../../kernel/display/index.ts";
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
    expect(calls.map(([, data]) => data)).toEqual([
      { "text/html": "h" },
      { "text/markdown": "m" },
      { "image/svg+xml": "s" },
      { "image/png": "AQID" },
      { "application/json": { a: 1 } },
      { "text/latex": "$x$" },
    ]);
  });

  it("says what is wrong with its options", () => {
    const display = displayTo(null);
    expect(() => display(1, { update: true })).toThrow("display_id");
    expect(() => display(1, { raw: true })).toThrow("MIME bundle");
  });
});

describe("Jupyter", () => {
  it("has template tags for values that show themselves", () => {
    const Jupyter = jupyterGlobal(displayTo(null));
    expect(Jupyter.html`<b>${1 + 1}</b>`[Jupyter.$display]()).toEqual({ "text/html": "<b>2</b>" });
    expect(Jupyter.md`**${"x"}**`[Jupyter.$display]()).toEqual({ "text/markdown": "**x**" });
  });
});
