import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import torch, { F, nn, optim } from "../../../runtime/index.ts";
import { reads, useSeparateDevice, violations } from "./separate.ts";

let restore: () => void;
beforeAll(() => {
  restore = useSeparateDevice();
});
afterAll(() => restore());
afterEach(() => {
  torch.set_default_device(null);
  if (violations.length > 0) throw new Error(violations.splice(0).join("\n"));
});

test("a tensor goes to the device and comes back with its elements, and says where it is", () => {
  const x = torch.tensor([
    [1, 2.5],
    [3, 4],
  ]);
  const there = x.to("webgl");
  expect(String(there.device)).toBe("webgl:0");
  expect(String(there)).toBe("tensor([[1.0000, 2.5000],\n        [3.0000, 4.0000]], device='webgl:0')");
  expect(there.to("webgl")).toBe(there);
  expect(there.cpu().device.type).toBe("cpu");
  expect(there.T.cpu().tolist()).toEqual([
    [1, 3],
    [2.5, 4],
  ]);
  expect(there.index(0, 1).item()).toBe(2.5);
});

test("PyTorch's names of an accelerator mean the one that is here", () => {
  for (const name of ["cuda", "cuda:0", "gpu", "webgl:0"] as const)
    expect(String(torch.zeros(2, { device: name }).device)).toBe("webgl:0");
  expect(String(torch.zeros(2).cuda().device)).toBe("webgl:0");
  expect(() => torch.zeros(2, { device: "cuda:1" })).toThrow(/invalid device ordinal/);
});

test("the results of operators are where their tensors are, and numbers and 0-d tensors of the CPU join them", () => {
  const x = torch.tensor([1, 2, 3], { device: "webgl" });
  const results = [
    x.add(1),
    x.mul(torch.tensor(2)),
    torch.tensor(2).mul(x),
    x.sum(),
    x.softmax(0),
    torch.cat([x, x]),
    x.gt(2),
    torch.where(x.gt(1), x, 0),
    torch.zeros_like(x),
    x.new_ones(2),
    x.matmul(x),
    x.cumsum(0),
  ];
  for (const result of results) expect(String(result.device)).toBe("webgl:0");
  expect(x.mul(torch.tensor(2)).tolist()).toEqual([2, 4, 6]);
  expect(torch.zeros(2).device.type).toBe("cpu");
});

test("operands on different devices are refused in PyTorch's words, with what mends it", () => {
  const x = torch.ones(2, { device: "webgl" });
  const message =
    /Expected all tensors to be on the same device, but found at least two devices, webgl:0 and cpu!.*argument other.*other\.to\("webgl:0"\)/s;
  expect(() => x.add(torch.ones(2))).toThrow(message);
  expect(() => torch.ones(2).add_(x)).toThrow(/at least two devices, cpu and webgl:0!/);
  expect(() => torch.cat([x, torch.ones(2)])).toThrow(/tensors\[1\]/);
});

test("a gradient goes back to the device that its tensor is on", () => {
  const x = torch.tensor([1, 2, 3], { requires_grad: true });
  const y = x.to("webgl");
  expect(y.grad_fn?.label).toBe("ToCopyBackward0");
  y.mul(y).sum().backward();
  expect(x.grad?.device.type).toBe("cpu");
  expect(x.grad?.tolist()).toEqual([2, 4, 6]);
  const scale = torch.tensor(3, { requires_grad: true });
  const z = torch.tensor([1, 2], { device: "webgl", requires_grad: true });
  z.mul(scale).sum().backward();
  expect(scale.grad?.device.type).toBe("cpu");
  expect(scale.grad?.item()).toBe(3);
  expect(String(z.grad?.device)).toBe("webgl:0");
});

test("copy_ crosses devices in both directions", () => {
  const [here, there] = [torch.zeros(3), torch.zeros(3, { device: "webgl" })];
  there.copy_(torch.tensor([1, 2, 3]));
  here.copy_(there.mul(2));
  expect(here.tolist()).toEqual([2, 4, 6]);
});

