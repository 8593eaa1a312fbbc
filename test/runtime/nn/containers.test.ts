import { describe, expect, test } from "vitest";
import torch, { nn, type Tensor } from "../../../runtime/index.ts";

describe("nn.ModuleList", () => {
  test("holds modules in order, and a module that holds it learns their parameters", () => {
    class Net extends nn.Module {
      layers: nn.ModuleList<nn.Linear> = new nn.ModuleList([new nn.Linear(2, 3)]);
    }
    const net = new Net();
    net.layers.append(new nn.Linear(3, 1)).extend([new nn.Linear(1, 1, false)]);
    expect(net.layers.length).toBe(3);
    expect(net.layers[1]?.in_features).toBe(3);
    expect([...net.layers].map((layer) => layer.out_features)).toEqual([3, 1, 1]);
    expect([...net.named_parameters()].map(([name]) => name)).toEqual([
      "layers.0.weight",
      "layers.0.bias",
      "layers.1.weight",
      "layers.1.bias",
      "layers.2.weight",
    ]);
  });

  test("takes a module in between", () => {
    const list = new nn.ModuleList<nn.Module>([new nn.ReLU(), new nn.ReLU()]);
    const tanh = new nn.Tanh();
    list.insert(-1, tanh);
    expect([...list].indexOf(tanh)).toBe(1);
    expect(() => list.insert(7, tanh)).toThrow("index 7 is out of range");
  });

  test("is mapped to an array, and walked through with positions", () => {
    const list = new nn.ModuleList([new nn.Linear(2, 3), new nn.Linear(2, 4)]);
    const sizes: number[] = list.map((layer, position) => layer.out_features * 10 + position);
    expect(sizes).toEqual([30, 41]);
    const walked = [];
    for (const [position, layer] of list.entries()) walked.push([position, layer.out_features]);
    expect(walked).toEqual([
      [0, 3],
      [1, 4],
    ]);
  });

  test("prints neighbours that are alike once", () => {
    const list = new nn.ModuleList<nn.Module>([new nn.Tanh(), new nn.ReLU(), new nn.ReLU(), new nn.Tanh()]);
    expect(String(list)).toBe("ModuleList(\n  (0): Tanh()\n  (1-2): 2 x ReLU()\n  (3): Tanh()\n)");
    expect(String(new nn.ModuleList())).toBe("ModuleList()");
  });

  test("refuses what is no module", () => {
    // The compiler refuses it too.
    expect(() => new nn.ModuleList([torch.relu as unknown as nn.Module])).toThrow("is not a Module");
  });
});

describe("nn.ModuleDict", () => {
  test("holds modules under names", () => {
    const dict = new nn.ModuleDict<nn.Module>({ first: new nn.Linear(1, 2), second: new nn.ReLU() });
    dict.set("third", new nn.Tanh());
    expect([...dict]).toEqual(["first", "second", "third"]);
    expect([dict.has("third"), dict.has("fourth"), dict.length]).toEqual([true, false, 3]);
    expect([...dict.values()].at(-1)).toBe(dict.get("third"));
    expect([...dict.named_parameters()].map(([name]) => name)).toEqual(["first.weight", "first.bias"]);
    expect(String(dict)).toBe(
      "ModuleDict(\n  (first): Linear(in_features=1, out_features=2, bias=True)\n  (second): ReLU()\n  (third): Tanh()\n)",
    );
  });

  test("says which names there are, and refuses those that it needs itself", () => {
    const dict = new nn.ModuleDict<nn.Module>({ first: new nn.ReLU() });
    expect(() => dict.get("second")).toThrow('has no module "second"; its names are first');
    expect(() => dict.set("forward", new nn.ReLU())).toThrow('attribute "forward" already exists');
  });
});

function encoderOfTwo(): nn.TransformerEncoder {
  const layer = new nn.TransformerEncoderLayer(4, 2, { dim_feedforward: 6, batch_first: true });
  return new nn.TransformerEncoder(layer, 2, new nn.LayerNorm(4)).eval();
}

