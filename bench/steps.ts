/**
 * A long training loop as anybody writes it, inside of one function, with nothing freed and no `await`: what the process's memory does meanwhile.
 *
 * `npx tsc -p tsconfig.bench.json && node build/bench/steps.js [--device cpu] [--steps 20000] [--optimizer Adam]`. A line each time when another twentieth is done.
 */
import { parseArgs } from "node:util";
import torch, { F, nn, optim, type Tensor } from "../runtime/index.ts";

const { values: given } = parseArgs({
  options: {
    device: { type: "string", default: "cpu" },
    steps: { type: "string", default: "20000" },
    optimizer: { type: "string", default: "Adam" },
  },
});

class Net extends nn.Module {
  conv: nn.Conv2d = new nn.Conv2d(1, 8, 3, { padding: 1 });
  norm: nn.BatchNorm2d = new nn.BatchNorm2d(8);
  hidden: nn.Linear = new nn.Linear(8 * 49, 64);
  output: nn.Linear = new nn.Linear(64, 10);

  override forward(x: Tensor): Tensor {
    const y = F.max_pool2d(F.relu(this.norm(this.conv(x))), 2);
    return this.output(F.dropout(F.relu(this.hidden(y.flatten(1))), 0.1, this.training));
  }
}

const optimizers = {
  SGD: (net: nn.Module) => new optim.SGD(net.parameters(), { lr: 0.01, momentum: 0.9 }),
  Adam: (net: nn.Module) => new optim.Adam(net.parameters()),
  RMSprop: (net: nn.Module) => new optim.RMSprop(net.parameters()),
};

/** Megabytes that the process has. */
function resident(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}

function train(steps: number): number[] {
  torch.manual_seed(0);
  const net = new Net();
  net.to(given.device);
  const optimizer = optimizers[given.optimizer as keyof typeof optimizers](net); // another word ends the program
  const scheduler = new optim.lr_scheduler.CosineAnnealingLR(optimizer, steps);
  const seen: number[] = [];
  let total = 0;
  for (let step = 1; step <= steps; step++) {
    const images = torch.randn(16, 1, 14, 14).to(given.device);
    const labels = torch.randint(10, [16]).to(given.device);
    optimizer.zero_grad();
    const loss = F.cross_entropy(net(images), labels);
    loss.backward();
    optimizer.step();
    scheduler.step();
    total += loss.item();
    if (step % Math.ceil(steps / 20) !== 0) continue;
    seen.push(resident());
    console.log(
      `${String(step).padStart(6)} steps  ${resident().toFixed(0).padStart(5)} MB  mean loss ${(total / step).toFixed(4)}`,
    );
  }
  return seen;
}

const began = performance.now();
const steps = Number(given.steps);
const seen = train(steps);
const half = seen.slice(seen.length / 2);
const milliseconds = (performance.now() - began) / steps;
console.log(
  `${milliseconds.toFixed(2)} ms a step; ${Math.min(...half).toFixed(0)} to ${Math.max(...half).toFixed(0)} MB in the second half, ${Math.max(...seen).toFixed(0)} MB at most`,
);
