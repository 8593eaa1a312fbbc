import { describe, expect, test } from "vitest";
import torch, { nn, type Tensor } from "../../../../runtime/index.ts";

class Net extends nn.Module {
  conv: nn.Conv1d = new nn.Conv1d(1, 2, 3);
  norm: nn.BatchNorm1d = new nn.BatchNorm1d(2);
  fc: nn.Sequential = new nn.Sequential(
    new nn.Linear(4, 3),
    new nn.ReLU(),
    new nn.Linear(3, 1, { bias: false }),
  );
  scale: nn.Parameter = new nn.Parameter(torch.ones([]));

  constructor() {
    super();
    this.register_buffer("mask", torch.ones(2));
    this.register_buffer("cache", torch.zeros(2), { persistent: false });
  }
}

/** The names that PyTorch gives for that class. */
const names = [
  "scale",
  "mask",
  "conv.weight",
  "conv.bias",
  "norm.weight",
  "norm.bias",
  "norm.running_mean",
  "norm.running_var",
  "norm.num_batches_tracked",
  "fc.0.weight",
  "fc.0.bias",
  "fc.2.weight",
];

describe("state_dict", () => {
  test("has parameters and persistent buffers under PyTorch's names, in its order", () => {
    expect(Object.keys(new Net().state_dict())).toEqual(names);
  });

  test("shares the elements without their history, or gives the parameters themselves", () => {
    const net = new Net();
    const state = net.state_dict();
    expect(state["scale"]!.requires_grad).toBe(false);
    torch.no_grad(() => net.scale.fill_(7));
    expect(state["scale"]!.item()).toBe(7);
    expect(net.state_dict({ keep_vars: true })["scale"]).toBe(net.scale);
  });

  test("puts its tensors behind a prefix, into an object that there is", () => {
    const destination: Record<string, Tensor> = { other: torch.ones(1) };
    expect(new nn.Linear(1, 1).state_dict({ destination, prefix: "last." })).toBe(destination);
    expect(Object.keys(destination)).toEqual(["other", "last.weight", "last.bias"]);
  });
});

