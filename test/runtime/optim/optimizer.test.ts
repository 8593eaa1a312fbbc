/** What all optimizers have in common: groups, states, hooks, checks and the printed form. */
import { afterEach, describe, expect, test } from "vitest";
import torch, { nn, optim, type Tensor } from "../../../runtime/index.ts";
import { warningsOf } from "../warnings.ts";

function parameterWithGrad(values: number[], grad: number[]): nn.Parameter {
  const parameter = new nn.Parameter(torch.tensor(values));
  parameter.grad = torch.tensor(grad);
  return parameter;
}

/** Two parameters that are the same in every call. */
function pair(): nn.Parameter[] {
  return [parameterWithGrad([1, -2], [0.5, 4]), parameterWithGrad([3], [-1])];
}

/** Makes an optimizer of any class, with settings that leave something in its state. */
const makers: Readonly<Record<string, (params: readonly Tensor[]) => optim.Optimizer>> = {
  SGD: (params) => new optim.SGD(params, { lr: 0.1, momentum: 0.9 }),
  Adam: (params) => new optim.Adam(params, { amsgrad: true }),
  RMSprop: (params) => new optim.RMSprop(params, { momentum: 0.5, centered: true }),
  Adagrad: (params) => new optim.Adagrad(params, { initial_accumulator_value: 0.5 }),
  Adadelta: (params) => new optim.Adadelta(params),
  Adamax: (params) => new optim.Adamax(params),
  NAdam: (params) => new optim.NAdam(params),
  RAdam: (params) => new optim.RAdam(params),
  ASGD: (params) => new optim.ASGD(params, { t0: 1 }),
  Rprop: (params) => new optim.Rprop(params),
  Adafactor: (params) => new optim.Adafactor(params),
};

function take(optimizer: optim.Optimizer, steps: number): void {
  for (let i = 0; i < steps; i++) optimizer.step();
}

const valuesOf = (params: readonly Tensor[]): unknown => params.map((parameter) => parameter.tolist());

describe("groups", () => {
  test("have the settings of the optimizer where they have none of their own, also when they come later", () => {
    const [first, second] = pair();
    const optimizer = new optim.SGD([first!], { lr: 0.5 });
    optimizer.add_param_group({ params: second!, momentum: 0.25 });
    expect(optimizer.param_groups.map(({ lr, momentum }) => [lr, momentum])).toEqual([
      [0.5, 0],
      [0.5, 0.25],
    ]);
    optimizer.step();
    expect(valuesOf([first!, second!])).toEqual([[0.75, -4], [3.5]]);
  });

  test("keep the names of parameters", () => {
    const optimizer = new optim.SGD(new nn.Linear(2, 1).named_parameters(), { lr: 0.5 });
    expect(optimizer.param_groups[0]!.param_names).toEqual(["weight", "bias"]);
    expect(String(optimizer)).toContain("    param_names: ['weight', 'bias']\n");
    expect(() => {
      optimizer.add_param_group({ params: pair() });
    }).toThrow("cannot add param group without names");
  });

  test.each<[string, () => unknown, string]>([
    ["no parameters", () => new optim.SGD([]), "optimizer got an empty parameter list"],
    // @ts-expect-error -- a tensor alone
    ["a tensor that is in no list", () => new optim.SGD(pair()[0]), "an iterable of Tensors or dicts"],
    // @ts-expect-error -- no tensor
    ["what is no tensor", () => new optim.SGD([1]), "can only optimize Tensors, but one of the params is 1"],
    ["what was computed", () => new optim.SGD([pair()[0]!.mul(2)]), "can't optimize a non-leaf Tensor"],
    [
      "a parameter in two groups",
      () => {
        const params = pair();
        return new optim.SGD([{ params }, { params }]);
      },
      "some parameters appear in more than one parameter group",
    ],
    [
      "names of some",
      // @ts-expect-error -- some have names
      () => new optim.SGD([["a", pair()[0]!], pair()[1]!]),
      "Some param names are missing: 1 of 2",
    ],
    [
      "what is no group",
      // @ts-expect-error -- no group
      () => new optim.SGD([{ params: pair() }, 3]),
      "param_group must be a dict, but got 3",
    ],
  ])("refuse %s", (_, make, message) => {
    expect(make).toThrow(message);
  });

  test("warn of a parameter that comes twice", () => {
    const [first] = pair();
    const warnings = warningsOf(() => new optim.SGD([first!, first!], { lr: 0.5 }).step());
    expect(warnings).toContainEqual(expect.stringContaining("duplicate parameters"));
    expect(first!.tolist()).toEqual([0.5, -6]);
  });
});

