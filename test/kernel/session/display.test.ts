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
    const { outputs } = await fresh.execute("display(torch.tensor(1)); while (true);", "busy");
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
