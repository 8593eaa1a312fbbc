import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SessionProcess, streamText } from "./session-process.ts";

let session: SessionProcess;
beforeAll(async () => {
  session = await SessionProcess.start(tmpdir());
});
afterAll(() => session.stop());

describe("tensors in cells", () => {
  it("show themselves as the value of a cell, in text and in HTML", async () => {
    const { outcome } = await session.execute(
      "import torch, { graph } from 'typetorch'\ntorch.tensor([[1, 2], [3, 4]])",
    );
    expect(outcome).toMatchObject({
      result: {
        data: { "text/plain": "tensor([[1., 2.],\n        [3., 4.]])", "text/html": expect.any(String) },
      },
    });
  });

  it("show themselves inside other values and on the console as PyTorch prints them", async () => {
    const { outputs, outcome } = await session.execute(
      "console.log(torch.tensor([1, 2])); [torch.tensor([3])]",
    );
    expect(streamText(outputs, "stdout")).toBe("tensor([1., 2.])\n");
    expect(outcome).toMatchObject({ result: { data: { "text/plain": "[ tensor([3.]) ]" } } });
  });

  it("appear in the order in which they are displayed", async () => {
    const { outputs } = await session.execute(
      "for (const i of [1, 2]) { display(torch.tensor(i)); console.log(i) }",
    );
    expect(outputs.map(({ type }) => type)).toEqual(["display", "stream", "display", "stream"]);
  });

  it("appear while a loop runs, the first one too", async () => {
    const fresh = await SessionProcess.start(tmpdir());
    await fresh.value("import torch from 'typetorch'");
    const { outputs } = await fresh.execute("display(torch.tensor(1)); while (true);", "shown");
    fresh.stop();
    expect(outputs).toMatchObject([{ type: "display", data: { "text/plain": "tensor(1.)" } }]);
  });

  it("draw the graph of their computation", async () => {
    const { outcome } = await session.execute("graph(torch.tensor([2.], { requires_grad: true }).mul(3))");
    expect(outcome).toMatchObject({ status: "ok", result: { data: { "text/html": expect.any(String) } } });
  });

  it("show an error of the library at the line of the cell", async () => {
    const { outcome } = await session.execute("const left = torch.ones(2, 3)\nleft.matmul(torch.ones(2, 3))");
    const traceback = outcome.status === "error" ? outcome.error.traceback.join("\n") : "";
    expect(traceback).toMatch(/:2:6/u);
    expect(traceback).not.toContain("dist/");
  });
});

describe("objects in cells", () => {
  it("show themselves by Deno's convention", async () => {
    const { outcome } = await session.execute(
      "({ async [Symbol.for('Jupyter.display')]() { return { 'text/html': '<b>bold</b>' } } })",
    );
    expect(outcome).toMatchObject({ result: { data: { "text/html": "<b>bold</b>" } } });
  });

  it("are shown as text when their own display fails, and the cell says so", async () => {
    const { outcome, outputs } = await session.execute(
      "({ shown: 1, [Symbol.for('Jupyter.display')]() { throw new Error('no picture') } })",
    );
    expect(outcome).toMatchObject({
      result: { data: { "text/plain": expect.stringContaining("shown: 1") } },
    });
    expect(streamText(outputs, "stderr")).toContain("no picture");
  });
});

describe("progress in cells", () => {
  it("is one line that ends as done", async () => {
    const { outputs } = await session.execute("for (const i of progress(3, { description: 'epoch' })) ;");
    expect(outputs.map(({ type }) => type)).toEqual(["display", "update"]);
    expect(outputs.at(-1)).toMatchObject({
      data: { "text/plain": expect.stringContaining("epoch: 100%"), "text/html": expect.any(String) },
    });
  });

  it("ends as interrupted when the loop is, busy or waiting", async () => {
    const busy = await session.execute("for (const i of progress(1e12)) ;", "shown");
    const waiting = await session.execute(
      "for (const i of progress(2)) await new Promise(() => {})",
      "waiting",
    );
    for (const { outputs } of [busy, waiting]) {
      expect(outputs.at(-1)).toMatchObject({
        data: { "text/plain": expect.stringContaining("interrupted") },
      });
    }
  });
});

describe("a display of a cell", () => {
  it("can be changed and cleared, and is no value of the cell", async () => {
    const { outcome, outputs } = await session.execute(
      `display.html("<i>1</i>", { display_id: "changing" });
      updateDisplay({ "text/html": "<i>2</i>" }, { display_id: "changing" });
      clearOutput(true);
      Jupyter.display(3)`,
    );
    expect(outcome).toEqual({ status: "ok", result: null });
    expect(outputs).toMatchObject([
      { type: "display", data: { "text/html": "<i>1</i>" }, displayId: "changing" },
      { type: "update", data: { "text/html": "<i>2</i>" }, displayId: "changing" },
      { type: "clear", wait: true },
      { type: "display", data: { "text/plain": "3" } },
    ]);
  });
});

describe("tslab in cells", () => {
  it("shows contents on this kernel's display, and overwrites a display of its own", async () => {
    const { outputs } = await session.execute(
      `import * as tslab from "tslab";
      tslab.display.html("<b>1</b>");
      tslab.display.png(new Uint8Array([1, 2, 3]));
      const own = tslab.newDisplay();
      own.text("first");
      own.markdown("*second*");`,
    );
    expect(outputs).toMatchObject([
      { type: "display", data: { "text/html": "<b>1</b>" } },
      { type: "display", data: { "image/png": "AQID" } },
      { type: "display", data: { "text/plain": "first" }, displayId: expect.any(String) },
      { type: "update", data: { "text/markdown": "*second*" }, displayId: expect.any(String) },
    ]);
    expect(await session.value("tslab.versions.node === process.version")).toBe("true");
  });
});
