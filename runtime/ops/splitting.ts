/** One tensor as several views. */
import { IndexError } from "../errors/indexError.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { composite, type Operator } from "../operator.ts";
import { integer, requiredDims, tensor } from "../parameters.ts";
import { normalizeDim, type Shape } from "../shape.ts";
import type { Signature } from "../signatures.ts";
import type { Tensor } from "../tensor.ts";
import type { DTypeOf } from "../types.ts";
import { sample } from "./samples.ts";
import { narrow, select } from "./slicing.ts";

type DimArgument = number | { readonly dim?: number };

/** Several tensors from one, with one argument before the dimension. */
interface PartsSignature<Argument> extends Signature {
  readonly function: <T extends Tensor>(
    input: T,
    argument: Argument,
    dim?: DimArgument,
  ) => Tensor<Shape, DTypeOf<T>>[];
  readonly method: (argument: Argument, dim?: DimArgument) => Tensor<Shape, DTypeOf<this["self"]>>[];
}

interface UnbindSignature extends Signature {
  readonly function: <T extends Tensor>(input: T, dim?: DimArgument) => Tensor<Shape, DTypeOf<T>>[];
  readonly method: (dim?: DimArgument) => Tensor<Shape, DTypeOf<this["self"]>>[];
}

/** Views of so many positions each, one behind the other. */
function parts(input: Tensor, axis: number, lengths: readonly number[]): Tensor[] {
  let start = 0;
  return lengths.map((length) => {
    start += length;
    return narrow(input, axis, start - length, length);
  });
}

/** Lengths of pieces of `length` that a dimension of `size` is cut into; the last may be shorter. */
function pieces(size: number, length: number): number[] {
  if (size === 0) return [0];
  return Array.from({ length: Math.ceil(size / length) }, (_, i) => Math.min(length, size - i * length));
}

/** @throws RuntimeError for a tensor without dimensions. */
function checkDims(name: string, input: Tensor): void {
  if (input.ndim === 0)
    throw new RuntimeError(
      `${name} expects at least a 1-dimensional tensor: this one has no dimension to cut along.`,
    );
}

/**
 * Views of the tensor cut along a dimension: into pieces of one length, of which the last may be shorter, or of the lengths given.
 *
 * @throws RuntimeError when the lengths do not add up to the dimension.
 * Source: `torch.split`.
 */
export const split: Operator<PartsSignature<number | readonly number[]>> = composite({
  name: "split",
  parameters: { input: tensor, split_size_or_sections: requiredDims, dim: integer(0) },
  define: ({ input, split_size_or_sections: given, dim }) => {
    checkDims("split", input);
    const axis = normalizeDim(dim, input.ndim);
    const size = input.shape[axis]!;
    if (typeof given === "number") {
      if (given < 0 || (given === 0 && size !== 0))
        throw new RuntimeError(
          given < 0
            ? `split expects split_size be non-negative, but got split_size=${given}.`
            : `split_size can only be 0 if dimension size is 0, but got dimension size of ${size}.`,
        );
      return parts(input, axis, pieces(size, given));
    }
    const total = given.reduce((sum, length) => sum + length, 0);
    if (total !== size || given.some((length) => length < 0))
      throw new RuntimeError(
        `split_with_sizes expects split_sizes to sum exactly to ${size} (input tensor's size at dimension ${axis}), but got split_sizes=[${given.join(", ")}].`,
      );
    return parts(input, axis, given);
  },
  samples: [() => [sample([5, 2]), 2], () => [sample([2, 5]), [1, 4], 1]],
  errors: [{ args: () => [sample([5]), [1, 2]], error: "RuntimeError", message: /sum exactly to 5/ }],
});

/**
 * Views of the tensor cut along a dimension into so many pieces, or fewer, of one length; the last may be shorter.
 *
 * @throws RuntimeError when `chunks` is not positive.
 * Source: `torch.chunk`.
 */
export const chunk: Operator<PartsSignature<number>> = composite({
  name: "chunk",
  parameters: { input: tensor, chunks: integer(), dim: integer(0) },
  define: ({ input, chunks, dim }) => {
    checkDims("chunk", input);
    if (chunks < 1) throw new RuntimeError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}.`);
    const axis = normalizeDim(dim, input.ndim);
    const size = input.shape[axis]!;
    // Nothing to cut gives as many empty pieces as were asked for.
    if (size === 0) return parts(input, axis, Array.from<number>({ length: chunks }).fill(0));
    return parts(input, axis, pieces(size, Math.ceil(size / chunks)));
  },
  samples: [() => [sample([5, 2]), 2], () => [sample([2, 4]), 2, 1]],
  errors: [{ args: () => [sample([5]), 0], error: "RuntimeError", message: /greater than 0/ }],
});

/**
 * The slices along a dimension, each without it.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.unbind`.
 */
export const unbind: Operator<UnbindSignature> = composite({
  name: "unbind",
  parameters: { input: tensor, dim: integer(0) },
  define: ({ input, dim }) => {
    if (input.ndim === 0)
      throw new IndexError("Dimension specified as 0 but tensor has no dimensions: it cannot be unbound.");
    const axis = normalizeDim(dim, input.ndim);
    return Array.from({ length: input.shape[axis]! }, (_, position) => select(input, axis, position));
  },
  samples: [() => [sample([2, 3])], () => [sample([2, 3]), -1]],
  errors: [{ args: () => [sample([2]), 1], error: "IndexError", message: /Dimension out of range/ }],
});
