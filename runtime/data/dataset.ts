/** What data sets are: what gives an item for an index, or one item after the other. */
import { describe } from "../binding.ts";
import { IndexError } from "../errors/indexError.ts";
import { NotImplementedError } from "../errors/notImplementedError.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { Tensor } from "../tensor.ts";

/** What gives an item for each index below its length. */
export interface IndexedData<Item> {
  readonly length: number;
  get(index: number): Item;
  /** The items at these indices, for what can find several faster than one by one. PyTorch has `__getitems__` for it. */
  getMany?(indices: readonly number[]): readonly Item[];
}

/** What has items by index: a `Dataset` or anything else with its two members, an array, or a tensor, whose rows are the items. */
export type MapData<Item> = IndexedData<Item> | readonly Item[] | (Tensor & Iterable<Item>);

/** What gives its items one after the other. */
export type StreamData<Item> = Iterable<Item> | AsyncIterable<Item>;

/**
 * A data set whose items have an index: what `__getitem__` and `__len__` are in Python, `get` and `length` are here.
 *
 * ```ts
 * class Squares extends data.Dataset<[Tensor, number]> {
 *   readonly length = 10;
 *   get(index: number): [Tensor, number] {
 *     return [torch.tensor([index]), index ** 2];
 *   }
 * }
 * ```
 *
 * An item of several parts is an array. `get` may give a promise; then a loader is walked through by `for await`. A method `getMany(indices)`, PyTorch's `__getitems__`, is asked for whole batches where there is one.
 *
 * Source: `torch.utils.data.Dataset`.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a class that says no type of its items gives any: its `get` says more
export abstract class Dataset<Item = any> implements IndexedData<Item> {
  /** Number of items: Python's `len(dataset)`. */
  abstract readonly length: number;

  /** The item at an index, from 0 to `length` − 1. Loaders ask for whole numbers; a sampler of its own may ask for others. */
  abstract get(index: number): Item;

  /** All items in their order. */
  *[Symbol.iterator](): Generator<Item, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.get(index);
  }
}

/**
 * A data set that gives one item after the other, as from a file or a network, and may have no end.
 *
 * ```ts
 * class Countdown extends data.IterableDataset<number> {
 *   *[Symbol.iterator]() {
 *     yield 3;
 *     yield 2;
 *   }
 * }
 * ```
 *
 * One that has to wait for its items has `async *[Symbol.asyncIterator]()` instead. A member `length` says how many items there are, where that is known.
 *
 * Source: `torch.utils.data.IterableDataset`.
 *
 * @typeParam _Item what it gives, for whoever reads the class; its iterator says it to the compiler.
 */
// oxlint-disable-next-line typescript/no-extraneous-class -- a class to extend: it must have one of two iterators, which no declaration can ask for
export abstract class IterableDataset<_Item = unknown> {}

/** @throws NotImplementedError for a data set without an iterator. */
function checkIterator(stream: object): void {
  if (!(Symbol.iterator in stream || Symbol.asyncIterator in stream))
    throw new NotImplementedError(
      `Subclasses of IterableDataset should implement *[Symbol.iterator](), or async *[Symbol.asyncIterator](); ${stream.constructor.name} has neither.`,
    );
}

/**
 * The items of a data set that need no waiting.
 *
 * @throws TypeError when they do, NotImplementedError for a data set without an iterator.
 */
export function itemsOf<Item>(stream: StreamData<Item>): Iterable<Item> {
  checkIterator(stream);
  if (Symbol.iterator in stream) return stream;
  throw new TypeError(
    `${stream.constructor.name} gives its items asynchronously: walk through its loader by for await (const batch of loader).`,
  );
}

/** The items of a data set, for what waits. @throws NotImplementedError for a data set without an iterator. */
export function itemsLaterOf<Item>(stream: StreamData<Item>): StreamData<Item> {
  checkIterator(stream);
  return stream;
}

/** Whether a value has items by index. */
export function isMapData(value: unknown): value is MapData<unknown> {
  if (Array.isArray(value) || value instanceof Tensor) return true;
  return (
    typeof value === "object" &&
    value !== null &&
    "length" in value &&
    "get" in value &&
    typeof value.get === "function"
  );
}

/**
 * Whether a value gives its items one after the other, each time from the start.
 *
 * @throws TypeError for a generator, which can be walked through once.
 */
export function isStreamData(value: unknown): value is StreamData<unknown> {
  if (value instanceof IterableDataset) return true; // its iterator is looked at when it is used
  if (typeof value !== "object" || value === null || isMapData(value)) return false;
  if (!(Symbol.iterator in value || Symbol.asyncIterator in value)) return false;
  if ("next" in value && typeof value.next === "function")
    throw new TypeError(
      `a generator can be walked through only once, and a loader begins anew in each epoch. Pass an array of its items, [...generator], or a class that extends data.IterableDataset.`,
    );
  return true;
}

/** An error for what is no data set. */
export function notData(owner: string, value: unknown): TypeError {
  return new TypeError(
    `${owner}: expected a data set, not ${describe(value)}. A data set extends data.Dataset and has get(index) and length; an array and a Tensor are data sets too.`,
  );
}

/** Number of items. @throws TypeError when `dataset` is no data set. */
export function lengthOf(owner: string, dataset: unknown): number {
  if (dataset instanceof Tensor && dataset.ndim === 0)
    throw new TypeError("len() of a 0-d tensor: a single number has no rows. Use x.reshape(1).");
  if (typeof dataset === "object" && dataset !== null && "length" in dataset) {
    const { length } = dataset;
    if (typeof length === "number" && length >= 0) return length;
  }
  throw notData(owner, dataset);
}

/** The item at an index. */
export function itemAt<Item>(dataset: MapData<Item>, index: number): Item {
  // A tensor is a data set of tensors: `MapData` says so.
  if (dataset instanceof Tensor) return dataset.select(0, index) as Item;
  if (!Array.isArray(dataset)) return (dataset as IndexedData<Item>).get(index);
  const item: Item | undefined = dataset.at(index);
  if (item === undefined && (index >= dataset.length || index < -dataset.length))
    throw new IndexError(`index ${index} is out of range for an array of ${dataset.length} items.`);
  return item as Item; // an element that is `undefined` is the caller's own
}

/** The method of a data set that gives several items, or `null`. */
export function methodForMany<Item>(
  dataset: MapData<Item>,
): ((indices: readonly number[]) => readonly Item[]) | null {
  if (dataset instanceof Tensor || !("getMany" in dataset) || dataset.getMany === undefined) return null;
  const { getMany } = dataset;
  return (indices) => getMany.call(dataset, indices);
}

/** @throws RuntimeError when `getMany` gave another number of items than it was asked for. */
export function checkCount(dataset: MapData<unknown>, items: readonly unknown[], expected: number): void {
  if (items.length !== expected)
    throw new RuntimeError(
      `${describe(dataset)}: getMany was asked for ${expected} items and gave ${items.length}. It gives one for each index, in their order.`,
    );
}

/**
 * The items at some indices, in their order.
 *
 * @throws RuntimeError when the data set's `getMany` gives another number of them.
 */
export function itemsAt<Item>(dataset: MapData<Item>, indices: readonly number[]): readonly Item[] {
  const several = methodForMany(dataset);
  if (several === null) return indices.map((index) => itemAt(dataset, index));
  const items = several(indices);
  checkCount(dataset, items, indices.length);
  return items;
}
