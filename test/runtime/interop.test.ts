import { expect, test } from "vitest";
import torch from "../../runtime/index.ts";

test.each([
  ["float32", Float32Array],
  ["float64", Float64Array],
  ["int64", BigInt64Array],
  ["int32", Int32Array],
  ["int16", Int16Array],
  ["int8", Int8Array],
  ["uint8", Uint8Array],
] as const)("a %s tensor and its array have the same elements both ways", (name, kind) => {
  const x = torch.arange(6).reshape(2, 3).to(torch[name]);
  const array = x.t().numpy();
  expect(array).toBeInstanceOf(kind);
  expect(Array.from(array as Iterable<number | bigint>, Number)).toEqual([0, 3, 1, 4, 2, 5]);
  expect(torch.tensor(array).dtype.name).toBe(name);
});

test("what is written into the array does not reach the tensor", () => {
  const x = torch.zeros(2);
  x.numpy()[0] = 7;
  expect(x.tolist()).toEqual([0, 0]);
});

test("a tensor over a typed array sees what is written into it", () => {
  const array = new Float32Array([1, 2]);
  const x = torch.from_numpy(array);
  array[0] = 5;
  expect(x.sum().item()).toBe(7);
});

test("a tensor that requires grad, and bfloat16, are refused", () => {
  expect(() => torch.ones(1, { requires_grad: true }).numpy()).toThrow(/detach\(\)\.numpy\(\)/);
  expect(() => torch.ones(1).to(torch.bfloat16).numpy()).toThrow(/unsupported ScalarType BFloat16/);
});
