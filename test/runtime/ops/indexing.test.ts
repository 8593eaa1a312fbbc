/** What the samples of indexing, joining and random operators do not show. */
import { describe, expect, test } from "vitest";
import torch, { F, nn } from "../../../runtime/index.ts";

const long = { dtype: torch.int64 };

/** Twenty elements, for which kernels are used, and positions of which the last is out of range. */
const elements = (): InstanceType<typeof torch.Tensor> => torch.arange(20).float();
const wrong = torch.tensor([...Array(19).keys(), 20], long);

describe("a position out of range", () => {
  test.each([
    ["index_put_", () => elements().index_put_([wrong], torch.zeros(20))],
    ["scatter_", () => elements().scatter_(0, wrong, torch.zeros(20))],
    ["scatter_add_", () => elements().scatter_add_(0, wrong, torch.zeros(20))],
    ["index_add_", () => elements().index_add_(0, wrong, torch.zeros(20))],
    ["gather", () => elements().gather(0, wrong)],
    ["index_select", () => elements().index_select(0, wrong)],
    ["index", () => elements().index(wrong)],
    ["embedding", () => F.embedding(wrong, elements().reshape(20, 1))],
  ])("is refused by %s with the position", (_name, call) => {
    expect(call).toThrow(/20/);
  });

  test("leaves the tensor that would be written as it was", () => {
    const x = elements();
    expect(() => x.index_put_([wrong], torch.full([20], -1.5))).toThrow("out of bounds");
    expect(() => x.scatter_(0, wrong, torch.full([20], -1.5))).toThrow("out of bounds");
    expect(x.tolist()).toEqual(elements().tolist());
    expect(x._version).toBe(0);
  });
});

describe("writing in place", () => {
  test("goes to the tensor's own elements, through views as well", () => {
    const x = torch.zeros(3, 40);
    x.select(0, 1).index_put_([torch.arange(0, 40, 2)], torch.ones(20));
    x.t().scatter_(0, torch.tensor([[0, 1, 2]], long), 5);
    expect(x.sum(1).tolist()).toEqual([5, 25, 5]);
  });

  test("reads values that lie in the tensor itself before any is overwritten", () => {
    const x = elements();
    x.index_put_([torch.arange(1, 20)], x.narrow(0, 0, 19));
    expect(x.tolist()).toEqual([0, ...Array(19).keys()]);
    const y = elements();
    y.index_add_(0, torch.arange(1, 20), y.narrow(0, 0, 19));
    expect(y.tolist()).toEqual([0, ...Array.from({ length: 19 }, (_, i) => 2 * i + 1)]);
  });

  test("with a mask over several dimensions of a transposed tensor writes where the mask is true", () => {
    const x = torch.arange(30).float().reshape(5, 6);
    const mask = x.t().gt(10);
    x.t().index_put_([mask], torch.tensor(-1));
    expect(x.reshape(-1).tolist()).toEqual(Array.from({ length: 30 }, (_, i) => (i > 10 ? -1 : i)));
  });
});

test("joined, cut and reversed rows of every width are those of the parts", () => {
  for (const width of [1, 15, 63, 64, 65, 300]) {
    const x = torch.randn(5, width);
    const y = torch.randn(5, 7);
    const joined = torch.cat([x, y, x], 1);
    expect(joined.narrow(1, 0, width).contiguous().eq(x).all().item()).toBe(true);
    expect(joined.narrow(1, width, 7).eq(y).all().item()).toBe(true);
    expect(
      joined
        .narrow(1, width + 7, width)
        .eq(x)
        .all()
        .item(),
    ).toBe(true);
    expect(
      x
        .flip(0)
        .index_select(0, torch.arange(4, -1, -1))
        .eq(x)
        .all()
        .item(),
    ).toBe(true);
    expect(x.flip([0, 1]).flip(1).flip(0).eq(x).all().item()).toBe(true);
  }
});

describe("dropout", () => {
  test("draws PyTorch's mask", () => {
    torch.manual_seed(0);
    const kept = F.dropout(torch.ones(10), 0.3).ne(0).tolist();
    expect(kept).toEqual([false, false, true, false, true, false, true, true, true, true]);
  });

  test("draws in the order of memory, so that a transposed tensor loses the same elements", () => {
    const x = torch.ones(40, 30);
    torch.manual_seed(1);
    const straight = F.dropout(x, 0.5);
    torch.manual_seed(1);
    expect(F.dropout(x.t(), 0.5).t().eq(straight).all().item()).toBe(true);
  });

  test("keeps the mean, and gives the input back in evaluation", () => {
    const x = torch.ones(100_000);
    expect(F.dropout(x, 0.2).mean().item()).toBeCloseTo(1, 1);
    const layer = new nn.Dropout(0.25, true);
    expect(String(layer)).toBe("Dropout(p=0.25, inplace=True)");
    expect(layer(x)).toBe(x);
    layer.eval();
    expect(new nn.Dropout({ p: 0.9 }).eval()(x)).toBe(x);
    expect(() => new nn.Dropout(2)).toThrow("between 0 and 1, but got 2");
  });

  test("passes the same mask to the gradient", () => {
    const x = torch.ones(1000).requires_grad_(true);
    const y = F.dropout(x, 0.4);
    y.sum().backward();
    expect(x.grad!.eq(y.detach()).all().item()).toBe(true);
  });
});

describe("nn.Embedding", () => {
  test("begins with PyTorch's numbers, and zeros for the padding", () => {
    torch.manual_seed(0);
    const layer = new nn.Embedding(4, 3, -1);
    expect(String(layer)).toBe("Embedding(4, 3, padding_idx=3)");
    const weight = layer.weight.tolist() as number[][]; // two dimensions
    expect(weight[0]![0]).toBeCloseTo(1.5409960746765137, 6);
    expect(weight[2]![2]).toBeCloseTo(-0.7192575931549072, 5);
    expect(weight[3]).toEqual([0, 0, 0]);
  });

  test("scales rows that are used to the largest norm, in place", () => {
    const layer = new nn.Embedding(2, 2, { max_norm: 1 });
    torch.no_grad(() =>
      layer.weight.copy_(
        torch.tensor([
          [3, 4],
          [0.3, 0.4],
        ]),
      ),
    );
    layer(torch.tensor([0, 0, 1], long));
    const weight = layer.weight.tolist() as number[][]; // two dimensions
    expect(weight[0]![0]).toBeCloseTo(0.6, 5);
    expect(weight[1]![0]).toBeCloseTo(0.3, 6);
  });

  test("divides the gradient of a row by how often it is used, where asked to", () => {
    const layer = new nn.Embedding(3, 2, { scale_grad_by_freq: true });
    layer(torch.tensor([0, 0, 1], long))
      .sum()
      .backward();
    expect(layer.weight.grad!.tolist()).toEqual([
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
  });
});
