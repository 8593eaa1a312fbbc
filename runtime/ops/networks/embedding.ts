/** Rows of a table by their numbers. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import type { ByName } from "../../keywords.ts";
import { no_grad } from "../../autograd/modes.ts";
import { int32, int64 } from "../../dtype.ts";
import { IndexError } from "../../errors/indexError.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { AssertionError } from "../../errors/assertionError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, integer, number, optionalInteger, optionalNumber, tensor } from "../../parameters.ts";
import { alias, allocateZeros, convert, copyInto, duplicate } from "../../settle.ts";
import { formatShape, numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { chooseSlices, firstOutside, putInto, taken, type Chosen } from "../shaping/advanced.ts";
import { mul, where } from "../elementwise/arithmetic.ts";
import { eq, gt } from "../elementwise/comparison.ts";
import { index_add, index_put, index_select, positionsParameter } from "../shaping/indexing.ts";
import { given, sample } from "../samples.ts";
import { reshape, unsqueeze } from "../shaping/view.ts";

/** The rows of a matrix at positions of any shape, which are read as a vector. */
function chosenRows(weight: Tensor, indices: Tensor): Chosen {
  const positions = convert(indices, int64);
  const whole = positions.is_contiguous() ? positions : duplicate(positions);
  const flat = alias(whole, [whole.numel()], [1]);
  const explain = (): never => {
    const rows = weight.shape[0]!;
    throw new IndexError(
      `index out of range in self: embedding got ${firstOutside(flat, 0, rows)}, but the table has ${rows} rows. Indices go from 0 to ${rows - 1}.`,
    );
  };
  return { selection: chooseSlices(weight, 0, flat), explain };
}

/** Zeros in the rows of the padding, which learn nothing. */
function withoutPadding(rows: Tensor, indices: Tensor, padding: number): Tensor {
  return padding < 0 ? rows : rows.masked_fill(unsqueeze(eq(indices, padding), -1), 0);
}

/**
 * Zeros of `[num_weights, …]`, to whose rows the rows of `input` are added; those of the padding are left out. A `padding_idx` below 0 means none.
 *
 * @internal
 */
export const embeddingBackward: Operator<
  FunctionSignature<(input: Tensor, indices: Tensor, num_weights: number, padding_idx: number) => Tensor>
> = operator({
  name: "embedding_dense_backward",
  parameters: {
    input: tensor,
    indices: positionsParameter,
    num_weights: integer(),
    padding_idx: integer(),
  },
  forward: ({ input, indices, num_weights, padding_idx }) => {
    const width = input.shape.at(-1)!;
    const result = allocateZeros([num_weights, width], input.dtype);
    const rows = reshape(input, [numel(indices.shape), width]);
    putInto(chosenRows(result, indices), rows, "sum");
    if (padding_idx >= 0) {
      const row = alias(result, [width], [1], padding_idx * width);
      copyInto(row, allocateZeros([width], input.dtype));
    }
    return result;
  },
  vjp: {
    input: (g, { indices, padding_idx }) =>
      withoutPadding(rowsOf(g, indices, -1, false), indices, padding_idx),
  },
  samples: [
    () => [sample([3, 2]), given([2, 0, 2], int64), 4, -1],
    () => [sample([2, 2, 2]), given([2, 0, 2, 1], int64, [2, 2]), 3, 2],
  ],
});

/** How often each index comes, one over it, for every index. */
function inverseCounts(indices: Tensor, rows: number, like: Tensor): Tensor {
  const flat = reshape(indices, [-1]);
  const counts = index_add(
    allocateZeros([rows], like.dtype),
    0,
    flat,
    allocateZeros([flat.numel()], like.dtype).add(1),
  );
  return reshape(index_select(counts, 0, flat).reciprocal(), [...indices.shape, 1]);
}

/** The rows themselves, as an operator of its own. @internal */
export const rowsOf: Operator<
  FunctionSignature<
    (weight: Tensor, indices: Tensor, padding_idx: number, scale_grad_by_freq: boolean) => Tensor
  >
> = operator({
  name: "embedding",
  parameters: {
    weight: tensor,
    indices: positionsParameter,
    padding_idx: integer(),
    scale_grad_by_freq: flag(false),
  },
  forward: ({ weight, indices }) => {
    if (weight.ndim !== 2)
      throw new RuntimeError(
        `'weight' must be 2-D: embedding reads rows of a table, and got shape ${formatShape(weight.shape)}.`,
      );
    if (indices.dtype !== int64 && indices.dtype !== int32)
      throw new RuntimeError(
        `Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.${indices.dtype.typeName}Tensor instead (while checking arguments for embedding). Convert with .long().`,
      );
    const rows = taken(chosenRows(weight, indices));
    return alias(
      rows,
      [...indices.shape, weight.shape[1]!],
      [...reshapedStrides(indices.shape, weight.shape[1]!), 1],
    );
  },
  vjp: {
    weight: (g, { shapes, indices, padding_idx, scale_grad_by_freq }) => {
      const rows = shapes.weight[0]!;
      const scaled = scale_grad_by_freq ? mul(g, inverseCounts(indices, rows, g)) : g;
      return embeddingBackward(scaled, indices, rows, padding_idx);
    },
  },
  samples: [
    () => [sample([3, 2]), given([2, 0, 2], int64), -1, false],
    () => [sample([3, 2]), given([2, 0, 2, 2], int64, [2, 2]), 1, false],
  ],
});

