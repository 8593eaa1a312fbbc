import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { randperm } from "../create.ts";
import { cpu } from "../device.ts";
import { ValueError } from "../errors/valueError.ts";
import { flag, integer, optionalInteger, type ParametersOf } from "../parameters.ts";
import { Generator } from "../random.ts";
import { sized, withData, type Sized } from "./arguments.ts";
import { Sampler } from "./sampler.ts";

/** What `data.DistributedSampler` is made with. */
export interface DistributedSamplerArguments {
  readonly dataset: Sized;
  /** Among how many the items are divided; 1 unless given. */
  readonly num_replicas?: number | null;
  /** Which of them this is, from 0. */
  readonly rank?: number | null;
  /** Whether the items come in another random order in each epoch; `true` unless given. */
  readonly shuffle?: boolean;
  /** Decides the order, together with the epoch; it must be the same everywhere. */
  readonly seed?: number;
  /** Whether items are left out so that all have as many; otherwise some come twice. */
  readonly drop_last?: boolean;
}

const parameters: ParametersOf<DistributedSamplerArguments> = {
  dataset: sized,
  num_replicas: optionalInteger,
  rank: optionalInteger,
  shuffle: flag(true),
  seed: integer(0),
  drop_last: flag(false),
};

/**
 * The part of the items that falls to one of several programs, which divide a data set among each other. `set_epoch(epoch)` before each epoch makes the next order.
 *
 * Source: `torch.utils.data.distributed.DistributedSampler`. There are no process groups here: without `num_replicas` there is one program.
 */
export class DistributedSampler extends Sampler {
  readonly dataset: Sized;
  readonly num_replicas: number;
  readonly rank: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly drop_last: boolean;
  epoch = 0;
  /** How many items fall to each. */
  readonly num_samples: number;
  /** How many fall to all together. */
  readonly total_size: number;

  /** @throws ValueError when there is no replica of that rank. */
  constructor(
    ...args: CallForms<
      DistributedSamplerArguments,
      [
        dataset: Sized,
        num_replicas?: number | null,
        rank?: number | null,
        shuffle?: boolean,
        seed?: number,
        drop_last?: boolean,
      ]
    >
  ) {
    super();
    const given = bind("DistributedSampler", parameters, withData(args));
    this.dataset = given.dataset;
    this.num_replicas = given.num_replicas ?? 1;
    this.rank = given.rank ?? 0;
    if (this.rank >= this.num_replicas || this.rank < 0)
      throw new ValueError(
        `Invalid rank ${this.rank}, rank should be in the interval [0, ${this.num_replicas - 1}]`,
      );
    this.shuffle = given.shuffle;
    this.seed = given.seed;
    this.drop_last = given.drop_last;
    const share = this.dataset.length / this.num_replicas;
    this.num_samples = this.drop_last ? Math.floor(share) : Math.ceil(share);
    this.total_size = this.num_samples * this.num_replicas;
  }

  /** Number of indices. */
  get length(): number {
    return this.num_samples;
  }

  /** Says which epoch comes next: with `shuffle`, each has an order of its own. */
  set_epoch(epoch: number): void {
    this.epoch = epoch;
  }

  override *[Symbol.iterator](): IterableIterator<number> {
    const order = this.#order();
    // Those that are missing for equal shares are taken from the front again.
    for (let at = this.rank; at < this.total_size; at += this.num_replicas) yield order[at % order.length]!;
  }

  #order(): readonly number[] {
    const { length } = this.dataset;
    if (!this.shuffle) return Array.from({ length }, (_, index) => index);
    const generator = new Generator().manual_seed(this.seed + this.epoch);
    return randperm(length, { generator, device: cpu }).tolist() as number[]; // one dimension
  }
}
