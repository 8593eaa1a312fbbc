import { afterEach, describe, expect, expectTypeOf, test, vi } from "vitest";
import torch, { data, type Tensor } from "../../../runtime/index.ts";
import { warningsOf } from "../warnings.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const rows = new data.TensorDataset(torch.arange(12).reshape(6, 2), torch.arange(6));

/** Items that have to be waited for, and come in the other order. */
class Remote extends data.Dataset<Promise<[Tensor, string]>> {
  readonly length = 7;
  readonly asked: number[] = [];

  async get(index: number): Promise<[Tensor, string]> {
    this.asked.push(index);
    await new Promise((resolve) => setTimeout(resolve, 7 - index));
    return [torch.tensor(index), `item ${index}`];
  }
}

class Upwards extends data.IterableDataset<number> {
  *[Symbol.iterator](): IterableIterator<number> {
    yield* [1, 2, 3];
  }
}

/** Says when an item is asked for, and when its source is closed. */
class Stream extends data.IterableDataset<number> {
  readonly events: string[] = [];
  readonly length: number = 3;

  async *[Symbol.asyncIterator](): AsyncGenerator<number, void, undefined> {
    try {
      for (let i = 0; i < 5; i++) {
        this.events.push(`asked for ${i}`);
        yield i;
      }
    } finally {
      this.events.push("closed");
    }
  }
}