describe("load_state_dict", () => {
  test("copies what another module has, into the tensors that an optimizer knows", () => {
    const [from, to] = [new Net(), new Net()];
    torch.no_grad(() => from.norm.running_mean!.fill_(3));
    const { weight } = to.conv;
    expect(String(to.load_state_dict(from.state_dict()))).toBe("<All keys matched successfully>");
    expect(to.conv.weight).toBe(weight);
    expect(to.conv.weight.tolist()).toEqual(from.conv.weight.tolist());
    expect(to.norm.running_mean!.tolist()).toEqual([3, 3]);
    torch.no_grad(() => from.conv.weight.zero_());
    expect(to.conv.weight.abs().sum().item()).toBeGreaterThan(0);
  });

  test("complains of everything at once, in PyTorch's words, and loads nothing then", () => {
    const net = new Net();
    const before = net.conv.weight.tolist();
    const state: Record<string, unknown> = new Net().state_dict();
    delete state["conv.bias"];
    delete state["norm.num_batches_tracked"];
    Object.assign(state, {
      "other.weight": torch.ones(2),
      "fc.0.weight": torch.ones([2, 2]),
      scale: "x",
      "fc.0.extra": torch.ones(1),
      top: torch.ones(1),
    });
    // Which type an entry must have is PyTorch's word for it, the last is the sentence that helps.
    expect(() => net.load_state_dict(state)).toThrow(
      expect.objectContaining({
        name: "RuntimeError",
        message: [
          "Error(s) in loading state_dict for Net:",
          '\tMissing key(s) in state_dict: "conv.bias", "norm.num_batches_tracked". ',
          '\tUnexpected key(s) in state_dict: "other.weight", "top", "fc.0.extra". ',
          '\tWhile copying the parameter named "scale", expected torch.Tensor or Tensor-like object from checkpoint but received the string "x"',
          "\tsize mismatch for fc.0.weight: copying a param with shape torch.Size([2, 2]) from checkpoint, the shape in current model is torch.Size([3, 4]).",
          "Make the model with the sizes of the one that was saved, or drop these entries from the state and pass {strict: false}.",
        ].join("\n"),
      }),
    );
    expect(net.conv.weight.tolist()).toEqual(before);
  });

  test("loads what matches when it is not strict, and says what did not", () => {
    const net = new Net();
    const state: Record<string, Tensor> = { ...new Net().state_dict(), zzz: torch.ones(1) };
    delete state["conv.bias"];
    const keys = net.load_state_dict(state, { strict: false });
    expect(String(keys)).toBe("_IncompatibleKeys(missing_keys=['conv.bias'], unexpected_keys=['zzz'])");
    expect([...keys]).toEqual([["conv.bias"], ["zzz"]]);
    expect(net.fc.state_dict()["0.weight"]!.tolist()).toEqual(state["fc.0.weight"]!.tolist());
    expect(net.load_state_dict(state, false).missing_keys).toEqual(["conv.bias"]);
  });

  test("takes a Map, and all its arguments by name", () => {
    const net = new nn.Linear(1, 1);
    const state = new Map(Object.entries({ weight: torch.full([1, 1], 5), bias: torch.full([1], 6) }));
    net.load_state_dict(state);
    expect([net.weight.item(), net.bias!.item()]).toEqual([5, 6]);
    net.load_state_dict({ state_dict: { weight: torch.full([1, 1], 8) }, strict: false });
    expect(net.weight.item()).toBe(8);
  });

  test("takes over the tensors themselves when it is asked to assign, and keeps requires_grad", () => {
    const net = new nn.Linear(1, 1).requires_grad_(false);
    const weight = torch.full([1, 1], 2, { dtype: torch.float64 });
    net.load_state_dict({ weight, bias: torch.ones(1) }, { assign: true });
    expect(net.weight).toBeInstanceOf(nn.Parameter);
    expect([net.weight.dtype, net.weight.requires_grad]).toEqual([torch.float64, false]);
    weight.fill_(9);
    expect(net.weight.item()).toBe(9);
  });

  test("forgives a state that nobody knows the version of for not counting batches", () => {
    const net = new nn.BatchNorm1d(2);
    const state = { ...net.state_dict() };
    delete state["num_batches_tracked"];
    expect(String(net.load_state_dict(state))).toBe("<All keys matched successfully>");
  });

  test.each<[string, Record<string, Tensor>, string]>([
    [
      "that the names begin with something more",
      { "module.0.weight": torch.ones([1, 1]), "module.0.bias": torch.ones(1) },
      'The names in the state begin with "module."',
    ],
    [
      "that the names lack their beginning",
      { weight: torch.ones([1, 1]), bias: torch.ones(1) },
      "net.0.load_state_dict(state)",
    ],
    ["that it may be lenient", { "0.weight": torch.ones([1, 1]) }, "pass {strict: false}"],
  ])("says %s", (_, state, advice) => {
    expect(() => new nn.Sequential(new nn.Linear(1, 1)).load_state_dict(state)).toThrow(advice);
  });

  test("takes an element alone for a tensor without dimensions, as old files have it", () => {
    const net = new Net();
    net.load_state_dict({ scale: torch.tensor([4]) }, { strict: false });
    expect(net.scale.item()).toBe(4);
  });

  test("refuses what is no state", () => {
    // The compiler refuses it too.
    expect(() => new Net().load_state_dict(3 as unknown as Record<string, Tensor>)).toThrow(
      "Expected state_dict to be dict-like, got 3 (number)",
    );
  });
});

class Counting extends nn.Module {
  count = 0;

  override get_extra_state(): number {
    return this.count;
  }

  override set_extra_state(state: number): void {
    this.count = state;
  }
}