describe("nn.TransformerEncoder", () => {
  test("begins with equal layers that learn apart from each other", () => {
    const encoder = encoderOfTwo();
    const [first, second] = [encoder.layers[0]!, encoder.layers[1]!]; // two were asked for
    expect(first.linear1.weight.tolist()).toEqual(second.linear1.weight.tolist());
    expect(new Set(encoder.parameters()).size).toBe(26);
    torch.no_grad(() => first.linear1.weight.zero_());
    expect(second.linear1.weight.abs().sum().item()).toBeGreaterThan(0);
  });

  test("passes its input through all layers, with the masks, and through the last normalisation", () => {
    const encoder = encoderOfTwo();
    const input: Tensor = torch.rand([2, 3, 4]);
    const src_key_padding_mask = torch.tensor([
      [false, false, true],
      [false, false, false],
    ]);
    const mask = torch.full([3, 3], 0.5);
    let expected = input;
    for (const layer of encoder.layers) expected = layer(expected, mask, src_key_padding_mask);
    expected = new nn.LayerNorm(4)(expected);
    const output = encoder(input, { mask, src_key_padding_mask });
    expect(output.sub(expected).abs().max().item()).toBe(0);
    expect(encoder(input).sub(expected).abs().max().item()).toBeGreaterThan(0);
  });

  test("prints its layers once", () => {
    expect(String(encoderOfTwo())).toContain(
      "(layers): ModuleList(\n    (0-1): 2 x TransformerEncoderLayer(\n      (self_attn)",
    );
  });
});

describe("nn.TransformerEncoderLayer", () => {
  test("takes any function and any module for its activation", () => {
    const byFunction = new nn.TransformerEncoderLayer(4, 2, 6, 0, torch.tanh);
    expect(byFunction(torch.ones([3, 1, 4])).shape).toEqual([3, 1, 4]);
    const byModule = new nn.TransformerEncoderLayer(4, 2, 6, 0, new nn.Tanh());
    expect(String(byModule)).toContain("(activation): Tanh()");
  });

  test("drops elements at random while it trains only", () => {
    const layer = new nn.TransformerEncoderLayer(4, 2, { dim_feedforward: 6, dropout: 0.5 });
    const input = torch.ones([3, 2, 4]);
    expect(layer(input).tolist()).not.toEqual(layer(input).tolist());
    layer.eval();
    expect(layer(input).tolist()).toEqual(layer(input).tolist());
  });

  test("refuses other names of activations", () => {
    // The compiler refuses it too.
    expect(() => new nn.TransformerEncoderLayer(4, 2, { activation: "swish" as "relu" })).toThrow(
      "not swish",
    );
  });
});

describe("nn.MultiheadAttention refuses", () => {
  test.each<[string, () => unknown, string]>([
    [
      "heads that do not divide the features",
      () => new nn.MultiheadAttention(5, 2),
      "must be divisible by num_heads",
    ],
    ["no heads", () => new nn.MultiheadAttention(4, 0), "must be greater than 0"],
    [
      "queries of other features",
      () =>
        new nn.MultiheadAttention(4, 2)(torch.ones([3, 1, 2]), torch.ones([3, 1, 2]), torch.ones([3, 1, 2])),
      "was expecting embedding dimension of 4, but got 2",
    ],
    [
      "a mask of another shape",
      () => {
        const x = torch.ones([3, 1, 4]);
        return new nn.MultiheadAttention(4, 2)(x, x, x, { attn_mask: torch.zeros([2, 3]) });
      },
      "The shape of the 2D attn_mask is [2, 3], but should be [3, 3]",
    ],
    [
      "a mask of whole numbers",
      () => {
        const x = torch.ones([3, 1, 4]);
        return new nn.MultiheadAttention(4, 2)(x, x, x, { attn_mask: torch.zeros([3, 3]).long() });
      },
      "only bool and floating types of attn_mask are supported",
    ],
    [
      "the hint of a causal mask without the mask",
      () => {
        const x = torch.ones([3, 1, 4]);
        return new nn.MultiheadAttention(4, 2)(x, x, x, { is_causal: true });
      },
      "Need attn_mask if specifying the is_causal hint",
    ],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});
