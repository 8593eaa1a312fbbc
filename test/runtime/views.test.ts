/** Laws of views, for any shape. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import torch, { type Tensor } from "../../runtime/index.ts";

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });

/** A tensor of different whole numbers. */
function counting(shape: number[]): Tensor {
  return torch.arange(shape.reduce((product, size) => product * size, 1)).reshape(shape);
}

/** A shape, and an order of its dimensions. */
const permutations = shapes.chain((shape) =>
  fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })),
);

describe("a view shares memory with its tensor", () => {
  test("a permuted tensor shows what is written into the original, and the other way round", () => {
    fc.assert(
      fc.property(permutations, ([shape, order]) => {
        const original = counting(shape);
        const view = original.permute(order);
        original.add_(100);
        expect(Math.min(...([view.reshape([-1]).tolist()].flat() as number[]))).toBe(100);
        view.zero_();
        expect(original.any().item()).toBe(false);
      }),
    );
  });

  test("a permutation and its inverse give the tensor back", () => {
    fc.assert(
      fc.property(permutations, ([shape, order]) => {
        const original = counting(shape);
        const inverse = order.map((_, dim) => order.indexOf(dim));
        expect(original.permute(order).permute(inverse).tolist()).toEqual(original.tolist());
      }),
    );
  });

  test("reshape keeps the row-major order, also of what is not contiguous", () => {
    fc.assert(
      fc.property(permutations, ([shape, order]) => {
        const view = counting(shape).permute(order);
        const flat = view.reshape([-1]).tolist();
        expect(view.contiguous().view([-1]).tolist()).toEqual(flat);
        expect(view.reshape(view.shape).tolist()).toEqual(view.tolist());
      }),
    );
  });

  test("view refuses exactly where a copy would be needed", () => {
    const x = torch.zeros(2, 3);
    expect(() => x.t().view(6)).toThrow("Use .reshape(...) instead");
    expect(x.t().view(3, 2, 1).shape).toEqual([3, 2, 1]);
    expect(x.expand(4, 2, 3).view(4, 6).stride()).toEqual([0, 1]);
  });

  test("selecting position by position and stacking gives the tensor back", () => {
    fc.assert(
      fc.property(
        shapes.filter((shape) => shape.length > 0),
        fc.nat(),
        (shape, seed) => {
          const dim = seed % shape.length;
          const x = counting(shape);
          const slices = Array.from({ length: shape[dim]! }, (_, i) => x.select(dim, i));
          expect(torch.stack(slices, dim).tolist()).toEqual(x.tolist());
        },
      ),
    );
  });

  test("cutting in two and joining gives the tensor back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), (at) => {
        const x = counting([5, 2]);
        expect(torch.cat([x.narrow(0, 0, at), x.narrow(0, at, 5 - at)]).tolist()).toEqual(x.tolist());
      }),
    );
  });
});

describe("indexing reads as Python does", () => {
  const x = torch.arange(24).reshape(2, 3, 4);

  test.each<[string, unknown]>([
    ["0", x.select(0, 0)],
    ["-1, 1:", x.select(0, -1).narrow(0, 1, 2)],
    ["..., 0", x.select(2, 0)],
    [":, None, ::2", x.index(torch.slice(), null, torch.slice(null, null, 2))],
    ["1, 2, 3", x.select(0, 1).select(0, 2).select(0, 3)],
  ])("x[%s]", (text, expected) => {
    expect(String(x.index(text))).toBe(String(expected));
  });

  test("a list of positions chooses them, beside slices", () => {
    expect(String(x.index(torch.slice(), [0, 2]))).toBe(String(x.index_select(1, torch.tensor([0n, 2n]))));
  });

  test("a mask chooses the true elements in order, and can be written to", () => {
    const y = torch.tensor([1, -2, 3, -4]);
    expect(y.index(y.lt(0)).tolist()).toEqual([-2, -4]);
    expect(y.index_put_([y.lt(0)], 0).tolist()).toEqual([1, 0, 3, 0]);
  });

  test("an index that is out of range or unreadable says what it should be", () => {
    expect(() => x.index(2)).toThrow("index 2 is out of bounds for dimension 0 with size 2");
    expect(() => x.index("0, one")).toThrow('cannot read "one"');
    expect(() => x.index(0, 0, 0, 0)).toThrow("too many indices for tensor of dimension 3");
  });
});
