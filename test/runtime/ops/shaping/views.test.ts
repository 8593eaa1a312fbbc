/** Laws of views, of their copies, and of tensors in which what a view shows is replaced. */
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import torch, { type Tensor } from "../../../../runtime/index.ts";

/** A tensor of different whole numbers. */
function counting(...shape: number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return torch.arange(count, { dtype: torch.float32 }).reshape(shape);
}

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
const matrices = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }));

/** Views of a 4 × 4 matrix, and the function that copies what each shows. */
const views: readonly [name: string, view: (x: Tensor) => Tensor, copy: (x: Tensor) => Tensor][] = [
  ["diagonal", (x) => x.diagonal(1), (x) => torch.diagonal_copy(x, 1)],
  ["unfold", (x) => x.unfold(0, 2, 2), (x) => torch.unfold_copy(x, 0, 2, 2)],
  ["as_strided", (x) => x.as_strided([2, 2], [1, 4], 3), (x) => torch.as_strided_copy(x, [2, 2], [1, 4], 3)],
  ["narrow", (x) => x.narrow(1, 1, 2), (x) => x.narrow_copy(1, 1, 2)],
  ["select", (x) => x.select(1, 2), (x) => torch.select_copy(x, 1, 2)],
  ["slice", (x) => torch.slice(x, 0, 1, 4, 2), (x) => torch.slice_copy(x, 0, 1, 4, 2)],
  ["squeeze", (x) => x.squeeze(), (x) => torch.squeeze_copy(x)],
  ["unsqueeze", (x) => x.unsqueeze(1), (x) => torch.unsqueeze_copy(x, 1)],
  ["t", (x) => x.t(), (x) => torch.t_copy(x)],
  ["transpose", (x) => x.transpose(0, 1), (x) => torch.transpose_copy(x, 0, 1)],
  ["permute", (x) => x.permute(1, 0), (x) => torch.permute_copy(x, [1, 0])],
  ["view", (x) => x.view(2, 8), (x) => torch.view_copy(x, [2, 8])],
  ["split", (x) => x.split_with_sizes([1, 3])[1]!, (x) => torch.split_with_sizes_copy(x, [1, 3])[1]!],
  ["unbind", (x) => x.unbind(1)[2]!, (x) => torch.unbind_copy(x, 1)[2]!],
];

describe.each(views)("%s", (_name, view, copy) => {
  test("shows what its copying form copies", () => {
    expect(copy(counting(4, 4)).tolist()).toEqual(view(counting(4, 4)).tolist());
  });

  test("shares its elements, and the copying form does not", () => {
    const x = counting(4, 4);
    const [seen, kept] = [view(x), copy(x)];
    const before = kept.tolist();
    seen.fill_(-1);
    expect(x.eq(-1).sum().item()).toBe(seen.numel());
    expect(kept.tolist()).toEqual(before);
    kept.fill_(-2);
    expect(x.eq(-2).any().item()).toBe(false);
  });
});

describe("replacing what a view shows by what it shows changes nothing", () => {
  test("for diagonals", () => {
    fc.assert(
      fc.property(matrices, fc.integer({ min: -3, max: 3 }), (shape, offset) => {
        const x = counting(...shape);
        expect(torch.diagonal_scatter(x, x.diagonal(offset), offset).tolist()).toEqual(x.tolist());
      }),
    );
  });

  test("for slices, of one position and of several", () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 3 }), (shape, d, at, step) => {
        const x = counting(...shape);
        const dim = d % shape.length;
        const index = at % shape[dim]!;
        expect(torch.select_scatter(x, x.select(dim, index), dim, index).tolist()).toEqual(x.tolist());
        expect(
          torch.slice_scatter(x, torch.slice(x, dim, index, null, step), dim, index, null, step).tolist(),
        ).toEqual(x.tolist());
      }),
    );
  });

  test("for elements that are taken and put, and for those of a mask", () => {
    fc.assert(
      fc.property(shapes, fc.array(fc.nat(), { maxLength: 6 }), (shape, positions) => {
        const x = counting(...shape);
        const index = torch.tensor(
          positions.map((position) => (position % (2 * x.numel())) - x.numel()),
          { dtype: torch.int64 },
        );
        expect(x.put(index, x.take(index)).tolist()).toEqual(x.tolist());
        const mask = x.gt(2);
        expect(x.masked_scatter(mask, x.masked_select(mask)).tolist()).toEqual(x.tolist());
      }),
    );
  });
});

