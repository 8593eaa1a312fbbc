/** Training loops that nobody cleans up after do not grow. `bench/steps.ts` runs twenty thousand steps and looks at the process. */
import { expect, test } from "vitest";
import torch, { F, nn, optim } from "../../../runtime/index.ts";

/** Bytes of tensors in use, after each of some parts of a synchronous loop. */
function train(parts: number, steps: number, make: (net: nn.Module) => optim.Optimizer): number[] {
  const net = new nn.Sequential(new nn.Linear(64, 128), new nn.ReLU(), new nn.Linear(128, 10));
  const optimizer = make(net);
  return Array.from({ length: parts }, () => {
    for (let i = 0; i < steps; i++) {
      const [x, labels] = [torch.randn(128, 64), torch.randint(10, [128])];
      optimizer.zero_grad();
      F.cross_entropy(net(x), labels).backward();
      optimizer.step();
    }
    return torch.memory_stats()["allocated_bytes.all.current"];
  });
}

test.each<[string, (net: nn.Module) => optim.Optimizer]>([
  ["Adam", (net) => new optim.Adam(net.parameters())],
  ["Adafactor, which makes tensors of its own in a step", (net) => new optim.Adafactor(net.parameters())],
])("a naive loop with %s stays within what the collector lets lie", (_, make) => {
  const used = train(4, 75, make);
  // A step makes a quarter of a megabyte; what was forgotten is looked for each 12 MiB.
  expect(Math.max(...used.slice(1))).toBeLessThan(used[0]! + 32 * 2 ** 20);
});
