import { describe, expect, it } from "vitest";
import { renderGraphSnapshot, renderTensorValue, renderTraining } from "../../../kernel/prelude/renderers.ts";
import torch, { confusionMatrix, histograms, images, nn, summary } from "../../../runtime/index.ts";

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

  it("show what one sees while training, as text and in HTML", async () => {
    const model = new nn.Linear(2, 1);
    const values = [
      summary(model, [1, 2]),
      confusionMatrix([0, 1], [0, 1]),
      images(torch.zeros(1, 2, 2)),
      histograms(model).record(),
    ];
    for (const value of values)
      expect(await renderTraining(value)).toMatchObject({
        "text/html": expect.any(String),
        "text/plain": String(value),
      });
  });

  it("leave a class of somebody else's alone that is called Tensor too", async () => {
    class Tensor {
      readonly shape = [1];
    }
    expect(await renderTensorValue(new Tensor())).toBeUndefined();
  });

  it.each([null, 5, "text", {}, [], { kind: "graph" }, { kind: "summary" }, Object.create(null)])(
    "leave %o alone",
    (value) => {
      expect(renderTensorValue(value)).toBeUndefined();
      expect(renderGraphSnapshot(value)).toBeUndefined();
      expect(renderTraining(value)).toBeUndefined();
    },
  );
});
