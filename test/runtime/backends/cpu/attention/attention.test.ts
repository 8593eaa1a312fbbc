import { describe, expect, test } from "vitest";
import torch, { autograd, F, type Tensor } from "../../../../../runtime/index.ts";
import { headsAttention, packedAttention } from "../../../../../runtime/ops/internal.ts";

/** The formula, in float64 and by single operators. */
function formula(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | null, scale: number): Tensor {
  const products = query.double().matmul(key.double().transpose(-2, -1)).mul(scale);
  const weights = (mask === null ? products : products.add(mask.double())).softmax(-1);
  return weights.matmul(value.double());
}

/** The largest difference, relative to 1. */
function distance(got: Tensor, expected: Tensor): number {
  return got.double().sub(expected.double()).abs().max().item() as number; // a float64 element is a number
}

function gradientsOf(output: Tensor, inputs: readonly Tensor[]): Tensor[] {
  torch.manual_seed(1);
  return [
    ...autograd.grad([output], [...inputs], { grad_outputs: [torch.randn(output.shape).to(output.dtype)] }),
  ] as Tensor[]; // all inputs are used
}

const sizes = [
  { batch: 1, heads: 1, queries: 1, keys: 1, width: 1, values: 1 },
  { batch: 2, heads: 1, queries: 3, keys: 5, width: 2, values: 7 },
  { batch: 1, heads: 3, queries: 4, keys: 8, width: 16, values: 16 },
  { batch: 2, heads: 2, queries: 17, keys: 15, width: 9, values: 3 },
  { batch: 1, heads: 2, queries: 33, keys: 65, width: 31, values: 32 },
  { batch: 1, heads: 1, queries: 7, keys: 1000, width: 4, values: 5 },
];

describe.each(sizes)(
  "attention of $batch·$heads heads, $queries queries on $keys keys, $width and $values wide",
  ({ batch, heads, queries, keys, width, values }) => {
    const operands = (): [Tensor, Tensor, Tensor] => {
      torch.manual_seed(0);
      return [
        torch.randn([batch, heads, queries, width]).requires_grad_(),
        torch.randn([batch, heads, keys, width]).requires_grad_(),
        torch.randn([batch, heads, keys, values]).requires_grad_(),
      ];
    };

    test.each(["no mask", "a mask"])("follows the formula with %s, also in its gradients", (kind) => {
      const inputs = operands();
      const mask = kind === "a mask" ? torch.randn([batch, heads, queries, keys]) : null;
      const [output] = headsAttention(...inputs, mask, 0.4);
      const expected = formula(...inputs, mask, 0.4);
      expect(distance(output, expected)).toBeLessThan(2e-6);
      const exact = gradientsOf(expected.float(), inputs);
      gradientsOf(output, inputs).forEach((grad, i) => expect(distance(grad, exact[i]!)).toBeLessThan(2e-5)); // as many gradients
    });

    test("gives the same for operands in any layout", () => {
      const inputs = operands();
      const expected = headsAttention(...inputs, null, 1)[0];
      const strided = inputs.map((input): Tensor =>
        input.detach().permute([3, 1, 2, 0]).contiguous().permute([3, 1, 2, 0]),
      ) as [Tensor, Tensor, Tensor]; // three, as given
      expect(distance(headsAttention(...strided, null, 1)[0], expected)).toBeLessThan(1e-6);
    });
  },
);

describe("the weights of attention", () => {
  const [query, key, value] = [torch.ones([1, 1, 2, 4]), torch.ones([1, 1, 6, 4]), torch.ones([1, 1, 6, 2])];

  test("are 0 where everything is forbidden, and so are the gradients", () => {
    const mask = torch.zeros([1, 1, 2, 6]);
    mask.index_put_([0, 0, 0], -Infinity);
    const leaf = query.clone().requires_grad_();
    const [output, weights] = headsAttention(leaf, key, value, mask, 1);
    expect(output.tolist()).toEqual([
      [
        [
          [0, 0],
          [1, 1],
        ],
      ],
    ]);
    expect(weights.index(0, 0, 0).tolist()).toEqual([0, 0, 0, 0, 0, 0]);
    expect(gradientsOf(output, [leaf])[0]?.isnan().any().item()).toBe(false);
  });

  test("are NaN where a product is NaN or infinite, as a softmax's", () => {
    for (const wrong of [NaN, Infinity]) {
      const strange = query.clone();
      strange.index_put_([0, 0, 1, 0], wrong);
      const [, weights] = headsAttention(strange, key, value, null, 1);
      expect(weights.isnan().tolist()).toEqual([[[Array(6).fill(false), Array(6).fill(true)]]]);
    }
  });

  test("do not overflow for large products", () => {
    const [, weights] = headsAttention(query.mul(1e4), key.mul(1e4), value, null, 1);
    expect(distance(weights.sum(-1), torch.ones([1, 1, 2]))).toBeLessThan(1e-6);
  });
});

test("gradients of more weights than the scratch memory holds are computed in parts", () => {
  torch.manual_seed(0);
  const inputs = [1, 2, 3].map((): Tensor => torch.randn([1, 1, 1500, 4]).requires_grad_()) as [
    Tensor,
    Tensor,
    Tensor,
  ]; // three
  const output = headsAttention(...inputs, null, 0.5)[0];
  const exact = gradientsOf(formula(...inputs, null, 0.5).float(), inputs);
  gradientsOf(output, inputs).forEach((grad, i) => expect(distance(grad, exact[i]!)).toBeLessThan(1e-4)); // as many gradients
});

test.each(["the batch first", "the sequence first"])(
  "packed projections with %s are attended as separate ones",
  (layout) => {
    torch.manual_seed(0);
    const [batch, rows, heads, width] = [2, 5, 3, 4];
    const leaf = torch
      .randn(layout === "the batch first" ? [batch, rows, 36] : [rows, batch, 36])
      .requires_grad_();
    const packed = layout === "the batch first" ? leaf : leaf.transpose(0, 1);
    const mask = torch.randn([batch, heads, rows, rows]);
    const [output] = packedAttention(packed, mask, heads, 0.5);
    const split = packed.reshape([batch, rows, 3, heads, width]).permute([2, 0, 3, 1, 4]);
    const parts = [0, 1, 2].map((part) => split.index(part)) as [Tensor, Tensor, Tensor]; // three
    const expected = formula(...parts, mask, 0.5)
      .permute([0, 2, 1, 3])
      .reshape([batch, rows, 12]);
    expect(distance(output, expected)).toBeLessThan(1e-6);
    const [grad, exact] = [gradientsOf(output, [leaf])[0]!, gradientsOf(expected.float(), [leaf])[0]!]; // one input each
    expect(distance(grad, exact)).toBeLessThan(1e-5);
  },
);

test("a fused attention does not depend on how heads are divided among threads", () => {
  torch.manual_seed(0);
  const inputs = [1, 2, 3].map((): Tensor => torch.randn([4, 8, 64, 32])) as [Tensor, Tensor, Tensor]; // three
  const before = torch.get_num_threads();
  const outputs = [1, 3].map((threads) => {
    torch.set_num_threads(threads);
    return F.scaled_dot_product_attention(...inputs, { is_causal: true });
  });
  torch.set_num_threads(before);
  expect(outputs[0]?.eq(outputs[1]!).all().item()).toBe(true); // two outputs
});