test("float64 is refused as PyTorch's MPS device refuses it", () => {
  const x = torch.zeros(2, { dtype: torch.float64 });
  for (const make of [() => x.to("webgl"), () => torch.zeros(2, { device: "webgl", dtype: torch.float64 })])
    expect(make).toThrow(/Cannot convert a WebGL Tensor to float64 dtype/);
  expect(torch.zeros(1, { device: "webgl" }).to("cpu", torch.float64).dtype).toBe(torch.float64);
});

test("a module takes its parameters, gradients and buffers along, and an optimizer goes on with them", () => {
  torch.manual_seed(0);
  const net = new nn.Sequential(
    new nn.Linear(3, 4),
    new nn.BatchNorm1d(4),
    new nn.ReLU(),
    new nn.Linear(4, 1),
  );
  const optimizer = new optim.Adam(net.parameters(), { lr: 0.1 });
  const parameters = [...net.parameters()];
  net(torch.ones(2, 3).add(torch.eye(2, 3)))
    .sum()
    .backward();
  net.to("cuda");
  expect([...net.parameters()].every((each, i) => each === parameters[i])).toBe(true);
  for (const each of [...parameters, ...parameters.map(({ grad }) => grad!), ...net.buffers()])
    expect(String(each.device)).toBe("webgl:0");
  const x = torch.randn(5, 3, { device: "cuda" });
  net(x).square().mean().backward();
  optimizer.step();
  expect([...net.cpu().parameters()].every((each) => each.device.type === "cpu")).toBe(true);
});

test("an optimizer's state follows a module that is moved between steps", () => {
  for (const make of [
    (net: nn.Module) => new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 }),
    (net: nn.Module) => new optim.Adam(net.parameters(), { lr: 0.1 }),
  ]) {
    const weights = ["cpu", "webgl"].map((device) => {
      torch.manual_seed(0);
      const net = new nn.Linear(3, 1);
      const optimizer = make(net);
      for (const place of ["cpu", device, "cpu"]) {
        net.to(place);
        optimizer.zero_grad();
        net(torch.ones(2, 3, { device: place }))
          .sum()
          .backward();
        optimizer.step();
      }
      return net.weight.tolist();
    });
    expect(weights[1]).toEqual(weights[0]);
  }
});

test("elements come without waiting, as they were when they were asked for", async () => {
  const x = torch.ones(3, { device: "webgl" }).requires_grad_();
  const y = x.mul(2);
  const later = y.to_async("cpu");
  torch.no_grad(() => y.add_(1));
  const here = await later;
  expect(here.tolist()).toEqual([2, 2, 2]);
  here.sum().backward();
  expect(x.grad?.tolist()).toEqual([2, 2, 2]);
  expect(String((await here.to_async("cuda")).device)).toBe("webgl:0");
});

test("arrays and targets of another device are refused as PyTorch refuses them", () => {
  const x = torch.ones(3, { device: "webgl" });
  expect(() => x.numpy()).toThrow(
    /can't convert webgl:0 device type tensor to numpy. Use Tensor.cpu\(\) to copy the tensor to host memory first/,
  );
  expect(() => torch.zeros(3, { device: "webgl", out: torch.empty(3) })).toThrow(
    /Expected out tensor to have device webgl:0, but got cpu instead/,
  );
});

test("indices of the CPU choose from a tensor of the device", () => {
  const x = torch.arange(6, { dtype: torch.float32 }).reshape(2, 3).to("webgl");
  expect(x.index(torch.tensor([1n, 0n])).tolist()).toEqual([
    [3, 4, 5],
    [0, 1, 2],
  ]);
  expect(x.index(torch.tensor([true, false])).tolist()).toEqual([[0, 1, 2]]);
  x.index_put_([torch.tensor([0n])], -1);
  expect(x.tolist()).toEqual([
    [-1, -1, -1],
    [3, 4, 5],
  ]);
  expect(() => x.index_select(0, torch.tensor([0n]))).toThrow(/at least two devices/);
});

