/** In which order a loader asks for items. The numbers that are drawn are PyTorch's, at the moments at which PyTorch draws them. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { as_tensor, randint, randperm } from "../create.ts";
import { anything } from "../creation/data.ts";
import { cpu } from "../device.ts";
import { float64 } from "../dtype.ts";
import { ValueError } from "../errors/valueError.ts";
import { multinomial } from "../ops/sampling/methods.ts";
import { flag, number, optionalNumber, type ParametersOf } from "../parameters.ts";
import { default_generator, Generator } from "../random.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { generator, indexList, iterable, sized, withData, type Sized } from "./arguments.ts";

/** Numbers are drawn, and indices kept, on the processor, whatever the default device. */
const here = { device: cpu };

/** The elements of a vector of indices. */
function indicesOf(vector: Tensor): readonly number[] {
  return vector.tolist() as number[]; // one dimension of safe whole numbers
}

/** A number from the whole range of int64 that are not negative, as `torch.empty((), dtype=torch.int64).random_()` draws it. */
export function drawSeed(source: Generator | null): bigint {
  return BigInt.asUintN(63, (source ?? default_generator).random64());
}

/** @throws ValueError when `value` is not a whole number of at least 1. */
function checkPositive(name: string, value: number, advice = ""): void {
  if (!Number.isInteger(value) || value <= 0)
    throw new ValueError(
      `${name} should be a positive integer value, but got ${name}=${value}${advice === "" ? "" : `: ${advice}`}`,
    );
}

/**
 * Indices in an order, or whatever else a data set is asked with. A subclass has `*[Symbol.iterator]()`, and `length` where it is known.
 *
 * Source: `torch.utils.data.Sampler`.
 */
export abstract class Sampler<Index = number> implements Iterable<Index> {
  /** The indices, from the start. */
  abstract [Symbol.iterator](): Iterator<Index>;
}

/** What `data.SequentialSampler` is made with. */
export interface SequentialSamplerArguments {
  readonly data_source: Sized;
}

/** All indices in their order. Source: `torch.utils.data.SequentialSampler`. */
export class SequentialSampler extends Sampler {
  readonly data_source: Sized;

  constructor(...args: CallForms<SequentialSamplerArguments, [data_source: Sized]>) {
    super();
    this.data_source = bind("SequentialSampler", { data_source: sized }, withData(args)).data_source;
  }

  /** Number of indices. */
  get length(): number {
    return this.data_source.length;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const { length } = this.data_source;
    for (let index = 0; index < length; index++) yield index;
  }
}

/** What `data.RandomSampler` is made with. */
export interface RandomSamplerArguments {
  readonly data_source: Sized;
  /** Whether an index can come several times; `false` unless given. */
  readonly replacement?: boolean;
  /** How many indices; as many as there are items unless given. Without replacement, more are drawn in further permutations. */
  readonly num_samples?: number | null;
  /** The source of random numbers. Without one, each pass has a generator of its own, seeded by a number that the default generator draws. */
  readonly generator?: Generator | null;
}

const randomParameters: ParametersOf<RandomSamplerArguments> = {
  data_source: sized,
  replacement: flag(false),
  num_samples: optionalNumber,
  generator,
};

/** With replacement, indices are drawn in groups of this many. */
const groupSize = 32;

/**
 * Indices in random order, or drawn with replacement.
 *
 * Source: `torch.utils.data.RandomSampler`.
 */
export class RandomSampler extends Sampler {
  readonly data_source: Sized;
  readonly replacement: boolean;
  readonly generator: Generator | null;
  readonly #count: number | null;

  /** @throws ValueError when there is nothing to draw. */
  constructor(
    ...args: CallForms<
      RandomSamplerArguments,
      [data_source: Sized, replacement?: boolean, num_samples?: number | null, generator?: Generator | null]
    >
  ) {
    super();
    const given = bind("RandomSampler", randomParameters, withData(args));
    this.data_source = given.data_source;
    this.replacement = given.replacement;
    this.generator = given.generator;
    this.#count = given.num_samples;
    checkPositive(
      "num_samples",
      this.num_samples,
      given.num_samples === null ? "the data set is empty, so there is nothing to shuffle." : "",
    );
  }

  /** How many indices a pass gives. */
  get num_samples(): number {
    return this.#count ?? this.data_source.length;
  }

  /** The same, as Python's `len(sampler)`. */
  get length(): number {
    return this.num_samples;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const source = this.generator ?? new Generator().manual_seed(drawSeed(null));
    const { length } = this.data_source;
    if (length === 0)
      throw new ValueError("RandomSampler: the data set is empty, so there is nothing to draw.");
    yield* this.replacement ? this.#drawn(length, source) : this.#shuffled(length, source);
  }

  *#drawn(length: number, generator: Generator): IterableIterator<number> {
    const count = this.num_samples;
    for (let done = 0; done <= count - groupSize; done += groupSize)
      yield* indicesOf(randint(length, [groupSize], { generator, ...here }));
    yield* indicesOf(randint(length, [count % groupSize], { generator, ...here }));
  }

  /** Draws a permutation more than is used, as PyTorch does, which a generator of the caller's notices. */
  *#shuffled(length: number, generator: Generator): IterableIterator<number> {
    const count = this.num_samples;
    for (let done = 0; done <= count - length; done += length)
      yield* indicesOf(randperm(length, { generator, ...here }));
    yield* indicesOf(randperm(length, { generator, ...here })).slice(0, count % length);
  }
}

