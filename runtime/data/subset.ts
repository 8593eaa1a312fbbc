/** A part of a data set, and parts at random. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { randperm } from "../create.ts";
import { cpu } from "../device.ts";
import { IndexError } from "../errors/indexError.ts";
import { ValueError } from "../errors/valueError.ts";
import type { ParametersOf } from "../parameters.ts";
import type { Generator } from "../random.ts";
import { warnOnce } from "../warn.ts";
import type { Tensor } from "../tensor.ts";
import { generator, indexList, mapData, numbers } from "./arguments.ts";
import { Dataset, itemAt, itemsAt, lengthOf, type MapData } from "./dataset.ts";

/** What `data.Subset` is made with. */
export interface SubsetArguments<Item> {
  readonly dataset: MapData<Item>;
  /** Which items, in their order: an array, or a tensor of one dimension. */
  readonly indices: readonly number[] | Tensor;
}

const subsetParameters = { dataset: mapData, indices: indexList };

/**
 * The items of another data set at some indices.
 *
 * Source: `torch.utils.data.Subset`.
 */
export class Subset<Item> extends Dataset<Item> {
  readonly dataset: MapData<Item>;
  readonly indices: readonly number[];

  constructor(
    ...args: CallForms<
      SubsetArguments<Item>,
      [dataset: MapData<Item>, indices: readonly number[] | Tensor],
      ["dataset", "indices"]
    >
  ) {
    super();
    const given = bind("Subset", subsetParameters, args);
    this.dataset = given.dataset as MapData<Item>; // the caller's own
    this.indices = given.indices;
  }

  get length(): number {
    return this.indices.length;
  }

  /** @throws IndexError when there is no such index. */
  get(index: number): Item {
    return itemAt(this.dataset, this.originalIndex(index));
  }

  /** The items at these indices, which the data set is asked for together where it can. */
  getMany(indices: readonly number[]): readonly Item[] {
    return this.get === Subset.prototype.get
      ? itemsAt(
          this.dataset,
          indices.map((index) => this.originalIndex(index)),
        )
      : indices.map((index) => this.get(index));
  }

  /** Where an item stands in the whole data set. @internal */
  originalIndex(index: number): number {
    const original = this.indices.at(index);
    if (original !== undefined && index >= -this.indices.length) return original;
    throw new IndexError(`index ${index} is out of range for a Subset of ${this.indices.length} items.`);
  }
}

/** What `data.random_split` takes. */
export interface RandomSplitArguments<Item, Lengths extends readonly number[]> {
  readonly dataset: MapData<Item>;
  /** How many items each part gets, or fractions that sum to 1. */
  readonly lengths: Lengths;
  readonly generator?: Generator | null;
}

const splitParameters: ParametersOf<RandomSplitArguments<unknown, readonly number[]>> = {
  dataset: mapData,
  lengths: numbers,
  generator,
};

/**
 * Parts of a data set that have no item in common, chosen at random: `const [train, test] = data.random_split(all, [0.8, 0.2])`.
 *
 * Fractions are rounded down, and what is left over goes to the first parts, one item each.
 *
 * @throws ValueError when a fraction is not between 0 and 1, or lengths do not sum to that of the data set.
 * Source: `torch.utils.data.random_split`.
 */
export function random_split<Item, const Lengths extends readonly number[]>(
  ...args: CallForms<
    RandomSplitArguments<Item, Lengths>,
    [dataset: MapData<Item>, lengths: Lengths, generator?: Generator | null],
    ["dataset", "lengths"]
  >
): { -readonly [Part in keyof Lengths]: Subset<Item> } {
  const { dataset, lengths: given, generator } = bind("random_split", splitParameters, args);
  const length = lengthOf("random_split", dataset);
  const lengths = areFractions(given) ? lengthsOf(given, length) : given;
  const total = sum(lengths);
  if (total !== length)
    throw new ValueError(
      `Sum of input lengths does not equal the length of the input dataset! The lengths ${given.join(" + ")} are ${total}, and there are ${length} items. Fractions, which sum to 1, fit any data set.`,
    );
  const order = randperm(length, { generator, device: cpu }).tolist() as number[]; // one dimension of whole numbers
  let end = 0;
  return lengths.map((count) => {
    end += count;
    return new Subset(dataset as MapData<Item>, order.slice(end - count, end));
  }) as { -readonly [Part in keyof Lengths]: Subset<Item> }; // a part for each length
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Whether lengths are fractions of a whole. Roundings may sum to a little more or less than 1. */
function areFractions(lengths: readonly number[]): boolean {
  return Math.abs(sum(lengths) - 1) <= 1e-9;
}

/** @throws ValueError when a fraction is not between 0 and 1. */
function lengthsOf(fractions: readonly number[], length: number): readonly number[] {
  const wrong = fractions.findIndex((fraction) => fraction < 0 || fraction > 1);
  if (wrong >= 0)
    throw new ValueError(`Fraction at index ${wrong} is not between 0 and 1: it is ${fractions[wrong]}.`);
  const lengths = fractions.map((fraction) => Math.floor(length * fraction));
  const remainder = length - sum(lengths);
  for (let i = 0; i < remainder; i++) lengths[i % lengths.length]! += 1;
  for (const [i, count] of lengths.entries())
    if (count === 0) warnOnce(`Length of split at index ${i} is 0. This might result in an empty dataset.`);
  return lengths;
}
