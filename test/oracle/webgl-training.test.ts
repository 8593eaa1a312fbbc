/** Networks train on WebGL as on the processor: the same losses, nothing read back in a step, nothing compiled after the second one. */
import { describe, expect, test } from "vitest";
import torch, { F, nn, optim, type Tensor } from "../../runtime/index.ts";

class Perceptron extends nn.Module {
  hidden: nn.Linear = new nn.Linear(28 * 28, 32);
  output: nn.Linear = new nn.Linear(32, 10);

  override forward(x: Tensor): Tensor {
    return this.output(F.relu(this.hidden(x.flatten(1))));
  }
}

class LeNet extends nn.Module {
  first: nn.Conv2d = new nn.Conv2d(1, 6, 5, { padding: 2 });
  second: nn.Conv2d = new nn.Conv2d(6, 16, 5);
  hidden: nn.Linear = new nn.Linear(400, 84);
  output: nn.Linear = new nn.Linear(84, 10);

  override forward(x: Tensor): Tensor {
    const early = F.max_pool2d(F.relu(this.first(x)), 2);
    const late = F.max_pool2d(F.relu(this.second(early)), 2);
    return this.output(F.relu(this.hidden(late.flatten(1))));
  }
}

const optimizers = {
  SGD: (net: nn.Module) => new optim.SGD(net.parameters(), { lr: 0.05, momentum: 0.9, weight_decay: 1e-4 }),
  Adam: (net: nn.Module) => new optim.Adam(net.parameters(), { lr: 0.002 }),
};

interface Step {
  readonly loss: number;
  readonly compiles: number;
  readonly fallbacks: readonly string[];
}

/** Trains a new network for some steps on one batch. */
function train(
  make: () => nn.Module & ((x: Tensor) => Tensor),
  optimize: (typeof optimizers)["SGD" | "Adam"],
  device: string,
  steps: number,
): Step[] {
  torch.manual_seed(1);
  const net = make();
  net.to(device);
  const optimizer = optimize(net);
  const images = torch.randn(8, 1, 28, 28).to(device);
  const labels = torch.randint(10, [8]).to(device);
  return Array.from({ length: steps }, () => {
    const before = torch.webgl.compiles();
    torch.webgl.reset_fallbacks();
    optimizer.zero_grad();
    const loss = F.cross_entropy(net(images), labels);
    loss.backward();
    optimizer.step();
    const fallbacks = torch.webgl.fallbacks().map(({ name }) => name);
    return { loss: loss.item(), compiles: torch.webgl.compiles() - before, fallbacks };
  });
}

class States extends nn.Module {
  lstm: nn.LSTM = new nn.LSTM(3, 4, { batch_first: true });

  override forward(x: Tensor): Tensor {
    return this.lstm(x)[0];
  }
}

interface Task {
  readonly net: nn.Module & ((x: Tensor) => Tensor);
  readonly input: () => Tensor;
  readonly loss: (output: Tensor) => Tensor;
}

/** Networks with what only counts up from step to step, and losses that look at their arguments. */
const tasks: Readonly<Record<string, () => Task>> = {
  "statistics of batches": () => ({
    net: new nn.Sequential(
      // A bias before it would have no gradient but roundings, which Adam makes steps of.
      new nn.Conv2d(1, 3, 3, { bias: false }),
      new nn.BatchNorm2d(3),
      new nn.GELU(),
      new nn.Flatten(),
    ),
    input: () => torch.randn(4, 1, 6, 6),
    loss: (output) => output.square().mean(),
  }),
  "a loss of probabilities": () => ({
    net: new nn.Sequential(new nn.Linear(5, 3), new nn.Sigmoid()),
    input: () => torch.randn(4, 5),
    loss: (output) => F.binary_cross_entropy(output, torch.ones_like(output).mul(0.25)),
  }),
  attention: () => ({
    net: new nn.TransformerEncoderLayer(8, 2, { dim_feedforward: 8, dropout: 0, batch_first: true }),
    input: () => torch.randn(2, 3, 8),
    loss: (output) => output.mul(torch.arange(8).to(output.device)).mean(),
  }),
  "a recurrent network": () => ({
    net: new States(),
    input: () => torch.randn(2, 4, 3),
    loss: (output) => output.square().mean(),
  }),
};

/** Trains without reading anything before the end. */
function trainUnread(
  make: () => Task,
  device: string,
): { losses: number[]; compiles: number[]; fallbacks: string[] } {
  torch.manual_seed(2);
  const { net, input, loss } = make();
  const x = input().to(device);
  net.to(device);
  const optimizer = new optim.AdamW(net.parameters(), { lr: 0.01 });
  const average = [...net.parameters()].map((parameter) => parameter.detach().clone());
  let total: Tensor = torch.zeros([], { device });
  const losses: Tensor[] = [];
  const compiles: number[] = [];
  torch.webgl.reset_fallbacks();
  for (let step = 0; step < 16; step++) {
    const before = torch.webgl.compiles();
    optimizer.zero_grad();
    const value = loss(net(x));
    value.backward();
    nn.utils.clip_grad_norm_(net.parameters(), 1);
    optimizer.step();
    total = total.add(value.detach());
    torch.no_grad(() => {
      [...net.parameters()].forEach((parameter, i) => average[i]!.mul_(0.9).add_(parameter, { alpha: 0.1 }));
    });
    losses.push(value.detach());
    compiles.push(torch.webgl.compiles() - before);
  }
  const fallbacks = torch.webgl.fallbacks().map(({ name }) => name);
  const ends = [total, ...average.map((each) => each.sum())];
  return { losses: [...losses, ...ends].map((each) => each.item()), compiles, fallbacks };
}

