/** Which positions of a list of indices belong to which bag: from where each bag begins. */
import { int32, int64 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { Tensor } from "../../tensor.ts";
import { readIndices } from "../shaping/advanced.ts";
import { given } from "../samples.ts";

/** What a call's indices come to. */
export interface Bags {
  readonly count: number;
  /** The row of the table at each position, in order, without those of the padding. */
  readonly rows: readonly number[];
  /** The bag of each of these. */
  readonly bagOf: readonly number[];
  /** The position in the list of indices of each of these. */
  readonly positions: readonly number[];
  /** How many rows each bag has. */
  readonly sizes: readonly number[];
  /** The bag of each position, the padding's too. */
  readonly bagOfPosition: readonly number[];
}

/** What `bagsOf` looks at. */
export interface BagArguments {
  readonly weight: Tensor;
  readonly indices: Tensor;
  readonly offsets: Tensor;
  readonly include_last_offset: boolean;
  /** The row that does not count, from the front or the end; `null` for none. */
  readonly padding_idx: number | null;
}

function checkDtypes({ weight, indices, offsets }: BagArguments): void {
  for (const tensor of [indices, offsets])
    if (tensor.dtype !== int64 && tensor.dtype !== int32)
      throw new RuntimeError(
        `Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.${tensor.dtype.typeName}Tensor instead (while checking arguments for embedding_bag). Convert indices and offsets with .long().`,
      );
  if (!weight.dtype.is_floating_point)
    throw new RuntimeError(
      `Expected tensor for argument #1 'weight' to have one of the following scalar types: Half, BFloat16, Float, Double; but got torch.${weight.dtype.typeName}Tensor instead (while checking arguments for embedding_bag). Call weight.float().`,
    );
}

/** The row of the padding, from the front. @throws RuntimeError when it is none. */
function paddingRow(padding: number | null, rows: number): number | null {
  if (padding === null) return null;
  if (padding < -rows || padding >= rows)
    throw new RuntimeError(
      `padding_idx must be within the number of embeddings, ${-rows} through ${rows - 1}, but got ${padding}.`,
    );
  return padding < 0 ? padding + rows : padding;
}

/** @throws RuntimeError when the bags do not begin in order, at the first position. */
function checkOffsets(offsets: readonly number[], length: number, withLast: boolean): void {
  if (withLast && offsets.length === 0)
    throw new RuntimeError("include_last_offset: number of offset should be at least 1.");
  if (offsets.length === 0) return;
  if (offsets[0] !== 0)
    throw new RuntimeError(
      `offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, got ${offsets[0]}.`,
    );
  if (offsets.at(-1)! > length)
    throw new RuntimeError(
      `offsets[-1] can not be greater than input's length ${length} but got offsets[-1] of ${offsets.at(-1)}.`,
    );
  const down = offsets.findIndex((offset, bag) => bag > 0 && offset < offsets[bag - 1]!);
  if (down > 0)
    throw new RuntimeError(
      `offsets must not decrease: each bag begins where the one before ends, and offsets[${down}] is ${offsets[down]} after ${offsets[down - 1]}.`,
    );
}

/** @throws RuntimeError when dtypes, offsets or indices are not what they must be. */
export function bagsOf(args: BagArguments): Bags {
  checkDtypes(args);
  const table = args.weight.shape[0]!;
  const padding = paddingRow(args.padding_idx, table);
  const [all, offsets] = [Array.from(readIndices(args.indices)), Array.from(readIndices(args.offsets))];
  checkOffsets(offsets, all.length, args.include_last_offset);
  const wrong = all.findIndex((row) => row < 0 || row >= table);
  if (wrong >= 0)
    throw new RuntimeError(
      `Index ${wrong} of input takes value ${all[wrong]} which is not in the valid range [0, ${table}). The table has ${table} rows.`,
    );
  const count = args.include_last_offset ? offsets.length - 1 : offsets.length;
  let bag = 0;
  const bagOfPosition = all.map((_, position) => {
    while (bag + 1 < count && offsets[bag + 1]! <= position) bag++;
    return bag;
  });
  // What lies behind the last offset belongs to no bag.
  const end = args.include_last_offset ? offsets.at(-1)! : all.length;
  const positions = [...all.keys()].filter((position) => position < end && all[position] !== padding);
  const bagOf = positions.map((position) => bagOfPosition[position]!);
  const sizes = Array<number>(count).fill(0);
  for (const own of bagOf) sizes[own]! += 1;
  return { count, rows: positions.map((position) => all[position]!), bagOf, positions, sizes, bagOfPosition };
}

/** Whole numbers as an int64 tensor. */
export function whole(numbers: readonly number[], shape: readonly number[] = [numbers.length]): Tensor {
  return given(numbers, int64, shape);
}
