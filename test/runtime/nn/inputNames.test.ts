import { describe, expect, expectTypeOf, test } from "vitest";
import torch, { nn, type Tensor } from "../../../runtime/index.ts";

const x = torch.tensor([[0.5, -1, 2]]);
const label = torch.tensor([2n]);

/** What a program writes: its object is an argument as it stands. */
class Scaled extends nn.Module {
  override forward(input: Tensor, { factor }: { readonly factor: number }): Tensor {
    return input.mul(factor);
  }
}

describe("a module is called by name", () => {
  test("as by position, where the class is of this library", () => {
    const loss = new nn.CrossEntropyLoss();
    const expected = loss(x, label).item();
    expect(loss({ input: x, target: label }).item()).toBe(expected);
    expect(loss({ target: label, input: x }).item()).toBe(expected);
    expect(loss(x, { target: label }).item()).toBe(expected);
    const linear = new nn.Linear(3, 2);
    expect(linear({ input: x }).equal(linear(x))).toBe(true);
    expect(new nn.Sequential(linear, new nn.ReLU())({ input: x }).shape).toEqual([1, 2]);
    expect(new nn.CosineSimilarity()({ x1: x, x2: x }).item()).toBeCloseTo(1);
    const up = new nn.ConvTranspose1d(1, 1, 2, { stride: 2 });
    expect(up({ input: torch.ones(1, 1, 3), output_size: [7] }).shape).toEqual([1, 1, 7]);
    expect(up(torch.ones(1, 1, 3), { output_size: [7] }).shape).toEqual([1, 1, 7]);
    expectTypeOf(loss({ input: x, target: label })).toEqualTypeOf<Tensor>();
  });

  test("with hooks, which see the names", () => {
    const linear = new nn.Linear(3, 2);
    const seen: unknown[] = [];
    linear.register_forward_pre_hook(
      (_, args, kwargs) => {
        seen.push(args.length, Object.keys(kwargs));
      },
      { with_kwargs: true },
    );
    expect(linear({ input: x }).equal(linear.forward(x))).toBe(true);
    expect(seen).toEqual([0, ["input"]]);
  });

  test("and says which names there are", () => {
    const loss = new nn.MSELoss();
    const call = loss as unknown as (...inputs: unknown[]) => Tensor; // with names that types refuse
    expect(() => call(x, { targets: x })).toThrow(
      "MSELoss(): the arguments are input, target; there is none of the name 'targets'.",
    );
    expect(() => call(x, { input: x })).toThrow("'input' came twice, by position and by name. Drop one.");
    expect(() => call({ target: x })).toThrow(
      "MSELoss(): the arguments are input, target; 'input' is missing.",
    );
    expect(() => call({ input: x })).toThrow("'target'");
    // @ts-expect-error -- one argument is not enough
    expect(() => loss(x)).toThrow("target");
  });
});

test("an object is an argument like any other of a module that was written by its user, also of one that builds on a layer", () => {
  expect(new Scaled()(x, { factor: 2 }).equal(x.mul(2))).toBe(true);
  class Own extends nn.Linear {
    override forward(input: Tensor, options?: { readonly double: boolean }): Tensor {
      return super.forward(input).mul(options?.double === true ? 2 : 1);
    }
  }
  const own = new Own(3, 2);
  const call = own as (...inputs: unknown[]) => Tensor; // whose own class has an argument more
  expect(call(x, { double: true }).equal(own(x).mul(2))).toBe(true);
  const patched = new nn.Linear(3, 2);
  patched.forward = (input: Tensor | { readonly input: Tensor }) => ("input" in input ? input.input : input);
  expect(patched({ input: x })).toBe(x);
});
