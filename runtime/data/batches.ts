/** How a loader gets the batches of a data set with indices. */
import { describe } from "../binding.ts";
import { Tensor } from "../tensor.ts";
import { collate, default_convert } from "./collate.ts";
import { checkCount, itemAt, itemsAt, methodForMany, type MapData } from "./dataset.ts";
import { gatherOf, type Gather } from "./gather.ts";

/** Makes a batch of items, or converts an item where there are no batches. */
export type CollateFunction = (items: never) => unknown;

/** Gets batches of a data set with indices. */
export interface Fetcher {
  /** The batch of some indices, or without batches the item of one. */
  readonly fetch: (indices: unknown) => unknown;
  /** The same, where items may have to be waited for. */
  readonly fetchLater: (indices: unknown) => Promise<unknown>;
}

/** @param collateFunction `null` for the usual one. */
export function fetcherOf(
  dataset: MapData<unknown>,
  inBatches: boolean,
  collateFunction: CollateFunction | null,
): Fetcher {
  if (!inBatches) return itemFetcher(dataset, collateFunction);
  const gather = collateFunction === null ? gatherOf(dataset) : null;
  return gather === null ? batchFetcher(dataset, collateFunction) : gatheringFetcher(gather);
}

function gatheringFetcher(gather: Gather): Fetcher {
  const fetch = (indices: unknown): unknown => gather(toIndices(indices));
  return { fetch, fetchLater: async (indices) => fetch(indices) };
}

function batchFetcher(dataset: MapData<unknown>, collateFunction: CollateFunction | null): Fetcher {
  const finish = (items: readonly unknown[], indices: readonly number[]): unknown =>
    collateFunction === null
      ? collate(items, { path: "", entry: (position) => `item ${indices[position]} of the data set` })
      : collateFunction([...items] as never); // the caller's own function, for the items of its own data set
  return {
    fetch(given) {
      const indices = toIndices(given);
      return finish(itemsAt(dataset, indices), indices);
    },
    async fetchLater(given) {
      const indices = toIndices(given);
      return finish(await itemsLater(dataset, indices), indices);
    },
  };
}

function itemFetcher(dataset: MapData<unknown>, collateFunction: CollateFunction | null): Fetcher {
  const finish = (item: unknown): unknown => (collateFunction ?? default_convert)(item as never); // as above
  return {
    fetch: (index) => finish(itemAt(dataset, toIndex(index))),
    fetchLater: async (index) => finish(await itemAt(dataset, toIndex(index))),
  };
}

/** The items of a batch, which are asked for all at once. */
async function itemsLater(
  dataset: MapData<unknown>,
  indices: readonly number[],
): Promise<readonly unknown[]> {
  const several = methodForMany(dataset);
  if (several === null) return Promise.all(indices.map((index) => itemAt(dataset, index)));
  const items = await several(indices);
  checkCount(dataset, items, indices.length);
  return Promise.all(items);
}

/** An index as a number, also where a sampler gives it as a tensor. */
function toIndex(index: unknown): number {
  // Whatever else a sampler gives, the data set must know.
  return index instanceof Tensor ? Number(index.item()) : (index as number);
}

/** @throws TypeError when a sampler of batches gives no list of indices. */
function toIndices(indices: unknown): readonly number[] {
  if (typeof indices === "object" && indices !== null && Symbol.iterator in indices)
    return Array.from(indices as Iterable<unknown>, toIndex); // each is looked at
  throw new TypeError(
    `DataLoader: batch_sampler must give arrays of indices, one for each batch, and gave ${describe(indices)}. Pass an iterable of single indices as sampler.`,
  );
}
