/** Data sets made of others. */
import { bind, isKeywords } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { AssertionError } from "../errors/assertionError.ts";
import { ValueError } from "../errors/valueError.ts";
import type { ParametersOf } from "../parameters.ts";
import { iterable } from "./arguments.ts";
import {
  Dataset,
  isMapData,
  isStreamData,
  itemAt,
  itemsAt,
  itemsLaterOf,
  itemsOf,
  IterableDataset,
  lengthOf,
  type MapData,
  notData,
  type StreamData,
} from "./dataset.ts";

/** What data sets of several others are made with. */
export interface DatasetsArguments<Data> {
  readonly datasets: Iterable<Data>;
}

const datasetsParameters: ParametersOf<DatasetsArguments<unknown>> = {
  datasets: iterable("an array of data sets"),
};

/**
 * The items of several data sets one after the other.
 *
 * Source: `torch.utils.data.ConcatDataset`.
 */
export class ConcatDataset<Item> extends Dataset<Item> {
  readonly datasets: readonly MapData<Item>[];
  /** Where each data set ends. */
  readonly cumulative_sizes: readonly number[];

  /** @throws AssertionError when there is none, or one has no index. */
  constructor(...args: CallForms<DatasetsArguments<MapData<Item>>, [datasets: Iterable<MapData<Item>>]>) {
    super();
    const datasets = [...bind("ConcatDataset", datasetsParameters, args).datasets];
    if (datasets.length === 0)
      throw new AssertionError("datasets should not be an empty iterable: give at least one data set.");
    if (datasets.some((dataset) => dataset instanceof IterableDataset))
      throw new AssertionError(
        "ConcatDataset does not support IterableDataset, whose items have no index. Use data.ChainDataset.",
      );
    for (const dataset of datasets) if (!isMapData(dataset)) throw notData("ConcatDataset", dataset);
    this.datasets = datasets as MapData<Item>[]; // checked above
    let end = 0;
    this.cumulative_sizes = datasets.map((dataset) => (end += lengthOf("ConcatDataset", dataset)));
  }

  get length(): number {
    return this.cumulative_sizes.at(-1) ?? 0;
  }

  /** @throws ValueError for a negative index beyond the start; as the last data set beyond the end. */
  get(index: number): Item {
    if (-index > this.length)
      throw new ValueError(
        `absolute value of index should not exceed dataset length: ${index} of ${this.length} items.`,
      );
    const positive = index < 0 ? this.length + index : index;
    const found = this.cumulative_sizes.findIndex((end) => positive < end);
    const which = found < 0 ? this.datasets.length - 1 : found;
    return itemAt(this.datasets[which]!, positive - (this.cumulative_sizes[which - 1] ?? 0));
  }
}

/** The items that a data set of each of these gives. */
export type StackedItem<Datasets> = {
  -readonly [Part in keyof Datasets]: Datasets[Part] extends MapData<infer Item> ? Item : never;
};

type Parts = readonly MapData<unknown>[] | Readonly<Record<string, MapData<unknown>>>;

/**
 * Several data sets side by side: item i is an array of item i of each, or an object where the data sets have names.
 *
 * `new data.StackDataset(images, texts)`, `new data.StackDataset({image: images, text: texts})`.
 *
 * Source: `torch.utils.data.StackDataset`.
 */
export class StackDataset<Datasets extends Parts> extends Dataset<StackedItem<Datasets>> {
  readonly datasets: Datasets;
  readonly length: number;

  /** @throws ValueError when there is none, they have different lengths, or come both ways. */
  constructor(datasets: Datasets & Readonly<Record<string, MapData<unknown>>>);
  constructor(...datasets: Datasets & readonly MapData<unknown>[]);
  constructor(...datasets: readonly unknown[]) {
    super();
    const named = isNamed(datasets);
    if (!named && datasets.some((dataset) => isKeywords(dataset) && !isMapData(dataset)))
      throw new ValueError(
        "Supported either tuple- (via args) or dict- (via kwargs) like input/output, but both types are given.",
      );
    // One or the other, by what was looked at.
    this.datasets = (named ? datasets[0] : datasets) as unknown as Datasets;
    const lengths = Object.values(this.datasets).map((dataset) => lengthOf("StackDataset", dataset));
    const [first] = lengths;
    if (first === undefined) throw new ValueError("At least one dataset should be passed.");
    if (lengths.some((length) => length !== first))
      throw new ValueError(`Size mismatch between datasets: their lengths are ${lengths.join(" and ")}.`);
    this.length = first;
  }

  get(index: number): StackedItem<Datasets> {
    return this.#mapped((dataset) => itemAt(dataset, index)) as StackedItem<Datasets>; // one of each
  }

  /** The items at these indices; each data set is asked for them together where it can. */
  getMany(indices: readonly number[]): readonly StackedItem<Datasets>[] {
    const parts = this.#mapped((dataset) => itemsAt(dataset, indices));
    return indices.map((_, at) =>
      mapParts(parts, (items) => (items as unknown[])[at]),
    ) as StackedItem<Datasets>[]; // one of each
  }

  #mapped(use: (dataset: MapData<unknown>) => unknown): unknown {
    return mapParts(this.datasets, (dataset) => use(dataset as MapData<unknown>)); // `Parts` holds nothing else
  }
}

/** Whether data sets came as one object with names. */
function isNamed(datasets: readonly unknown[]): boolean {
  return datasets.length === 1 && isKeywords(datasets[0]) && !isMapData(datasets[0]);
}

/** The same for each part: an array of an array, an object of an object. */
function mapParts(parts: unknown, use: (part: unknown) => unknown): unknown {
  if (Array.isArray(parts)) return parts.map((part) => use(part));
  return Object.fromEntries(Object.entries(parts as object).map(([name, part]) => [name, use(part)])); // an object with names
}

/**
 * Iterable data sets one after the other.
 *
 * Source: `torch.utils.data.ChainDataset`.
 */
export class ChainDataset<Item> extends IterableDataset<Item> {
  readonly datasets: Iterable<StreamData<Item>>;

  constructor(
    ...args: CallForms<DatasetsArguments<StreamData<Item>>, [datasets: Iterable<StreamData<Item>>]>
  ) {
    super();
    this.datasets = bind("ChainDataset", datasetsParameters, args).datasets as Iterable<StreamData<Item>>; // each is checked when its turn comes
  }

  /** How many items they have together. @throws TypeError when one does not say. */
  get length(): number {
    let total = 0;
    for (const dataset of this.datasets) total += lengthOf("ChainDataset", checkStream(dataset));
    return total;
  }

  /** @throws AssertionError for what is no iterable data set, TypeError where one has to be waited for. */
  *[Symbol.iterator](): IterableIterator<Item> {
    for (const dataset of this.datasets) yield* itemsOf(checkStream(dataset));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for (const dataset of this.datasets) yield* itemsLaterOf(checkStream(dataset));
  }
}

/** @throws AssertionError for what is no iterable data set. */
function checkStream<Item>(dataset: StreamData<Item>): StreamData<Item> {
  if (isStreamData(dataset)) return dataset;
  throw new AssertionError(
    "ChainDataset only supports IterableDataset. Use data.ConcatDataset for data sets with an index.",
  );
}
