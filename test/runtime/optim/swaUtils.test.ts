import { describe, expect, test } from "vitest";
import torch, { nn, optim } from "../../../runtime/index.ts";

const { AveragedModel, get_ema_avg_fn, get_ema_multi_avg_fn, get_swa_multi_avg_fn, update_bn } =
  optim.swa_utils;

/** A model whose one weight is a number. */
function modelOf(weight: number): nn.Linear {
  const model = new nn.Linear(1, 1, { bias: false });
  model.weight.data.fill_(weight);
  return model;
}

/** The average of models with these weights. */
function average(weights: readonly number[], options: optim.swa_utils.AveragedModelOptions = {}): number {
  const averaged = new AveragedModel(modelOf(7), options);
  for (const weight of weights) averaged.update_parameters(modelOf(weight));
  expect(averaged.n_averaged.item()).toBe(weights.length);
  return averaged.module.weight.item();
}

describe("an averaged model", () => {
  test("begins with the first model that it is given, and counts all alike", () => {
    expect(average([1])).toBe(1);
    expect(average([1, 4, 1])).toBeCloseTo(2, 6);
    expect(average([1, 4, 1], { multi_avg_fn: get_swa_multi_avg_fn() })).toBeCloseTo(2, 6);
  });

  test("forgets, where it is to", () => {
    expect(average([1, 4, 1], { avg_fn: get_ema_avg_fn(0.5) })).toBe(1.75);
    expect(average([1, 4, 1], { multi_avg_fn: get_ema_multi_avg_fn(0.5) })).toBe(1.75);
  });

  test("shares nothing with the model, computes as it does, and has a state", () => {
    const model = modelOf(3);
    const averaged = new AveragedModel(model);
    averaged.update_parameters(model);
    model.weight.data.fill_(5);
    expect(averaged(torch.tensor([[2]])).tolist()).toEqual([[6]]);
    expect(Object.keys(averaged.state_dict())).toEqual(["n_averaged", "module.weight"]);
  });

  test("has the buffers of the last model, or averages of them", () => {
    const [first, second] = [new nn.BatchNorm1d(1), new nn.BatchNorm1d(1)];
    second.running_mean!.fill_(4);
    const [copied, averaged] = [new AveragedModel(first), new AveragedModel(first, { use_buffers: true })];
    for (const each of [copied, averaged]) for (const model of [first, second]) each.update_parameters(model);
    expect(copied.module.running_mean!.item()).toBe(4);
    expect(averaged.module.running_mean!.item()).toBe(2);
  });

  test("refuses two ways to average, and shares that are none", () => {
    expect(() => average([1], { avg_fn: get_ema_avg_fn(), multi_avg_fn: get_ema_multi_avg_fn() })).toThrow(
      "Only one of avg_fn and multi_avg_fn",
    );
    expect(() => get_ema_avg_fn(2)).toThrow("Invalid decay value 2");
  });
});

test("update_bn counts all batches alike, and leaves the model as it was", () => {
  const model = new nn.Sequential(new nn.BatchNorm1d(1, { momentum: 0.25 }), new nn.Dropout()).eval();
  const norm = [...model.children()][0] as nn.BatchNorm1d; // the first
  update_bn([torch.tensor([[1], [3]]), [torch.tensor([[5], [9]]), "a label"]], model);
  expect(norm.running_mean!.item()).toBeCloseTo(4.5, 6);
  expect(norm.running_var!.item()).toBeCloseTo((2 + 8) / 2, 5);
  expect([norm.momentum, norm.training, model.training]).toEqual([0.25, false, false]);
});

test("SWALR refuses what is no strategy, and a negative count of epochs", () => {
  const optimizer = new optim.SGD([new nn.Parameter(torch.ones(1))]);
  // @ts-expect-error -- no such strategy
  expect(() => new optim.swa_utils.SWALR(optimizer, 0.1, 3, "steep")).toThrow("instead got steep");
  expect(() => new optim.swa_utils.SWALR(optimizer, 0.1, -3)).toThrow("equal or greater than 0, got -3");
});
