import { describe, expect, it } from "vitest";
import { renderGraphSnapshot, renderTensorValue } from "../../../kernel/prelude/renderers.ts";
import torch from "../../../runtime/index.ts";

describe("the prelude's renderers", () => {
  it("show a tensor as PyTorch prints it, and in HTML", async () => {
    expect(await renderTensorValue(torch.tensor([1, 2]))).toMatchObject({
      "text/plain": "tensor([1., 2.])",
      "text/html": expect.any(String),
    });
  });

  it("draw a graph", async () => {
    const y = torch.tensor(2, { requires_grad: true }).mul(3);
    expect(await renderGraphSnapshot(torch.graph(y))).toMatchObject({ "text/html": expect.any(String) });
  });

  it("leave a class of somebody else's alone that is called Tensor too", async () => {
    class Tensor {
      readonly shape = [1];
    }
    expect(await renderTensorValue(new Tensor())).toBeUndefined();
  });

  it.each([null, 5, "text", {}, [], { kind: "graph" }, Object.create(null)])("leave %o alone", (value) => {
    expect(renderTensorValue(value)).toBeUndefined();
    expect(renderGraphSnapshot(value)).toBeUndefined();
  });
});