describe.each(Object.entries(makers))("%s", (_, make) => {
  test("goes on from a state as if it had not stopped", () => {
    const [whole, first, second] = [pair(), pair(), pair()];
    take(make(whole), 5);
    const before = make(first);
    take(before, 3);
    const after = make(second);
    for (const [i, parameter] of second.entries()) parameter.data.copy_(first[i]!.detach());
    after.load_state_dict(before.state_dict());
    take(after, 2);
    expect(valuesOf(second)).toEqual(valuesOf(whole));
  });

  test("saves counts as tensors without dimensions, and settings under PyTorch's names", () => {
    const optimizer = make(pair());
    take(optimizer, 2);
    const { state, param_groups } = optimizer.state_dict();
    expect([...state.keys()]).toEqual([0, 1]);
    // SGD does not count.
    const step = (state.get(0)!["step"] ?? torch.tensor(2)) as Tensor;
    expect([step.item(), step.shape, step.dtype]).toEqual([2, [], torch.float32]);
    expect(Object.values(state.get(0)!).every((value) => value instanceof torch.Tensor)).toBe(true);
    expect(param_groups).toEqual([{ ...optimizer.param_groups[0], params: [0, 1] }]);
  });

  test("leaves parameters without a gradient alone", () => {
    const [first, second] = pair();
    second!.grad = null;
    take(make([first!, second!]), 2);
    expect(second!.tolist()).toEqual([3]);
  });

  test("follows a parameter that was converted", () => {
    const [first] = pair();
    const optimizer = make([first!]);
    take(optimizer, 1);
    const module = new nn.Module();
    Object.assign(module, { first });
    module.double();
    take(optimizer, 1);
    expect(first!.dtype).toBe(torch.float64);
    expect(first!.isfinite().all().item()).toBe(true);
  });

  test("takes empty parameters", () => {
    const empty = new nn.Parameter(torch.zeros(0, 2));
    empty.grad = torch.zeros(0, 2);
    take(make([empty]), 2);
    expect(empty.shape).toEqual([0, 2]);
  });
});