describe("extra state", () => {
  test("travels with the tensors", () => {
    const [from, to] = [
      new nn.Sequential(new Counting() as never),
      new nn.Sequential(new Counting() as never),
    ];
    (from[0] as unknown as Counting).count = 3;
    const state = from.state_dict();
    expect(Object.keys(state)).toEqual(["0._extra_state"]);
    to.load_state_dict(state);
    expect((to[0] as unknown as Counting).count).toBe(3);
  });

  test("is missing, or too much, as tensors are", () => {
    expect(() => new Counting().load_state_dict({})).toThrow('Missing key(s) in state_dict: "_extra_state"');
    expect(() => new nn.ReLU().load_state_dict({ _extra_state: 3 })).toThrow(
      'Unexpected key(s) in state_dict: "_extra_state"',
    );
    expect(() => new nn.ReLU().get_extra_state()).toThrow("ReLU has no extra state");
  });
});

describe("hooks of the state", () => {
  test("run before and after it is made, the innermost after first", () => {
    const net = new nn.Sequential(new nn.Linear(1, 1));
    const calls: string[] = [];
    net.register_state_dict_pre_hook((_, prefix, keep) => void calls.push(`before ${prefix} ${keep}`));
    net.at(0).register_state_dict_post_hook((_, state, prefix, { version }) => {
      calls.push(`after ${prefix} ${version}`);
      delete state[`${prefix}bias`];
    });
    const handle = net.register_state_dict_post_hook(
      (_, state) => void calls.push(Object.keys(state).join(" ")),
    );
    net.state_dict();
    handle.remove();
    net.state_dict({ keep_vars: true });
    expect(calls).toEqual(["before  false", "after 0. 1", "0.weight", "before  true", "after 0. 1"]);
  });

  test("that give something are refused", () => {
    const net = new nn.ReLU();
    net.register_state_dict_post_hook((() => ({})) as never);
    expect(() => net.state_dict()).toThrow("state_dict post-hook must return None");
  });

  test("may rename what is loaded, without touching the caller's state", () => {
    const net = new nn.Linear(1, 1);
    net.register_load_state_dict_pre_hook((_, state, prefix) => {
      state[`${prefix}weight`] = state[`${prefix}w`];
      delete state[`${prefix}w`];
    });
    const state = { w: torch.full([1, 1], 3), bias: torch.zeros(1) };
    net.load_state_dict(state);
    expect([net.weight.item(), Object.keys(state)]).toEqual([3, ["w", "bias"]]);
  });

  test("run behind a load for modules inside, before those of the module that holds them", () => {
    const inner = new nn.Linear(1, 1);
    const net = new nn.Sequential(inner);
    const order: string[] = [];
    net.register_load_state_dict_post_hook(() => void order.push("net"));
    inner.register_load_state_dict_post_hook((module) => {
      order.push(`inner ${(module as nn.Linear).weight.item()}`); // that is what it is attached to
    });
    net.load_state_dict({ "0.weight": torch.full([1, 1], 3), "0.bias": torch.zeros(1) });
    expect(order).toEqual(["inner 3", "net"]);
  });

  test("may forgive keys, and what they do not forgive undoes the load", () => {
    const net = new nn.Linear(1, 1);
    const before = net.weight.item();
    const state = { weight: torch.full([1, 1], 3), more: torch.ones(1) };
    const handle = net.register_load_state_dict_post_hook((_, { missing_keys }) => {
      missing_keys.length = 0;
    });
    expect(() => net.load_state_dict(state)).toThrow('Unexpected key(s) in state_dict: "more"');
    expect(net.weight.item()).toBe(before);
    net.register_load_state_dict_post_hook((_, { unexpected_keys }) => void unexpected_keys.splice(0));
    net.load_state_dict(state);
    expect(net.weight.item()).toBe(3);
    handle.remove();
    expect(() => net.load_state_dict(state)).toThrow('Missing key(s) in state_dict: "bias"');
  });
});
