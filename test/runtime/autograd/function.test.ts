/** What custom functions may keep. What PyTorch answers to programs with them is in test/oracle/programs/autograd. */
import { describe, expect, test } from "vitest";
import torch, { type Tensor } from "../../../runtime/index.ts";

type Context = torch.autograd.function.FunctionCtx;

describe("a custom function", () => {
  test("may keep what it computes, in forward and in backward, also inside of another one's backward", () => {
    const kept: Tensor[] = [];
    class Keeping extends torch.autograd.Function {
      static forward(ctx: Context, x: Tensor): Tensor {
        const noise = torch.ones(100).add(1);
        ctx["noise"] = noise;
        kept.push(noise);
        return x.mul(2);
      }
      static backward(ctx: Context, grad: Tensor): Tensor {
        const twice = (ctx["noise"] as Tensor).mul(2);
        kept.push(twice, grad);
        const inner = torch.ones(100, { requires_grad: true });
        if (kept.length < 20) torch.enable_grad(() => Keeping.apply(inner).sum().backward());
        return grad.mul(2);
      }
    }
    const x = torch.ones(100, { requires_grad: true });
    Keeping.apply(Keeping.apply(x)).sum().backward();
    for (let i = 0; i < 50; i++) torch.zeros(100).add(i);
    expect(kept.every((tensor) => [1, 2, 4].includes(Number(tensor.max().item())))).toBe(true);
    expect(x.grad!.select(0, 0).item()).toBe(4);
  });

  test("is freed by backward: its saved tensors are gone then", () => {
    let context: Context | null = null;
    class Square extends torch.autograd.Function {
      static forward(ctx: Context, x: Tensor): Tensor {
        context = ctx;
        ctx.save_for_backward(x);
        return x.mul(x);
      }
      static backward(ctx: Context, grad: Tensor): Tensor {
        return grad.mul(ctx.saved_tensors[0]!).mul(2);
      }
    }
    Square.apply(torch.ones(2, { requires_grad: true }))
      .sum()
      .backward();
    expect(() => context!.saved_tensors).toThrow("Trying to backward through the graph a second time");
  });

  test("passes gradcheck and gradgradcheck when its derivative is right", () => {
    class Cube extends torch.autograd.Function {
      static forward(ctx: Context, x: Tensor): Tensor {
        ctx.save_for_backward(x);
        return x.mul(x).mul(x);
      }
      static backward(ctx: Context, grad: Tensor): Tensor {
        const [x] = ctx.saved_tensors;
        return grad.mul(x!.mul(x!).mul(3));
      }
    }
    const x = torch.tensor([0.5, -1.5], { dtype: torch.float64, requires_grad: true });
    expect(torch.autograd.gradcheck((y) => Cube.apply(y), [x])).toBe(true);
    expect(torch.autograd.gradgradcheck((y) => Cube.apply(y), [x])).toBe(true);
  });
});
