import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import torch, { nn, optim } from "../../../runtime/index.ts";

const { lr_scheduler } = optim;

function optimizer(lr = 1, groups = 1): optim.SGD {
  const params = Array.from({ length: groups }, () => ({ params: [new nn.Parameter(torch.ones(1))] }));
  return new optim.SGD(params, { lr, momentum: 0.5 });
}

/** The learning rates of some steps. */
function ratesOf(scheduler: optim.lr_scheduler.LRScheduler, steps: number): number[] {
  return Array.from({ length: steps }, () => {
    scheduler.optimizer.step();
    scheduler.step();
    return scheduler.get_last_lr()[0]!; // there is a group
  });
}

describe("a scheduler of one's own", () => {
  class Halving extends lr_scheduler.LRScheduler {
    override get_lr(): number[] {
      return this.base_lrs.map((rate) => rate / 2 ** this.last_epoch);
    }
  }

  class Power extends lr_scheduler.LRScheduler {
    declare power: number;

    constructor(of: optim.SGD, power: number) {
      super(of, -1, { power });
    }

    override get_lr(): number[] {
      return this.base_lrs.map((rate) => rate / (1 + this.last_epoch) ** this.power);
    }
  }

  test("says its next rates in get_lr", () => {
    expect(ratesOf(new Halving(optimizer()), 3)).toEqual([0.5, 0.25, 0.125]);
  });

  test("has its own settings before the first rates, and in its state", () => {
    const scheduler = new Power(optimizer(), 2);
    expect(scheduler.get_last_lr()).toEqual([1]);
    expect(ratesOf(scheduler, 2)).toEqual([1 / 4, 1 / 9]);
    expect(scheduler.state_dict()).toMatchObject({ power: 2, last_epoch: 2 });
  });

  test("must say something", () => {
    expect(() => new lr_scheduler.LRScheduler(optimizer())).toThrow("Add get_lr()");
  });
});

test("arguments come by position, by name, or both", () => {
  const forms = [
    new lr_scheduler.StepLR(optimizer(), 2, 0.5),
    new lr_scheduler.StepLR(optimizer(), 2, { gamma: 0.5 }),
    new lr_scheduler.StepLR(optimizer(), { step_size: 2, gamma: 0.5 }),
    new lr_scheduler.StepLR({ optimizer: optimizer(), step_size: 2, gamma: 0.5 }),
  ];
  for (const scheduler of forms) expect(ratesOf(scheduler, 4)).toEqual([1, 0.5, 0.5, 0.25]);
});

test("training that was stopped goes on with the rates that would have come", () => {
  const whole = ratesOf(new lr_scheduler.CosineAnnealingLR(optimizer(0.5), 9), 8);
  const before = optimizer(0.5);
  const first = new lr_scheduler.CosineAnnealingLR(before, 9);
  ratesOf(first, 4);
  const [schedule, state] = [first.state_dict(), before.state_dict()];
  const after = optimizer(0.5);
  const second = new lr_scheduler.CosineAnnealingLR(after, 9);
  after.load_state_dict(state);
  second.load_state_dict(schedule);
  expect(ratesOf(second, 4)).toEqual(whole.slice(4));
});

function sequence(): optim.lr_scheduler.SequentialLR {
  const of = optimizer();
  const inner = [new lr_scheduler.ConstantLR(of, 0.5, 3), new lr_scheduler.ExponentialLR(of, 0.5)];
  return new lr_scheduler.SequentialLR(of, inner, [2]);
}

test("states of schedulers made of others have those of all inside", () => {
  const [whole, first, second] = [ratesOf(sequence(), 6), sequence(), sequence()];
  ratesOf(first, 3);
  second.load_state_dict(first.state_dict());
  second.optimizer.load_state_dict(first.optimizer.state_dict());
  expect(ratesOf(second, 3)).toEqual(whole.slice(3));
});

test("a learning rate that is a tensor stays the same tensor", () => {
  const lr = torch.tensor(0.5);
  const of = new optim.SGD([new nn.Parameter(torch.ones(1))], { lr });
  const scheduler = new lr_scheduler.ExponentialLR(of, 0.5);
  expect(ratesOf(scheduler, 2)).toEqual([0.25, 0.125]);
  expect(lr.item()).toBe(0.125);
});

test("a plateau is left when the loss, a number or a tensor, does not fall", () => {
  const of = optimizer();
  const scheduler = new lr_scheduler.ReduceLROnPlateau(of, { patience: 1, factor: 0.5 });
  for (const loss of [3, torch.tensor(2), 2, torch.tensor(2)]) scheduler.step(loss);
  expect(scheduler.get_last_lr()).toEqual([0.5]);
  expect(scheduler.best).toBe(2);
  expect(() => scheduler.step()).toThrow("missing 1 required positional argument: 'metrics'");
});

describe("warnings", () => {
  const warn = vi.fn<(text: string) => void>();
  beforeEach(() => {
    vi.spyOn(console, "warn").mockImplementation(warn);
    torch.set_warn_always(true);
  });
  afterEach(() => {
    torch.set_warn_always(false);
    vi.restoreAllMocks();
  });

  test("come when the schedule runs ahead of the optimizer, once, and not otherwise", () => {
    warn.mockClear();
    ratesOf(new lr_scheduler.ExponentialLR(optimizer(), 0.5), 2);
    expect(warn).not.toHaveBeenCalled();
    const hasty = new lr_scheduler.ExponentialLR(optimizer(), 0.5);
    hasty.step();
    hasty.step();
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining("Detected call of `lr_scheduler.step()` before `optimizer.step()`"),
    );
  });

  test("come for an epoch, for get_lr outside of a step, and for a step that was exchanged", () => {
    warn.mockClear();
    const of = optimizer();
    const scheduler = new lr_scheduler.ExponentialLR(of, 0.5);
    scheduler.get_lr();
    of.step = () => undefined;
    scheduler.step(3);
    expect(warn.mock.calls.map(([text]) => text.slice(0, 60))).toEqual([
      "UserWarning: To get the last learning rate computed by the s",
      "UserWarning: Seems like `optimizer.step()` has been overridd",
      "UserWarning: The epoch parameter in `scheduler.step()` was n",
    ]);
    expect(scheduler.get_last_lr()).toEqual([0.125]);
  });
});

