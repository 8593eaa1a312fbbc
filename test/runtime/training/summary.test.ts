import { describe, expect, test } from "vitest";
import torch, { nn, summary, vision, type Tensor, type SummaryArguments } from "../../../runtime/index.ts";

/** Layers that the model has twice, parameters of its own, and a layer that nobody calls. */
class Shared extends nn.Module {
  layers = new nn.ModuleList([new nn.Linear(4, 4), new nn.Linear(4, 4)]);
  scale = new nn.Parameter(torch.zeros(7));
  again = this.layers[0]!; // it has two
  unused = new nn.Linear(3, 3);

  override forward(input: Tensor): Tensor {
    let x = input;
    for (const layer of this.layers) x = layer(x);
    return this.again(x);
  }
}

function convolutions(): nn.Sequential {
  return new nn.Sequential(
    new nn.Conv2d(1, 8, 3, { padding: 1 }),
    new nn.BatchNorm2d(8),
    new nn.ReLU(),
    new nn.ConvTranspose2d(8, 4, 2, 2),
    new nn.GroupNorm(2, 4),
    new nn.Flatten(),
    new nn.Linear(4 * 16 * 16, 10),
    new nn.LayerNorm(10),
  );
}

describe("summary", () => {
  test("shows each call with its shapes and costs, as a tree in a table", () => {
    const model = new nn.Sequential(
      new nn.Linear(2, 8),
      new nn.Sequential(new nn.ReLU(), new nn.Linear(8, 1)),
    );
    expect(String(summary(model, [32, 2])).split("\n")).toEqual([
      "Layer             Input    Output   Parameters  Multiply-adds",
      "─────────────────────────────────────────────────────────────",
      "Sequential        [32, 2]  [32, 1]           –              –",
      "├─ 0: Linear      [32, 2]  [32, 8]          24            768",
      "└─ 1: Sequential  [32, 8]  [32, 1]           –              –",
      "   ├─ 0: ReLU     [32, 8]  [32, 8]           –              –",
      "   └─ 1: Linear   [32, 8]  [32, 1]           9            288",
      "─────────────────────────────────────────────────────────────",
      "Parameters: 33, all learned",
      "Multiply-adds: 1,056",
      "Memory: 132 B parameters, 256 B input, 2.3 kB outputs with their gradients; 2.69 kB in all",
    ]);
  });

  // What torchinfo 1.8 counts for the same layers in PyTorch 2.13.
  test.each<[string, () => nn.Module, SummaryArguments["input"], number[], number]>([
    [
      "convolutions and norms",
      convolutions,
      [2, 1, 8, 8],
      [10_240, 32, 0, 67_584, 16, 0, 20_500, 40],
      10_506,
    ],
    [
      "one dimension, groups and no bias",
      () =>
        new nn.Sequential(
          new nn.Conv1d(3, 6, 5, { stride: 2, groups: 3, bias: false }),
          new nn.InstanceNorm1d(6, { affine: true }),
          new nn.ConvTranspose1d(6, 2, 3),
          new nn.MaxPool1d(2),
        ),
      [4, 3, 20],
      [960, 48, 1520, 0],
      80,
    ],
    [
      "three dimensions",
      () => new nn.Sequential(new nn.Conv3d(1, 2, 3), new nn.BatchNorm3d(2), new nn.PReLU()),
      [2, 1, 5, 5, 5],
      [3024, 8, 2],
      61,
    ],
    [
      "sequences",
      () =>
        new nn.Sequential(
          new nn.Embedding(11, 4),
          new nn.Linear(4, 6),
          new nn.LayerNorm(6),
          new nn.RMSNorm(6),
        ),
      torch.zeros([3, 7], { dtype: torch.int64 }),
      [132, 630, 36, 18],
      92,
    ],
  ])("counts multiply-adds and parameters as torchinfo does: %s", (_, make, input, adds, parameters) => {
    const found = summary(make(), input);
    expect(found.rows.slice(1).map(({ multiplyAdds }) => multiplyAdds)).toEqual(adds);
    expect(found.parameters).toBe(parameters);
    expect(found.multiplyAdds).toBe(adds.reduce((sum, each) => sum + each));
  });

  test("counts recurrent weights once for each example and position, and shows states, too", () => {
    const lstm = summary(new nn.LSTM(8, 16, 2, { batch_first: true }), [2, 5, 8]);
    expect([lstm.parameters, lstm.multiplyAdds]).toEqual([3840, 38_400]);
    expect(lstm.rows[0]?.outputs).toEqual([
      [2, 5, 16],
      [2, 2, 16],
      [2, 2, 16],
    ]);
    expect(summary(new nn.GRU(8, 16, { batch_first: true }), [2, 5, 8]).multiplyAdds).toBe(12_480);
    expect(summary(new nn.RNN(8, 16, { bidirectional: true }), [5, 2, 8]).multiplyAdds).toBe(8320);
  });

  test("knows inputs without a batch, and packed sequences", () => {
    expect(summary(new nn.GRU(8, 16), [5, 8]).multiplyAdds).toBe(5 * 1248);
    expect(summary(new nn.Conv2d(1, 8, 3), [1, 6, 7]).multiplyAdds).toBe(4 * 5 * 80);

    class Packing extends nn.Module {
      gru = new nn.GRU(8, 16, { batch_first: true });

      override forward(input: Tensor): unknown {
        return this.gru(nn.utils.rnn.pack_padded_sequence(input, [5, 3], { batch_first: true }));
      }
    }
    const row = summary(new Packing(), [2, 5, 8]).rows[1];
    expect([row?.inputs, row?.outputs[0], row?.multiplyAdds]).toEqual([[[8, 8]], [8, 16], 8 * 1248]);
  });

  test("comes to torchinfo's numbers for ResNet-18", () => {
    const { parameters, multiplyAdds, bytes } = summary(vision.models.resnet18(), [1, 3, 64, 64]);
    expect([parameters, multiplyAdds, bytes.outputs]).toEqual([11_689_512, 148_568_424, 3_252_032]);
  });

  test("makes an input of the dtype of the parameters", () => {
    expect(summary(new nn.Linear(2, 1).double(), [3, 2]).bytes.inputs).toBe(48);
  });

  test("counts attention's weights once for each example and position", () => {
    const layer = new nn.TransformerEncoderLayer({
      d_model: 16,
      nhead: 2,
      dim_feedforward: 32,
      batch_first: true,
    });
    const found = summary(layer, [2, 5, 16]);
    expect(found.parameters).toBe(2224); // torchinfo's number, too
    expect(found.rows.find(({ name }) => name === "self_attn")?.multiplyAdds).toBe(2 * 5 * 816);
    expect(found.rows.find(({ name }) => name === "linear1")?.multiplyAdds).toBe(5440);
  });

  test("counts shared modules and tensors once, and what nobody calls in the module around it", () => {
    const { rows, parameters, multiplyAdds } = summary(new Shared(), [2, 4]);
    expect(rows.map(({ name, parameters, again }) => [name, parameters, again])).toEqual([
      ["", 7 + 12, false],
      ["layers.0", 20, false],
      ["layers.1", 20, false],
      ["layers.0", 0, true],
    ]);
    expect([parameters, multiplyAdds]).toEqual([59, 120]);
    const [first, second] = [new nn.Linear(3, 3), new nn.Linear(3, 3)];
    second.weight = first.weight;
    expect(summary(new nn.Sequential(first, second), [1, 3]).parameters).toBe(9 + 3 + 3);
  });

  test("says what is not learned", () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 2));
    model[0]!.requires_grad_(false);
    const { trainable, text } = summary(model, [1, 2]);
    expect(trainable).toBe(6);
    expect(text).toContain("6 frozen");
    expect(text).toContain("Parameters: 12, 6 learned, 6 frozen");
  });

  test("takes several inputs, arguments by name, and counts what is deeper in the row above", () => {
    const found = summary({
      model: new nn.TransformerEncoder(
        new nn.TransformerEncoderLayer({ d_model: 8, nhead: 2, dim_feedforward: 4, batch_first: true }),
        2,
      ),
      input: [2, 3, 8],
      depth: 1,
    });
    expect(found.rows.map(({ name, parameters }) => [name, parameters])).toEqual([
      ["", 0],
      ["layers.0", 396],
      ["layers.1", 396],
    ]);
    const bilinear = summary(new nn.Bilinear(2, 3, 4), [torch.zeros(5, 2), [5, 3]]);
    expect(bilinear.rows[0]?.inputs).toEqual([
      [5, 2],
      [5, 3],
    ]);
    expect(bilinear.text).toContain("[5, 2], [5, 3]");
    expect(summary(new nn.Embedding(3, 2), [4], { dtypes: [torch.int64] }).rows[0]?.outputs).toEqual([
      [4, 2],
    ]);
  });

  test("leaves mode, gradients, buffers, hooks and random numbers as they were", () => {
    const model = new nn.Sequential(convolutions(), new nn.Dropout(0.5));
    (model[0] as nn.Sequential)[1]!.eval(); // as it was made
    model(torch.randn(2, 1, 8, 8))
      .sum()
      .backward();
    const state = Object.entries(model.state_dict()).map(([name, tensor]) => [name, tensor.tolist()]);
    const gradient = model[0]!.parameters().next().value?.grad?.tolist();
    const modes = Array.from(model.modules(), ({ training }) => training);
    torch.manual_seed(5);
    const expected = torch.rand(3).tolist();
    torch.manual_seed(5);
    const first = summary(model, [2, 1, 8, 8]).text;
    expect(torch.rand(3).tolist()).toEqual(expected);
    expect(Object.entries(model.state_dict()).map(([name, tensor]) => [name, tensor.tolist()])).toEqual(
      state,
    );
    expect(model[0]!.parameters().next().value?.grad?.tolist()).toEqual(gradient);
    expect(Array.from(model.modules(), ({ training }) => training)).toEqual(modes);
    expect(summary(model, [2, 1, 8, 8]).text).toBe(first);
  });

  test("gives back the buffers of a module that writes them in any mode, and touches no others", () => {
    class Counting extends nn.Module {
      declare count: Tensor;
      declare other: Tensor;

      constructor() {
        super();
        this.register_buffer("count", torch.zeros(1));
        this.register_buffer("other", torch.zeros(1));
      }

      override forward(input: Tensor): Tensor {
        this.count.add_(1);
        return input.add(this.count);
      }
    }
    const model = new Counting();
    summary(model, [2]);
    expect(model.count.tolist()).toEqual([0]);
    expect(model.other._version).toBe(0);
  });

  test("says in which layer a model fails, and leaves the model as it was", () => {
    const model = new nn.Sequential(
      new nn.Linear(3, 4),
      new nn.Sequential(new nn.ReLU(), new nn.Linear(5, 4)),
    );
    expect(() => summary(model, [2, 3])).toThrow(
      /^summary: the model failed in 1\.1 \(Linear\) with an input of \[2, 3\] float32: RuntimeError: mat1 and mat2/,
    );
    expect(model.training).toBe(true);
    expect(() => summary(new nn.Linear(1, 1), "x" as never)).toThrow(
      "summary(): argument 'input' must be a Tensor, a size such as [1, 28, 28], an object of Tensors, or an array of those, not the string \"x\".",
    );
    expect(() => summary(new nn.Linear(1, 1), [1, 1], -1)).toThrow(
      "summary: depth must be 0 or more, got -1.",
    );
  });
});

class Joined extends nn.Module {
  first: nn.Linear = new nn.Linear(3, 2);
  second: nn.Linear = new nn.Linear(5, 2, { bias: false });

  override forward({ x, y }: { x: Tensor; y: Tensor }): { sum: Tensor } {
    return { sum: this.first(x).add(this.second(y)) };
  }
}

test("a model that takes an object is called with one", () => {
  const given = { x: torch.ones(1, 3), y: torch.ones(4, 5) };
  const { rows, parameters } = summary(new Joined(), given);
  expect([rows[0]?.inputs, rows[0]?.outputs, parameters]).toEqual([
    [
      [1, 3],
      [4, 5],
    ],
    [[4, 2]],
    18,
  ]);
  expect(summary(new Joined(), [given]).text).toBe(summary({ model: new Joined(), input: given }).text);
  expect(() => summary(new Joined(), { x: torch.ones(1, 2), y: torch.ones(4, 5) })).toThrow(
    "failed in first (Linear) with an input of [1, 2] float32 and [4, 5] float32",
  );
});
