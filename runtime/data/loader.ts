import { bind } from "../binding.ts";
import { AssertionError } from "../errors/assertionError.ts";
import { inspectAs } from "../inspect.ts";
import type { Generator } from "../random.ts";
import type { Tensor } from "../tensor.ts";
import { warnOnce } from "../warn.ts";
import { ahead, type Requests } from "./ahead.ts";
import { withData } from "./arguments.ts";
import { fetcherOf, type CollateFunction, type Fetcher } from "./batches.ts";
import { default_collate, default_convert } from "./collate.ts";
import type { Collated, Converted } from "./collated.ts";
import { isMapData, itemsOf, lengthOf, type MapData, type StreamData } from "./dataset.ts";
import { checkOrder, checkWorkers, loaderParameters, type DataLoaderArguments } from "./loaderArguments.ts";
import { BatchSampler, countOf, drawSeed, RandomSampler, SequentialSampler } from "./sampler.ts";
import { batchesOf, requestsOf } from "./streams.ts";

/** What a loader gives when it has no `collate_fn`. */
export type BatchOf<Item, Size extends number | null> = Size extends null
  ? Converted<Awaited<Item>>
  : Collated<Awaited<Item>>;

type Options<Item, Size extends number | null, Batch, Given extends string = never> = Omit<
  DataLoaderArguments<Item, Size, Batch>,
  "dataset" | Given
>;

