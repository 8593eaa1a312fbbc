/** Batches of a data set that gives one item after the other. */
import type { Requests } from "./ahead.ts";
import type { CollateFunction } from "./batches.ts";
import { collate, default_convert } from "./collate.ts";
import { itemsLaterOf, type StreamData } from "./dataset.ts";

/** How items are put together. */
export interface StreamSettings {
  /** `null`: no batches. */
  readonly batch_size: number | null;
  readonly drop_last: boolean;
  /** `null` for the usual one. */
  readonly collate_fn: CollateFunction | null;
}

/** Gathers items until they are a batch. */
class Gathering {
  readonly #settings: StreamSettings;
  #items: unknown[] = [];
  #first = 0;

  constructor(settings: StreamSettings) {
    this.#settings = settings;
  }

  /** Takes one more item; whether there is something to give now. */
  add(item: unknown): boolean {
    this.#items.push(item);
    return this.#items.length >= (this.#settings.batch_size ?? 1);
  }

  /** Whether there is something to give when no more items come. */
  isLeft(): boolean {
    return this.#items.length > 0 && !this.#settings.drop_last;
  }

  /** What the items since the last time give. */
  take(): unknown {
    const [items, first] = [this.#items, this.#first];
    this.#first += items.length;
    this.#items = [];
    const { batch_size, collate_fn } = this.#settings;
    const data = batch_size === null ? items[0] : items;
    if (collate_fn !== null) return collate_fn(data as never); // the caller's own, for the items of its own data set
    if (batch_size === null) return default_convert(data);
    return collate(items, { path: "", entry: (position) => `item ${first + position} of the data set` });
  }
}

/** The batches of items that are there. */
export function* batchesOf(items: Iterator<unknown>, settings: StreamSettings): IterableIterator<unknown> {
  const gathering = new Gathering(settings);
  for (const item of { [Symbol.iterator]: () => items }) if (gathering.add(item)) yield gathering.take();
  if (gathering.isLeft()) yield gathering.take();
}

/** The batches of items that have to be waited for: one item is asked for after the other, also where several batches are wanted. */
export function requestsOf(stream: StreamData<unknown>, settings: StreamSettings): Requests {
  const batches = batchesLater(stream, settings);
  // An asynchronous generator keeps its callers in a row.
  return {
    next: () => batches.next(),
    close: async () => {
      await batches.return();
    },
  };
}

async function* batchesLater(
  stream: StreamData<unknown>,
  settings: StreamSettings,
): AsyncGenerator<unknown, void, undefined> {
  const gathering = new Gathering(settings);
  for await (const item of itemsLaterOf(stream)) if (gathering.add(item)) yield gathering.take();
  if (gathering.isLeft()) yield gathering.take();
}