/** Strides of a row-major tensor whose elements are rows of `width`. */
function reshapedStrides(shape: readonly number[], width: number): number[] {
  return shape.map((_, dim) => width * numel(shape.slice(dim + 1)));
}

/** Scales the rows that are used and whose norm is above the limit, in place. */
export function limitNorms(weight: Tensor, indices: Tensor, limit: number, p: number): void {
  no_grad(() => {
    const flat = reshape(indices, [-1]).long();
    const rows = index_select(weight, 0, flat);
    const norms = rows
      .abs()
      .pow(p)
      .sum(1, true)
      .pow(1 / p);
    const scales = where(gt(norms, limit), norms.add(1e-7).reciprocal().mul(limit), 1);
    const scaled = index_put(weight, [flat], mul(rows, scales));
    weight.copy_(scaled);
  });
}

/** @throws AssertionError when `padding` is no row. The answer counts from the front, −1 for none. */
export function paddingRow(padding: number | null, rows: number): number {
  if (padding === null) return -1;
  if (padding >= rows || padding < -rows)
    throw new AssertionError(
      `Padding_idx must be within num_embeddings: got ${padding} for ${rows} rows, which are counted from ${-rows} to ${rows - 1}.`,
    );
  return padding < 0 ? padding + rows : padding;
}

interface EmbeddingOptions {
  readonly padding_idx?: number | null;
  readonly max_norm?: number | null;
  readonly norm_type?: number;
  readonly scale_grad_by_freq?: boolean;
  readonly sparse?: boolean;
}

type EmbeddingSignature = FunctionSignature<{
  (input: Tensor, weight: Tensor, options?: EmbeddingOptions): Tensor;
  (
    input: Tensor,
    weight: Tensor,
    padding_idx: number | null,
    max_norm?: number | null,
    norm_type?: number,
    scale_grad_by_freq?: boolean,
    sparse?: boolean,
  ): Tensor;
}>;

/**
 * The rows of `weight`, shape `[n, d]`, that `input` numbers: shape `[…]` gives `[…, d]`.
 *
 * The row `padding_idx` learns nothing. With `max_norm`, rows that are used and whose norm is larger are scaled to it, in place. With `scale_grad_by_freq` the
 * gradient of a row is divided by how often it is used.
 *
 * @throws IndexError when an index is no row, RuntimeError when indices are not whole numbers or `weight` is no matrix.
 * Source: `torch.nn.functional.embedding`.
 */
export const embedding: Operator<
  ByName<
    EmbeddingSignature,
    "input, weight, padding_idx?, max_norm?, norm_type?, scale_grad_by_freq?, sparse?"
  >
> = composite({
  name: "embedding",
  parameters: {
    input: tensor,
    weight: tensor,
    padding_idx: optionalInteger,
    max_norm: optionalNumber,
    norm_type: number(2),
    scale_grad_by_freq: flag(false),
    sparse: flag(false),
  },
  define: ({ input, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse }) => {
    if (sparse)
      throw new NotImplementedError(
        "embedding: sparse gradients do not exist here. Leave sparse out: gradients are dense.",
      );
    const padding = paddingRow(padding_idx, weight.shape[0] ?? 0);
    if (max_norm !== null) limitNorms(weight, input, max_norm, norm_type);
    return rowsOf(weight, input, padding, scale_grad_by_freq);
  },
  samples: [
    () => [given([2, 0, 2], int64), sample([3, 2])],
    () => [given([2, 0], int64, [1, 2]), sample([3, 2]), -2],
  ],
  errors: [
    {
      args: () => [given([3], int64), sample([3, 2])],
      error: "IndexError",
      message: /index out of range in self/,
    },
    {
      args: () => [sample([3]), sample([3, 2])],
      error: "RuntimeError",
      message: /Long, Int; but got torch.Double/,
    },
    { args: () => [given([0], int64), sample([3])], error: "RuntimeError", message: /must be 2-D/ },
    {
      args: () => [given([0], int64), sample([3, 2]), 3],
      error: "AssertionError",
      message: /within num_embeddings/,
    },
  ],
});