/**
 * Walks through a data set in batches, in another random order each time where that is asked for.
 *
 * ```ts
 * const loader = new data.DataLoader(dataset, { batch_size: 64, shuffle: true });
 * for (const [x, y] of loader) { … }
 * ```
 *
 * After `torch.manual_seed` the batches are PyTorch's, and so is what is drawn afterwards. A data set whose items are promises, or that is iterated asynchronously, is walked through by
 * `for await (const batch of loader)`; so can be every other.
 *
 * Source: `torch.utils.data.DataLoader`.
 *
 * @typeParam Item what the data set gives for an index.
 * @typeParam Size `null` where there are no batches.
 * @typeParam Batch what the loader gives.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- `DataLoader` alone is any of them, whose batches a program takes apart as it knows them
export class DataLoader<Item = any, Size extends number | null = number, Batch = BatchOf<Item, Size>>
  implements Iterable<Batch>, AsyncIterable<Batch>
{
  /** What it goes through. (One without indices has a `length` only where it says so itself.) */
  readonly dataset: MapData<Item>;
  /** How many items a batch has; `null` where a sampler of batches says so, or there are none. */
  readonly batch_size: number | null;
  readonly drop_last: boolean;
  /** The indices in their order; `null` for an iterable data set, which has none. */
  readonly sampler: Iterable<number | Tensor> | null;
  /** The indices of each batch; `null` where there are no batches, and for an iterable data set. */
  readonly batch_sampler: Iterable<Iterable<number | Tensor>> | null;
  readonly collate_fn: (items: Awaited<Item>[]) => Batch;
  readonly generator: Generator | null;
  readonly num_workers: number;
  readonly prefetch_factor: number | null;
  readonly persistent_workers: boolean;
  readonly timeout: number;
  readonly #collate: CollateFunction | null;
  #hasStarted = false;
  #saidLength: number | null = null;

  /** @throws ValueError when arguments do not go together or the data set is empty and to be shuffled, TypeError for arguments of another kind. */
  constructor(dataset: MapData<Item> | StreamData<Item>, options?: Options<Item, Size, Batch>);
  constructor(
    dataset: MapData<Item> | StreamData<Item>,
    batch_size: Size,
    options?: Options<Item, Size, Batch, "batch_size">,
  );
  constructor(
    dataset: MapData<Item> | StreamData<Item>,
    batch_size: Size | undefined,
    shuffle: boolean | null | undefined,
    options?: Options<Item, Size, Batch, "batch_size" | "shuffle">,
  );
  constructor(
    dataset: MapData<Item> | StreamData<Item>,
    batch_size?: Size,
    shuffle?: boolean | null,
    sampler?: Iterable<number | Tensor> | null,
    batch_sampler?: Iterable<Iterable<number | Tensor>> | null,
    num_workers?: number,
    collate_fn?: ((items: Awaited<Item>[]) => Batch) | null,
    pin_memory?: boolean,
    drop_last?: boolean,
    timeout?: number,
    worker_init_fn?: ((worker: number) => void) | null,
    multiprocessing_context?: null,
    generator?: Generator | null,
    options?: Options<Item, Size, Batch>,
  );
  constructor(all: DataLoaderArguments<Item, Size, Batch>);
  constructor(...args: readonly unknown[]) {
    const given = bind("DataLoader", loaderParameters, withData(args));
    checkWorkers(given);
    checkOrder(given);
    const { dataset, batch_size, batch_sampler, drop_last, generator } = given;
    this.dataset = dataset as MapData<Item>; // the caller's own; `isMapData` says where it matters
    this.generator = generator;
    this.num_workers = given.num_workers;
    this.prefetch_factor = given.prefetch_factor ?? (given.num_workers > 0 ? 2 : null);
    this.persistent_workers = given.persistent_workers;
    this.timeout = given.timeout;
    this.drop_last = drop_last;
    this.batch_size = batch_sampler === null ? batch_size : null;
    this.sampler = isMapData(dataset)
      ? (given.sampler ??
        (given.shuffle === true
          ? new RandomSampler(dataset, { generator })
          : new SequentialSampler(dataset, {})))
      : null;
    this.batch_sampler =
      batch_sampler ??
      (this.sampler !== null && batch_size !== null
        ? new BatchSampler(this.sampler, batch_size, drop_last)
        : null);
    this.#collate = given.collate_fn;
    const usual = this.batch_size === null && this.batch_sampler === null ? default_convert : default_collate;
    this.collate_fn = (given.collate_fn ?? usual) as (items: Awaited<Item>[]) => Batch; // what they take and give, the types say
  }

  /** Number of batches: Python's `len(loader)`. @throws TypeError when the data set or the sampler does not know. */
  get length(): number {
    if (isMapData(this.dataset)) return countOf(this.#indices());
    const count = lengthOf("DataLoader", this.dataset);
    this.#saidLength = count;
    if (this.batch_size === null) return count;
    return this.drop_last ? Math.floor(count / this.batch_size) : Math.ceil(count / this.batch_size);
  }

  /** The batches of one epoch. @throws TypeError when the items have to be waited for. */
  [Symbol.iterator](): IterableIterator<Batch> {
    const dataset: MapData<Item> | StreamData<Item> = this.dataset;
    if (isMapData(dataset)) {
      const indices = this.#indices()[Symbol.iterator]();
      this.#start();
      return fetched(indices, this.#fetcher(dataset)) as IterableIterator<Batch>; // what collating gives
    }
    this.#start();
    const batches = batchesOf(itemsOf(dataset)[Symbol.iterator](), this.#stream());
    return this.#counted(batches) as IterableIterator<Batch>; // what collating gives
  }

  /** The batches of one epoch with their numbers: Python's `enumerate(loader)`. */
  *entries(): IterableIterator<[index: number, batch: Batch]> {
    let index = 0;
    for (const batch of this) yield [index++, batch];
  }

  /** The batches of one epoch, waiting for what gives promises. */
  [Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    const dataset: MapData<Item> | StreamData<Item> = this.dataset;
    const requests = isMapData(dataset) ? this.#mapRequests(dataset) : requestsOf(dataset, this.#stream());
    if (!isMapData(dataset)) this.#start();
    const pace = { ahead: this.num_workers * (this.prefetch_factor ?? 0), timeout: this.timeout };
    return ahead(requests, pace) as AsyncGenerator<Batch, void, undefined>; // what collating gives
  }

  /** What the data set is asked with, one after the other. */
  #indices(): Iterable<unknown> {
    return this.batch_sampler ?? this.sampler ?? [];
  }

  #fetcher(dataset: MapData<unknown>): Fetcher {
    return fetcherOf(dataset, this.batch_sampler !== null, this.#collate);
  }

  #stream(): Parameters<typeof batchesOf>[1] {
    return { batch_size: this.batch_size, drop_last: this.drop_last, collate_fn: this.#collate };
  }

  #mapRequests(dataset: MapData<unknown>): Requests {
    const indices = this.#indices()[Symbol.iterator]();
    this.#start();
    const fetcher = this.#fetcher(dataset);
    return {
      async next() {
        const { done, value } = indices.next();
        return done === true
          ? { done, value: undefined }
          : { done: false, value: await fetcher.fetchLater(value) };
      },
      async close() {
        indices.return?.();
      },
    };
  }

  /** PyTorch's loaders draw a seed for their workers in each epoch, also when there are none; workers that persist have it already. */
  #start(): void {
    if (this.timeout !== 0 && this.num_workers === 0)
      throw new AssertionError(
        "a timeout needs workers: pass num_workers as well, and walk through the loader by for await.",
      );
    if (!(this.persistent_workers && this.#hasStarted)) drawSeed(this.generator);
    this.#hasStarted = true;
  }

  *#counted(batches: Iterable<unknown>): IterableIterator<unknown> {
    const said = this.#saidLength;
    let given = 0;
    for (const batch of batches) {
      given += 1;
      if (said !== null && given > said)
        warnOnce(
          `Length of IterableDataset ${this.dataset.constructor.name} was reported to be ${said} (when accessing len(dataloader)), but ${given} samples have been fetched.`,
        );
      yield batch;
    }
  }
}

function* fetched(indices: Iterator<unknown>, fetcher: Fetcher): IterableIterator<unknown> {
  for (const each of { [Symbol.iterator]: () => indices }) yield fetcher.fetch(each);
}

inspectAs(DataLoader, (loader) => {
  const size = loader.batch_size === null ? "" : `, batch_size=${loader.batch_size}`;
  return `DataLoader(${loader.dataset.constructor.name}${size})`;
});
