import { describe, expect, test } from "vitest";
import torch, { nn, optim, type Tensor } from "../../../runtime/index.ts";

function parameterWithGrad(values: number[], grad: number[]): nn.Parameter {
  const parameter = new nn.Parameter(torch.tensor(values));
  parameter.grad = torch.tensor(grad);
  return parameter;
}

describe("Adam", () => {
  test("takes a first step as long as the learning rate, whatever the gradient's size", () => {
    const parameter = parameterWithGrad([1, 1, 1], [1000, -1e-3, 0]);
    new optim.Adam([parameter], { lr: 0.25 }).step();
    const [first, second, third] = parameter.tolist() as number[]; // three numbers, as given above
    expect(first).toBeCloseTo(0.75, 5);
    expect(second).toBeCloseTo(1.25, 4);
    expect(third).toBe(1);
  });

  test("leaves parameters without a gradient alone, and remembers nothing of them", () => {
    const idle = new nn.Parameter(torch.ones(2));
    const optimizer = new optim.Adam([parameterWithGrad([1], [1]), idle]);
    optimizer.step();
    expect(idle.tolist()).toEqual([1, 1]);
    expect(optimizer.state.has(idle)).toBe(false);
  });

  test("keeps the count of steps and the averages of each parameter in state", () => {
    const parameter = parameterWithGrad([1, 2], [0.5, -2]);
    const optimizer = new optim.Adam([parameter], { betas: [0.5, 0.75] });
    optimizer.step();
    optimizer.step();
    const state = optimizer.state.get(parameter);
    expect(state?.step).toBe(2);
    expect(state?.exp_avg.tolist()).toEqual([0.375, -1.5]);
    expect(state?.exp_avg_sq.tolist()).toEqual([0.109375, 1.75]);
    expect(state).not.toHaveProperty("max_exp_avg_sq");
  });

  test("has groups with settings of their own, also of other dtypes and counts of steps", () => {
    const [slow, fast] = [parameterWithGrad([1], [1]), parameterWithGrad([1], [1])];
    const exact = new nn.Parameter(torch.tensor([1], { dtype: torch.float64 }));
    const optimizer = new optim.Adam([{ params: [slow] }, { params: [fast, exact], lr: 0.5 }], { lr: 0.125 });
    optimizer.step();
    exact.grad = torch.tensor([1], { dtype: torch.float64 });
    optimizer.step();
    expect(slow.item()).toBeCloseTo(0.75, 5);
    expect(fast.item()).toBeCloseTo(0, 5);
    expect(exact.item()).toBeCloseTo(0.5, 7);
    expect(optimizer.state.get(exact)?.step).toBe(1);
  });

  test("follows a setting that is changed between steps", () => {
    const parameter = parameterWithGrad([1], [1]);
    const optimizer = new optim.Adam([parameter], { lr: 0.5 });
    optimizer.step();
    optimizer.param_groups[0]!.lr = 0; // the one group
    optimizer.step();
    expect(parameter.item()).toBeCloseTo(0.5, 5);
  });

  test("reads gradients and writes parameters of any layout", () => {
    const values = [1, 2, 3, 4, 5, 6];
    const transposed = new nn.Parameter(torch.tensor(values).reshape(2, 3).t());
    transposed.grad = torch.tensor([[1], [2], [3]]).expand(3, 2);
    const plain = new nn.Parameter(transposed.detach().clone());
    plain.grad = transposed.grad.clone();
    for (const parameter of [transposed, plain]) new optim.AdamW([parameter], { amsgrad: true }).step();
    expect(transposed.tolist()).toEqual(plain.tolist());
  });

  test("is noticed by a derivative that saved the parameter before", () => {
    const parameter = parameterWithGrad([2], [1]);
    const square: Tensor = parameter.mul(parameter);
    new optim.Adam([parameter]).step();
    expect(() => square.sum().backward()).toThrow("modified by an inplace operation");
  });

  test("takes empty parameters", () => {
    const parameter = new nn.Parameter(torch.zeros([0, 3]));
    parameter.grad = torch.zeros([0, 3]);
    expect(() => new optim.Adam([parameter]).step()).not.toThrow();
  });

  test.each<[string, optim.AdamOptions, string]>([
    ["a negative learning rate", { lr: -1 }, "Invalid learning rate: -1"],
    ["a negative epsilon", { eps: -1 }, "Invalid epsilon value: -1"],
    ["a first beta of 1", { betas: [1, 0.9] }, "Invalid beta parameter at index 0: 1"],
    ["a second beta that is no number", { betas: [0.9, NaN] }, "Invalid beta parameter at index 1: NaN"],
    ["a negative decay", { weight_decay: -0.1 }, "Invalid weight_decay value: -0.1"],
  ])("refuses %s", (_, options, message) => {
    expect(() => new optim.Adam([new nn.Parameter(torch.ones(1))], options)).toThrow(message);
    expect(() => new optim.AdamW([new nn.Parameter(torch.ones(1))], options)).toThrow(message);
  });
});

test("AdamW decays weights by 0.01 unless told otherwise, apart from the gradient", () => {
  const parameter = parameterWithGrad([8], [0]);
  new optim.AdamW([parameter], { lr: 0.5 }).step();
  expect(parameter.item()).toBeCloseTo(8 * 0.995, 5);
});
