import { describe, expect, test, vi } from "vitest";
import torch, { nn, optim, type Tensor } from "../../../runtime/index.ts";

class Net extends nn.Module {
  first: nn.Linear = new nn.Linear(2, 3);
  activation: nn.ReLU = new nn.ReLU();
  last: nn.Linear = new nn.Linear(3, 1, { bias: false });

  override forward(x: Tensor): Tensor {
    return this.last(this.activation(this.first(x)));
  }
}

describe("a module", () => {
  test("is called as a function, and is an instance of its class", () => {
    const net = new Net();
    const y = net(torch.ones([4, 2]));
    expect(y.shape).toEqual([4, 1]);
    expect(net).toBeInstanceOf(nn.Module);
    expect(net).toBeInstanceOf(Net);
  });

  test("finds its parameters and modules among its properties, in order", () => {
    const net = new Net();
    expect([...net.named_parameters()].map(([name]) => name)).toEqual([
      "first.weight",
      "first.bias",
      "last.weight",
    ]);
    expect([...net.named_modules()].map(([name]) => name)).toEqual(["", "first", "activation", "last"]);
  });

  test("lists a parameter that two modules share once", () => {
    const net = new Net();
    const shared = new nn.Sequential(net.first, net.first);
    expect([...shared.parameters()]).toHaveLength(2);
  });

  test("prints as PyTorch prints it", () => {
    expect(String(new nn.Sequential(new nn.Linear(2, 3), new nn.Sequential(new nn.ReLU())))).toBe(
      "Sequential(\n  (0): Linear(in_features=2, out_features=3, bias=True)\n  (1): Sequential(\n    (0): ReLU()\n  )\n)",
    );
  });

  test("without forward says which class misses it", () => {
    class Empty extends nn.Module {}
    // The call signature of a class without forward takes no arguments.
    expect(() => (new Empty() as unknown as (x: Tensor) => unknown)(torch.ones(1))).toThrow(
      'Module [Empty] is missing the required "forward" function',
    );
  });

  test("sets training mode in all modules inside, and converts all parameters", () => {
    const net = new Net().eval().double();
    expect([...net.modules()].map((module) => module.training)).toEqual([false, false, false, false]);
    expect(
      [...net.parameters()].every(
        (parameter) => parameter.dtype === torch.float64 && parameter.requires_grad,
      ),
    ).toBe(true);
  });

  test("may have properties called name and length", () => {
    class Named extends nn.Module {
      override name = "mine";
      override length = 3;
    }
    const named = new Named();
    expect([named.name, named.length]).toEqual(["mine", 3]);
  });
});

describe("layers in a plain array or object", () => {
  class Hiding extends nn.Module {
    layers: nn.Linear[] = [new nn.Linear(1, 1)];
    byName: Readonly<Record<string, nn.Parameter>> = { scale: new nn.Parameter(torch.ones(1)) };
    sizes: number[] = [1, 2];
    last: nn.Linear = new nn.Linear(1, 1);
    listed: nn.Linear[] = [this.last];
  }

  test("are told of once, with the name of the property and what to write instead", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const net = new Hiding();
    expect([...net.parameters()]).toHaveLength(2);
    expect([...net.parameters()]).toHaveLength(2);
    const messages = warn.mock.calls.map(([message]) => String(message));
    warn.mockRestore();
    expect(messages).toEqual([
      expect.stringContaining("Hiding.layers is an array of Modules"),
      expect.stringContaining("Write this.byName = new nn.ParameterDict(…) instead."),
    ]);
  });
});

describe("an optimizer", () => {
  test("steps against the gradient and leaves parameters without one alone", () => {
    const used = new nn.Parameter(torch.tensor([1]));
    const unused = new nn.Parameter(torch.tensor([1]));
    const optimizer = new optim.SGD([used, unused], { lr: 0.5 });
    used.mul(3).sum().backward();
    optimizer.step();
    expect([used.tolist(), unused.tolist()]).toEqual([[-0.5], [1]]);
    optimizer.zero_grad();
    expect(used.grad).toBeNull();
  });

  test("takes groups with settings of their own", () => {
    const [a, b] = [new nn.Parameter(torch.tensor([1])), new nn.Parameter(torch.tensor([1]))];
    const optimizer = new optim.SGD([{ params: [a] }, { params: [b], lr: 0.1 }], { lr: 1 });
    a.add(b).sum().backward();
    optimizer.step();
    expect(a.tolist()).toEqual([0]);
    expect(b.item()).toBeCloseTo(0.9);
  });

  test.each<[string, () => unknown, string]>([
    ["no parameters", () => new optim.SGD([]), "optimizer got an empty parameter list"],
    [
      "a negative learning rate",
      () => new optim.SGD([new nn.Parameter(torch.ones(1))], { lr: -1 }),
      "Invalid learning rate: -1",
    ],
    [
      "a result",
      () => new optim.SGD([new nn.Parameter(torch.ones(1)).mul(2)]),
      "can't optimize a non-leaf Tensor",
    ],
    [
      "nesterov alone",
      () => new optim.SGD([new nn.Parameter(torch.ones(1))], { nesterov: true }),
      "Nesterov momentum requires a momentum",
    ],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});
