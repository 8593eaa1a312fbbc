/** `torch.nn.utils.rnn`: batches of sequences of different lengths. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { full, tensor as tensorOf } from "../../create.ts";
import { int64 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { pad } from "../../ops/spatial/pad.ts";
import { stack } from "../../ops/shaping/joining.ts";
import {
  flag,
  number,
  optionalInteger,
  tensor,
  type Parameter,
  type ParametersOf,
} from "../../parameters.ts";
import { formatShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { PackedSequence } from "./packedSequence.ts";

export { invert_permutation, PackedSequence, type PackedTarget } from "./packedSequence.ts";

/** How long each sequence is. */
type Lengths = Tensor | readonly number[];

const lengthsParameter: Parameter<Lengths> = {
  expects: "a Tensor of int64, or an array of whole numbers",
  convert: (value) =>
    value instanceof Tensor || (Array.isArray(value) && value.every(Number.isInteger))
      ? (value as Lengths)
      : undefined,
};

const packedParameter: Parameter<PackedSequence> = {
  expects: "a PackedSequence",
  convert: (value) => (value instanceof PackedSequence ? value : undefined),
};

/** The same tensors, from anything that has elements. */
const sequencesParameter: Parameter<readonly Tensor[]> = {
  expects: "an array of Tensors, or another iterable",
  convert: (value) => {
    if (typeof value !== "object" || value === null || !(Symbol.iterator in value)) return undefined;
    const list = [...(value as Iterable<unknown>)];
    return list.every((item): item is Tensor => item instanceof Tensor) ? list : undefined;
  },
};

const int64Of = (numbers: readonly number[]): Tensor => tensorOf(numbers.map(BigInt), { dtype: int64 });

/** @throws RuntimeError when the lengths are not those of the batch. */
function checkLengths(lengths: readonly number[], batch: number, longest: number): void {
  if (lengths.length !== batch)
    throw new RuntimeError(
      `Expected \`len(lengths)\` to be equal to batch_size, but got ${lengths.length} (batch_size=${batch}).`,
    );
  if (lengths.at(-1)! <= 0)
    throw new RuntimeError(
      `Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0: ${lengths.at(-1)}.`,
    );
  if (lengths.some((length, index) => index > 0 && length > lengths[index - 1]!))
    throw new RuntimeError(
      "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass {enforce_sorted: false} to pack_padded_sequence and/or pack_sequence to sidestep this requirement.",
    );
  if (lengths[0]! > longest)
    throw new RuntimeError(
      `the longest of the lengths is ${lengths[0]}, and the input has ${longest} steps: give the lengths before the padding.`,
    );
}

/** Where each element of packed data lies among `[sequence, batch]`, and how many there are at each step. */
function placesOf(lengths: readonly number[]): { readonly sizes: number[]; readonly places: number[] } {
  const batch = lengths.length;
  const sizes = Array.from(
    { length: lengths[0]! },
    (_, step) => lengths.findLastIndex((length) => length > step) + 1,
  );
  const places = sizes.flatMap((size, step) => Array.from({ length: size }, (_, row) => step * batch + row));
  return { sizes, places };
}

/** @throws RuntimeError when the lengths are in more than one dimension. */
function numbersOf(lengths: Lengths): readonly number[] {
  if (!(lengths instanceof Tensor)) return lengths;
  if (lengths.ndim !== 1)
    throw new RuntimeError(
      `'lengths' argument should be a 1D CPU int64 tensor, but got ${lengths.ndim}D ${lengths.device.type} ${lengths.dtype.typeName} tensor.`,
    );
  return (lengths.tolist() as (number | bigint)[]).map((length) => Math.trunc(Number(length)));
}

/** What `pack_padded_sequence` takes by name. */
export interface PackArguments {
  /** `[sequence, batch, …]`, or with `batch_first` `[batch, sequence, …]`. */
  readonly input: Tensor;
  /** How long each sequence is without its padding. */
  readonly lengths: Lengths;
  readonly batch_first?: boolean;
  /** Whether the sequences come with the longest first; otherwise they are sorted. */
  readonly enforce_sorted?: boolean;
}

const packParameters = {
  input: tensor,
  lengths: lengthsParameter,
  batch_first: flag(false),
  enforce_sorted: flag(true),
};

/**
 * Packs a padded batch of sequences: leaves the padding out.
 *
 * @throws RuntimeError when the lengths are not those of the batch, not above 0, or not sorted although they should be.
 * Source: `torch.nn.utils.rnn.pack_padded_sequence`.
 */
