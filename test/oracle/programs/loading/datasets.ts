import torch, { data } from "../../../../runtime/index.ts";
import type { Program } from "../page.ts";
import { range } from "./samplers.ts";

const { ChainDataset, ConcatDataset, DataLoader, StackDataset, Subset, TensorDataset, random_split } = data;

class Upwards extends data.IterableDataset<number> {
  readonly start: number;
  readonly end: number;

  constructor(start: number, end: number) {
    super();
    this.start = start;
    this.end = end;
  }

  get length(): number {
    return this.end - this.start;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = this.start; i < this.end; i++) yield i;
  }
}

/** Data sets, and data sets made of others. */
export const datasets: Readonly<Record<string, Program>> = {
  "tensors whose rows belong together"({ show, fails }) {
    const x = torch.arange(6, { dtype: torch.float32 }).reshape(3, 2);
    const y = torch.tensor([5n, 6n, 7n]);
    const dataset = new TensorDataset(x, y);
    show(dataset.length, ...dataset.get(0), ...dataset.get(2), ...dataset.get(-1));
    show(new TensorDataset(y).length, ...new TensorDataset(y).get(1));
    fails(() => new TensorDataset(x, torch.zeros(2)));
    fails(() => dataset.get(3));
    fails(() => dataset.get(-4));
  },

  "parts of data sets"({ show, fails }) {
    const dataset = new Subset(["a", "b", "c", "d"], [2, 0, 3]);
    show(dataset.length, dataset.get(0), dataset.get(2), dataset.get(-1));
    show(...new Subset(dataset, [1, 2]));
    fails(() => dataset.get(3));
    const rows = new TensorDataset(torch.arange(10, { dtype: torch.float32 }).reshape(5, 2), torch.arange(5));
    const part = new Subset(new Subset(rows, [4, 2, 0, 1]), [3, 0, 2]);
    for (const [x, y] of new DataLoader(part, { batch_size: 2 })) show(x, y);
  },

  "data sets one after the other"({ show, fails }) {
    const dataset = new ConcatDataset([[1, 2], [], [3], [4, 5, 6]]);
    show(
      dataset.length,
      [...dataset.cumulative_sizes],
      range(6).map((i) => dataset.get(i)),
      dataset.get(-1),
      dataset.get(-6),
    );
    for (const batch of new DataLoader(dataset, { batch_size: 4 })) show(batch);
    fails(() => new ConcatDataset([]));
    fails(() => dataset.get(-7));
    fails(() => dataset.get(6));
    fails(() => new ConcatDataset([new Upwards(0, 2) as never]));
    const chain = new ChainDataset([new Upwards(0, 2), new Upwards(5, 8)]);
    show(chain.length, [...chain], [...new DataLoader(chain, { batch_size: 2 })]);
    fails(() => [...new ChainDataset([[1, 2]])]);
  },

  "data sets side by side"({ show, fails }) {
    const [images, texts] = [
      new TensorDataset(torch.arange(3, { dtype: torch.float32 })),
      ["a", "b", "c"],
    ] as const;
    const pairs = new StackDataset(images, texts);
    show(pairs.length, ...pairs.get(1)[0], pairs.get(1)[1]);
    const names = new StackDataset({ image: images, text: texts });
    show(...names.get(2).image, names.get(2).text);
    for (const [[image], text] of new DataLoader(pairs, { batch_size: 2 })) show(image, ...text);
    for (const batch of new DataLoader(names, { batch_size: 2 })) show(...batch.image, ...batch.text);
    fails(() => new StackDataset());
    fails(() => new StackDataset([1], [1, 2]));
    fails(() => new StackDataset({ a: [1], b: [1, 2] }));
  },

  "splits at random"({ show, fails }) {
    const lengths = [
      [3, 7],
      [10],
      [0, 10],
      [5, 5, 0],
      [0.5, 0.5],
      [0.3, 0.3, 0.4],
      [0.8, 0.1, 0.1],
      [0.35, 0.65],
      [1],
      [0.9, 0.1, 0],
      [0.99, 0.01],
    ];
    for (const each of lengths) show(...random_split(range(10), each).map(({ indices }) => indices));
    show(torch.rand(1));
    const generator = new torch.Generator().manual_seed(42);
    show(...random_split(range(7), [0.5, 0.5], generator).map((part) => Array.from(part)), torch.rand(1));
    const parts = random_split(range(30), [0.3, 0.3, 0.4], { generator: generator.manual_seed(42) });
    show(...parts.map((part) => Array.from(part)));
    fails(() => random_split(range(10), [3, 6]));
    fails(() => random_split(range(10), [0.5, 0.6]));
    fails(() => random_split(range(10), [1.5, -0.5]));
    fails(() => random_split(range(10), []));
  },

  "parts are shuffled"({ show }) {
    const rows = new TensorDataset(
      torch.arange(20, { dtype: torch.float32 }).reshape(10, 2),
      torch.arange(10),
    );
    const [train, test] = random_split(rows, [0.8, 0.2]);
    for (let epoch = 0; epoch < 2; epoch++)
      for (const [x, y] of new DataLoader(train, { batch_size: 3, shuffle: true })) show(x, y);
    for (const [x, y] of new DataLoader(test, { batch_size: 3 })) show(x, y);
    show(torch.rand(1));
  },
};
