/** Tensors put together in blocks. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { integer, tensors } from "../../parameters.ts";
import { alias, allocateZeros, convert, copyInto, promoteTensors } from "../../settle.ts";
import { formatShape, normalizeDim, numel, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { get_default_dtype } from "../../dtype.ts";
import { cat } from "./joining.ts";
import { sample } from "../samples.ts";
import { narrow } from "./slicing.ts";
import { reshape } from "./view.ts";
import { constant_pad_nd } from "./padding.ts";
import { manyTensors } from "./tensorLists.ts";

/** A tensor's rows and columns as a block: vectors are rows. */
function blockSize(shape: Shape): readonly [rows: number, columns: number] {
  return [shape.length === 2 ? shape[0]! : 1, shape.at(-1) ?? 1];
}

/** @throws RuntimeError for a tensor that is no block. */
function checkBlocks(blocks: readonly Tensor[]): void {
  const wrong = blocks.findIndex(({ ndim }) => ndim > 2);
  if (wrong >= 0)
    throw new RuntimeError(
      `torch.block_diag: Input tensors must have 2 or fewer dimensions. Input ${wrong} has ${blocks[wrong]!.ndim} dimensions.`,
    );
}

/**
 * A matrix of zeros with the tensors, one behind the other, along its diagonal. Vectors are rows. Dtypes promote.
 *
 * `block_diag(a, b)` or `block_diag([a, b])`.
 *
 * @throws RuntimeError for a tensor of more than two dimensions.
 * Source: `torch.block_diag`.
 */
export const block_diag: Operator<
  FunctionSignature<(...tensors: readonly Tensor[] | readonly [tensors: readonly Tensor[]]) => Tensor>
> = operator({
  name: "block_diag",
  parameters: { tensors: manyTensors },
  forward: ({ tensors: blocks }) => {
    checkBlocks(blocks);
    if (blocks.length === 0) return allocateZeros([1, 0], get_default_dtype());
    const sizes = blocks.map(({ shape }) => blockSize(shape));
    const rows = sizes.reduce((total, [height]) => total + height, 0);
    const columns = sizes.reduce((total, [, width]) => total + width, 0);
    const result = allocateZeros([rows, columns], promoteTensors(blocks));
    let [row, column] = [0, 0];
    for (const block of blocks) {
      const target = alias(result, block.shape, [columns, 1].slice(2 - block.ndim), row * columns + column);
      copyInto(target, convert(block, result.dtype));
      const [height, width] = blockSize(block.shape);
      row += height;
      column += width;
    }
    return result;
  },
  vjp: {
    tensors: (g, { listShapes }) => {
      let [row, column] = [0, 0];
      return listShapes.tensors.map((shape) => {
        const [height, width] = blockSize(shape);
        const block = narrow(narrow(g, 0, row, height), 1, column, width);
        row += height;
        column += width;
        return reshape(block, shape);
      });
    },
  },
  samples: [
    () => [sample([2, 1]), sample([2], { seed: 1 }), sample([], { seed: 2 })],
    () => [[sample([1, 2]), sample([2, 2], { seed: 1 })]],
  ],
  errors: [
    {
      args: () => [sample([2]), sample([1, 1, 1])],
      error: "RuntimeError",
      message: /Input 1 has 3 dimensions/,
    },
  ],
});

function fail(message: string): never {
  throw new RuntimeError(`_chunk_cat expects ${message}.`);
}

/** @throws RuntimeError for tensors that cannot be cut into chunks and joined. */
function checkChunks(list: readonly Tensor[], dim: number, chunks: number): void {
  if (chunks < 1) fail(`positive num_chunks, got ${chunks}`);
  if (list.length === 0) fail("a non-empty input tensor list");
  const first = list[0]!;
  if (list.some((item) => item.numel() === 0)) fail("non-empty tensor");
  if (list.some(({ dtype }) => dtype !== first.dtype)) fail("all input tensors with the same dtype");
  const sameRank = list.every(({ ndim }) => ndim === first.ndim);
  if (!sameRank && dim < 0) fail("non-negative dim when input tensors have different ndims");
  if (!sameRank && list.some(({ ndim }) => dim >= ndim)) fail("dim < ndim for all input tensors");
}

/** The tensor with zeros at the end of a dimension, so that it can be cut into equal chunks, and cut into them. */
function chunked(item: Tensor, dim: number, chunks: number): Tensor {
  const size = item.shape[dim]!;
  const missing = Math.ceil(size / chunks) * chunks - size;
  const pad = Array.from<number>({ length: 2 * (item.ndim - dim) }).fill(0);
  pad[pad.length - 1] = missing;
  const whole = missing === 0 ? item : constant_pad_nd(item, pad);
  return reshape(whole, [...item.shape.slice(0, dim), chunks, numel(whole.shape.slice(dim)) / chunks]);
}

/**
 * Each tensor cut along a dimension into so many chunks, zeros behind the last, which are flattened and joined with the same chunks of the others.
 *
 * @throws RuntimeError when the sizes in front of the dimension differ, or a tensor is empty.
 * Source: `torch._chunk_cat`.
 */
export const _chunk_cat: Operator<
  ByName<
    FunctionSignature<(tensors: readonly Tensor[], dim: number, num_chunks: number) => Tensor>,
    "tensors, dim, num_chunks, out?"
  >
> = composite({
  name: "_chunk_cat",
  out: true,
  parameters: { tensors, dim: integer(), num_chunks: integer() },
  define: ({ tensors: list, dim, num_chunks }) => {
    checkChunks(list, dim, num_chunks);
    const axis = normalizeDim(dim, list[0]!.ndim);
    const lead = formatShape(list[0]!.shape.slice(0, axis));
    const other = list.find(({ shape }) => formatShape(shape.slice(0, axis)) !== lead);
    if (other)
      throw new RuntimeError(
        `_chunk_cat expects same sizes of 0,...,dim-1 dimensions for all tensors, got ${lead} and ${formatShape(other.shape.slice(0, axis))}.`,
      );
    return cat(
      list.map((item) => chunked(item, axis, num_chunks)),
      axis + 1,
    );
  },
  samples: [() => [[sample([3, 2]), sample([2, 2], { seed: 1 })], 0, 2]],
  errors: [
    { args: () => [[sample([2])], 0, 0], error: "RuntimeError", message: /positive num_chunks/ },
    { args: () => [[], 0, 2], error: "RuntimeError", message: /non-empty input tensor list/ },
  ],
});
