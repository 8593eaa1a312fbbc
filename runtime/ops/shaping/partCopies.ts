/** Parts of tensors that are copies, or that autograd does not treat as views. */
import { composite, type Operator } from "../../operator.ts";
import { integer, sizes, tensor, type Parameter } from "../../parameters.ts";
import type { Shape } from "../../shape.ts";
import type { FunctionSignature, Signature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { DTypeOf } from "../../types.ts";
import { clone } from "../copying.ts";
import { sample } from "../samples.ts";
import { chunk, split, unbind } from "../splitting.ts";

type DimOption = number | { readonly dim?: number };

/** Several tensors from one. */
interface PartsSignature<Argument> extends Signature {
  readonly function: <T extends Tensor>(
    input: T,
    argument: Argument,
    dim?: DimOption,
  ) => Tensor<Shape, DTypeOf<T>>[];
  readonly method: (argument: Argument, dim?: DimOption) => Tensor<Shape, DTypeOf<this["self"]>>[];
}

type PartCopies<Argument> = FunctionSignature<PartsSignature<Argument>["function"]>;

const lengths: Parameter<readonly number[]> = { ...sizes, expects: "an array of whole numbers" };

/** Copies of the slices along a dimension, each without it. @throws as `unbind`. Source: `torch.unbind_copy`. */
export const unbind_copy: Operator<FunctionSignature<(input: Tensor, dim?: DimOption) => Tensor[]>> =
  composite({
    name: "unbind_copy",
    out: true,
    parameters: { input: tensor, dim: integer(0) },
    define: ({ input, dim }) => unbind(input, dim).map((part) => clone(part)),
    samples: [() => [sample([2, 3])], () => [sample([2, 3]), -1]],
  });

/** Copies of pieces of one length along a dimension; the last may be shorter. @throws as `split`. Source: `torch.split_copy`. */
export const split_copy: Operator<PartCopies<number>> = composite({
  name: "split_copy",
  out: true,
  parameters: { input: tensor, split_size: integer(), dim: integer(0) },
  define: ({ input, split_size, dim }) => split(input, split_size, dim).map((part) => clone(part)),
  samples: [() => [sample([5]), 2], () => [sample([2, 3]), 2, 1]],
});

/** Copies of pieces of the lengths given along a dimension. @throws as `split`. Source: `torch.split_with_sizes_copy`. */
export const split_with_sizes_copy: Operator<PartCopies<readonly number[]>> = composite({
  name: "split_with_sizes_copy",
  out: true,
  parameters: { input: tensor, split_sizes: lengths, dim: integer(0) },
  define: ({ input, split_sizes, dim }) => split(input, split_sizes, dim).map((part) => clone(part)),
  samples: [() => [sample([3]), [1, 2]], () => [sample([2, 3]), [2, 1], 1]],
});

/** Pieces of one length along a dimension, which share the tensor's memory. @throws as `split`. Source: `torch.unsafe_split`. */
export const unsafe_split: Operator<PartsSignature<number>> = composite({
  name: "unsafe_split",
  parameters: { input: tensor, split_size: integer(), dim: integer(0) },
  define: ({ input, split_size, dim }) => split(input, split_size, dim),
  samples: [() => [sample([5]), 2], () => [sample([2, 3]), 2, 1]],
});

/**
 * Pieces of the lengths given along a dimension, which share the tensor's memory.
 *
 * @throws as `split`.
 * Source: `torch.unsafe_split_with_sizes`.
 */
export const unsafe_split_with_sizes: Operator<PartsSignature<readonly number[]>> = composite({
  name: "unsafe_split_with_sizes",
  parameters: { input: tensor, split_sizes: lengths, dim: integer(0) },
  define: ({ input, split_sizes, dim }) => split(input, split_sizes, dim),
  samples: [() => [sample([3]), [1, 2]], () => [sample([2, 3]), [2, 1], 1]],
});

/** So many pieces along a dimension, which share the tensor's memory. @throws as `chunk`. Source: `torch.unsafe_chunk`. */
export const unsafe_chunk: Operator<PartsSignature<number>> = composite({
  name: "unsafe_chunk",
  parameters: { input: tensor, chunks: integer(), dim: integer(0) },
  define: ({ input, chunks, dim }) => chunk(input, chunks, dim),
  samples: [() => [sample([5]), 2], () => [sample([2, 4]), 2, 1]],
});