describe("states", () => {
  test("share their tensors with the optimizer, and are cast to the parameters they are loaded for", () => {
    const optimizer = new optim.SGD(pair(), { lr: 0.5, momentum: 0.5 });
    optimizer.step();
    const saved = optimizer.state_dict();
    const momentum = saved.state.get(0)!["momentum_buffer"] as Tensor;
    expect(momentum.tolist()).toEqual([0.5, 4]);
    const exact = pair().map((parameter) => new nn.Parameter(parameter.detach().double()));
    const other = new optim.SGD(exact);
    other.load_state_dict(saved);
    expect(other.state.get(exact[0]!)!.momentum_buffer!.dtype).toBe(torch.float64);
    expect(other.param_groups[0]!.momentum).toBe(0.5);
    optimizer.step();
    expect(momentum.tolist()).toEqual([0.75, 6]);
  });

  test("are read with keys of any kind, as from JSON", () => {
    const params = pair();
    const optimizer = new optim.Adam(params);
    const state = { exp_avg: torch.ones(2), exp_avg_sq: torch.ones(2), step: 7 };
    // @ts-expect-error -- its `state` is a Map
    optimizer.load_state_dict({ state: { 0: state }, param_groups: [{ lr: 0.5, params: [0, 1] }] });
    expect(optimizer.state.get(params[0]!)).toMatchObject({ step: 7 });
    expect(optimizer.param_groups[0]).toMatchObject({ lr: 0.5, betas: [0.9, 0.999] });
  });

  test.each<[string, object, string]>([
    ["without groups", { state: new Map() }, "'param_groups' is not in the state"],
    [
      "of another number of groups",
      { state: new Map(), param_groups: [] },
      "a different number of parameter groups",
    ],
    [
      "of groups of another size",
      { state: new Map(), param_groups: [{ params: [0] }] },
      "doesn't match the size of optimizer's group: 1 parameters and not 2 in group 0",
    ],
    [
      "of groups without parameters",
      { state: new Map(), param_groups: [{}] },
      "'params' is not in a saved group",
    ],
    ["without anything remembered", { param_groups: [{ params: [0, 1] }] }, "'state' is not in the state"],
  ])("are refused %s, and nothing changes", (_, state, message) => {
    const optimizer = new optim.SGD(pair(), { lr: 0.5, momentum: 0.5 });
    optimizer.step();
    // An object that is no state.
    expect(() => optimizer.load_state_dict(state as ReturnType<optim.Optimizer["state_dict"]>)).toThrow(
      message,
    );
    expect(optimizer.state.size).toBe(2);
  });

  test("of another model are noticed before anything is written", () => {
    const params = pair();
    const optimizer = new optim.Adam(params);
    const state = new Map([[0, { step: 1, exp_avg: torch.ones(3), exp_avg_sq: torch.ones(3) }]]);
    optimizer.load_state_dict({ state, param_groups: [{ params: [0, 1] }] });
    expect(() => optimizer.step()).toThrow(
      "The size of 'exp_avg' [3] must match the size of its parameter [2]",
    );
    expect(params[0]!.tolist()).toEqual([1, -2]);
  });
});

describe("hooks", () => {
  const remove: (() => void)[] = [];
  afterEach(() => remove.splice(0).forEach((each) => each()));

  test("run around every step, those of all optimizers outside", () => {
    const said: string[] = [];
    const optimizer = new optim.SGD(pair());
    const note = (text: string) => () => void said.push(text);
    const { register_optimizer_step_pre_hook, register_optimizer_step_post_hook } = optim.optimizer;
    const handles = [
      register_optimizer_step_pre_hook(note("all before")),
      register_optimizer_step_post_hook(note("all after")),
    ];
    remove.push(...handles.map((handle) => () => handle.remove()));
    optimizer.register_step_pre_hook(note("before"));
    const after = optimizer.register_step_post_hook(note("after"));
    optimizer.step();
    expect(said).toEqual(["all before", "before", "after", "all after"]);
    after.remove();
    optimizer.step();
    expect(said.slice(4)).toEqual(["all before", "before", "all after"]);
  });

  test("may exchange the closure of a step, and nothing else", () => {
    const optimizer = new optim.SGD(pair());
    const handle = optimizer.register_step_pre_hook(() => [[() => 5], {}]);
    expect(optimizer.step(() => 3)).toBe(5);
    handle.remove();
    // @ts-expect-error -- not arguments
    optimizer.register_step_pre_hook(() => 3);
    expect(() => optimizer.step()).toThrow(
      "must return None or a tuple of (new_args, new_kwargs), but got 3",
    );
  });

  test("see and exchange states, in their order", () => {
    const said: string[] = [];
    const optimizer = new optim.SGD(pair(), { lr: 0.5 });
    optimizer.register_state_dict_pre_hook(() => void said.push("saving"));
    optimizer.register_state_dict_post_hook((_, state) => void said.push(`${state.param_groups.length}`));
    optimizer.register_state_dict_post_hook((_, state) => ({ ...state, param_groups: [] }), {
      prepend: true,
    });
    expect(optimizer.state_dict().param_groups).toEqual([]);
    optimizer.register_load_state_dict_pre_hook((_, state) => ({
      ...state,
      param_groups: [{ params: [0, 1], lr: 0.25 }],
    }));
    optimizer.register_load_state_dict_post_hook(
      ({ param_groups }) => void said.push(`lr ${param_groups[0].lr}`),
      true,
    );
    optimizer.load_state_dict(optimizer.state_dict());
    expect(said).toEqual(["saving", "0", "saving", "0", "lr 0.25"]);
  });
});

