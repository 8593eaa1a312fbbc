import { describe, expect, test } from "vitest";
import torch, { type Tensor } from "../../../runtime/index.ts";

/** A call by name alone, and what it is short for. */
const calls: Readonly<Record<string, readonly [byName: () => Tensor, byPosition: () => Tensor]>> = {
  zeros: [() => torch.zeros({ size: [2, 3] }), () => torch.zeros(2, 3)],
  ones: [() => torch.ones({ size: [2], dtype: torch.int64 }), () => torch.ones([2], { dtype: torch.int64 })],
  rand: [() => torch.rand({ size: [2] }), () => torch.rand(2)],
  randn: [() => torch.randn({ size: [2, 2] }), () => torch.randn(2, 2)],
  full: [() => torch.full({ size: [2], fill_value: 1.5 }), () => torch.full([2], 1.5)],
  "full, partly": [() => torch.full([2], { fill_value: torch.tensor(3) }), () => torch.full([2], 3)],
  scalar_tensor: [() => torch.scalar_tensor({ s: 2 }), () => torch.scalar_tensor(2)],
  eye: [() => torch.eye({ n: 2, m: 3 }), () => torch.eye(2, 3)],
  arange: [() => torch.arange({ start: 1, end: 7, step: 2 }), () => torch.arange(1, 7, 2)],
  range: [() => torch.range({ start: 0, end: 2, step: 0.5 }), () => torch.range(0, 2, 0.5)],
  linspace: [() => torch.linspace({ start: 0, end: 1, steps: 3 }), () => torch.linspace(0, 1, 3)],
  logspace: [() => torch.logspace({ start: 0, end: 3, steps: 4, base: 2 }), () => torch.logspace(0, 3, 4, 2)],
  randint: [() => torch.randint({ low: 2, high: 9, size: [4] }), () => torch.randint(2, 9, [4])],
  "randint from 0": [() => torch.randint({ high: 9, size: [4] }), () => torch.randint(9, [4])],
  randperm: [() => torch.randperm({ n: 5 }), () => torch.randperm(5)],
  tril_indices: [() => torch.tril_indices({ row: 2, col: 3, offset: 1 }), () => torch.tril_indices(2, 3, 1)],
  triu_indices: [() => torch.triu_indices({ row: 2, col: 3 }), () => torch.triu_indices(2, 3)],
  zeros_like: [() => torch.zeros_like({ input: torch.ones(2) }), () => torch.zeros_like(torch.ones(2))],
  full_like: [
    () => torch.full_like({ input: torch.ones(2), fill_value: 4 }),
    () => torch.full_like(torch.ones(2), 4),
  ],
  randint_like: [
    () => torch.randint_like({ input: torch.ones(3), low: 1, high: 5 }),
    () => torch.randint_like(torch.ones(3), 1, 5),
  ],
  "randint_like from 0": [
    () => torch.randint_like({ input: torch.ones(3), high: 5 }),
    () => torch.randint_like(torch.ones(3), 5),
  ],
  hann_window: [
    () => torch.hann_window({ window_length: 4, periodic: false }),
    () => torch.hann_window(4, false),
  ],
  hamming_window: [
    () => torch.hamming_window({ window_length: 4, periodic: true, alpha: 0.5, beta: 0.25 }),
    () => torch.hamming_window(4, true, 0.5, 0.25),
  ],
  kaiser_window: [
    () => torch.kaiser_window({ window_length: 4, periodic: true, beta: 3 }),
    () => torch.kaiser_window(4, true, 3),
  ],
  tensor: [() => torch.tensor({ data: [1, 2] }), () => torch.tensor([1, 2])],
  as_tensor: [() => torch.as_tensor({ data: [1n, 2n] }), () => torch.as_tensor([1n, 2n])],
  asarray: [() => torch.asarray({ obj: [true] }), () => torch.asarray([true])],
  new_tensor: [() => torch.ones(1).new_tensor({ data: [1n, 2n] }), () => torch.ones(1).new_tensor([1n, 2n])],
  new_full: [
    () => torch.ones(1).new_full({ size: [2], fill_value: 2 }),
    () => torch.ones(1).new_full([2], 2),
  ],
  new_zeros: [() => torch.ones(1).new_zeros({ size: [2] }), () => torch.ones(1).new_zeros(2)],
};

describe.each(Object.entries(calls))("%s", (_, [byName, byPosition]) => {
  test("gives the same by name as by position", () => {
    torch.manual_seed(7);
    const expected = byPosition();
    torch.manual_seed(7);
    const got = byName();
    expect([got.dtype, got.shape, got.tolist()]).toEqual([expected.dtype, expected.shape, expected.tolist()]);
  });
});

test("a name that a function does not have is refused, with its form", () => {
  // @ts-expect-error -- no such name
  expect(() => torch.eye({ n: 2, k: 3 })).toThrow("eye() got an unexpected keyword argument 'k'");
});

test("waves that cancel out leave what the rounding of PyTorch leaves", () => {
  expect(torch.blackman_window(5).index(0).item()).toBe(-(2 ** -25));
});
