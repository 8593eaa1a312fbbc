import { describe, expect, test } from "vitest";
import torch, { nn } from "../../../runtime/index.ts";

const sizes = { num_embeddings: 3, embedding_dim: 2 };

function vectors(): torch.Tensor {
  return torch.tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
}

describe.each(["Embedding", "EmbeddingBag"] as const)("%s", (name) => {
  test("takes vectors that were learned elsewhere, without a copy, and leaves them as they are", () => {
    const given = vectors();
    const table = nn[name].from_pretrained(given, { padding_idx: 2 });
    given.index_put_([0], 9);
    expect(table.weight.tolist()).toEqual([
      [9, 9],
      [3, 4],
      [5, 6],
    ]);
    expect([table.weight.requires_grad, table.padding_idx]).toEqual([false, 2]);
  });

  test("lets them learn when that is asked for", () => {
    expect(nn[name].from_pretrained(vectors(), false).weight.requires_grad).toBe(true);
    expect(nn[name].from_pretrained({ embeddings: vectors(), freeze: false }).weight.requires_grad).toBe(
      true,
    );
  });

  test("refuses vectors that are no matrix, or of another shape, and sparse gradients", () => {
    expect(() => nn[name].from_pretrained(torch.ones(3))).toThrow("2-dimensional");
    expect(() => new nn[name]({ ...sizes, _weight: torch.ones(2, 2) })).toThrow(
      "got [2, 2], expected [3, 2]",
    );
    expect(() => new nn[name]({ ...sizes, sparse: true })).toThrow("gradients are dense");
  });
});

test("bags take where they begin and what counts by name", () => {
  const bags = new nn.EmbeddingBag(5, 2, { mode: "sum" });
  const [numbers, offsets, per_sample_weights] = [
    torch.tensor([1n, 2n, 4n]),
    torch.tensor([0n, 2n]),
    torch.tensor([1, 2, 0.5]),
  ];
  const expected = bags(numbers, offsets, per_sample_weights).tolist();
  expect(bags(numbers, { offsets, per_sample_weights }).tolist()).toEqual(expected);
  expect(bags(numbers, offsets, { per_sample_weights }).tolist()).toEqual(expected);
  expect(bags(numbers.unsqueeze(0), { per_sample_weights: per_sample_weights.unsqueeze(0) }).shape).toEqual([
    1, 2,
  ]);
});
