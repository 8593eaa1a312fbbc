import { describe, expect, test } from "vitest";
import torch, { type Tensor } from "../../../runtime/index.ts";

describe("modes", () => {
  test("decorate async functions: the mode lasts until the promise settles", async () => {
    const x = torch.ones(1, { requires_grad: true });
    const evaluate = torch.no_grad()(async (value: Tensor) => {
      await Promise.resolve();
      return value.mul(2).requires_grad;
    });
    expect(x.mul(2).requires_grad).toBe(true);
    expect(await evaluate(x)).toBe(false);
    expect(x.mul(2).requires_grad).toBe(true);
  });

  test("last for a block with using", () => {
    {
      using _ = torch.inference_mode();
      expect(torch.ones(1).is_inference()).toBe(true);
    }
    {
      using _ = torch.set_grad_enabled(false);
      expect(torch.is_grad_enabled()).toBe(false);
    }
    expect([torch.is_grad_enabled(), torch.is_inference_mode_enabled()]).toEqual([true, false]);
  });

  test("leave numbers that an operator was given as they are, although those are remembered", () => {
    torch.inference_mode(() => torch.ones(2).mul(1.625));
    const x = torch.ones(2, { requires_grad: true });
    expect(() => x.mul(1.625).sum().backward()).not.toThrow();
  });
});
