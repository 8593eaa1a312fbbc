/** What backward does besides the operators' own rules. PyTorch's printed answers to whole programs are in test/oracle/programs. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import torch, { type Tensor } from "../../../runtime/index.ts";

const grad = torch.autograd.grad;

describe("backward", () => {
  test("is linear in the gradient that it starts from", () => {
    const number = fc.double({ min: -4, max: 4, noNaN: true });
    fc.assert(
      fc.property(fc.array(number, { minLength: 3, maxLength: 3 }), number, number, (values, a, b) => {
        const x = torch.tensor(values, { dtype: torch.float64, requires_grad: true });
        const y = x.mul(x).add(x.sin());
        const [g, h] = [
          torch.tensor([1, 2, 3], { dtype: torch.float64 }),
          torch.tensor([0, -1, 5], { dtype: torch.float64 }),
        ];
        const along = (direction: Tensor): Tensor =>
          grad(y, x, { grad_outputs: direction, retain_graph: true })[0]!;
        const together = along(g.mul(a).add(h.mul(b)));
        expect(
          together
            .sub(along(g).mul(a).add(along(h).mul(b)))
            .abs()
            .max()
            .item(),
        ).toBeLessThan(1e-9);
      }),
    );
  });

  test("sums a gradient back over whatever was broadcast", () => {
    const row = torch.ones([3], { requires_grad: true });
    const column = torch.ones([2, 1], { requires_grad: true });
    row.add(column).sum().backward();
    expect([row.grad!.tolist(), column.grad!.tolist()]).toEqual([
      [2, 2, 2],
      [[3], [3]],
    ]);
  });

  test("gives a gradient in the dtype of its tensor", () => {
    const x = torch.ones([2], { requires_grad: true });
    x.mul(torch.ones([2], { dtype: torch.float64 }))
      .sum()
      .backward();
    expect(x.grad!.dtype).toBe(torch.float32);
  });

  test("runs each function once, however many ways lead to it", () => {
    let x = torch.ones([], { dtype: torch.float64, requires_grad: true }) as Tensor;
    const leaf = x;
    for (let i = 0; i < 60; i++) x = x.add(x);
    x.backward();
    expect(leaf.grad!.item()).toBe(2 ** 60);
  });

  test("goes through ten thousand functions in a row without running out of stack", () => {
    const leaf = torch.ones([], { requires_grad: true });
    let x: Tensor = leaf;
    for (let i = 0; i < 10_000; i++) x = x.add(1);
    x.backward();
    expect(leaf.grad!.item()).toBe(1);
  });

  test("calls hooks with the complete gradient, and takes what they return", () => {
    const x = torch.tensor([2], { requires_grad: true });
    const y = x.mul(3);
    const seen: unknown[] = [];
    const hook = y.register_hook((g) => void seen.push(g.item()));
    y.register_hook((g) => g.mul(10));
    y.add(y).sum().backward({ retain_graph: true });
    hook.remove();
    y.sum().backward();
    expect(seen).toEqual([2]);
    expect(x.grad!.tolist()).toEqual([60 + 30]);
  });

  test("leaves the graph usable where nothing was saved, and says so where something was", () => {
    const x = torch.tensor([2], { requires_grad: true });
    const sum = x.add(1).sum();
    sum.backward();
    expect(() => sum.backward()).not.toThrow();
    const square = x.mul(x).sum();
    square.backward();
    expect(() => square.backward()).toThrow("Trying to backward through the graph a second time");
  });
});

describe("writing in place", () => {
  test("through a view reaches the base's history", () => {
    const x = torch.ones([2, 3], { requires_grad: true });
    const y = x.mul(2);
    y.select(0, 0).mul_(torch.tensor([1, 2, 3]));
    y.sum().backward();
    expect(x.grad!.tolist()).toEqual([
      [2, 4, 6],
      [2, 2, 2],
    ]);
  });

  test("into a base gives its views their history anew", () => {
    const x = torch.ones([3], { requires_grad: true });
    const y = x.mul(2);
    const first = y.narrow(0, 0, 1);
    y.mul_(5);
    first.sum().backward();
    expect(first.grad_fn!.name()).toBe("AsStridedBackward0");
    expect(x.grad!.tolist()).toEqual([10, 0, 0]);
  });

  test("changes nothing when the result does not fit", () => {
    const x = torch.tensor([1n, 2n]);
    expect(() => x.add_(1.5)).toThrow("result type Float can't be cast to the desired output type Long");
    expect(() => x.add_(torch.zeros([2, 2], { dtype: torch.int64 }))).toThrow(
      "doesn't match the broadcast shape [2, 2]",
    );
    expect(() => torch.zeros(1).expand(3).add_(1)).toThrow("Please clone() the tensor");
    expect([x.tolist(), x._version]).toEqual([[1, 2], 0]);
  });
});

describe("recording", () => {
  test("is off inside no_grad, also for the rest of an async function, and on again after it", async () => {
    const x = torch.ones([1], { requires_grad: true });
    const late = torch.no_grad(async () => {
      await Promise.resolve();
      return x.mul(2).requires_grad;
    });
    expect(await late).toBe(false);
    expect(x.mul(2).requires_grad).toBe(true);
  });

  test("is on again when the body throws", () => {
    expect(() => torch.no_grad(() => torch.zeros(2).matmul(torch.zeros(3)))).toThrow(
      "inconsistent tensor size",
    );
    expect(torch.is_grad_enabled()).toBe(true);
  });

  test("can be switched for the rest of a block", () => {
    {
      using _ = torch.no_grad();
      expect(torch.is_grad_enabled()).toBe(false);
    }
    expect(torch.is_grad_enabled()).toBe(true);
  });
});