describe("steps", () => {
  test("give what the closure gives, which computes gradients although nothing else is recorded", () => {
    const [first] = pair();
    const optimizer = new optim.SGD([first!], { lr: 0.5 });
    const loss = optimizer.step(() => {
      optimizer.zero_grad();
      const square = first!.square().sum();
      square.backward();
      return square;
    });
    expect(loss.item()).toBe(5);
    expect(first!.tolist()).toEqual([0, 0]);
  });

  test("of an optimizer of one's own are an update of each group, or a step", () => {
    class Sign extends optim.Optimizer<{ lr: number }> {
      protected override update({ params, lr }: optim.ParameterGroup<{ lr: number }>): void {
        for (const parameter of params)
          if (parameter.grad !== null) parameter.sub_(parameter.grad.sign().mul(lr));
      }
    }
    const params = pair();
    const optimizer = new Sign(params, { lr: 0.5 });
    optimizer.step();
    expect(valuesOf(params)).toEqual([[0.5, -2.5], [3.5]]);
    expect(String(optimizer)).toBe("Sign (\nParameter Group 0\n    lr: 0.5\n)");
    expect(() => new optim.Optimizer<object>(pair(), {}).step()).toThrow("does not say what a step does");
  });

  test("of an optimizer of one's own may be a whole step, with what is remembered by name, as PyTorch's are written", () => {
    class Momentum extends optim.Optimizer {
      constructor(params: Iterable<Tensor>, { lr = 0.1, momentum = 0.9 } = {}) {
        super(params, { lr, momentum });
      }
      override step(closure?: () => Tensor): void {
        closure?.();
        torch.no_grad(() => {
          for (const group of this.param_groups)
            for (const parameter of group.params) {
              const state = this.state.get(parameter) ?? { momentum_buffer: torch.zeros_like(parameter) };
              this.state.set(parameter, state);
              state["momentum_buffer"].mul_(group["momentum"]).add_(parameter.grad);
              parameter.sub_(state["momentum_buffer"].mul(group["lr"]));
            }
        });
      }
    }
    const params = pair();
    const optimizer: optim.Optimizer = new Momentum(params, { lr: 0.5 });
    optimizer.step();
    const others = pair();
    new optim.SGD(others, { lr: 0.5, momentum: 0.9 }).step();
    expect(valuesOf(params)).toEqual(valuesOf(others));
  });

  test("take a learning rate that is a tensor, and see when it changes", () => {
    const [lr, params] = [torch.tensor(0.5), pair()];
    const optimizer = new optim.SGD(params, { lr });
    optimizer.step();
    lr.fill_(0.25);
    optimizer.step();
    expect(params[1]!.tolist()).toEqual([3.75]);
    expect(() => new optim.SGD(pair(), { lr: torch.ones(2) })).toThrow("Tensor lr must be 1-element");
    expect(String(optimizer)).toContain("    lr: 0.25\n");
  });

  test("need an accelerator when they are to be capturable, as PyTorch's", () => {
    const params = pair();
    expect(() => new optim.Adam(params, { capturable: true }).step()).toThrow("If capturable=True, params");
    expect(params[0]!.tolist()).toEqual([1, -2]);
  });

  test("of SGD have a momentum from the step on in which it is asked for", () => {
    const [first] = pair();
    const optimizer = new optim.SGD([first!], { lr: 0.5 });
    optimizer.step();
    expect(optimizer.state.size).toBe(0);
    optimizer.param_groups[0]!.momentum = 0.5;
    optimizer.step();
    expect(optimizer.state.get(first!)!.momentum_buffer!.tolist()).toEqual([0.5, 4]);
  });

  test("of LBFGS need a closure, and find the minimum of a bowl", () => {
    const x = new nn.Parameter(torch.tensor([3, -2]));
    const optimizer = new optim.LBFGS([x], { line_search_fn: "strong_wolfe" });
    expect(() => optimizer.step()).toThrow("missing 1 required positional argument: 'closure'");
    optimizer.step(() => {
      optimizer.zero_grad();
      const loss = x
        .sub(torch.tensor([1, 2]))
        .square()
        .mul(torch.tensor([1, 10]))
        .sum();
      loss.backward();
      return loss;
    });
    expect(
      x
        .sub(torch.tensor([1, 2]))
        .abs()
        .max()
        .item(),
    ).toBeLessThan(1e-4);
    expect(() => new optim.LBFGS(pair().map((params) => ({ params })))).toThrow(
      "doesn't support per-parameter options",
    );
  });

  test("of LBFGS stop where the gradient is nothing", () => {
    const x = new nn.Parameter(torch.zeros(2));
    const optimizer = new optim.LBFGS([x]);
    let calls = 0;
    optimizer.step(() => {
      calls++;
      x.grad = torch.zeros(2);
      return 0;
    });
    expect(calls).toBe(1);
  });
});