async function collect<T>(batches: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

/** How many items a loader has asked for at each of its batches. */
async function askedFor(options: { num_workers?: number; prefetch_factor?: number }): Promise<number[]> {
  const remote = new Remote();
  const counts: number[] = [];
  for await (const _ of new data.DataLoader(remote, options)) counts.push(remote.asked.length);
  return counts;
}

async function failsAtTwo(index: number): Promise<number> {
  if (index === 2) throw new Error("not found");
  return index;
}

function collating(...items: unknown[]): () => unknown {
  return () => data.default_collate(items);
}

function dtypeOf(...numbers: (number | bigint | boolean)[]): string {
  return data.default_collate(numbers).dtype.name;
}

/** The second parts of what a loader gives. */
function numbersOf(loader: Iterable<readonly [Tensor, Tensor]>): unknown[] {
  return Array.from(loader, ([, y]) => y.tolist());
}

describe("what the compiler knows of batches", () => {
  test("parts of items are parts of batches", () => {
    class Digits extends data.Dataset<[image: Tensor, label: number, name: string]> {
      readonly length = 4;
      get(index: number): [Tensor, number, string] {
        return [torch.zeros(2), index, "x"];
      }
    }
    const [batch] = new data.DataLoader(new Digits(), { batch_size: 4 });
    expectTypeOf(batch!).toEqualTypeOf<[Tensor, Tensor, string[]]>();
    expect([batch![0].shape, batch![1].tolist(), batch![2]]).toEqual([
      [4, 2],
      [0, 1, 2, 3],
      ["x", "x", "x", "x"],
    ]);
    for (const [x, y] of new data.DataLoader(rows, 6)) {
      expectTypeOf(x).toEqualTypeOf<Tensor>();
      expect([x.shape, y.shape]).toEqual([[6, 2], [6]]);
    }
  });

  test("names, a collate function, and no batches", () => {
    const named = [{ image: torch.zeros(2), label: 1n, words: ["a", "b"] }];
    for (const batch of new data.DataLoader(named)) {
      expectTypeOf(batch).toEqualTypeOf<{ image: Tensor; label: Tensor; words: string[][] }>();
      expect(batch.words).toEqual([["a"], ["b"]]);
    }
    const lengths = new data.DataLoader(["a", "bcd"], {
      batch_size: 2,
      collate_fn: (items) => items.map((i) => i.length),
    });
    expectTypeOf([...lengths]).toEqualTypeOf<number[][]>();
    expect([...lengths]).toEqual([[1, 3]]);
    for (const item of new data.DataLoader(rows, { batch_size: null }))
      expectTypeOf(item).toEqualTypeOf<[Tensor, Tensor]>();
    for (const item of new data.DataLoader([{ a: 1 }], null))
      expectTypeOf(item).toEqualTypeOf<{ a: number }>();
  });

  test("parts of a split are as many as its lengths", () => {
    const [train, rest] = data.random_split(rows, [4, 2]);
    expectTypeOf(train).toEqualTypeOf<data.Subset<[Tensor, Tensor]>>();
    expect([train.length, rest.length]).toEqual([4, 2]);
    const pairs = new data.StackDataset(rows, ["a", "b", "c", "d", "e", "f"]);
    expectTypeOf(pairs.get(0)).toEqualTypeOf<[[Tensor, Tensor], string]>();
  });

  test("what a loader is made with comes by name, by position, or both", () => {
    const all = new data.DataLoader({ dataset: rows, batch_size: 4, drop_last: true });
    expect([all.length, new data.DataLoader(rows, 4, false, { drop_last: true }).length]).toEqual([1, 1]);
    const positional = new data.DataLoader(rows, 4, false, null, null, 0, null, false, true);
    expect([positional.length, positional.batch_size, positional.drop_last]).toEqual([1, 4, true]);
    // @ts-expect-error -- there is no such option
    expect(() => new data.DataLoader(rows, { batchsize: 4 })).toThrow(
      "unexpected keyword argument 'batchsize'",
    );
    expect(() => new data.DataLoader(5 as never)).toThrow("argument 'dataset' must be a data set");
  });
});

describe("data sets of other kinds", () => {
  test("an object with get and length, an array and a tensor are data sets", () => {
    const squares = { length: 3, get: (index: number): number => index ** 2 };
    expect([...new data.DataLoader(squares)].map((batch) => batch.tolist())).toEqual([[0], [1], [4]]);
    expect([...new data.DataLoader(torch.arange(3), 2)].map((batch) => batch.tolist())).toEqual([
      [0, 1],
      [2],
    ]);
    expect(new data.Subset(torch.arange(3), [2]).get(0).item()).toBe(2);
    expect(new data.RandomSampler({ data_source: squares }).length).toBe(3);
  });

  test("whole batches are asked for where a data set can give several items", () => {
    const asked: (readonly number[])[] = [];
    const getMany = (indices: readonly number[]): number[] => {
      asked.push(indices);
      return indices.map((index) => index * 10);
    };
    const dataset = { length: 5, get: (index: number): number => index, getMany };
    const batches = [...new data.DataLoader(new data.Subset(dataset, [4, 0, 2]), 2)];
    expect([batches.map((batch) => batch.tolist()), asked]).toEqual([
      [[40, 0], [20]],
      [[4, 0], [2]],
    ]);
    const short = { ...dataset, getMany: () => [1] };
    expect(() => [...new data.DataLoader(short, 2)]).toThrow("getMany was asked for 2 items and gave 1");
  });

  test("rows of tensors are taken at once, and are what collating them one by one gives", () => {
    const { tensors } = rows;
    class OneByOne extends data.TensorDataset<[Tensor, Tensor]> {
      readonly asked: number[] = [];
      override get(index: number): [Tensor, Tensor] {
        this.asked.push(index);
        return super.get(index);
      }
    }
    const slow = new OneByOne(tensors[0], tensors[1]);
    const sampler = [5, -1, 0, -6, 2];
    const print = (dataset: data.MapData<[Tensor, Tensor]>): string[] =>
      Array.from(new data.DataLoader(dataset, { batch_size: 2, sampler }), String);
    expect(print(rows)).toEqual(print(slow));
    expect(slow.asked).toEqual(sampler);
    const order = [3, 1, 0, 5, 2, 4];
    expect(print(new data.Subset(rows, order))).toEqual(print(new data.Subset(slow, order)));
    const stack = (dataset: data.TensorDataset<[Tensor, Tensor]>): string[] =>
      Array.from(
        new data.DataLoader(new data.StackDataset({ a: dataset, b: tensors[1] }), { sampler }),
        ({ a, b }) => String([a, b]),
      );
    expect(stack(rows)).toEqual(stack(slow));
  });

  test("indices may stand in tensors, and must be whole numbers", () => {
    const order = torch.tensor([4n, 0n, 2n]);
    expect(numbersOf(new data.DataLoader(rows, 2, { sampler: order }))).toEqual([[4, 0], [2]]);
    expect(numbersOf(new data.DataLoader(rows, { batch_sampler: [order, [1]] }))).toEqual([[4, 0, 2], [1]]);
    expect(numbersOf(new data.DataLoader(rows, { batch_size: null, sampler: order }))).toEqual([4, 0, 2]);
    expect(new data.Subset(["a", "b", "c", "d", "e"], order).get(0)).toBe("e");
    expect([...new data.SubsetRandomSampler(order)].toSorted()).toEqual([0, 2, 4]);
    expect(() => [...new data.DataLoader(rows, { sampler: [0.5] })]).toThrow("the sampler gave 0.5 (number)");
    expect(() => [...new data.DataLoader(rows, { batch_sampler: [3 as never] })]).toThrow(
      "batch_sampler must give arrays of indices",
    );
    expect(() => new data.Subset(["a"], [0.5])).toThrow("argument 'indices' must be an array of indices");
  });

  test("a batch is no view of the data set, and gradients go to its tensors", () => {
    const x = torch.zeros(3, 2, { requires_grad: true });
    const [[batch]] = new data.DataLoader(new data.TensorDataset(x), 3) as Iterable<[Tensor]> as [[Tensor]];
    batch.sum().backward();
    expect(x.grad?.tolist()).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    const plain = torch.zeros(2);
    for (const [copy] of new data.DataLoader(new data.TensorDataset(plain), 2)) copy.add_(1);
    expect(plain.tolist()).toEqual([0, 0]);
  });

  test("a generator is refused, since it can be walked through only once", () => {
    expect(() => new data.DataLoader(new Upwards()[Symbol.iterator]() as never)).toThrow(
      "a generator can be walked through only once",
    );
  });

  test("an iterable data set without an iterator says what it lacks", () => {
    class Empty extends data.IterableDataset<number> {}
    expect(() => [...new data.DataLoader(new Empty() as never)]).toThrow(
      "Subclasses of IterableDataset should implement",
    );
  });
});

test("entries number the batches, as Python's enumerate does", () => {
  const loader = new data.DataLoader(torch.arange(5), 2);
  expect([...loader.entries()].map(([index, batch]) => [index, batch.tolist()])).toEqual([
    [0, [0, 1]],
    [1, [2, 3]],
    [2, [4]],
  ]);
});

describe("for await", () => {
  test("items that are promises come in order, those of a batch at once", async () => {
    const remote = new Remote();
    const batches = await collect(new data.DataLoader(remote, { batch_size: 3 }));
    expectTypeOf(batches).toEqualTypeOf<[Tensor, string[]][]>();
    expect(batches.map(([x, names]) => [x.tolist(), names.length])).toEqual([
      [[0, 1, 2], 3],
      [[3, 4, 5], 3],
      [[6], 1],
    ]);
    expect(batches[0]![1]).toEqual(["item 0", "item 1", "item 2"]);
  });

  test("without it, items that are promises are refused", () => {
    expect(() => [...new data.DataLoader(new Remote())]).toThrow("by for await (const batch of loader)");
    expect(() => [...new data.DataLoader(new Stream())]).toThrow("by for await (const batch of loader)");
  });

  test("batches and draws are those of the synchronous loop", async () => {
    const loader = new data.DataLoader(rows, { batch_size: 4, shuffle: true });
    torch.manual_seed(1);
    const now = [...Array.from(loader, String), String(torch.rand(1))];
    torch.manual_seed(1);
    const later = (await collect(loader)).map(String);
    expect([...later, String(torch.rand(1))]).toEqual(now);
  });

  test("with workers, as many batches are under way as they may fetch ahead", async () => {
    expect(await askedFor({})).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await askedFor({ num_workers: 1 })).toEqual([3, 4, 5, 6, 7, 7, 7]);
    expect(await askedFor({ num_workers: 2, prefetch_factor: 2 })).toEqual([5, 6, 7, 7, 7, 7, 7]);
  });

  test("workers that persist have one seed drawn for them, others one in each epoch", () => {
    // What PyTorch prints with a worker process.
    const drawn = [
      [false, 0.307422816, 0.632306278, 0.29388845],
      [true, 0.307422816, 0.896444738, 0.348893464],
    ] as const;
    for (const [persistent_workers, ...expected] of drawn) {
      torch.manual_seed(0);
      const loader = new data.DataLoader(rows, 2, true, { num_workers: 1, persistent_workers });
      for (const number of expected) {
        expect([...loader]).toHaveLength(3);
        expect(torch.rand(1).item()).toBeCloseTo(number, 8);
      }
    }
  });

  test("a stream that has to be waited for gives batches, and is closed when the loop is left", async () => {
    const stream = new Stream();
    const batches = await collect(new data.DataLoader(stream, { batch_size: 2, drop_last: true }));
    expect(batches.map((batch) => batch.tolist())).toEqual([
      [0, 1],
      [2, 3],
    ]);
    for await (const batch of new data.DataLoader(stream, { batch_size: 2 })) {
      expect(batch.tolist()).toEqual([0, 1]);
      break;
    }
    expect(stream.events.slice(-3)).toEqual(["asked for 0", "asked for 1", "closed"]);
    expect((await collect(new data.DataLoader(new Upwards(), 2))).map((batch) => batch.tolist())).toEqual([
      [1, 2],
      [3],
    ]);
    expect(await collect(new data.DataLoader(stream, { batch_size: null, num_workers: 1 }))).toEqual([
      0, 1, 2, 3, 4,
    ]);
  });

  test("an error of a later batch comes when its turn does", async () => {
    const seen: number[] = [];
    const loop = async (): Promise<void> => {
      for await (const batch of new data.DataLoader({ length: 4, get: failsAtTwo }, { num_workers: 2 }))
        seen.push(batch.item());
    };
    await expect(loop()).rejects.toThrow("not found");
    expect(seen).toEqual([0, 1]);
  });

  test("a batch that takes longer than the timeout is an error, for which the loop can be left", async () => {
    const never = { length: 2, get: () => new Promise<number>(() => {}) };
    const loader = new data.DataLoader(never, { num_workers: 1, timeout: 0.01 });
    await expect(collect(loader)).rejects.toThrow("DataLoader timed out after 0.01 seconds");
  });
});