test("snapshots and flags say where a tensor is", () => {
  const x = torch.ones(2, { device: "webgl" });
  expect(torch.snapshot(x).device).toBe("webgl:0");
  expect([x.is_cuda, x.is_cpu, x.is_webgl, x.get_device()]).toEqual([true, false, true, 0]);
  const here = x.cpu();
  expect([here.is_cuda, here.is_cpu, here.is_webgl, here.get_device()]).toEqual([false, true, false, -1]);
  expect(torch.cuda.is_available() && torch.webgl.is_available()).toBe(true);
  expect([torch.cuda.device_count(), torch.cuda.current_device()]).toEqual([1, 0]);
  expect(String(torch.accelerator.current_accelerator())).toBe("webgl:0");
  expect(torch.cuda.get_device_name(0)).toBe("the processor behind a wall");
});

test("a training step reads nothing from the device but the loss that the program asks for", () => {
  const net = new nn.Sequential(new nn.Linear(4, 5), new nn.ReLU(), new nn.Linear(5, 3)).to("webgl");
  const optimizer = new optim.Adam(net.parameters());
  const [x, y] = [torch.randn(6, 4, { device: "webgl" }), torch.randint(3, [6], { device: "webgl" })];
  reads.clear();
  const loss = F.cross_entropy(net(x), y);
  loss.backward();
  optimizer.step();
  expect([...reads]).toEqual([]);
  loss.item();
  expect([...reads]).toEqual([["program", 1]]);
});

test("random numbers are the CPU's on every device", () => {
  for (const make of [
    (options: object) => torch.rand([100], options),
    (options: object) => torch.randn([5], options),
    (options: object) => torch.randint(9, [100], options),
    (options: object) => torch.randperm(60, options),
    (options: object) => torch.zeros([70], options).bernoulli_(0.5),
  ]) {
    torch.manual_seed(3);
    const here = make({});
    torch.manual_seed(3);
    const there = make({ device: "webgl" });
    expect(String(there.device)).toBe("webgl:0");
    expect(there.cpu().tolist()).toEqual(here.tolist());
  }
});

test("tensors are made on the default device, which a block can set", () => {
  {
    using _ = torch.device("cuda");
    expect(String(torch.zeros(2).device)).toBe("webgl:0");
    expect(String(torch.tensor([1]).device)).toBe("webgl:0");
    expect(String(new nn.Linear(2, 2).weight.device)).toBe("webgl:0");
    expect(torch.zeros(2, { device: "cpu" }).add(1).device.type).toBe("cpu");
  }
  expect(torch.zeros(2).device.type).toBe("cpu");
  torch.set_default_device("webgl");
  expect(String(torch.get_default_device())).toBe("webgl:0");
  expect(String(torch.arange(3).device)).toBe("webgl:0");
});

test("what users attach to autograd makes its tensors on the default device", () => {
  const seen: string[] = [];
  class Twice extends torch.autograd.Function {
    static forward(_ctx: unknown, x: typeof input): typeof input {
      return x.mul(2);
    }
    static backward(_ctx: unknown, grad: typeof input): typeof input {
      seen.push(String(torch.zeros(1).device));
      return grad.mul(2);
    }
  }
  const input = torch.ones(2, { device: "webgl", requires_grad: true });
  const y = input.mul(3);
  y.register_hook((grad) => {
    seen.push(String(torch.zeros(1).device), String(grad.device));
  });
  (Twice.apply(y) as typeof input).sum().backward();
  expect(seen).toEqual(["cpu", "cpu", "webgl:0"]);
  expect(input.grad?.tolist()).toEqual([6, 6]);
});
