import { expect, test } from "vitest";
import torch from "../../runtime/index.ts";

test("apply_ and map_ replace each element, in tensors that are not contiguous too", () => {
  const x = torch.arange(6).reshape(2, 3).float();
  x.t().apply_((element) => element * 10);
  expect(x.tolist()).toEqual([
    [0, 10, 20],
    [30, 40, 50],
  ]);
  x.map_(torch.ones(2, 3), (element, other) => element + other);
  expect(x.sum().item()).toBe(156);
});

test("apply_ of whole numbers stays whole", () => {
  expect(
    torch
      .arange(3)
      .apply_((element) => element + 1)
      .tolist(),
  ).toEqual([1, 2, 3]);
});

test("a tensor that requires grad has no element-wise JavaScript", () => {
  const x = torch.ones(2, { requires_grad: true });
  expect(() => x.apply_((element) => element)).toThrow(/requires grad/);
});

test.each([
  [[3, 3], false, [0, 4, 8]],
  [[2, 4], false, [0, 5]],
  [[7, 3], false, [0, 4, 8]],
  [[7, 3], true, [0, 4, 8, 12, 16, 20]],
  [[2, 2, 2], false, [0, 7]],
] as const)("fill_diagonal_ of shape %j with wrap %s writes the places %j", (shape, wrap, places) => {
  const x = torch.zeros([...shape]).fill_diagonal_(5, wrap);
  const filled = x.flatten().eq(5).nonzero().flatten().tolist();
  expect(filled).toEqual(places);
});

test("fill_diagonal_ is recorded", () => {
  const x = torch.ones(2, 2, { requires_grad: true });
  x.mul(3).fill_diagonal_(0).sum().backward();
  expect(x.grad?.tolist()).toEqual([
    [0, 3],
    [3, 0],
  ]);
});

test("a vector has no diagonal", () => {
  expect(() => torch.zeros(3).fill_diagonal_(1)).toThrow(/dimensions must larger than 1/);
});

test("a tensor says where it is, and whether another has its shape", () => {
  expect([torch.zeros(1).get_device(), torch.zeros(2).is_same_size(torch.zeros(3))]).toEqual([-1, false]);
});