export function pack_padded_sequence(
  ...args: CallForms<
    PackArguments,
    [input: Tensor, lengths: Lengths, batch_first?: boolean, enforce_sorted?: boolean],
    ["input", "lengths"]
  >
): PackedSequence {
  const { input, lengths, batch_first, enforce_sorted } = bind("pack_padded_sequence", packParameters, args);
  const ordered = batch_first ? input.transpose(0, 1) : input;
  const given = numbersOf(lengths);
  const order = enforce_sorted
    ? null
    : [...given.keys()].toSorted((one, other) => given[other]! - given[one]!);
  if (ordered.numel() === 0) throw new RuntimeError("Cannot pack empty tensors.");
  const sorted = order?.map((index) => given[index]!) ?? given;
  checkLengths(sorted, ordered.size(1), ordered.size(0));
  const { sizes, places } = placesOf(sorted);
  const indices = order && int64Of(order).to({ device: input.device });
  const inOrder = indices === null ? ordered : ordered.index_select(1, indices);
  const data = inOrder.flatten(0, 1).index_select(0, int64Of(places).to({ device: input.device }));
  return new PackedSequence(data, int64Of(sizes), indices);
}

/** What `pad_packed_sequence` takes by name. */
export interface PadPackedArguments {
  readonly sequence: PackedSequence;
  /** Whether the result is `[batch, sequence, …]` and not `[sequence, batch, …]`. */
  readonly batch_first?: boolean;
  /** What stands behind the end of a sequence; 0 unless given. */
  readonly padding_value?: number;
  /** How many steps the result has; as many as the longest sequence unless given. */
  readonly total_length?: number | null;
}

const padPackedParameters: ParametersOf<PadPackedArguments> = {
  sequence: packedParameter,
  batch_first: flag(false),
  padding_value: number(0),
  total_length: optionalInteger,
};

/**
 * Pads packed sequences, the inverse of `pack_padded_sequence`: gives the padded batch, in the order in which the sequences were given, and their lengths.
 *
 * @throws ValueError when `total_length` is below the longest length.
 * Source: `torch.nn.utils.rnn.pad_packed_sequence`.
 */
export function pad_packed_sequence(
  ...args: CallForms<
    PadPackedArguments,
    [sequence: PackedSequence, batch_first?: boolean, padding_value?: number, total_length?: number | null]
  >
): [Tensor, Tensor] {
  const { sequence, batch_first, padding_value, total_length } = bind(
    "pad_packed_sequence",
    padPackedParameters,
    args,
  );
  const { data, batch_sizes, unsorted_indices } = sequence;
  const sizes = batch_sizes.tolist() as number[]; // whole numbers in one dimension
  const steps = total_length ?? sizes.length;
  if (steps < sizes.length)
    throw new ValueError(
      `Expected total_length to be at least the length of the longest sequence in input, but got total_length=${steps} and max sequence length being ${sizes.length}.`,
    );
  const batch = sizes[0] ?? 0;
  const lengths = Array.from({ length: batch }, (_, row) => sizes.findLastIndex((size) => size > row) + 1);
  const places = int64Of(placesOf(lengths).places).to({ device: data.device });
  const { dtype, device } = data;
  const padding = full([steps * batch, ...data.shape.slice(1)], padding_value, { dtype, device });
  const padded = padding.index_copy(0, places, data).unflatten(0, [steps, batch]);
  const ordered = batch_first ? padded.transpose(0, 1) : padded;
  if (unsorted_indices === null) return [ordered, int64Of(lengths)];
  return [
    ordered.index_select(batch_first ? 0 : 1, unsorted_indices),
    int64Of(lengths).index_select(0, unsorted_indices.to("cpu")),
  ];
}

/** What `pad_sequence` takes by name. */
export interface PadArguments {
  /** Each `[length, …]`; what follows the length is the same for all. */
  readonly sequences: Iterable<Tensor>;
  /** Whether the result is `[batch, sequence, …]` and not `[sequence, batch, …]`. */
  readonly batch_first?: boolean;
  readonly padding_value?: number;
  /** Whether padding stands behind a sequence or before it. */
  readonly padding_side?: "right" | "left";
}

const padParameters = {
  sequences: sequencesParameter,
  batch_first: flag(false),
  padding_value: number(0),
  padding_side: {
    expects: '"right" or "left"',
    fallback: "right",
    // Other words are refused below, with PyTorch's sentence.
    convert: (value: unknown): string | undefined => (typeof value === "string" ? value : undefined),
  },
};

