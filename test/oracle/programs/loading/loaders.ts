import torch, { data, type Tensor } from "../../../../runtime/index.ts";
import type { Page, Program } from "../page.ts";
import { range } from "./samplers.ts";

const { BatchSampler, DataLoader, SequentialSampler, TensorDataset, WeightedRandomSampler } = data;

class Digits extends data.Dataset<[Tensor, number]> {
  readonly length: number;

  constructor(length: number) {
    super();
    this.length = length;
  }

  get(index: number): [Tensor, number] {
    return [torch.full([2], index, { dtype: torch.float32 }), index % 3];
  }
}

/** Draws for each item. */
class Noisy extends Digits {
  override get(index: number): [Tensor, number] {
    return [torch.rand(1), index];
  }
}

class Countdown extends data.IterableDataset<number> {
  readonly count: number;

  constructor(count: number) {
    super();
    this.count = count;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let left = this.count; left > 0; left--) yield left;
  }
}

/** Draws as soon as it is asked for an iterator. */
class Eager extends data.Sampler {
  readonly length = 5;

  [Symbol.iterator](): Iterator<number> {
    return (torch.randperm(5).tolist() as number[]).values(); // one dimension of whole numbers
  }
}

function rows(count: number): data.TensorDataset<[Tensor, Tensor]> {
  const x = torch.arange(2 * count, { dtype: torch.float32 }).reshape(count, 2);
  return new TensorDataset(x, torch.arange(count));
}

function showBatches({ show }: Page, loader: Iterable<readonly unknown[]>): void {
  for (const [x, y] of loader) show(x, y);
}

/** Where there are no batches, items are collated one by one. */
function addOne(item: unknown): number {
  return (item as number) + 1; // of a data set of numbers
}