function step(from: optim.SGD): optim.lr_scheduler.LRScheduler {
  return new lr_scheduler.StepLR(from, 3);
}

describe("refuses", () => {
  const of = optimizer();
  const other = optimizer();
  test.each<[string, () => unknown, string]>([
    // @ts-expect-error -- not an optimizer
    ["what is no optimizer", () => new lr_scheduler.StepLR(3, 3), "must be an Optimizer, not 3"],
    ["too few functions", () => new lr_scheduler.LambdaLR(of, []), "Expected 1 lr_lambdas, but got 0"],
    [
      "a factor above 1",
      () => new lr_scheduler.ConstantLR(of, 2),
      "expected to be between 0 and 1, and it is 2",
    ],
    ["a start at 0", () => new lr_scheduler.LinearLR(of, 0), "greater than 0 and less or equal to 1"],
    ["an end below 0", () => new lr_scheduler.LinearLR(of, 1, -1), "Ending multiplicative factor"],
    [
      "a length of 0",
      () => new lr_scheduler.CosineAnnealingWarmRestarts(of, 0),
      "Expected positive integer T_0, but got 0",
    ],
    [
      "a length that shrinks",
      () => new lr_scheduler.CosineAnnealingWarmRestarts(of, 3, 0.5),
      "Expected integer T_mult >= 1",
    ],
    [
      "a factor that is none",
      () => new lr_scheduler.ReduceLROnPlateau(of, "min", 1),
      "Factor should be < 1.0",
    ],
    // @ts-expect-error -- no such word
    ["an unknown mode", () => new lr_scheduler.ReduceLROnPlateau(of, "mean"), "mode mean is unknown!"],
    [
      "too many lowest rates",
      () => new lr_scheduler.ReduceLROnPlateau(of, { min_lr: [1, 2] }),
      "expected 1 min_lrs, got 2",
    ],
    // @ts-expect-error -- no such mode
    ["an unknown cycle", () => new lr_scheduler.CyclicLR(of, 0, 1, { mode: "round" }), "mode is invalid"],
    [
      "a rate too many",
      () => new lr_scheduler.CyclicLR(of, [0, 1], 1),
      "base_lr has 2 values, param_groups has 1",
    ],
    [
      "a momentum that is not there",
      () => new lr_scheduler.CyclicLR(new optim.Adagrad([new nn.Parameter(torch.ones(1))]), 0, 1),
      "optimizer must support momentum or beta1",
    ],
    ["an unknown length", () => new lr_scheduler.OneCycleLR(of, 1), "You must define either total_steps OR"],
    [
      "a length that is no whole number",
      () => new lr_scheduler.OneCycleLR(of, 1, 1.5),
      "Expected positive integer total_steps",
    ],
    [
      "a share above 1",
      () => new lr_scheduler.OneCycleLR(of, 1, 9, { pct_start: 2 }),
      "Expected float between 0 and 1 pct_start",
    ],
    ["an empty chain", () => new lr_scheduler.ChainedScheduler([]), "at least one scheduler to be chained"],
    [
      "a chain of others",
      () => new lr_scheduler.ChainedScheduler([step(of), step(other)]),
      "belong to the same optimizer",
    ],
    [
      "a sequence of others",
      () => new lr_scheduler.SequentialLR(of, [step(other)], []),
      "belong to the same optimizer",
    ],
    [
      "too few milestones",
      () => new lr_scheduler.SequentialLR(of, [step(of), step(of)], []),
      "got number of schedulers 2",
    ],
    [
      "a plateau in a sequence",
      () => new lr_scheduler.SequentialLR(of, [new lr_scheduler.ReduceLROnPlateau(of)], []),
      "does not support `ReduceLROnPlateau`",
    ],
    [
      "a sequence of something else",
      // @ts-expect-error -- not a scheduler
      () => new lr_scheduler.SequentialLR(of, [1], []),
      "should have `optimizer` as its attribute",
    ],
    [
      "going on without a beginning",
      () => new lr_scheduler.StepLR(optimizer(), 3, 0.1, 4),
      "param 'initial_lr' is not specified in param_groups[0]",
    ],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });

  test("steps behind the last one of a cycle", () => {
    const scheduler = new lr_scheduler.OneCycleLR(of, 1, 2);
    ratesOf(scheduler, 2);
    expect(() => scheduler.step()).toThrow("Tried to step 3 times. The specified number of total steps is 2");
  });

  test("a group that came later, where each has a lowest rate of its own", () => {
    const growing = optimizer();
    const scheduler = new lr_scheduler.ReduceLROnPlateau(growing, { patience: 0, min_lr: [0.1] });
    growing.add_param_group({ params: [new nn.Parameter(torch.ones(1))] });
    scheduler.step(1);
    expect(() => scheduler.step(2)).toThrow("differs from when `ReduceLROnPlateau` was initialized");
  });
});