describe("laws", () => {
  test("a tensor is its own view by its own strides", () => {
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, d) => {
        const x = counting(...shape).transpose(0, d % shape.length);
        expect(x.as_strided(x.shape, x.stride(), x.storage_offset()).tolist()).toEqual(x.tolist());
      }),
    );
  });

  test("flattening and unflattening undo each other", () => {
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, d) => {
        const x = counting(...shape).transpose(0, d % shape.length);
        expect(x.flatten().unflatten(0, x.shape).tolist()).toEqual(x.tolist());
        expect(x.ravel().reshape(x.shape).tolist()).toEqual(x.tolist());
      }),
    );
  });

  test("windows are the narrow views, one after the other", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 3 }),
        (length, size, step) => {
          fc.pre(size <= length);
          const x = counting(length, 2);
          const windows = x.unfold(0, size, step);
          windows.unbind(0).forEach((window, i) =>
            expect(window.tolist()).toEqual(
              x
                .narrow(0, i * step, size)
                .t()
                .tolist(),
            ),
          );
          expect(windows.shape[0]).toBe(Math.floor((length - size) / step) + 1);
        },
      ),
    );
  });

  test("a diagonal that is embedded is the diagonal, and everything else is zero", () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: -2, max: 2 }), (shape, offset) => {
        const x = counting(...shape).add(1);
        const matrix = x.diag_embed(offset);
        expect(matrix.diagonal(offset, -2, -1).tolist()).toEqual(x.tolist());
        expect(matrix.sum().item()).toBe(x.sum().item());
      }),
    );
  });

  test("four quarters are a whole turn, and two are both reversals", () => {
    fc.assert(
      fc.property(matrices, fc.integer({ min: -5, max: 5 }), (shape, k) => {
        const x = counting(...shape);
        expect(
          x
            .rot90(k)
            .rot90(4 - k)
            .tolist(),
        ).toEqual(x.tolist());
        expect(x.rot90(2).tolist()).toEqual(x.fliplr().flipud().tolist());
      }),
    );
  });

  test("parts that are joined again are the whole", () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.integer({ min: 1, max: 6 }), (shape, d, count) => {
        const x = counting(...shape);
        const dim = d % shape.length;
        expect(torch.cat(x.tensor_split(count, dim), dim).tolist()).toEqual(x.tolist());
        expect(torch.cat(x.unsafe_chunk(count, dim), dim).tolist()).toEqual(x.tolist());
      }),
    );
  });

  test("what is padded and cut off again is as it was", () => {
    fc.assert(
      fc.property(matrices, fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }), (shape, pad) => {
        const x = counting(...shape);
        const padded = torch.constant_pad_nd(x, pad, 7);
        expect(padded.sum().item()).toBe(x.sum().item() + 7 * (padded.numel() - x.numel()));
        const cut = pad.map((width) => -width);
        expect(torch.constant_pad_nd(padded, cut).tolist()).toEqual(x.tolist());
      }),
    );
  });

  test("values that meet are combined as a loop combines them", () => {
    const combine = {
      sum: (a: number, b: number) => a + b,
      prod: (a: number, b: number) => a * b,
      amax: Math.max,
      amin: Math.min,
    };
    const values = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 });
    const positions = fc.array(fc.nat(2), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(
        values,
        values,
        positions,
        fc.constantFrom("sum", "prod", "amax", "amin"),
        (own, src, at, how) => {
          const expected = [...own];
          at.forEach((place, i) => (expected[place] = combine[how](expected[place]!, src[i]!)));
          const index = torch.tensor(at, { dtype: torch.int64 });
          const result = torch.tensor(own).scatter_reduce(0, index, torch.tensor(src), how);
          expect(result.add(0).tolist()).toEqual(expected.map((value) => value + 0));
        },
      ),
    );
  });
});

describe("fill_diagonal_", () => {
  test("writes the main diagonal, and begins anew where it is asked to", () => {
    const tall = torch.zeros(7, 3).fill_diagonal_(5, true);
    expect(tall.sum(1).tolist()).toEqual([5, 5, 5, 0, 5, 5, 5]);
    expect(torch.zeros(7, 3).fill_diagonal_(5).sum().item()).toBe(15);
    expect(torch.zeros(2, 2, 2).fill_diagonal_(1).sum().item()).toBe(2);
    expect(() => torch.zeros(2, 2, 3).fill_diagonal_(1)).toThrow("of equal length");
    expect(() => torch.zeros(3).fill_diagonal_(1)).toThrow("larger than 1");
  });

  test("stops the gradient of what it overwrites", () => {
    const x = torch.ones(2, 2).requires_grad_(true);
    x.mul(2).fill_diagonal_(0).sum().backward();
    expect(x.grad!.tolist()).toEqual([
      [0, 2],
      [2, 0],
    ]);
  });
});

describe("bytes read as another dtype", () => {
  test("are shared by large tensors as well, whichever is written", () => {
    const x = torch.ones(1000);
    const bits = x.view(torch.int32);
    expect(bits.eq(0x3f800000).all().item()).toBe(true);
    bits.zero_();
    expect(x.exp().sum().item()).toBe(1000);
    x.add_(2);
    expect(bits.eq(0x40000000).all().item()).toBe(true);
    expect(x._version).toBe(bits._version);
  });

  test("are counted in elements of the new size", () => {
    const x = torch.zeros(3, 4);
    expect(x.narrow(0, 1, 2).view(torch.uint8).shape).toEqual([2, 16]);
    expect(x.narrow(0, 1, 2).view(torch.float64).storage_offset()).toBe(2);
  });
});

test("`T` of three dimensions warns once, and names what most people want instead", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const x = counting(2, 3, 4);
  expect(x.T.shape).toEqual([4, 3, 2]);
  expect(x.T.T.tolist()).toEqual(x.tolist());
  expect(warn.mock.calls).toEqual([[expect.stringContaining("Consider `x.mT`")]]);
  warn.mockRestore();
  expect(() => x.H).toThrow("only supported on matrices");
  expect(() => x.select(0, 0).select(0, 0).mT).toThrow("Got 1-D tensor");
});

test("parameters have NumPy's names as well", () => {
  const x = counting(2, 3);
  expect(torch.concatenate([x, x], { axis: 1 }).shape).toEqual([2, 6]);
  expect(x.sum({ axis: 0, keepdims: true } as never).shape).toEqual([1, 3]); // the types list PyTorch's own names only
});
