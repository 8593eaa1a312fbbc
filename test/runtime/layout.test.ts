import { describe, expect, test } from "vitest";
import torch, { F, type Tensor } from "../../runtime/index.ts";

const y = torch.arange(24).float().reshape(2, 3, 4).permute(2, 0, 1);

/** Strides that PyTorch 2.13 gives to results for an input `[4, 2, 3]` with strides `[1, 12, 4]`. */
const results: Readonly<Record<string, readonly [compute: () => Tensor, strides: readonly number[]]>> = {
  "a number added": [() => y.add(1), [1, 12, 4]],
  "a product with itself": [() => y.mul(y), [1, 12, 4]],
  "a function": [() => y.exp(), [1, 12, 4]],
  "a comparison": [() => y.gt(3), [1, 12, 4]],
  "a choice": [() => torch.where(y.gt(3), y, 0), [1, 12, 4]],
  "a vector added": [() => y.add(torch.ones(3)), [1, 12, 4]],
  "a vector first": [() => torch.ones(3).add(y), [1, 12, 4]],
  "a row-major tensor first": [() => torch.ones(4, 2, 3).add(y), [6, 3, 1]],
  "a part of every row": [() => y.index("..., :2").neg(), [1, 8, 4]],
  "a conversion": [() => y.to(torch.float64), [1, 12, 4]],
  "an activation": [() => F.gelu(y), [1, 12, 4]],
  "elements in reverse": [() => y.flip(0), [1, 12, 4]],
  "sorted elements": [() => y.sort(0)[0], [1, 12, 4]],
  "masked elements": [() => y.masked_fill(y.gt(3), 0), [6, 3, 1]],
};

describe("what is computed element by element", () => {
  test.each(Object.entries(results))("lies in memory as PyTorch's: %s", (_, [compute, strides]) => {
    expect(compute().stride()).toEqual(strides);
  });

  test("has the elements that it has in row-major order", () => {
    const plain = y.contiguous();
    for (const f of [(x: Tensor) => x.add(1), (x: Tensor) => x.flip([0, 2]), (x: Tensor) => x.sort(1)[1]])
      expect(f(y).tolist()).toEqual(f(plain).tolist());
  });

  test("is laid out anew where an operator counts on rows", () => {
    const [left, right] = [torch.rand(2, 3), torch.rand(3, 2)];
    expect(torch.kron(left.t(), right.t()).tolist()).toEqual(
      torch.kron(left.t().contiguous(), right.t().contiguous()).tolist(),
    );
  });

  test("keeps the channels innermost", () => {
    const x = torch.rand(2, 3, 4, 4).to({ memory_format: torch.channels_last });
    for (const result of [x.relu(), x.mul(torch.ones(3, 1, 1)), torch.ones(3, 1, 1).add(x)])
      expect(result.is_contiguous({ memory_format: torch.channels_last })).toBe(true);
  });
});
