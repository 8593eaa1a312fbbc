/** What a loader is made with, and what of it goes together. */
import { ValueError } from "../errors/valueError.ts";
import {
  flag,
  keywordOnly,
  number,
  optionalFlag,
  optionalNumber,
  type ArgumentsOf,
  type Parameter,
  type ParametersOf,
} from "../parameters.ts";
import type { Generator } from "../random.ts";
import type { Tensor } from "../tensor.ts";
import { anyData, generator, iterable } from "./arguments.ts";
import { isMapData, type MapData, type StreamData } from "./dataset.ts";

/** What `data.DataLoader` is made with. */
export interface DataLoaderArguments<Item, Size extends number | null, Batch> {
  readonly dataset: MapData<Item> | StreamData<Item>;
  /** How many items a batch has; 1 unless given. `null`: items come as they are, without a batch. */
  readonly batch_size?: Size;
  /** Whether the items come in another random order in each epoch; `false` unless given. */
  readonly shuffle?: boolean | null;
  /** The indices in their order, in place of `shuffle`: a sampler, an array, a tensor of one dimension. */
  readonly sampler?: Iterable<number | Tensor> | null;
  /** The indices of each batch, in place of `batch_size`, `shuffle`, `sampler` and `drop_last`. */
  readonly batch_sampler?: Iterable<Iterable<number | Tensor>> | null;
  /** There are no other processes: in `for await`, this many times `prefetch_factor` batches are under way while the loop's body runs. */
  readonly num_workers?: number;
  /** Makes a batch of an array of items; `default_collate` unless given. */
  readonly collate_fn?: ((items: Awaited<Item>[]) => Batch) | null;
  /** Has no effect: memory is never pinned here. */
  readonly pin_memory?: boolean;
  /** Whether a last batch of fewer items is left out; `false` unless given. */
  readonly drop_last?: boolean;
  /** In `for await` with workers: how many seconds to wait for a batch; 0, for ever, unless given. */
  readonly timeout?: number;
  /** Taken, and never called: there are no other processes. */
  readonly worker_init_fn?: ((worker: number) => void) | null;
  /** Only `null`. */
  readonly multiprocessing_context?: null;
  /** The source of random numbers for `shuffle`. */
  readonly generator?: Generator | null;
  /** 2 with workers unless given. */
  readonly prefetch_factor?: number | null;
  readonly persistent_workers?: boolean;
  /** Has no effect. */
  readonly pin_memory_device?: string;
  /** Has no effect: batches always come in order. */
  readonly in_order?: boolean;
}

/** A function of the caller's, or `null`. */
function optionalFunction<F>(expects: string): Parameter<F | null> {
  return {
    expects,
    fallback: null,
    // What it takes and gives, only calls can show.
    convert: (value) => (value === null || typeof value === "function" ? (value as F | null) : undefined),
  };
}

const indices = iterable<number | Tensor>("a Sampler, or another iterable of indices");
const batches = iterable<Iterable<number | Tensor>>(
  "a BatchSampler, or another iterable of arrays of indices",
);

function orNull<T>(parameter: Parameter<T>): Parameter<T | null> {
  return {
    ...parameter,
    fallback: null,
    convert: (value) => (value === null ? null : parameter.convert(value)),
  };
}

/** The parameters of a loader, in PyTorch's order. */
export const loaderParameters: ParametersOf<DataLoaderArguments<unknown, number | null, unknown>> = {
  dataset: anyData,
  batch_size: { ...optionalNumber, fallback: 1 },
  shuffle: optionalFlag,
  sampler: orNull(indices),
  batch_sampler: orNull(batches),
  num_workers: number(0),
  collate_fn: optionalFunction("a function from an array of items to a batch"),
  pin_memory: flag(false),
  drop_last: flag(false),
  timeout: number(0),
  worker_init_fn: optionalFunction("a function"),
  multiprocessing_context: {
    expects: "null: there are no other processes",
    fallback: null,
    convert: (value) => (value === null ? null : undefined),
  },
  generator,
  prefetch_factor: keywordOnly(optionalNumber),
  persistent_workers: keywordOnly(flag(false)),
  pin_memory_device: keywordOnly({
    expects: "the name of a device",
    fallback: "",
    convert: (value) => (typeof value === "string" ? value : undefined),
  }),
  in_order: keywordOnly(flag(true)),
};

/** A loader's arguments as they come out of binding. */
export type LoaderSettings = ArgumentsOf<typeof loaderParameters>;

/** @throws ValueError when settings of workers do not go together. */
export function checkWorkers({
  num_workers,
  timeout,
  prefetch_factor,
  persistent_workers,
}: LoaderSettings): void {
  if (!Number.isInteger(num_workers) || num_workers < 0)
    throw new ValueError(
      `num_workers option should be non-negative; use num_workers=0 to disable multiprocessing. It is ${num_workers}.`,
    );
  if (timeout < 0) throw new ValueError(`timeout option should be non-negative: it is ${timeout} seconds.`);
  if (num_workers === 0 && prefetch_factor !== null)
    throw new ValueError(
      "prefetch_factor option could only be specified in multiprocessing. Let num_workers > 0, otherwise leave prefetch_factor out.",
    );
  if (prefetch_factor !== null && prefetch_factor < 0)
    throw new ValueError(`prefetch_factor option should be non-negative: it is ${prefetch_factor}.`);
  if (persistent_workers && num_workers === 0)
    throw new ValueError("persistent_workers option needs num_workers > 0.");
}

/** @throws ValueError when settings of the order do not go together. */
export function checkOrder(settings: LoaderSettings): void {
  const { dataset, batch_size, shuffle, sampler, batch_sampler, drop_last } = settings;
  if (!isMapData(dataset)) checkStreamOrder(settings);
  if (sampler !== null && shuffle === true)
    throw new ValueError("sampler option is mutually exclusive with shuffle: the sampler says the order.");
  if (batch_sampler !== null) {
    if (batch_size !== 1 || shuffle === true || sampler !== null || drop_last)
      throw new ValueError(
        "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last: it says all of that.",
      );
  } else if (batch_size === null && drop_last)
    throw new ValueError(
      "batch_size=null option disables auto-batching and is mutually exclusive with drop_last.",
    );
}

function checkStreamOrder({ shuffle, sampler, batch_sampler }: LoaderSettings): void {
  const given = Object.entries({ shuffle: shuffle === true ? shuffle : null, sampler, batch_sampler });
  for (const [name, value] of given)
    if (value !== null)
      throw new ValueError(
        `DataLoader with IterableDataset: expected unspecified ${name} option. An iterable data set has its own order, which nothing outside can change.`,
      );
}
