/** The numbers are PyTorch 2.13's. */
import { afterEach, expect, test, vi } from "vitest";
import torch, { F, nn, optim, type Tensor } from "../../../runtime/index.ts";

const x = torch.ones(2, 3);
const half = x.to(torch.bfloat16);

afterEach(() => {
  vi.restoreAllMocks();
});

/** The dtype of a product. */
function product(): string {
  return x.matmul(x.t()).dtype.name;
}

test("inside of autocast products are of 16 bits, what needs digits is float32, and the rest stays", () => {
  const dtypes = torch.autocast("cpu", () =>
    [
      x.matmul(x.t()),
      F.linear(x, torch.ones(2, 3), torch.ones(2)),
      F.conv1d(x.unsqueeze(0), torch.ones(1, 2, 1)),
      F.mse_loss(half, half),
      half.prod(),
      torch.cat([half, x]),
      half.add(1),
      F.softmax(half, 1),
      x.double().matmul(x.double().t()),
      torch.tensor([1n]).add(1),
    ].map(({ dtype }: Tensor) => dtype.name),
  );
  expect(dtypes).toEqual(
    "bfloat16 bfloat16 bfloat16 float32 float32 float32 bfloat16 bfloat16 float64 int64".split(" "),
  );
  expect(x.matmul(x.t()).dtype).toBe(torch.float32);
});

test("autocast lasts for a function or a block, may be switched off inside, and says what it does", () => {
  const guard = torch.autocast("cpu", { dtype: torch.float16 });
  const seen = [
    product(),
    torch.is_autocast_enabled("cpu"),
    torch.get_autocast_dtype("cpu") === torch.float16,
    torch.amp.autocast("cpu", { enabled: false }, product),
  ];
  guard.restore();
  expect([...seen, product(), torch.is_autocast_enabled()]).toEqual([
    "float16",
    true,
    true,
    "float32",
    "float32",
    false,
  ]);
});

test("a network trained in autocast has PyTorch's losses, and weights of float32", () => {
  torch.manual_seed(0);
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 3));
  const [input, labels] = [torch.randn(5, 4), torch.tensor([0n, 1n, 2n, 0n, 1n])];
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
  const losses = Array.from({ length: 3 }, () => {
    optimizer.zero_grad();
    const loss = torch.autocast("cpu", { dtype: torch.bfloat16 }, () =>
      F.cross_entropy(model(input), labels),
    );
    loss.backward();
    optimizer.step();
    return loss.item();
  });
  const expected = [1.069997787475586, 0.979997456073761, 0.9053551554679871];
  losses.forEach((loss, i) => expect(Math.abs(loss - expected[i]!)).toBeLessThan(4e-3));
  expect([...model.parameters()].map(({ grad }) => grad?.dtype)).toEqual(Array(4).fill(torch.float32));
});

test("what autocast cannot do is said, and everything stays float32", () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  expect(torch.autocast("cuda", () => x.matmul(x.t()).dtype)).toBe(torch.float32);
  expect(torch.autocast("cpu", { dtype: torch.float64 }, () => x.matmul(x.t()).dtype)).toBe(torch.float32);
  expect(warn).toHaveBeenCalledTimes(2);
  expect(() => torch.autocast(1 as never)).toThrow("device_type");
  expect([torch.amp.is_autocast_available("cpu"), torch.amp.is_autocast_available("xpu")]).toEqual([
    true,
    false,
  ]);
});

test("a scaler scales losses, takes steps with the gradients as they were, and leaves out infinite ones", () => {
  const scaler = new torch.amp.GradScaler("cpu", { growth_interval: 2, init_scale: 8 });
  const weight = torch.tensor([1, 2], { requires_grad: true });
  const optimizer = new optim.SGD([weight], { lr: 0.1 });
  const steps = [1, 1, Infinity, 1].map((factor) => {
    optimizer.zero_grad();
    scaler.scale(weight.mul(factor).sum()).backward();
    scaler.step(optimizer);
    scaler.update();
    return [scaler.get_scale(), weight.tolist()[0]];
  });
  expect(steps.map(([scale]) => scale)).toEqual([8, 16, 8, 8]);
  [0.9, 0.8, 0.8, 0.7].forEach((value, i) => expect(steps[i]![1]).toBeCloseTo(value, 6));
  expect(scaler.state_dict()).toEqual({
    scale: 8,
    growth_factor: 2,
    backoff_factor: 0.5,
    growth_interval: 2,
    _growth_tracker: 1,
  });
  const other = new torch.amp.GradScaler("cpu");
  other.load_state_dict(scaler.state_dict());
  expect(other.state_dict()).toEqual(scaler.state_dict());
});

test("a scaler refuses what would scale twice, and a loss that is not scaled stays as it is", () => {
  const scaler = new torch.amp.GradScaler("cpu");
  const weight = torch.tensor([1, 2], { requires_grad: true });
  const optimizer = new optim.SGD([weight], { lr: 0.1 });
  expect(() => scaler.update()).toThrow("No inf checks were recorded");
  scaler.scale([weight.sum()])[0]!.backward();
  scaler.unscale_(optimizer);
  expect(weight.grad!.tolist()).toEqual([1, 1]);
  expect(() => scaler.unscale_(optimizer)).toThrow("already been called");
  scaler.step(optimizer);
  expect(() => scaler.step(optimizer)).toThrow("already been called");
  expect(() => new torch.amp.GradScaler("cpu", { growth_factor: 1 })).toThrow("growth factor");
  expect(() => new torch.amp.GradScaler("cpu", { backoff_factor: 1 })).toThrow("backoff factor");
  const off = new torch.amp.GradScaler("cpu", { enabled: false });
  const loss = weight.sum();
  expect([off.scale(loss) === loss, off.get_scale(), off.is_enabled(), off.state_dict()]).toEqual([
    true,
    1,
    false,
    {},
  ]);
});