describe("settings out of their ranges are refused", () => {
  const params = pair();
  test.each<[string, () => unknown]>([
    ["Invalid learning rate: -1", () => new optim.SGD(params, { lr: -1 })],
    ["Invalid momentum value: -1", () => new optim.SGD(params, { momentum: -1 })],
    [
      "Nesterov momentum requires a momentum and zero dampening",
      () => new optim.SGD(params, { nesterov: true }),
    ],
    [
      "`fused` and `foreach` cannot be `True` together",
      () => new optim.SGD(params, { fused: true, foreach: true }),
    ],
    [
      "`fused` does not support `differentiable`",
      () => new optim.SGD(params, { fused: true, differentiable: true }),
    ],
    [
      "lr as a Tensor is not supported for capturable=False and foreach=True",
      () => new optim.Adam(params, { lr: torch.tensor(0.1), foreach: true }),
    ],
    ["Invalid alpha value: -1", () => new optim.RMSprop(params, { alpha: -1 })],
    ["Invalid lr_decay value: -1", () => new optim.Adagrad(params, { lr_decay: -1 })],
    [
      "Invalid initial_accumulator_value value: -1",
      () => new optim.Adagrad(params, { initial_accumulator_value: -1 }),
    ],
    ["Invalid rho value: 1.5", () => new optim.Adadelta(params, { rho: 1.5 })],
    ["Invalid beta parameter at index 0: 1", () => new optim.Adamax(params, { betas: [1, 0.9] })],
    ["Invalid momentum_decay value: -1", () => new optim.NAdam(params, { momentum_decay: -1 })],
    ["Invalid beta parameter at index 1: -1", () => new optim.RAdam(params, { betas: [0.9, -1] })],
    ["Invalid weight_decay value: -1", () => new optim.ASGD(params, { weight_decay: -1 })],
    ["Invalid eta values: 1.5, 2", () => new optim.Rprop(params, { etas: [1.5, 2] })],
    ["beta2_decay should be <= 0 but is: 1", () => new optim.Adafactor(params, { beta2_decay: 1 })],
    ["epsilon1 should be >= 0 but is: -1", () => new optim.Adafactor(params, { eps: [-1, 1] })],
    ["Clipping threshold d should be >= 1 but is: 0.5", () => new optim.Adafactor(params, { d: 0.5 })],
    [
      "Learning rate should be >= 0 but is: -1",
      () => new optim.Muon([new nn.Parameter(torch.ones(1, 1))], { lr: -1 }),
    ],
    [
      "Muon only supports 2D parameters whereas we found a parameter with size: [2]",
      () => new optim.Muon(params),
    ],
    ["Invalid learning rate: -1", () => new optim.LBFGS(params, { lr: -1 })],
  ])("%s", (message, make) => {
    expect(make).toThrow(message);
  });
});
