/** Whole batches at once, where a data set is made of tensors: what collating the items one by one would give, without making them. */
import { describe } from "../binding.ts";
import { tensor } from "../create.ts";
import { index_select } from "../ops/methods.ts";
import { Tensor } from "../tensor.ts";
import { StackDataset } from "./combined.ts";
import type { MapData } from "./dataset.ts";
import { Subset } from "./subset.ts";
import { TensorDataset } from "./tensorDataset.ts";

/** Puts a batch together from indices. */
export type Gather = (indices: readonly number[]) => unknown;

/** How to take whole batches from a data set, or `null` where items have to be asked for one by one, as where a subclass has a `get` of its own. */
export function gatherOf(dataset: MapData<unknown>): Gather | null {
  if (dataset instanceof Tensor) return (indices) => rowsAt([dataset], indices)[0];
  if (dataset instanceof TensorDataset && dataset.get === TensorDataset.prototype.get)
    return "getMany" in dataset ? null : (indices) => rowsAt(dataset.tensors, indices);
  if (dataset instanceof Subset && isUnchanged(dataset, Subset.prototype)) return gatherOfSubset(dataset);
  if (dataset instanceof StackDataset && isUnchanged(dataset, StackDataset.prototype))
    return gatherOfStack(dataset.datasets as StackDataset<readonly MapData<unknown>[]>["datasets"]); // or with names, which is looked at
  return null;
}

type Methods = Pick<Subset<unknown>, "get" | "getMany">;

function isUnchanged(dataset: Methods, prototype: Methods): boolean {
  return dataset.get === prototype.get && dataset.getMany === prototype.getMany;
}

function gatherOfSubset(subset: Subset<unknown>): Gather | null {
  const whole = gatherOf(subset.dataset);
  return whole && ((indices) => whole(indices.map((index) => subset.originalIndex(index))));
}

function gatherOfStack(
  datasets: readonly MapData<unknown>[] | Readonly<Record<string, MapData<unknown>>>,
): Gather | null {
  const parts = Object.entries(datasets).map(([name, dataset]) => [name, gatherOf(dataset)] as const);
  if (parts.some(([, gather]) => gather === null)) return null;
  return (indices) => {
    const batches = parts.map(([name, gather]) => [name, gather?.(indices)] as const);
    return Array.isArray(datasets) ? batches.map(([, batch]) => batch) : Object.fromEntries(batches);
  };
}

/** Rows of tensors, which have the same number of them; a negative index counts from the end. */
function rowsAt(tensors: readonly Tensor[], indices: readonly number[]): Tensor[] {
  const rows = tensors[0]?.shape[0] ?? 0;
  const strange = indices.find((index) => !Number.isInteger(index));
  if (strange !== undefined)
    throw new TypeError(
      `DataLoader: rows of tensors have whole numbers as indices, and the sampler gave ${describe(strange)}.`,
    );
  const positions = Int32Array.from(indices, (index) => (index < 0 ? index + rows : index));
  return tensors.map((source) => index_select(source, 0, tensor(positions, { device: source.device })));
}
