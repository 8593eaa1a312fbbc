import { describe, expect, test } from "vitest";
import torch, { nn, type Tensor } from "../../../runtime/index.ts";

/** A tensor of the given shape, with numbers that repeat on every run. */
function numbers(...shape: number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return torch.tensor(Array.from({ length: count }, (_, i) => Math.sin(i * 1.7) * 2 + 1)).reshape(shape);
}

function list(tensor: Tensor): number[] {
  return tensor.reshape([-1]).tolist() as number[]; // floating-point, one dimension
}

describe("buffers", () => {
  class Counter extends nn.Module {
    declare steps: Tensor | null;
    readonly inner = new nn.BatchNorm1d(2);

    constructor() {
      super();
      this.register_buffer("steps", torch.tensor([0]));
      this.register_buffer("nothing", null);
    }
  }

  test("are listed with dotted names, and are no parameters", () => {
    const module = new Counter();
    expect([...module.named_buffers()].map(([name]) => name)).toEqual([
      "steps",
      "inner.running_mean",
      "inner.running_var",
      "inner.num_batches_tracked",
    ]);
    expect([...module.named_parameters()].map(([name]) => name)).toEqual(["inner.weight", "inner.bias"]);
  });

  test("stay buffers when the property is set to another tensor", () => {
    const module = new Counter();
    module.steps = torch.tensor([3]);
    expect([...module.buffers()][0]!.tolist()).toEqual([3]);
    module.steps = null;
    expect([...module.named_buffers()].map(([name]) => name)).not.toContain("steps");
  });

  test("are converted with the module where they are floating-point", () => {
    const module = new nn.BatchNorm1d(2).double();
    expect([...module.buffers()].map(({ dtype }) => dtype.name)).toEqual(["float64", "float64", "int64"]);
  });

  test.each([
    ["", torch.tensor([1]), "KeyError", /empty string/],
    ["a.b", torch.tensor([1]), "KeyError", /can't contain "\."/],
    ["inner", torch.tensor([1]), "KeyError", /'inner' already exists/],
    ["x", 3, "TypeError", /cannot assign 3 \(number\) to buffer 'x'/],
  ])("named %j and holding %s are refused", (name, value, error, message) => {
    // The last case is what the compiler refuses.
    expect(() => new Counter().register_buffer(name, value as Tensor)).toThrow(
      expect.objectContaining({ name: error, message: expect.stringMatching(message) as unknown }),
    );
  });
});

describe("batch normalisation", () => {
  test("learns running statistics in training and uses them in evaluation", () => {
    const norm = new nn.BatchNorm1d(2);
    const input = torch.tensor([
      [1, 10],
      [3, 30],
    ]);
    expect(list(norm(input)).map((x) => Number(x.toFixed(4)))).toEqual([-1, -1, 1, 1]);
    // 0.9 · 0 + 0.1 · 2, and 0.9 · 1 + 0.1 · 2, the unbiased variance.
    expect(list(norm.running_mean!)[0]).toBeCloseTo(0.2, 6);
    expect(list(norm.running_var!)[0]).toBeCloseTo(1.1, 6);
    expect(norm.num_batches_tracked!.item()).toBe(1);
    norm.eval();
    expect(list(norm(input))[0]).toBeCloseTo(0.8 / Math.sqrt(1.1 + 1e-5), 5);
    expect(norm.num_batches_tracked!.item()).toBe(1);
  });

  test("averages over all batches when momentum is null", () => {
    const norm = new nn.BatchNorm1d(1, { momentum: null });
    norm(torch.tensor([[1], [3]]));
    norm(torch.tensor([[5], [7]]));
    expect(list(norm.running_mean!)[0]).toBeCloseTo(4, 5);
    norm.reset_running_stats();
    expect(
      [norm.running_mean!, norm.running_var!, norm.num_batches_tracked!].flatMap(list).map(Number),
    ).toEqual([0, 1, 0]);
  });

  test("uses the batch's own statistics in evaluation where it keeps none", () => {
    const norm = new nn.BatchNorm2d(2, { track_running_stats: false, affine: false }).eval();
    const output = norm(numbers(3, 2, 4, 5));
    expect(Math.abs(Number(output.mean().item()))).toBeLessThan(1e-6);
    expect(Number(output.var({ correction: 0 }).item())).toBeCloseTo(1, 4);
    expect([...norm.buffers()]).toEqual([]);
  });

  test.each([
    [new nn.BatchNorm1d(3), [2, 3, 4, 5], /expected 2D or 3D input \(got 4D input\)/],
    [new nn.BatchNorm2d(3), [2, 3], /expected 4D input \(got 2D input\)/],
  ] as const)("%s refuses an input of shape %j", (norm, shape, message) => {
    expect(() => norm(numbers(...shape))).toThrow(message);
  });

  test("of one channel image is the same by kernels in float32 as in float64", () => {
    const input = numbers(4, 3, 6, 7);
    const run = (x: Tensor): number[] => {
      const norm = new nn.BatchNorm2d(3).to(x.dtype);
      const leaf = x.clone().requires_grad_(true);
      norm(leaf)
        .mul(numbers(4, 3, 6, 7).cos())
        .sum()
        .backward();
      return [leaf.grad!, norm.weight!.grad!, norm.bias!.grad!].flatMap(list);
    };
    const [single, double] = [run(input), run(input.double())];
    for (const [i, value] of single.entries()) expect(value).toBeCloseTo(double[i]!, 4);
  });
});

test.each([
  [new nn.LayerNorm(4), "LayerNorm((4,), eps=1e-05, elementwise_affine=True, bias=True)"],
  [
    new nn.LayerNorm([4, 5], { elementwise_affine: false }),
    "LayerNorm((4, 5), eps=1e-05, elementwise_affine=False, bias=False)",
  ],
  [
    new nn.LayerNorm(4, 0.5, { bias: false }),
    "LayerNorm((4,), eps=0.5, elementwise_affine=True, bias=False)",
  ],
  [new nn.GroupNorm(2, 4), "GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)"],
  [new nn.RMSNorm(4), "RMSNorm((4,), eps=None, elementwise_affine=True)"],
  [
    new nn.BatchNorm1d(3),
    "BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)",
  ],
  [
    new nn.InstanceNorm2d(3),
    "InstanceNorm2d(3, eps=1e-05, momentum=0.1, affine=False, bias=False, track_running_stats=False)",
  ],
  [new nn.Softmax({ dim: 1 }), "Softmax(dim=1)"],
  [new nn.LogSoftmax(-1), "LogSoftmax(dim=-1)"],
  [new nn.Softmax(), "Softmax(dim=None)"],
  [new nn.NLLLoss(), "NLLLoss()"],
])("prints as PyTorch does: %s", (module, text) => {
  expect(String(module)).toBe(text);
});

test("a group normalisation whose groups do not divide the channels is refused", () => {
  expect(() => new nn.GroupNorm(3, 4)).toThrow(/num_channels \(4\) must be divisible by num_groups \(3\)/);
});

test("a softmax without a dimension takes the first of vectors and the second of matrices", () => {
  const softmax = new nn.Softmax();
  expect(list(softmax(numbers(3)).sum())[0]).toBeCloseTo(1, 6);
  for (const total of list(softmax(numbers(2, 3)).sum(1))) expect(total).toBeCloseTo(1, 6);
});

test("a log-softmax followed by the negative log-likelihood is the cross entropy", () => {
  const [input, target] = [numbers(5, 4), torch.tensor([0n, 3n, 1n, 2n, 2n])];
  const loss = new nn.NLLLoss()(new nn.LogSoftmax(1)(input), target);
  expect(loss.item()).toBeCloseTo(Number(new nn.CrossEntropyLoss()(input, target).item()), 6);
});

test.each([
  [new nn.LayerNorm(33), [40, 33]],
  [new nn.LayerNorm([3, 11]), [7, 3, 11]],
  [new nn.GroupNorm(2, 6), [4, 6, 9]],
  [new nn.RMSNorm(17), [5, 17]],
  [new nn.InstanceNorm2d(3, { affine: true }), [2, 3, 4, 5]],
] as const)("%s learns the same in float32 as in float64", (module, shape) => {
  const run = (dtype: typeof torch.float32 | typeof torch.float64): number[] => {
    module.to(dtype).zero_grad();
    const leaf = numbers(...shape)
      .to(dtype)
      .requires_grad_(true);
    (module as nn.Layer)(leaf)
      .mul(numbers(...shape).cos())
      .sum()
      .backward();
    return [leaf.grad!, ...[...module.parameters()].map(({ grad }) => grad!)].flatMap(list);
  };
  const [single, double] = [run(torch.float32), run(torch.float64)];
  for (const [i, value] of single.entries()) expect(value).toBeCloseTo(double[i]!, 4);
});