/** Which items come together, what becomes of them, and what is drawn. */
export const loaders: Readonly<Record<string, Program>> = {
  "shuffled batches of two epochs"(page) {
    for (const [count, batch_size, drop_last] of [
      [10, 4, false],
      [10, 4, true],
      [8, 4, false],
      [3, 5, false],
      [33, 16, false],
      [6, 1, false],
    ] as const) {
      const loader = new DataLoader(rows(count), { batch_size, shuffle: true, drop_last });
      for (let epoch = 0; epoch < 2; epoch++) showBatches(page, loader);
      page.show(loader.length, torch.rand(2), torch.randn(1));
    }
  },

  "a thousand items"({ show }) {
    const loader = new DataLoader(rows(1000), { batch_size: 64, shuffle: true });
    for (let epoch = 0; epoch < 3; epoch++) show(...Array.from(loader, ([, y]) => y.tolist()));
    show(torch.rand(3));
  },

  "loaders with a generator"(page) {
    const generator = new torch.Generator().manual_seed(7);
    const loader = new DataLoader(rows(6), { batch_size: 4, shuffle: true, generator });
    for (const each of [loader, loader, new DataLoader(rows(2), { generator })]) {
      showBatches(page, each);
      page.show(torch.rand(1), torch.rand(1, { generator }));
    }
  },

  "a loader draws also without shuffling"(page) {
    const loader = new DataLoader(rows(4), 2);
    page.show(torch.rand(1));
    showBatches(page, loader);
    page.show(torch.rand(1));
    const iterator = loader[Symbol.iterator]();
    page.show(torch.rand(1));
    iterator.next();
    page.show(torch.rand(1));
  },

  "a loop that is left early"(page) {
    const loader = new DataLoader(rows(8), 2, true);
    for (const [x, y] of loader) {
      page.show(x, y);
      break;
    }
    page.show(torch.rand(1));
    showBatches(page, loader);
  },

  "two iterators at once"({ show }) {
    const loader = new DataLoader(rows(4), 2, true);
    const [first, second] = [loader[Symbol.iterator](), loader[Symbol.iterator]()];
    const batches = [first, second, first, second].map((each) => each.next().value as [Tensor, Tensor]); // none is at its end
    show(...batches.flat(), torch.rand(1));
  },

  "items that draw"(page) {
    showBatches(page, new DataLoader(new Noisy(5), { batch_size: 2, shuffle: true }));
    page.show(torch.rand(1));
  },

  "samplers of loaders"(page) {
    showBatches(page, new DataLoader(rows(6), 2, { sampler: [5, 1, 3] }));
    showBatches(page, new DataLoader(rows(6), { batch_sampler: [[0, 5], [2], [1, 3, 4]] }));
    const batch_sampler = new BatchSampler(new SequentialSampler(range(6)), 4, false);
    showBatches(page, new DataLoader(rows(6), { batch_sampler }));
    showBatches(page, new DataLoader(rows(3), 4, { sampler: new WeightedRandomSampler([1, 0, 2], 4) }));
    showBatches(page, new DataLoader(rows(5), 3, { sampler: new Eager() }));
    page.show(torch.rand(1));
  },

  "without batches"(page) {
    showBatches(page, new DataLoader(rows(2), { batch_size: null }));
    showBatches(page, new DataLoader(rows(3), { batch_size: null, shuffle: true }));
    const items = [...new DataLoader([1, "a", 2.5], { batch_size: null })];
    page.show(`[${items.map((item) => (typeof item === "string" ? `'${item}'` : item)).join(", ")}]`);
    page.show([...new DataLoader(new Countdown(3), { batch_size: null })], torch.rand(1));
  },

  "items of a data set of ones own"(page) {
    const loader = new DataLoader(new Digits(7), { batch_size: 3, shuffle: true });
    page.show(loader.length);
    showBatches(page, loader);
    showBatches(page, new DataLoader(new Digits(4), 4));
  },

  "iterable data sets"({ show }) {
    for (const drop_last of [false, true])
      for (const batch of new DataLoader(new Countdown(5), { batch_size: 2, drop_last })) show(batch);
    show([...new DataLoader(new Countdown(2))], torch.rand(1));
  },

  collating({ show }) {
    const batches: readonly (readonly unknown[])[] = [
      [1, 2, 3],
      [1.5, 2.5],
      [true, false],
      ["a", "bc"],
      [
        [1, 2.5],
        [3, 4.5],
      ],
      [
        [1, 2],
        [3, 4],
      ],
      [torch.zeros(2), torch.ones(2)],
    ];
    for (const items of batches) show(...(data.default_collate(items) as Iterable<unknown>)); // tensors and arrays can be gone through
    const [[text, number]] = data.default_collate([[["a", 1]], [["b", 2]]] as [[string, number]][]);
    show(`[('${text[0]}', '${text[1]}'), ${String(number)}]`);
    const named: [Tensor, string][] = [
      [torch.tensor(1n), "x"],
      [torch.tensor(2n), "y"],
    ];
    show(...data.default_collate(named)[1]);
    const records = [
      { a: 1, b: [2.5, 3.5] },
      { a: 4, b: [5.5, 6.5] },
    ];
    show(...Object.values(data.default_collate(records)));
    show(...Object.values(data.default_collate([{ image: torch.eye(2), label: 1 }])));
    show(data.default_collate([1, 2]).dtype, data.default_collate([0.5, 2.5]).dtype);
    show(data.default_collate([torch.tensor(1n), torch.tensor(2.5)]));
  },

  "collating what does not fit"({ fails }) {
    fails(() => data.default_collate([torch.zeros(2), torch.zeros(3)]));
    fails(() => data.default_collate([[1, 2], [3]]));
    fails(() => data.default_collate([{ a: 1 }, { b: 1 }]));
    fails(() => data.default_collate([null, null]));
    fails(() => data.default_collate([torch.zeros(2), 1]));
    fails(() => data.default_collate([]));
  },

  "collate functions"({ show }) {
    const tens = { batch_size: 2, collate_fn: (items: number[]) => torch.tensor(items.map(BigInt)).mul(10) };
    for (const batch of new DataLoader([3, 1, 2], tens)) show(batch);
    for (const batch of new DataLoader(new Digits(3), { batch_size: 2, collate_fn: (items) => items.length }))
      show(batch);
    for (const item of new DataLoader([3, 1], { batch_size: null, collate_fn: addOne })) show(item);
  },

  "lengths of loaders"({ show }) {
    for (const size of [1, 2, 3, 4, 7])
      show(new DataLoader(rows(6), size).length, new DataLoader(rows(6), size, { drop_last: true }).length);
    show(
      new DataLoader(rows(6), { batch_size: null }).length,
      new DataLoader(rows(6), { batch_sampler: [[1], [2]] }).length,
      new DataLoader(rows(6), { sampler: [1, 2] }).length,
    );
    show(new DataLoader([], 2).length, [...new DataLoader([], 2)]);
  },

  "loaders that make no sense"({ fails }) {
    fails(() => new DataLoader([], { shuffle: true }));
    fails(() => new DataLoader([1, 2], { batch_size: 0 }));
    fails(() => new DataLoader([1, 2], { sampler: [0], shuffle: true }));
    fails(() => new DataLoader([1, 2], { batch_sampler: [[0]], batch_size: 2 }));
    fails(() => new DataLoader([1, 2], { batch_sampler: [[0]], shuffle: true }));
    fails(() => new DataLoader([1, 2], { batch_size: null, drop_last: true }));
    fails(() => new DataLoader([1, 2], { num_workers: -1 }));
    fails(() => new DataLoader([1, 2], { prefetch_factor: 2 }));
    fails(() => new DataLoader([1, 2], { persistent_workers: true }));
    fails(() => new DataLoader([1, 2], { timeout: -1 }));
    fails(() => [...new DataLoader([1, 2], { timeout: 1 })]);
    fails(() => new DataLoader(new Countdown(3), { shuffle: true }));
    fails(() => new DataLoader(new Countdown(3), { sampler: [1] }));
    fails(() => new DataLoader(new Countdown(3), { batch_sampler: [[1]] }));
    fails(() => new DataLoader(new Countdown(3)).length);
    fails(() => [...new DataLoader(rows(3), { sampler: [5] })]);
  },
};
