/** What the compiler knows of shapes and dtypes. `npm run types` checks these lines; running them checks that the values agree. */
import { expect, expectTypeOf, test } from "vitest";
import torch, { Tensor, type Shape } from "../../runtime/index.ts";

test("data gives its shape and dtype", () => {
  const matrix = torch.tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expectTypeOf(matrix).toEqualTypeOf<Tensor<[2, 3], "float32">>();
  expectTypeOf(torch.tensor([0n, 1n])).toEqualTypeOf<Tensor<[2], "int64">>();
  expectTypeOf(torch.tensor([true, false])).toEqualTypeOf<Tensor<[2], "bool">>();
  expectTypeOf(torch.tensor(1, { dtype: torch.float64 })).toEqualTypeOf<Tensor<[], "float64">>();
  expect([matrix.shape, matrix.dtype.name]).toEqual([[2, 3], "float32"]);
});

test("sizes give a shape, as an array and as separate numbers", () => {
  expectTypeOf(torch.zeros([2, 3]).shape).toExtend<readonly [2, 3]>();
  expectTypeOf(torch.zeros(2, 3).shape).toExtend<readonly [2, 3]>();
  expectTypeOf(torch.zeros([2, 3], { dtype: torch.int64 }).dtype.name).toEqualTypeOf<"int64">();
});

test("elementwise results have the broadcast shape", () => {
  const sum = torch.zeros([2, 3]).add(torch.ones([3]));
  expectTypeOf(sum).toEqualTypeOf<Tensor<[2, 3], "float32">>();
  const column = torch.zeros([2, 1]).mul(torch.ones([1, 4]));
  expectTypeOf(column).toEqualTypeOf<Tensor<[2, 4], "float32">>();
  expectTypeOf(torch.zeros([2]).mul(2.5)).toExtend<Tensor<Shape, "float32">>();
  expect(column.shape).toEqual([2, 4]);
});

test("products of matrices have their outer sizes, and transposes are turned", () => {
  const product = torch.zeros([2, 3]).matmul(torch.zeros([3, 5]));
  expectTypeOf(product).toEqualTypeOf<Tensor<[2, 5], "float32">>();
  expectTypeOf(torch.zeros([2, 3]).t().shape).toExtend<readonly [3, 2]>();
  expect(product.shape).toEqual([2, 5]);
});

test("reductions of everything are scalars, comparisons are bool", () => {
  expectTypeOf(torch.zeros([2, 3]).sum().shape).toEqualTypeOf<[]>();
  expectTypeOf(torch.zeros([2, 3]).gt(0).dtype.name).toEqualTypeOf<"bool">();
  expectTypeOf(torch.zeros([2, 3]).argmax().dtype.name).toEqualTypeOf<"int64">();
});

test("an element is a number unless the dtype says otherwise", () => {
  const loss: Tensor = torch.ones(2).sum();
  expectTypeOf(loss.item()).toEqualTypeOf<number>();
  expectTypeOf(torch.tensor(true).item()).toEqualTypeOf<boolean>();
  expectTypeOf(torch.tensor(1n).item()).toEqualTypeOf<number | bigint>();
  expect(loss.item().toFixed(1)).toBe("2.0");
});

test("a typed array keeps its elements' type at run time", () => {
  expect(torch.tensor(new Float64Array([0.1, 0.2])).dtype).toBe(torch.float64);
});

test("Tensor alone is any of them, and sizes that nobody wrote down are wide", () => {
  const any: Tensor = torch.tensor([1n, 2n]);
  const size: number = any.numel();
  expectTypeOf(torch.zeros([size, 3]).add(1).shape).toExtend<readonly number[]>();
  const list: number[][] = [[1, 2]];
  expectTypeOf(torch.tensor(list).dtype.name).toEqualTypeOf<"float32">();
  expect(any).toBeInstanceOf(Tensor);
});
