/** One tensor as several views. */
import { IndexError } from "../../errors/indexError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { integer, requiredDims, tensor } from "../../parameters.ts";
import { allocateZeros } from "../../settle.ts";
import { normalizeDim, type Shape } from "../../shape.ts";
import type { Signature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { DTypeOf } from "../../types.ts";
import { cat, stack } from "./joining.ts";
import { sample } from "../samples.ts";
import { narrow, select } from "./slicing.ts";

type DimArgument = number | { readonly dim?: number; readonly axis?: number };

/** One length for all, or that of each. */
type Lengths = number | readonly number[];

/** Several tensors from one, with one argument before the dimension; `ByName` is that one in an object. */
interface PartsSignature<Argument, ByName> extends Signature {
  readonly function: <T extends Tensor>(
    input: T,
    argument: Argument | (ByName & Exclude<DimArgument, number>),
    dim?: DimArgument,
  ) => Tensor<Shape, DTypeOf<T>>[];
  readonly method: <T extends Tensor>(
    this: T,
    argument: Argument | (ByName & Exclude<DimArgument, number>),
    dim?: DimArgument,
  ) => Tensor<Shape, DTypeOf<T>>[];
}

interface UnbindSignature extends Signature {
  readonly function: <T extends Tensor>(input: T, dim?: DimArgument) => Tensor<Shape, DTypeOf<T>>[];
  readonly method: <T extends Tensor>(this: T, dim?: DimArgument) => Tensor<Shape, DTypeOf<T>>[];
}

/** Views of so many positions each, one behind the other. */
function parts(input: Tensor, axis: number, lengths: readonly number[]): Tensor[] {
  let start = 0;
  return lengths.map((length) => {
    start += length;
    return asOneOfSeveral(narrow(input, axis, start - length, length));
  });
}

/** Remembers that a view has siblings: autograd cannot follow a write into one of them. */
function asOneOfSeveral(view: Tensor): Tensor {
  view.viewOrigin = "several";
  return view;
}

/** What a split adds up to again: the gradient of the whole, with zeros where no gradient arrived. */
function joined(
  grads: readonly (Tensor | null)[],
  shape: Shape,
  axis: number,
  lengths: readonly number[],
): Tensor {
  const pattern = grads.find((grad) => grad !== null)!; // the rule runs when one has arrived
  return cat(
    grads.map((grad, i) => grad ?? allocateZeros(shape.with(axis, lengths[i]!), pattern.dtype)),
    axis,
  );
}

/** Lengths of pieces of `length` that a dimension of `size` is cut into; the last may be shorter. */
function pieces(size: number, length: number): number[] {
  if (size === 0) return [0];
  return Array.from({ length: Math.ceil(size / length) }, (_, i) => Math.min(length, size - i * length));
}

/** @throws RuntimeError when a dimension of `size` cannot be cut like that. */
function splitLengths(size: number, given: number | readonly number[], axis: number): readonly number[] {
  if (typeof given === "number") {
    if (given < 0 || (given === 0 && size !== 0))
      throw new RuntimeError(
        given < 0
          ? `split expects split_size be non-negative, but got split_size=${given}.`
          : `split_size can only be 0 if dimension size is 0, but got dimension size of ${size}.`,
      );
    return pieces(size, given);
  }
  const total = given.reduce((sum, length) => sum + length, 0);
  if (total !== size || given.some((length) => length < 0))
    throw new RuntimeError(
      `split_with_sizes expects split_sizes to sum exactly to ${size} (input tensor's size at dimension ${axis}), but got split_sizes=[${given.join(", ")}].`,
    );
  return given;
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
export const split: Operator<
  PartsSignature<Lengths, { readonly split_size_or_sections: Lengths } | { readonly split_size: Lengths }>
> = operator({
  name: "split",
  parameters: { input: tensor, split_size_or_sections: requiredDims, dim: integer(0) },
  gradFn: ({ split_size_or_sections: given }) =>
    typeof given === "number" ? "SplitBackward0" : "SplitWithSizesBackward0",
  forward: ({ input, split_size_or_sections: given, dim }) => {
    checkDims("split", input);
    const axis = normalizeDim(dim, input.ndim);
    return parts(input, axis, splitLengths(input.shape[axis]!, given, axis));
  },
  jointVjp: (grads, { shapes, split_size_or_sections: given, dim }) => {
    const axis = normalizeDim(dim, shapes.input.length);
    return {
      input: joined(grads, shapes.input, axis, splitLengths(shapes.input[axis]!, given, axis)),
    };
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
export const chunk: Operator<PartsSignature<number, { readonly chunks: number }>> = composite({
  name: "chunk",
  parameters: { input: tensor, chunks: integer(), dim: integer(0) },
  define: ({ input, chunks, dim }) => {
    checkDims("chunk", input);
    if (chunks < 1) throw new RuntimeError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}.`);
    const axis = normalizeDim(dim, input.ndim);
    const size = input.shape[axis]!;
    // Nothing to cut gives as many empty pieces as were asked for.
    if (size === 0) return split(input, Array.from<number>({ length: chunks }).fill(0), axis);
    return split(input, Math.ceil(size / chunks), axis);
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
export const unbind: Operator<UnbindSignature> = operator({
  name: "unbind",
  parameters: { input: tensor, dim: integer(0) },
  forward: ({ input, dim }) => {
    if (input.ndim === 0)
      throw new IndexError("Dimension specified as 0 but tensor has no dimensions: it cannot be unbound.");
    const axis = normalizeDim(dim, input.ndim);
    return Array.from({ length: input.shape[axis]! }, (_, position) =>
      asOneOfSeveral(select(input, axis, position)),
    );
  },
  jointVjp: (grads, { shapes, dim }) => {
    const axis = normalizeDim(dim, shapes.input.length);
    const pattern = grads.find((grad) => grad !== null)!; // the rule runs when one has arrived
    return {
      input: stack(
        grads.map((grad) => grad ?? allocateZeros(pattern.shape, pattern.dtype)),
        axis,
      ),
    };
  },
  samples: [() => [sample([2, 3])], () => [sample([2, 3]), -1]],
  errors: [{ args: () => [sample([2]), 1], error: "IndexError", message: /Dimension out of range/ }],
});
