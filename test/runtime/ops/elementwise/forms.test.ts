/** The many names and forms of functions of single elements. */
import { describe, expect, test } from "vitest";
import torch, { F, type Tensor } from "../../../../runtime/index.ts";

describe("inplace in torch.nn.functional", () => {
  test.each([
    ["relu", () => F.relu, []],
    ["elu", () => F.elu, [0.5]],
    ["leaky_relu", () => F.leaky_relu, [0.1]],
    ["threshold", () => F.threshold, [0, 7]],
  ] as const)("%s writes over its input by position and by name", (_, form, settings) => {
    const call = form() as (input: Tensor, ...rest: readonly unknown[]) => Tensor;
    const expected = call(torch.tensor([-1, 2]), ...settings).tolist();
    for (const inplace of [true, { inplace: true }]) {
      const input = torch.tensor([-1, 2]);
      expect(call(input, ...settings, inplace)).toBe(input);
      expect(input.tolist()).toEqual(expected);
    }
  });

  test("gives the gradient of the function, and refuses a leaf", () => {
    const leaf = torch.tensor([-1, 2]).requires_grad_();
    const changed = leaf.mul(2);
    F.elu(changed, 1, true).sum().backward();
    const plain = torch.tensor([-1, 2]).requires_grad_();
    F.elu(plain.mul(2)).sum().backward();
    expect(leaf.grad!.tolist()).toEqual(plain.grad!.tolist());
    expect(() => F.relu(leaf, true)).toThrow(/leaf Variable that requires grad/);
  });
});

test("functions with an underscore write over their first argument", () => {
  const x = torch.tensor([4, 9]);
  expect(torch.sqrt_(x)).toBe(x);
  expect(x.tolist()).toEqual([2, 3]);
  expect(torch.clamp_max_(x, 2.5).tolist()).toEqual([2, 2.5]);
  expect(F.hardtanh_(x).tolist()).toEqual([1, 1]);
});

test("second names are the same operators", () => {
  expect(torch.clip).toBe(torch.clamp);
  expect(torch.special.gammaln).toBe(torch.lgamma);
  const x = torch.tensor([0.5]);
  x.arctanh_();
  expect(x.item()).toBeCloseTo(Math.atanh(0.5), 6);
});

test("a number may stand before a tensor", () => {
  const x = torch.tensor([1n, 2n]);
  expect(torch.sub(5, x).tolist()).toEqual([4, 3]);
  expect(torch.mul(1.5, x).dtype).toBe(torch.float32);
  expect(torch.add(2, 3).item()).toBe(5);
  expect(torch.remainder(-7, x.add(2)).tolist()).toEqual([2, 1]);
  expect(() => torch.fmod(2 as never, x)).toThrow(TypeError);
});

test("where with the condition alone says where it is true", () => {
  const positions = torch.where(
    torch.tensor([
      [true, false],
      [false, true],
    ]),
  );
  expect(positions.map((each) => each.tolist())).toEqual([
    [0, 1],
    [0, 1],
  ]);
  const x = torch.tensor([-1, 2]);
  expect(torch.where(x.gt(0), x, 0).tolist()).toEqual([0, 2]);
  expect(() => (torch.where as (...args: unknown[]) => unknown)(x.gt(0), x)).toThrow(/'other'/);
});

test("a gradient that nobody can compute is refused when it is asked for, not before", () => {
  const a = torch.tensor([2.5]).requires_grad_();
  const share = torch.igamma(a, torch.tensor([1]));
  expect(() => share.backward()).toThrow(/derivative for 'igamma: input' is not implemented/);
});

test("rrelu draws a slope for each element that is not positive", () => {
  torch.manual_seed(1);
  const x = torch.tensor([-1, 2, -3]).requires_grad_();
  const y = torch.rrelu(x, 0.2, 0.4, true);
  y.sum().backward();
  const slopes = x.grad!.tolist() as number[];
  expect(slopes[1]).toBe(1);
  for (const slope of [slopes[0]!, slopes[2]!]) {
    expect(slope).toBeGreaterThanOrEqual(0.2);
    expect(slope).toBeLessThan(0.4);
  }
  expect(slopes[0]).not.toBe(slopes[2]);
});

test("real numbers are their real part, and have no imaginary one", () => {
  const x = torch.tensor([1, 2]);
  expect(torch.real(x)).toBe(x);
  expect(() => torch.imag(x)).toThrow(/imag is not implemented for tensors with non-complex dtypes/);
});
