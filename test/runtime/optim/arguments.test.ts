import { describe, expect, test } from "vitest";
import torch, { nn, optim } from "../../../runtime/index.ts";

function parameter(): nn.Parameter {
  const made = new nn.Parameter(torch.tensor([1, -2]));
  made.grad = torch.tensor([0.5, 4]);
  return made;
}

/** What a step makes of the same parameter and gradient. */
function stepped(make: (params: nn.Parameter[]) => optim.SGD | optim.Adam): unknown {
  const one = parameter();
  const optimizer = make([one]);
  optimizer.step();
  one.grad = torch.tensor([-1, 1]);
  optimizer.step();
  return one.tolist();
}

describe("SGD", () => {
  test("takes its settings in PyTorch's order, by name, and all by name", () => {
    const expected = stepped(
      (params) => new optim.SGD(params, { lr: 0.25, momentum: 0.5, weight_decay: 0.125, nesterov: true }),
    );
    expect(stepped((params) => new optim.SGD(params, 0.25, 0.5, 0, 0.125, true))).toEqual(expected);
    expect(
      stepped((params) => new optim.SGD(params, 0.25, 0.5, { weight_decay: 0.125, nesterov: true })),
    ).toEqual(expected);
    expect(
      stepped(
        (params) =>
          new optim.SGD({
            params,
            lr: 0.25,
            momentum: 0.5,
            weight_decay: 0.125,
            nesterov: true,
            fused: true,
          }),
      ),
    ).toEqual(expected);
  });

  test("refuses names that it does not have, and steps that would be recorded", () => {
    // @ts-expect-error -- no such name
    expect(() => new optim.SGD([parameter()], { learning_rate: 1 })).toThrow(
      "SGD() got an unexpected keyword argument 'learning_rate'",
    );
    expect(() => new optim.SGD([parameter()], { differentiable: true })).toThrow("steps are not recorded");
  });
});

describe("Adam and AdamW", () => {
  test.each(["Adam", "AdamW"] as const)("%s takes its settings by position and by name", (name) => {
    const expected = stepped(
      (params) => new optim[name](params, { lr: 0.25, betas: [0.5, 0.75], eps: 0.125, weight_decay: 0.5 }),
    );
    expect(stepped((params) => new optim[name](params, 0.25, [0.5, 0.75], 0.125, 0.5))).toEqual(expected);
    expect(
      stepped(
        (params) => new optim[name]({ params, lr: 0.25, betas: [0.5, 0.75], eps: 0.125, weight_decay: 0.5 }),
      ),
    ).toEqual(expected);
  });

  test("AdamW is an Adam, whose decay is 0.01 unless given", () => {
    const optimizer = new optim.AdamW([parameter()]);
    expect(optimizer).toBeInstanceOf(optim.Adam);
    expect(optimizer.param_groups[0]!.weight_decay).toBe(0.01);
    // @ts-expect-error -- Adam's own setting
    expect(() => new optim.AdamW([parameter()], { decoupled_weight_decay: false })).toThrow(
      "AdamW() got an unexpected keyword argument 'decoupled_weight_decay'",
    );
  });
});
