import fc from "fast-check";
import { describe, expect, test } from "vitest";
import torch, { type DType, type Tensor } from "../../../../../runtime/index.ts";
import { cpuBackend } from "../../../../../runtime/backends/cpu/index.ts";
import { matmul as reference } from "../../../../../runtime/backends/cpu/reference/matmul.ts";
import type { ProductFinish } from "../../../../../runtime/backends/products.ts";

type Layout = "contiguous" | "transposed" | "strided" | "offset" | "repeated";
const layouts: readonly Layout[] = ["contiguous", "transposed", "strided", "offset", "repeated"];

function numbers(shape: readonly number[], dtype: DType = torch.float32): Tensor {
  const count = shape.reduce((x, y) => x * y, 1);
  const values = Float64Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + count) * 2);
  return torch.tensor(values, { dtype }).reshape([...shape]);
}

/** A tensor of this shape that lies in memory in one of several ways. */
function laidOut(shape: readonly number[], layout: Layout, dtype: DType = torch.float32): Tensor {
  const batch = shape.slice(0, -2);
  const [rows, columns] = shape.slice(-2) as [number, number];
  if (layout === "transposed") return numbers([...batch, columns, rows], dtype).transpose(-2, -1);
  if (layout === "strided")
    return numbers([...batch, rows, 2 * columns], dtype).index("...", torch.slice(null, null, 2));
  if (layout === "offset")
    return numbers([...batch, rows + 1, columns + 1], dtype)
      .narrow(-2, 1, rows)
      .narrow(-1, 1, columns);
  if (layout === "repeated") return numbers([rows, columns], dtype).expand([...shape]);
  return numbers(shape, dtype);
}

/** The largest difference between what the backend and the JavaScript loops compute. */
function difference(left: Tensor, right: Tensor, finish: ProductFinish = {}): number {
  const shape = [...left.shape.slice(0, -1), right.shape.at(-1)!];
  const [got, expected] = [
    torch.ones(shape, { dtype: left.dtype }),
    torch.ones(shape, { dtype: left.dtype }),
  ];
  cpuBackend.matmul(got, left, right, finish);
  reference(expected, left, right, finish);
  return got.numel() === 0 ? 0 : (got.sub(expected).abs().max().item() as number);
}

const sizes = fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 65);
const layout = fc.constantFrom(...layouts);

test("batches of matrices in any layout are multiplied as the JavaScript loops do", () => {
  const batches = fc.constantFrom([], [3], [2, 3], [2, 1, 2]);
  fc.assert(
    fc.property(batches, sizes, sizes, sizes, layout, layout, (batch, n, k, m, left, right) => {
      const most = 1e-5 * (1 + k);
      expect(difference(laidOut([...batch, n, k], left), laidOut([...batch, k, m], right))).toBeLessThan(
        most,
      );
    }),
    { numRuns: 150 },
  );
});

test("float64 is multiplied in float64", () => {
  fc.assert(
    fc.property(sizes, sizes, sizes, layout, layout, (n, k, m, left, right) => {
      const [x, y] = [laidOut([n, k], left, torch.float64), laidOut([k, m], right, torch.float64)];
      expect(difference(x, y)).toBeLessThan(1e-13 * (1 + k));
    }),
    { numRuns: 100 },
  );
});

describe("a matrix times a vector", () => {
  const long = [1, 2, 7, 8, 9, 16, 31, 64, 1000];
  test.each(layouts)("is right for a matrix that is %s, on either side", (name) => {
    for (const dtype of [torch.float32, torch.float64])
      for (const n of long)
        for (const k of n > 64 ? [4, 129] : [1, 3, 4, 8, 11, 129, 513]) {
          const most = (dtype === torch.float32 ? 1e-5 : 1e-13) * (1 + k);
          expect(difference(laidOut([n, k], name, dtype), numbers([k, 1], dtype))).toBeLessThan(most);
          expect(difference(numbers([1, k], dtype), laidOut([k, n], name, dtype))).toBeLessThan(most);
        }
  });

  test("is right for a vector whose numbers lie apart", () => {
    expect(difference(numbers([33, 65]), laidOut([65, 1], "offset"))).toBeLessThan(1e-3);
    expect(difference(laidOut([1, 65], "strided"), numbers([65, 33]))).toBeLessThan(1e-3);
  });
});

test("a bias, an earlier result and a lower limit of 0 are put in, wherever the product is computed", () => {
  for (const [n, k, m] of [
    [2, 2, 3],
    [5, 40, 17],
    [1, 300, 10],
    [40, 300, 1],
    [50, 0, 6],
  ] as const)
    for (const accumulate of [false, true])
      for (const relu of [false, true]) {
        const finish = { accumulate, relu, bias: numbers([m]) };
        expect(difference(numbers([n, k]), numbers([k, m]), finish)).toBeLessThan(1e-3);
      }
});

test("a column-major output is written in place, with its bias by column", () => {
  const [n, k, m] = [17, 30, 9];
  const [left, right, bias] = [numbers([n, k]), numbers([k, m]), numbers([m])];
  const output = torch.zeros(m, n);
  cpuBackend.matmul(output.t(), left, right, { bias });
  const expected = left.matmul(right).add(bias);
  expect(output.t().sub(expected).abs().max().item()).toBeLessThan(1e-5);
});

test("NaN and infinities reach exactly the rows and columns that they are in", () => {
  for (const size of [3, 20, 70]) {
    const left = torch.ones(size, size);
    left.index_put_([1, 2], Number.NaN);
    left.index_put_([2, 0], Number.POSITIVE_INFINITY);
    const rows = torch.mm(left, torch.ones(size, size)).sum(1).tolist() as number[];
    for (const [i, sum] of rows.entries())
      expect(sum).toBe(i === 1 ? Number.NaN : i === 2 ? Number.POSITIVE_INFINITY : size * size);
  }
});

test("whole numbers are multiplied exactly", () => {
  const left = torch.tensor([
    [2n ** 40n, 3n],
    [-1n, 5n],
  ]);
  expect(left.matmul(left).tolist()).toEqual([
    [-3, 3 * 2 ** 40 + 15],
    [-(2 ** 40) - 5, 22],
  ]);
});

test("a gradient of a layer's weight is row-major", () => {
  const weight = torch.rand([5, 7], { requires_grad: true });
  torch.nn.functional.linear(torch.rand(3, 7), weight, torch.zeros(5)).sum().backward();
  expect(weight.grad!.is_contiguous()).toBe(true);
});
