/** Parts of tensors that are copies, or that autograd does not treat as views. */
import type { ByName } from "../../keywords.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { integer, sizes, tensor, type Parameter } from "../../parameters.ts";
import { alias, duplicate } from "../../settle.ts";
import { normalizeDim, type Shape } from "../../shape.ts";
import type { FunctionSignature, Signature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { DTypeOf } from "../../types.ts";
import { sample } from "../samples.ts";
import { chunk, split, unbind } from "./splitting.ts";

type DimOption = number | { readonly dim?: number };

/** Several tensors from one. */
interface PartsSignature<Argument> extends Signature {
  readonly function: <T extends Tensor>(
    input: T,
    argument: Argument,
    dim?: DimOption,
  ) => Tensor<Shape, DTypeOf<T>>[];
  readonly method: <T extends Tensor>(
    this: T,
    argument: Argument,
    dim?: DimOption,
  ) => Tensor<Shape, DTypeOf<T>>[];
}

type PartCopies<Argument> = FunctionSignature<PartsSignature<Argument>["function"]>;

const lengths: Parameter<readonly number[]> = { ...sizes, expects: "an array of whole numbers" };

/** The gradient of a tensor from those of its parts. */
const splitRule = split.declaration!.jointVjp!;
const unbindRule = unbind.declaration!.jointVjp!;

/** The same elements, without being a view for autograd. */
function unfollowed(part: Tensor): Tensor {
  return alias(part, part.shape, part.strides);
}

/** Copies of the slices along a dimension, each without it. @throws as `unbind`. Source: `torch.unbind_copy`. */
export const unbind_copy: Operator<
  ByName<FunctionSignature<(input: Tensor, dim?: DimOption) => Tensor[]>, "input, dim?, out?">
> = operator({
  name: "unbind_copy",
  out: true,
  parameters: { input: tensor, dim: integer(0) },
  gradFn: "UnbindBackward0_copy",
  forward: ({ input, dim }) => unbind(input, dim).map((part) => duplicate(part)),
  jointVjp: (grads, context, wanted) => unbindRule(grads, context, wanted),
  samples: [() => [sample([2, 3])], () => [sample([2, 3]), -1]],
});

/** A `split` into pieces of one length, or of the lengths given, of which each becomes what `make` gives. */
function splitting<S extends Signature>(facts: {
  readonly name: string;
  readonly gradFn: string;
  readonly given: "split_size" | "split_sizes";
  readonly make: (part: Tensor) => Tensor;
  readonly out?: true;
}): Operator<S> {
  const { name, gradFn, given, make, out } = facts;
  const one = given === "split_size";
  return operator({
    name,
    ...(out && { out }),
    // The parameter that says where to cut has PyTorch's name.
    parameters: { input: tensor, [given]: one ? integer() : lengths, dim: integer(0) } as {
      input: typeof tensor;
      split_size: Parameter<number | readonly number[]>;
      dim: Parameter<number>;
    },
    gradFn,
    forward: (args) => split(args.input, cutsOf(args), args.dim).map((part) => make(part)),
    jointVjp: (grads, context, wanted) =>
      splitRule(grads, { ...context, split_size_or_sections: cutsOf(context) }, wanted),
    samples: one
      ? [() => [sample([5]), 2], () => [sample([2, 3]), 2, 1]]
      : [() => [sample([3]), [1, 2]], () => [sample([2, 3]), [2, 1], 1]],
  });
}

/** Where to cut, under either of its names. */
function cutsOf(args: {
  readonly split_size?: number | readonly number[];
  readonly split_sizes?: readonly number[];
}): number | readonly number[] {
  return args.split_size ?? args.split_sizes ?? [];
}

/** Copies of pieces of one length along a dimension; the last may be shorter. @throws as `split`. Source: `torch.split_copy`. */
export const split_copy: Operator<PartCopies<number>> = splitting({
  name: "split_copy",
  gradFn: "SplitBackward0_copy",
  given: "split_size",
  make: duplicate,
  out: true,
});

/** Copies of pieces of the lengths given along a dimension. @throws as `split`. Source: `torch.split_with_sizes_copy`. */
export const split_with_sizes_copy: Operator<PartCopies<readonly number[]>> = splitting({
  name: "split_with_sizes_copy",
  gradFn: "SplitWithSizesBackward0_copy",
  given: "split_sizes",
  make: duplicate,
  out: true,
});

/**
 * Pieces of one length along a dimension, which share the tensor's memory without being views for autograd.
 *
 * @throws as `split`.
 * Source: `torch.unsafe_split`.
 */
export const unsafe_split: Operator<PartsSignature<number>> = splitting({
  name: "unsafe_split",
  gradFn: "UnsafeSplitBackward0",
  given: "split_size",
  make: unfollowed,
});

/**
 * Pieces of the lengths given along a dimension, which share the tensor's memory without being views for autograd.
 *
 * @throws as `split`.
 * Source: `torch.unsafe_split_with_sizes`.
 */
export const unsafe_split_with_sizes: Operator<PartsSignature<readonly number[]>> = splitting({
  name: "unsafe_split_with_sizes",
  gradFn: "UnsafeSplitWithSizesBackward0",
  given: "split_sizes",
  make: unfollowed,
});

/**
 * So many pieces along a dimension, which share the tensor's memory without being views for autograd.
 *
 * @throws as `chunk`.
 * Source: `torch.unsafe_chunk`.
 */
export const unsafe_chunk: Operator<PartsSignature<number>> = composite({
  name: "unsafe_chunk",
  parameters: { input: tensor, chunks: integer(), dim: integer(0) },
  define: ({ input, chunks, dim }) => {
    // The first piece is the longest; no piece at all is refused.
    const first = chunk(input.detach(), chunks, dim)[0]!;
    const length = first.shape[normalizeDim(dim, input.ndim)]!;
    if (length === 0)
      return unsafe_split_with_sizes(input, Array.from<number>({ length: chunks }).fill(0), dim);
    return unsafe_split(input, length, dim);
  },
  samples: [() => [sample([5]), 2], () => [sample([2, 4]), 2, 1]],
});
