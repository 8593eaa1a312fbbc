import type { MemoryRow } from "../row.ts";

/**
 * Loops that nobody cleans up after. Each step makes 4 MB of garbage. Freeing by hand is what the library does itself where it knows that nobody refers to a
 * storage any more: as fast as it can be.
 */
export const memory: readonly MemoryRow[] = [
  {
    name: "steps of 4 MB, no dispose",
    prepare: "const x = torch.rand(1_000_000)",
    naive: "x.add(x)",
    freed: "x.add(x).storage.release()",
  },
  {
    name: "training steps of an MLP 256-256-10, batch 64, no dispose",
    prepare: `
      const first = new nn.Linear(256, 256), second = new nn.Linear(256, 10), lossOf = new nn.CrossEntropyLoss();
      const parameters = [...first.parameters(), ...second.parameters()];
      const optimizer = new optim.SGD(parameters, { lr: 0.01 });
      const x = torch.randn(64, 256), labels = torch.randint(10, [64]);
      const step = (free) => {
        const hidden = first(x), active = hidden.relu(), output = second(active);
        lossOf(output, labels).backward();
        optimizer.step();
        if (free) for (const tensor of [hidden, active, output, ...parameters.map(({ grad }) => grad)]) tensor.storage.release();
        optimizer.zero_grad();
      }`,
    naive: "step(false)",
    freed: "step(true)",
  },
];
