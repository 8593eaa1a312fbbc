import { describe, expect, test } from "vitest";
import torch, { nn, type Tensor } from "../../../../runtime/index.ts";

describe("hooks of calls", () => {
  test("that give what push gives are told to use braces", () => {
    const seen: Tensor[] = [];
    const net = new nn.ReLU();
    // The compiler refuses it too.
    net.register_forward_hook(((_: unknown, __: unknown, output: Tensor) => seen.push(output)) as never);
    expect(() => net(torch.ones(1))).toThrow(
      "returned 1. It returns a replacement or nothing: put its body in braces",
    );
  });

  test("know the module's class, its arguments and its output for the compiler", () => {
    const net = new nn.Linear(2, 3);
    const shapes: (readonly number[])[] = [];
    net.register_forward_hook((module, [input], output) => {
      shapes.push([module.in_features], input.shape, output.shape);
    });
    net(torch.ones([4, 2]));
    expect(shapes).toEqual([[2], [4, 2], [4, 3]]);
  });

  test("go at the end of a block with using, and may take themselves away", () => {
    const net = new nn.ReLU();
    let calls = 0;
    {
      using _ = net.register_forward_hook(() => void calls++);
      net(torch.ones(1));
    }
    net(torch.ones(1));
    const handle = net.register_forward_pre_hook(() => {
      calls += 10;
      handle.remove();
    });
    net(torch.ones(1));
    net(torch.ones(1));
    expect(calls).toBe(11);
  });

  test("run for modules inside, where others have none", () => {
    const [first, second] = [new nn.Linear(1, 1), new nn.Linear(1, 1)];
    const order: string[] = [];
    second.register_forward_pre_hook(() => void order.push("second"));
    const net = new nn.Sequential(first, second);
    net.register_forward_hook(() => void order.push("net"));
    net(torch.ones(1));
    expect(order).toEqual(["second", "net"]);
  });

  test("of gradients run once, where a derivative of a derivative comes to the inputs by another way", () => {
    class Squared extends nn.Module {
      override forward(x: Tensor): Tensor {
        return x.mul(x);
      }
    }
    const net = new Squared();
    let calls = 0;
    net.register_full_backward_hook(() => void calls++);
    const x = torch.tensor([3], { requires_grad: true });
    const [gradient] = torch.autograd.grad(net(x).sum(), x, { create_graph: true });
    expect(calls).toBe(1);
    gradient!.sum().backward();
    expect([calls, x.grad?.item()]).toEqual([1, 2]);
  });

  test("of gradients leave the derivatives as they are, also those of derivatives", () => {
    const net = new nn.Sequential(new nn.Linear(2, 2), new nn.Tanh(), new nn.Linear(2, 1));
    const x = torch.tensor([[0.3, -0.5]], { requires_grad: true });
    const twice = (): unknown => {
      const [gradient] = torch.autograd.grad(net(x).sum(), x, { create_graph: true });
      return torch.autograd.grad(gradient!.pow(2).sum(), x)[0]!.tolist();
    };
    const before = twice();
    const handles = [...net.modules()].map((module) => module.register_full_backward_hook(() => {}));
    expect(twice()).toEqual(before);
    for (const handle of handles) handle.remove();
  });
});
