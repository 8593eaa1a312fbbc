import { describe, expect, test } from "vitest";
import torch, { EarlyStopping, nn } from "../../../runtime/index.ts";

function stepsUntilStopped(stopping: EarlyStopping, values: readonly number[]): number {
  return values.findIndex((value) => stopping.step(value));
}

describe("EarlyStopping", () => {
  test("stops after as many steps without a better value as its patience", () => {
    const stopping = new EarlyStopping({ patience: 2 });
    expect(stepsUntilStopped(stopping, [3, 2, 2.5, 1.9, 1.95, 1.9, 1])).toBe(5);
    expect([stopping.best, stopping.best_step, stopping.waited, stopping.stopped]).toEqual([1.9, 3, 2, true]);
  });

  test("stops at the first value that is not better when it has no patience", () => {
    expect(stepsUntilStopped(new EarlyStopping({ patience: 0 }), [3, 2, 2, 1])).toBe(2);
  });

  test("wants larger values in the other mode, and better by min_delta", () => {
    expect(stepsUntilStopped(new EarlyStopping({ patience: 1, mode: "max" }), [0.5, 0.6, 0.55])).toBe(2);
    expect(stepsUntilStopped(new EarlyStopping({ patience: 1, min_delta: 0.2 }), [1, 0.9])).toBe(1);
  });

  test("never takes NaN for better, and counts it", () => {
    const stopping = new EarlyStopping({ patience: 2 });
    expect(stepsUntilStopped(stopping, [Number.NaN, Number.NaN])).toBe(1);
    expect(stopping.best_step).toBe(-1);
  });

  test("keeps the model's best state, buffers too, and puts it back in place", () => {
    const model = new nn.Sequential(new nn.Linear(1, 1), new nn.BatchNorm1d(1));
    const weight = (model[0] as nn.Linear).weight; // as it was made above
    const stopping = new EarlyStopping(model, 1);
    stopping.step(torch.tensor(0.5));
    const best = Object.entries(model.state_dict()).map(([name, tensor]) => [name, tensor.tolist()]);
    torch.no_grad(() => Object.values(model.state_dict()).forEach((tensor) => tensor.add_(1)));
    stopping.step(0.7);
    expect(
      Object.entries(stopping.best_state ?? {}).map(([name, tensor]) => [name, tensor.tolist()]),
    ).toEqual(best);
    stopping.restore();
    expect(Object.entries(model.state_dict()).map(([name, tensor]) => [name, tensor.tolist()])).toEqual(best);
    expect((model[0] as nn.Linear).weight).toBe(weight);
  });

  test("says what is missing or wrong", () => {
    expect(() => new EarlyStopping().restore()).toThrow("there is no model to restore");
    expect(() => new EarlyStopping(new nn.Linear(1, 1)).restore()).toThrow("there is no state to restore");
    expect(() => new EarlyStopping({ patience: -1 })).toThrow("patience must be 0 or more, got -1.");
    expect(() => new EarlyStopping({ min_delta: Number.NaN })).toThrow(
      "min_delta must be 0 or more, got NaN.",
    );
    expect(() => new EarlyStopping({ mode: "best" as never })).toThrow(
      'argument \'mode\' must be "min" or "max"',
    );
    expect(() => new EarlyStopping().step("1" as never)).toThrow(
      'expected a number or a tensor with one element, got the string "1".',
    );
  });
});
