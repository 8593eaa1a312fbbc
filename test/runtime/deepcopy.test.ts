import { describe, expect, test } from "vitest";
import torch, { nn, type Tensor } from "../../runtime/index.ts";

class Net extends nn.Module {
  first: nn.Linear = new nn.Linear(2, 3);
  norm: nn.BatchNorm1d = new nn.BatchNorm1d(3);
  tied: nn.Linear = this.first;
  names: string[] = ["a"];

  override forward(x: Tensor): Tensor {
    return this.norm(this.first(x));
  }
}

describe("torch.deepcopy of a module", () => {
  test("copies parameters, buffers and modules, and keeps what is shared shared", () => {
    const net = new Net().eval();
    const copy = torch.deepcopy(net);
    expect(copy).toBeInstanceOf(Net);
    expect(String(copy)).toBe(String(net));
    expect(copy.training).toBe(false);
    expect(copy.tied).toBe(copy.first);
    expect(copy.names).toEqual(["a"]);
    expect(copy.names).not.toBe(net.names);
    const x = torch.ones([2, 2]);
    expect(copy(x).tolist()).toEqual(net(x).tolist());
    torch.no_grad(() => net.first.weight.zero_());
    expect(copy.first.weight.abs().sum().item()).toBeGreaterThan(0);
    expect(Object.keys(copy.state_dict())).toEqual(Object.keys(net.state_dict()));
    expect([...copy.parameters()].every((parameter) => parameter.requires_grad)).toBe(true);
  });

  test("copies hooks, which see the copy", () => {
    const net = new nn.Linear(1, 1);
    const seen: nn.Module[] = [];
    net.register_forward_hook((module) => void seen.push(module));
    const copy = torch.deepcopy(net);
    copy(torch.ones(1));
    expect(seen).toEqual([copy]);
  });

  test("drops the gradients of parameters, as PyTorch does, and refuses results of computations", () => {
    const net = new nn.Linear(1, 1);
    net(torch.ones(1)).sum().backward();
    expect(torch.deepcopy(net).weight.grad).toBeNull();
    Reflect.set(net, "last", net(torch.ones(1)));
    expect(() => torch.deepcopy(net)).toThrow("Only Tensors created explicitly by the user");
  });
});

class Secret extends nn.Module {
  #calls = 0;
  scale: nn.Parameter = new nn.Parameter(torch.ones(1));
  drawn: nn.Linear = new nn.Linear(1, 1);
  twice = (x: Tensor): Tensor => this.scale.mul(x).mul(2);

  get calls(): number {
    return this.#calls;
  }

  override forward(x: Tensor): Tensor {
    this.#calls++;
    return this.twice(x);
  }
}

class Arrow extends nn.TransformerEncoderLayer {
  #seen = 0;
  override forward = (src: Tensor): Tensor => this.linear2(this.linear1(src)).add(this.#seen++);
}

class Factor extends nn.Module {
  #factor: number;

  constructor(factor: number) {
    super();
    this.#factor = factor;
  }

  override forward(x: Tensor): Tensor {
    return x.mul(this.#factor);
  }

  __deepcopy__(): Factor {
    return new Factor(this.#factor);
  }
}

class Refusing extends nn.Module {
  #factor: number;

  constructor(factor: number) {
    super();
    this.#factor = factor;
  }

  override forward(x: Tensor): Tensor {
    return x.mul(this.#factor);
  }
}

describe("torch.deepcopy of a module with private members", () => {
  test("makes them anew, and its arrow functions work with the copy", () => {
    const net = new Secret();
    net(torch.ones(1));
    torch.no_grad(() => net.scale.fill_(5));
    torch.manual_seed(3);
    const copy = torch.deepcopy(net);
    expect(torch.rand(1).item()).toBe((torch.manual_seed(3), torch.rand(1).item()));
    torch.no_grad(() => net.scale.zero_());
    expect(copy(torch.ones(1)).item()).toBe(10);
    expect([net.calls, copy.calls]).toEqual([1, 1]);
  });

  test("works for the layers of a transformer", () => {
    const encoder = new nn.TransformerEncoder(new Arrow(4, 2, { dim_feedforward: 3, dropout: 0 }), 2);
    const [first, second] = [encoder.layers[0]!, encoder.layers[1]!]; // two were asked for
    torch.no_grad(() => first.linear1.weight.zero_());
    const x = torch.ones([2, 1, 4]);
    expect(encoder(x).shape).toEqual([2, 1, 4]);
    expect(first(x).sub(second(x)).abs().sum().item()).toBeGreaterThan(0);
  });

  test("asks a class that says how", () => {
    const copy = torch.deepcopy(new nn.Sequential(new Factor(3), new nn.ReLU()));
    expect(copy(torch.ones(1)).item()).toBe(3);
  });

  test("says what to do when only a constructor with arguments can make them", () => {
    expect(() => torch.deepcopy(new Refusing(3))).toThrow("Refusing has #private members");
  });
});

describe("torch.deepcopy", () => {
  test("copies containers with the tensors in them, and tensors that come twice once", () => {
    const tensor = torch.tensor([1, 2]);
    const value = {
      list: [tensor, tensor],
      map: new Map([["x", tensor]]),
      set: new Set([1]),
      text: "a",
      none: null,
    };
    const copy = torch.deepcopy(value);
    expect(copy.list[0] === tensor).toBe(false);
    expect(copy.list[1] === copy.list[0]).toBe(true);
    expect(copy.map.get("x") === copy.list[0]).toBe(true);
    tensor.zero_();
    expect(copy.list[0]!.tolist()).toEqual([1, 2]);
    expect([copy.text, copy.none, [...copy.set]]).toEqual(["a", null, [1]]);
  });

  test("keeps requires_grad and the gradient of a tensor", () => {
    const x = torch.tensor([1, 2], { requires_grad: true });
    x.sum().backward();
    const copy = torch.deepcopy(x);
    expect([copy.requires_grad, copy.grad?.tolist()]).toEqual([true, [1, 1]]);
    expect(copy.grad === x.grad).toBe(false);
    expect(torch.deepcopy(new Float32Array([1]))).toEqual(new Float32Array([1]));
  });

  test("works with every module that needs no arguments, and with those of rows and features", () => {
    const modules = Object.values(nn).filter(
      (value): value is new (...args: number[]) => nn.Module =>
        typeof value === "function" && value.prototype instanceof nn.Module,
    );
    let copies = 0;
    for (const Each of modules) {
      for (const args of [[], [2], [2, 2], [2, 2, 2]]) {
        let module: nn.Module;
        try {
          module = new Each(...args);
        } catch {
          continue; // it takes other arguments
        }
        expect(String(torch.deepcopy(module))).toBe(String(module));
        copies++;
        break;
      }
    }
    expect(copies).toBeGreaterThan(100);
  });
});