/** Optimizers with settings that make their formulas long. */
const formulas: Readonly<Record<string, (params: readonly Tensor[]) => optim.Optimizer>> = {
  SGD: (params) => new optim.SGD(params, { lr: 0.1, momentum: 0.9, nesterov: true, weight_decay: 0.1 }),
  AdamW: (params) => new optim.AdamW(params, { lr: 0.1, amsgrad: true, maximize: true }),
  RMSprop: (params) => new optim.RMSprop(params, { centered: true, momentum: 0.5, weight_decay: 0.1 }),
  Adagrad: (params) => new optim.Adagrad(params, { lr_decay: 0.1, initial_accumulator_value: 0.5 }),
  Adadelta: (params) => new optim.Adadelta(params, { eps: 0.001 }),
  Adamax: (params) => new optim.Adamax(params, { lr: 0.1 }),
  NAdam: (params) => new optim.NAdam(params, { lr: 0.1, weight_decay: 0.1, decoupled_weight_decay: true }),
  RAdam: (params) => new optim.RAdam(params, { lr: 0.1, betas: [0.9, 0.7] }),
  ASGD: (params) => new optim.ASGD(params, { lr: 0.1, t0: 1 }),
  Rprop: (params) => new optim.Rprop(params, { lr: 0.1 }),
  Adafactor: (params) => new optim.Adafactor(params, { lr: 0.1, weight_decay: 0.1 }),
  LBFGS: (params) => new optim.LBFGS(params, { lr: 0.1, max_iter: 2 }),
};

/** What some steps down an uneven bowl make of a matrix and a vector, and what the processor had to do for the device. */
function descend(
  make: (params: readonly Tensor[]) => optim.Optimizer,
  device: string,
): { values: number[]; fallbacks: string[] } {
  const params = [[3, 4], [5]].map((shape) =>
    torch
      .linspace(
        -1,
        2,
        shape.reduce((a, b) => a * b),
      )
      .reshape(shape)
      .to(device)
      .requires_grad_(),
  );
  const optimizer = make(params);
  torch.webgl.reset_fallbacks();
  for (let i = 0; i < 6; i++)
    optimizer.step(() => {
      optimizer.zero_grad();
      const loss = params.map((each) => each.square().mul(each.add(2)).sum()).reduce((a, b) => a.add(b));
      loss.backward();
      return loss;
    });
  const fallbacks = torch.webgl.fallbacks().map(({ name }) => name);
  return { values: params.flatMap((each) => each.detach().flatten().tolist() as number[]), fallbacks };
}

describe.skipIf(process.env["TYPETORCH_WEBGL"] === "off")("training on WebGL", () => {
  test.each([
    ["a perceptron", "SGD", () => new Perceptron()],
    ["a perceptron", "Adam", () => new Perceptron()],
    ["LeNet", "SGD", () => new LeNet()],
    ["LeNet", "Adam", () => new LeNet()],
  ] as const)("%s with %s has the processor's losses", (_, name, make) => {
    const here = train(make, optimizers[name], "cpu", 6);
    const there = train(make, optimizers[name], "cuda", 6);
    there.forEach(({ loss }, i) => expect(Math.abs(loss - here[i]!.loss)).toBeLessThan(1e-3));
    expect(there.map(({ fallbacks }) => fallbacks)).toEqual(there.map(() => []));
    expect(there.slice(2).map(({ compiles }) => compiles)).toEqual(there.slice(2).map(() => 0));
  });

  test.each(Object.entries(tasks))("%s train with the processor's losses and few programs", (_, make) => {
    const [here, there] = [trainUnread(make, "cpu"), trainUnread(make, "cuda")];
    there.losses.forEach((loss, i) => expect(Math.abs(loss - here.losses[i]!)).toBeLessThan(1e-3));
    expect(there.fallbacks).toEqual([]);
    expect(there.compiles.slice(2)).toEqual(Array.from({ length: 14 }, () => 0));
  });

  test("what is no probability has a loss of NaN, and nothing is read to find out", () => {
    const [half, more] = [[0.5], [1.5]].map((data) => torch.tensor(data).to("cuda")) as [Tensor, Tensor];
    torch.webgl.reset_fallbacks();
    const losses = [
      F.binary_cross_entropy(more, half),
      F.binary_cross_entropy(half, more),
      F.binary_cross_entropy(half, half),
    ];
    expect(torch.webgl.fallbacks()).toEqual([]);
    expect(losses.map((loss) => loss.item())).toEqual([Number.NaN, Number.NaN, expect.closeTo(Math.LN2, 5)]);
  });

  test.each(Object.entries(formulas))("%s goes the processor's way", (_, make) => {
    const [here, there] = [descend(make, "cpu"), descend(make, "cuda")];
    there.values.forEach((value, i) => expect(value).toBeCloseTo(here.values[i]!, 4));
    expect(there.fallbacks).toEqual([]);
  });
});