describe("errors of loaders", () => {
  test("items of different shapes are named by their places in the data set", () => {
    const images = [torch.zeros(3, 2), torch.zeros(3, 2), torch.zeros(2, 2)];
    const dataset = images.map((image, label): [Tensor, number] => [image, label]);
    expect(() => [...new data.DataLoader(dataset, { sampler: [1, 2], batch_size: 2 })]).toThrow(
      "got [3, 2] at entry 0 and [2, 2] at entry 1: [0] of item 1 of the data set and [0] of item 2 of the data set",
    );
    expect(() => [
      ...new data.DataLoader(new Upwards(), {
        batch_size: 3,
        collate_fn: () => data.default_collate([1, "a"]),
      }),
    ]).toThrow('entry 0 is a number, but entry 1 is the string "a"');
  });

  test("parts that do not fit are named", () => {
    expect(collating({ a: [1, 2] }, { a: [1] })).toThrow(".a of entry 0 has 2, .a of entry 1 has 1");
    expect(collating({ a: 1 }, { b: 1 })).toThrow("'a': entry 0 has it, entry 1 has not");
    expect(collating(new Map([["k", 1]]), new Map())).toThrow("'k': entry 0 has it, entry 1 has not");
    expect(collating([null])).toThrow("found null ([0] of entry 0)");
    expect(collating(new Date())).toThrow("found a Date");
    expect(collating()).toThrow("the batch is empty");
  });

  test("an empty data set cannot be shuffled, and says so", () => {
    expect(() => new data.DataLoader([], { shuffle: true })).toThrow("the data set is empty");
  });

  test("tensors of a data set have the same number of rows", () => {
    expect(() => new data.TensorDataset(torch.zeros(3, 2), torch.zeros(4))).toThrow(
      "the shapes are [3, 2] and [4]",
    );
    expect(() => new data.TensorDataset([1] as never)).toThrow("argument 0 must be a Tensor");
    expect(() => new data.TensorDataset(torch.tensor(1))).toThrow("has no dimension");
  });

  test("a length that was too small is warned of, and an empty part", () => {
    class TooLong extends Upwards {
      readonly length = 2;
    }
    const loader = new data.DataLoader(new TooLong());
    const warnings = warningsOf(() => {
      expect([loader.length, [...loader].length]).toEqual([2, 3]);
      data.random_split([1], [0.5, 0.5]);
    });
    expect(warnings.map((line) => line.slice(0, 60))).toEqual([
      "UserWarning: Length of IterableDataset TooLong was reported ",
      "UserWarning: Length of split at index 1 is 0. This might res",
    ]);
  });
});

describe("collating", () => {
  test("numbers are int64 where all are whole, float64 where one has a fraction", () => {
    expect([
      dtypeOf(1, 2),
      dtypeOf(1, 2.5),
      dtypeOf(1n),
      dtypeOf(true),
      dtypeOf(true, 2),
      dtypeOf(2 ** 60),
      dtypeOf(NaN),
    ]).toEqual(["int64", "float64", "int64", "bool", "int64", "float64", "float64"]);
  });

  test("typed arrays become tensors, and maps maps", () => {
    expect(data.default_collate([new Float32Array(2), new Float32Array(2)]).shape).toEqual([2, 2]);
    const batch = data.default_collate([new Map([["a", 1]]), new Map([["a", 2]])]);
    expect(batch.get("a")?.tolist()).toEqual([1, 2]);
    const item = data.default_convert({
      x: new Float64Array(2),
      y: [1, "a", new Map([["k", new Int32Array(1)]])],
    });
    expect([item.x.dtype.name, item.y[0]]).toEqual(["float64", 1]);
  });
});
