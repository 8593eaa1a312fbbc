import { expect, test } from "vitest";
import { counts, graphics } from "../../../../runtime/backends/webgl/graphics.ts";
import torch from "../../../../runtime/index.ts";
import type { Tensor } from "../../../../runtime/tensor.ts";
import { describeWebGL } from "./operands.ts";

/** Programs run and compiled while `body` was. */
function countIn(body: () => void): { passes: number; compiles: number } {
  const { passes, compiles } = counts;
  body();
  return { passes: counts.passes - passes, compiles: counts.compiles - compiles };
}

/** A tensor whose elements are in a texture only. */
function onDevice(...shape: number[]): Tensor {
  const x = torch.ones(shape).to("webgl").exp();
  x.view([-1]).index(0).mul_(1);
  return x;
}

function compute(x: Tensor, factor: number): void {
  torch.nn.functional.leaky_relu(x.mul(factor).add(factor).clamp(-factor, factor), factor).tolist();
}

describeWebGL("pointwise work", () => {
  test("is done when its elements are wanted, a chain in one pass", () => {
    const x = onDevice(5, 7);
    let y = x;
    expect(
      countIn(() => {
        y = x.mul(2).add(x).relu().tanh().sigmoid();
      }).passes,
    ).toBe(0);
    expect(countIn(() => y.tolist()).passes).toBe(1);
    expect(countIn(() => y.tolist()).passes).toBe(0);
  });

  test("is one pass in backward, too", () => {
    const x = onDevice(4, 3).requires_grad_();
    const y = x.mul(0.1).add(0.2).tanh().mul(x).sigmoid();
    y.tolist();
    const gradient = torch.ones(4, 3, { device: "webgl" });
    expect(
      countIn(() => {
        y.backward(gradient);
        x.grad?.tolist();
      }).passes,
    ).toBe(1);
    const reference = torch.full([4, 3], Math.E, { requires_grad: true });
    reference.mul(0.1).add(0.2).tanh().mul(reference).sigmoid().sum().backward();
    expect(torch.allclose(x.grad!.cpu(), reference.grad!, { rtol: 1e-4 })).toBe(true);
  });

  test("goes through other shapes of the same elements", () => {
    const x = onDevice(6, 4);
    const y = x.add(1).view(3, 8).mul(2).flatten().sub(3).reshape(2, 12);
    expect(countIn(() => y.tolist()).passes).toBe(1);
  });

  test("is computed once where several use it, unless that is cheaper than to keep it", () => {
    const x = onDevice(8);
    const dear = x.erf().pow(1.3).sin();
    const [first, second, third] = [dear.add(1), dear.add(2), dear.add(3)];
    const { passes } = countIn(() => [first, second, third].map((y) => y.tolist()));
    // The value itself, and one for each of its users that did not compute it.
    expect(passes).toBeLessThanOrEqual(4);
    const before = counts.passes;
    dear.tolist();
    expect(counts.passes - before).toBe(0);
  });

  test("compiles nothing for other numbers, shapes of the same kind, or a second time", () => {
    compute(onDevice(5, 6), 3);
    expect(countIn(() => compute(onDevice(5, 6), 7.5)).compiles).toBe(0);
    expect(countIn(() => compute(onDevice(31, 2, 9), 0.25)).compiles).toBe(0);
  });

  test("stays bounded where nobody wants an element for long", () => {
    let x = onDevice(16);
    const { passes } = countIn(() => {
      for (let step = 0; step < 500; step++) x = x.mul(0.5).add(1);
    });
    expect(passes).toBeGreaterThan(0);
    expect(x.index(3).item()).toBeCloseTo(2, 5);
  });

  test("stays bounded where it is nothing but conversions", () => {
    let x = onDevice(16);
    const { passes } = countIn(() => {
      for (let step = 0; step < 200; step++) x = x.bool().float();
    });
    expect(passes).toBeGreaterThan(0);
    expect(x.tolist()).toEqual(Array.from({ length: 16 }, () => 1));
  });

  test("of more operands than a program has textures for is divided", () => {
    const parts = Array.from({ length: 40 }, (_, i) => {
      const part = onDevice(3);
      return part.mul(0).add(i);
    });
    const sum = parts.reduce((total, part) => total.add(part));
    expect(sum.tolist()).toEqual([780, 780, 780]);
  });

  test("takes the elements that there were when it was asked for", () => {
    const x = onDevice(4);
    const y = x.mul(0).add(5);
    const z = y.add(1);
    y.mul_(10);
    y.index(torch.slice(0, 2)).add_(1);
    expect(z.tolist()).toEqual([6, 6, 6, 6]);
    expect(y.tolist()).toEqual([51, 51, 50, 50]);
  });

  test("of an optimizer's step writes parameter and state, with as few passes as the driver allows", () => {
    const gradients = [0.5, -1, 2].map((factor) => torch.arange(1, 11).mul(factor).float());
    const [here, there] = ["cpu", "webgl"].map((device) => {
      const p = torch.arange(10).div(7).to(device).requires_grad_();
      const optimizer = new torch.optim.Adam([p], { lr: 0.1 });
      const work = gradients.map((gradient) => {
        p.grad = gradient.to(device).mul(1);
        return countIn(() => optimizer.step());
      });
      return { p: p.detach().cpu(), last: work.at(-1)! };
    });
    expect(torch.allclose(there!.p, here!.p, { rtol: 1e-5 })).toBe(true);
    const { maxOutputs } = graphics().context.description;
    expect(there!.last).toEqual({ passes: Math.ceil(3 / maxOutputs), compiles: 0 });
    expect(torch.webgl.fallbacks().filter(({ name }) => name.includes("pointwiseAll"))).toEqual([]);
  });
});
