import torch, { data } from "../../../../runtime/index.ts";
import type { Generator } from "../../../../runtime/random.ts";
import type { Program } from "../page.ts";

function seeded(seed: number): Generator {
  return new torch.Generator().manual_seed(seed);
}

/** What Python's `range` gives, as a data set. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

const {
  BatchSampler,
  DistributedSampler,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} = data;

/** The order in which items are asked for, and what is drawn for it. */
export const samplers: Readonly<Record<string, Program>> = {
  "samplers draw from the default generator"({ show }) {
    show([...new RandomSampler(range(7))], torch.rand(1));
    show([...new RandomSampler(range(7), { num_samples: 3 })], torch.rand(1));
    show([...new RandomSampler(range(3), { num_samples: 8 })], torch.rand(1));
    show([...new RandomSampler(range(5), { replacement: true })], torch.rand(1));
    show([...new RandomSampler(range(100), true, 70)], torch.rand(1));
    show([...new RandomSampler(range(100), true, 64)], torch.rand(1));
    show([...new SubsetRandomSampler([9, 7, 5, 3])], torch.rand(1));
    show([...new WeightedRandomSampler([0.1, 0.9, 0.4, 0.7, 3.0, 0.6], 5)], torch.rand(1));
    show(
      [...new WeightedRandomSampler([0.9, 0.4, 0.05, 0.2, 0.3, 0.1], 5, { replacement: false })],
      torch.rand(1),
    );
    show([...new SequentialSampler(range(4))], torch.rand(1));
  },

  "samplers draw from a generator of the caller"({ show }) {
    const generator = seeded(3);
    for (const sampler of [
      new RandomSampler(range(6), { generator }),
      new RandomSampler(range(6), { num_samples: 4, generator }),
      new RandomSampler(range(4), { num_samples: 9, generator }),
      new RandomSampler({ data_source: range(50), replacement: true, num_samples: 40, generator }),
      new SubsetRandomSampler([2, 4, 6], generator),
      new WeightedRandomSampler(torch.tensor([1, 2, 3]), 4, { generator }),
    ])
      show(sampler.length, [...sampler], [...sampler], torch.rand(1, { generator }));
    show(torch.rand(1));
  },

  "samplers draw when they are asked"({ show }) {
    const generator = seeded(5);
    const order = new RandomSampler(range(4), { num_samples: 8, generator })[Symbol.iterator]();
    show(torch.rand(1, { generator }));
    show(
      range(4).map(() => order.next().value as number),
      torch.rand(1, { generator }),
    );
    show(order.next().value, torch.rand(1, { generator }));
    const lazy = new RandomSampler(range(4))[Symbol.iterator]();
    show(torch.rand(1), lazy.next().value, torch.rand(1), [...lazy], torch.rand(1));
  },

  "batches of indices"({ show }) {
    for (const drop_last of [false, true])
      for (const size of [1, 2, 3, 5, 7]) {
        const sampler = new BatchSampler(new SequentialSampler(range(6)), size, drop_last);
        show(sampler.length, [...sampler]);
      }
    show([...new BatchSampler([3, 1, 2], 2, false)], [...new BatchSampler([], 2, false)]);
    const shuffled = new BatchSampler(new RandomSampler(range(5)), { batch_size: 2, drop_last: true });
    show([...shuffled], torch.rand(1));
  },

  "items are divided among several programs"({ show, fails }) {
    const sizes = [
      [10, 3],
      [9, 3],
      [2, 5],
      [7, 1],
    ] as const;
    for (const drop_last of [false, true])
      for (const [length, replicas] of sizes) {
        const parts = Array.from(
          { length: replicas },
          (_, rank) => new DistributedSampler(range(length), replicas, rank, { shuffle: false, drop_last }),
        );
        const [first] = parts;
        show(
          first!.num_samples,
          first!.total_size,
          parts.map((part) => Array.from(part)),
        ); // there is one at least
      }
    const sampler = new DistributedSampler(range(10), { num_replicas: 3, rank: 1, seed: 5 });
    show(sampler.length, [...sampler], [...sampler]);
    sampler.set_epoch(2);
    show([...sampler], torch.rand(1));
    fails(() => new data.distributed.DistributedSampler(range(10), 2, 2));
  },

  "samplers that make no sense"({ fails }) {
    fails(() => new RandomSampler([]));
    fails(() => new RandomSampler(range(3), { num_samples: 0 }));
    fails(() => new RandomSampler(range(3), { num_samples: -2 }));
    fails(() => new WeightedRandomSampler([1], 0));
    fails(() => new WeightedRandomSampler([[1, 2]] as never, 2));
    fails(() => new BatchSampler([1, 2], 0, false));
    fails(() => new BatchSampler([1, 2], 1.5, false));
    fails(() => [...new WeightedRandomSampler([1, 2], 3, false)]);
    fails(() => [...new WeightedRandomSampler([0, 0], 3)]);
  },
};
