import { describe, expect, test } from "vitest";
import torch, { type Tensor } from "../../../runtime/index.ts";

/** A tensor's product with itself whose derivative is wrong in one element of `wrong`. */
function square(wrong: number | null): (x: Tensor) => Tensor {
  return (x) => {
    const y = x.mul(x);
    if (wrong === null) return y;
    // The hook sees the gradient of the sum's elements before the product's own rule.
    y.register_hook((grad: Tensor) => {
      const changed = grad.clone();
      changed.index_put_([torch.tensor([wrong], { dtype: torch.int64 })], changed.index(wrong).add(0.01));
      return changed;
    });
    return y;
  };
}

function input(): Tensor {
  return torch.linspace(0.5, 2, 6, { dtype: torch.float64, requires_grad: true });
}

describe.each([
  ["element by element", {}, /input 0: the derivative with respect to element 3 is/],
  ["in its fast mode", { fast_mode: true }, /input 0: the derivative in a random direction is/],
])("gradcheck %s", (_name, options, message) => {
  test("passes a derivative that is right", () => {
    expect(torch.autograd.gradcheck(square(null), [input()], options)).toBe(true);
    expect(torch.autograd.gradgradcheck(square(null), [input()], options)).toBe(true);
  });

  test("notices that one element of a derivative is wrong, and says where it looked", () => {
    expect(() => torch.autograd.gradcheck(square(3), [input()], options)).toThrow(message);
  });

  test("leaves its inputs as they were", () => {
    const x = input();
    const before = [x.tolist(), x._version];
    torch.autograd.gradcheck(square(null), [x], options);
    expect([x.tolist(), x._version]).toEqual(before);
  });
});

test("in its fast mode, gradcheck evaluates a function twice for each input", () => {
  let calls = 0;
  const counted = (x: Tensor, y: Tensor): Tensor => {
    calls++;
    return x.mul(y);
  };
  torch.autograd.gradcheck(counted, [input(), input()], { fast_mode: true });
  expect(calls).toBe(5);
});