/**
 * Stacks sequences of different lengths, padded to the longest.
 *
 * @throws RuntimeError when there is none, or their other sizes differ.
 * Source: `torch.nn.utils.rnn.pad_sequence`.
 */
export function pad_sequence(
  ...args: CallForms<
    PadArguments,
    [
      sequences: Iterable<Tensor>,
      batch_first?: boolean,
      padding_value?: number,
      padding_side?: "right" | "left",
    ]
  >
): Tensor {
  const { sequences, batch_first, padding_value, padding_side } = bind("pad_sequence", padParameters, args);
  if (padding_side !== "left" && padding_side !== "right")
    throw new RuntimeError(`Expected padding_side to be one of left or right, but got ${padding_side}.`);
  const [first] = sequences;
  if (first === undefined) throw new RuntimeError("received an empty list of sequences");
  const rest = formatShape(first.shape.slice(1));
  for (const sequence of sequences)
    if (formatShape(sequence.shape.slice(1)) !== rest || sequence.ndim === 0)
      throw new RuntimeError(
        `pad_sequence: sequences differ in more than their lengths: shapes ${formatShape(first.shape)} and ${formatShape(sequence.shape)}. All but the first dimension must be the same.`,
      );
  const longest = Math.max(...sequences.map((sequence) => sequence.size(0)));
  const padded = sequences.map((sequence) => {
    const missing = longest - sequence.size(0);
    if (missing === 0) return sequence;
    const ends = padding_side === "right" ? [0, missing] : [missing, 0];
    const untouched = Array<number>(2 * (sequence.ndim - 1)).fill(0);
    return pad(sequence, [...untouched, ...ends], "constant", padding_value);
  });
  return stack(padded, batch_first ? 0 : 1);
}

/** What `unpad_sequence` takes by name. */
export interface UnpadArguments {
  readonly padded_sequences: Tensor;
  readonly lengths: Lengths;
  readonly batch_first?: boolean;
}

const unpadParameters = { padded_sequences: tensor, lengths: lengthsParameter, batch_first: flag(false) };

/** The sequences of a padded batch, each without its padding. Source: `torch.nn.utils.rnn.unpad_sequence`, which also turns what it is given around. */
export function unpad_sequence(
  ...args: CallForms<
    UnpadArguments,
    [padded_sequences: Tensor, lengths: Lengths, batch_first?: boolean],
    ["padded_sequences", "lengths"]
  >
): Tensor[] {
  const { padded_sequences, lengths, batch_first } = bind("unpad_sequence", unpadParameters, args);
  const batch = batch_first ? padded_sequences : padded_sequences.transpose(0, 1);
  const given = numbersOf(lengths);
  if (given.length !== batch.size(0))
    throw new ValueError(
      `unpad_sequence: ${given.length} lengths for ${batch.size(0)} sequences. The padded batch has shape ${formatShape(padded_sequences.shape)}.`,
    );
  return given.map((length, row) => batch.select(0, row).narrow(0, 0, Math.min(length, batch.size(1))));
}

/** What `pack_sequence` takes by name. */
export interface PackSequenceArguments {
  readonly sequences: Iterable<Tensor>;
  /** Whether the sequences come with the longest first; otherwise they are sorted. */
  readonly enforce_sorted?: boolean;
}

/** Packs sequences of different lengths. @throws as `pad_sequence` and `pack_padded_sequence`. Source: `torch.nn.utils.rnn.pack_sequence`. */
export function pack_sequence(
  ...args: CallForms<PackSequenceArguments, [sequences: Iterable<Tensor>, enforce_sorted?: boolean]>
): PackedSequence {
  const parameters = { sequences: sequencesParameter, enforce_sorted: flag(true) };
  const { sequences, enforce_sorted } = bind("pack_sequence", parameters, args);
  const lengths = sequences.map((sequence) => sequence.size(0));
  return pack_padded_sequence(pad_sequence(sequences), lengths, { enforce_sorted });
}

/** The sequences of packed data, in the order in which they were given. Source: `torch.nn.utils.rnn.unpack_sequence`. */
export function unpack_sequence(packed_sequences: PackedSequence): Tensor[] {
  const [padded, lengths] = pad_packed_sequence(packed_sequences, true);
  return unpad_sequence(padded, lengths, true);
}
