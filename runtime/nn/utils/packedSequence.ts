/** Sequences of different lengths without padding. */
import { bind } from "../../binding.ts";
import { arange, empty_like } from "../../create.ts";
import { cpu, type Device } from "../../device.ts";
import { float16, float32, float64, int16, int32, int64, int8, uint8, type DType } from "../../dtype.ts";
import { AssertionError } from "../../errors/assertionError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { inspectAs } from "../../inspect.ts";
import { optionalTensor, tensor } from "../../parameters.ts";
import { Tensor } from "../../tensor.ts";

/** Where a packed sequence goes, by name. */
export interface PackedTarget {
  readonly device?: Device | string;
  readonly dtype?: DType;
}

const parameters = {
  data: {
    expects: "a Tensor, or an array of data and batch sizes",
    convert: (value: unknown): Tensor | readonly unknown[] | undefined =>
      value instanceof Tensor || Array.isArray(value) ? value : undefined,
  },
  batch_sizes: optionalTensor,
  sorted_indices: optionalTensor,
  unsorted_indices: optionalTensor,
};

/** Data and batch sizes, given one by one or as a pair. */
function dataOf(data: Tensor | readonly unknown[], sizes: Tensor | null): [Tensor, Tensor] {
  if (sizes !== null && data instanceof Tensor) {
    if (sizes.device !== cpu)
      throw new ValueError(
        "batch_sizes should always be on CPU. Instances of PackedSequence should never be created manually. They should be instantiated by functions like pack_sequence and pack_padded_sequences in nn.utils.rnn.",
      );
    return [data, sizes];
  }
  const [first, second] = Array.isArray(data) && data.length === 2 ? (data as unknown[]) : [];
  if (first instanceof Tensor && second instanceof Tensor) return [first, second];
  throw new AssertionError(
    "Expected data to be a list or tuple of length 2: [data, batch_sizes], or give batch_sizes as the second argument.",
  );
}

/** The permutation that undoes another one; `null` for none. Source: `torch.nn.utils.rnn.invert_permutation`. */
export function invert_permutation(permutation: Tensor): Tensor;
export function invert_permutation(permutation: Tensor | null): Tensor | null;
export function invert_permutation(permutation: Tensor | null): Tensor | null {
  if (permutation === null) return null;
  const { permutation: given } = bind("invert_permutation", { permutation: tensor }, [permutation]);
  const positions = arange(0, given.numel(), { dtype: given.dtype, device: given.device });
  return empty_like(given).scatter_(0, given, positions);
}

/**
 * Sequences of different lengths, without padding: the first elements of all, then the second ones of those that have one, and so on, the longest sequence first.
 * `nn.utils.rnn.pack_padded_sequence` and `pack_sequence` make it, and recurrent modules take it.
 *
 * As Python's named tuple it can be taken apart: `const [data, batch_sizes, sorted_indices, unsorted_indices] = packed`.
 *
 * Source: `torch.nn.utils.rnn.PackedSequence`.
 */
export class PackedSequence {
  /** The elements, `[sum of lengths, …]`. */
  readonly data: Tensor;
  /** How many sequences have an element at each position: int64, on the CPU. */
  readonly batch_sizes: Tensor;
  /** Where each sequence of `data` was among those that were given; `null` where they came sorted. */
  readonly sorted_indices: Tensor | null;
  /** The inverse of `sorted_indices`. */
  readonly unsorted_indices: Tensor | null;

  /** @throws ValueError when `batch_sizes` is not on the CPU, AssertionError when there are none. */
  constructor(
    data: Tensor | readonly [data: Tensor, batch_sizes: Tensor],
    batch_sizes?: Tensor | null,
    sorted_indices?: Tensor | null,
    unsorted_indices?: Tensor | null,
  ) {
    const given = bind("PackedSequence", parameters, [data, batch_sizes, sorted_indices, unsorted_indices]);
    [this.data, this.batch_sizes] = dataOf(given.data, given.batch_sizes);
    this.sorted_indices = given.sorted_indices;
    this.unsorted_indices = given.unsorted_indices ?? invert_permutation(given.sorted_indices);
  }

  /** The four tensors, in the order of Python's tuple. */
  *[Symbol.iterator](): IterableIterator<Tensor | null> {
    yield this.data;
    yield this.batch_sizes;
    yield this.sorted_indices;
    yield this.unsorted_indices;
  }

  /** Whether the data are on an accelerator. */
  get is_cuda(): boolean {
    return this.data.is_cuda;
  }

  /** With data of another dtype or on another device; itself where they are that already. Source: `torch.nn.utils.rnn.PackedSequence.to`. */
  to(target: DType | Device | string | PackedTarget): PackedSequence {
    const data = this.data.to(target as PackedTarget); // `Tensor.to` takes each of these
    if (data === this.data) return this;
    const beside = (indices: Tensor | null): Tensor | null => indices && indices.to({ device: data.device });
    return new PackedSequence(
      data,
      this.batch_sizes,
      beside(this.sorted_indices),
      beside(this.unsorted_indices),
    );
  }

  /** As `to("cuda")`. */
  cuda(): PackedSequence {
    return this.to("cuda");
  }

  /** As `to("cpu")`. */
  cpu(): PackedSequence {
    return this.to("cpu");
  }

  /** As `to(torch.float64)`. */
  double(): PackedSequence {
    return this.to(float64);
  }

  /** As `to(torch.float32)`. */
  float(): PackedSequence {
    return this.to(float32);
  }

  /** As `to(torch.float16)`. */
  half(): PackedSequence {
    return this.to(float16);
  }

  /** As `to(torch.int64)`. */
  long(): PackedSequence {
    return this.to(int64);
  }

  /** As `to(torch.int32)`. */
  int(): PackedSequence {
    return this.to(int32);
  }

  /** As `to(torch.int16)`. */
  short(): PackedSequence {
    return this.to(int16);
  }

  /** As `to(torch.int8)`. */
  char(): PackedSequence {
    return this.to(int8);
  }

  /** As `to(torch.uint8)`. */
  byte(): PackedSequence {
    return this.to(uint8);
  }

  /** Python's printed form. */
  toString(): string {
    const names = ["data", "batch_sizes", "sorted_indices", "unsorted_indices"] as const;
    return `PackedSequence(${names.map((name) => `${name}=${this[name]?.toString() ?? "None"}`).join(", ")})`;
  }
}

inspectAs(PackedSequence, (packed) => packed.toString());