/** What `data.SubsetRandomSampler` is made with. */
export interface SubsetRandomSamplerArguments {
  readonly indices: readonly number[] | Tensor;
  readonly generator?: Generator | null;
}

const subsetParameters = { indices: indexList, generator };

/** Some indices in random order. Source: `torch.utils.data.SubsetRandomSampler`. */
export class SubsetRandomSampler extends Sampler {
  readonly indices: readonly number[];
  readonly generator: Generator | null;

  constructor(
    ...args: CallForms<
      SubsetRandomSamplerArguments,
      [indices: readonly number[] | Tensor, generator?: Generator | null]
    >
  ) {
    super();
    const given = bind("SubsetRandomSampler", subsetParameters, args);
    this.indices = given.indices;
    this.generator = given.generator;
  }

  /** Number of indices. */
  get length(): number {
    return this.indices.length;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    for (const position of indicesOf(randperm(this.length, { generator: this.generator, ...here })))
      yield this.indices[position]!;
  }
}

/** What `data.WeightedRandomSampler` is made with. */
export interface WeightedRandomSamplerArguments {
  /** How likely each index is, in proportion to the others; they need not sum to one. */
  readonly weights: readonly number[] | Tensor;
  /** How many indices. */
  readonly num_samples: number;
  /** Whether an index can come several times; `true` unless given. */
  readonly replacement?: boolean;
  readonly generator?: Generator | null;
}

const weightedParameters: ParametersOf<WeightedRandomSamplerArguments> = {
  weights: {
    expects: "an array of numbers, or a Tensor",
    // What can be data, `as_tensor` says.
    convert: (value) => anything.convert(value) as Tensor,
  },
  num_samples: number(),
  replacement: flag(true),
  generator,
};

/**
 * Indices drawn with given probabilities, as where classes are of unequal size.
 *
 * Source: `torch.utils.data.WeightedRandomSampler`.
 */
export class WeightedRandomSampler extends Sampler {
  /** float64, one for each index. */
  readonly weights: Tensor;
  readonly num_samples: number;
  readonly replacement: boolean;
  readonly generator: Generator | null;

  /** @throws ValueError when `weights` has other than one dimension, or `num_samples` is not positive. */
  constructor(
    ...args: CallForms<
      WeightedRandomSamplerArguments,
      [
        weights: readonly number[] | Tensor,
        num_samples: number,
        replacement?: boolean,
        generator?: Generator | null,
      ],
      ["weights", "num_samples"]
    >
  ) {
    super();
    const given = bind("WeightedRandomSampler", weightedParameters, args);
    checkPositive("num_samples", given.num_samples);
    const weights = as_tensor(given.weights as Tensor, { dtype: float64, ...here });
    if (weights.ndim !== 1)
      throw new ValueError(
        `weights should be a 1d sequence but given weights have shape ${formatShape(weights.shape)}`,
      );
    this.weights = weights;
    this.num_samples = given.num_samples;
    this.replacement = given.replacement;
    this.generator = given.generator;
  }

  /** Number of indices. */
  get length(): number {
    return this.num_samples;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const { weights, num_samples, replacement, generator } = this;
    yield* indicesOf(multinomial(weights, num_samples, replacement, { generator }));
  }
}

/** What `data.BatchSampler` is made with. */
export interface BatchSamplerArguments<Index = number> {
  readonly sampler: Iterable<Index>;
  /** How many indices a batch has. */
  readonly batch_size: number;
  /** Whether a last batch of fewer is left out. */
  readonly drop_last: boolean;
}

/** `drop_last` has no value of its own here, as in PyTorch. */
const batchParameters: ParametersOf<BatchSamplerArguments<unknown>> = {
  sampler: iterable("a Sampler, or another iterable of indices"),
  batch_size: number(),
  drop_last: {
    expects: "true or false",
    convert: (value) => (typeof value === "boolean" ? value : undefined),
  },
};

/**
 * The indices of another sampler in arrays of `batch_size`.
 *
 * Source: `torch.utils.data.BatchSampler`.
 */
export class BatchSampler<Index = number> extends Sampler<Index[]> {
  readonly sampler: Iterable<Index>;
  readonly batch_size: number;
  readonly drop_last: boolean;

  /** @throws ValueError when `batch_size` is not positive. */
  constructor(
    ...args: CallForms<
      BatchSamplerArguments<Index>,
      [sampler: Iterable<Index>, batch_size: number, drop_last: boolean],
      ["sampler", "batch_size", "drop_last"]
    >
  ) {
    super();
    const given = bind("BatchSampler", batchParameters, args);
    checkPositive("batch_size", given.batch_size);
    this.sampler = given.sampler as Iterable<Index>; // the caller's own
    this.batch_size = given.batch_size;
    this.drop_last = given.drop_last;
  }

  /** Number of batches. @throws TypeError when the sampler has no length. */
  get length(): number {
    const count = countOf(this.sampler) / this.batch_size;
    return this.drop_last ? Math.floor(count) : Math.ceil(count);
  }

  override *[Symbol.iterator](): IterableIterator<Index[]> {
    let batch: Index[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length < this.batch_size) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.drop_last) yield batch;
  }
}

/** Number of elements of a sampler. @throws TypeError when it does not say. */
export function countOf(sampler: Iterable<unknown>): number {
  if ("length" in sampler && typeof sampler.length === "number") return sampler.length;
  throw new TypeError(
    `object of type '${sampler.constructor.name}' has no len(): give the sampler a member length, if it knows how many indices it gives.`,
  );
}
