/** Tensors cut into parts at given places, or into a number of parts. */
import { int64 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { integer, keywordOnly, sizes, tensor, type Parameter } from "../../parameters.ts";
import { normalizeDim, type Shape } from "../../shape.ts";
import type { Signature } from "../../signatures.ts";
import { Tensor } from "../../tensor.ts";
import type { DTypeOf } from "../../types.ts";
import { readIndices } from "./advanced.ts";
import { sample } from "../samples.ts";
import { slice_dim } from "./slicing.ts";
import { split } from "./splitting.ts";

/** Several tensors from one. */
interface PartsSignature<Arguments extends readonly unknown[]> extends Signature {
  readonly function: <T extends Tensor>(input: T, ...rest: Arguments) => Tensor<Shape, DTypeOf<T>>[];
  readonly method: <T extends Tensor>(this: T, ...rest: Arguments) => Tensor<Shape, DTypeOf<T>>[];
}

/** How many parts, or where they begin. */
type Cuts = number | readonly number[];

function cutsParameter(fallback?: null): Parameter<Cuts | Tensor | null> {
  return {
    expects: "a number of parts, or an array of positions",
    ...(fallback === null && { fallback }),
    convert: (value) =>
      Number.isInteger(value) ||
      value instanceof Tensor ||
      (Array.isArray(value) && value.every(Number.isInteger))
        ? (value as Cuts | Tensor)
        : undefined,
  };
}

/** Views from each place where a part begins to the next. */
function cutAt(input: Tensor, dim: number, places: readonly number[]): Tensor[] {
  const starts = [0, ...places];
  return starts.map((start, part) => slice_dim(input, dim, start, starts[part + 1] ?? input.shape[dim]!));
}

/** Views of so many parts: the first ones are one longer where the size is no multiple. */
function cutInto(input: Tensor, dim: number, count: number): Tensor[] {
  const size = input.shape[dim]!;
  const [length, longer] = [Math.floor(size / count), size % count];
  const places = Array.from(
    { length: count - 1 },
    (_, part) => (part + 1) * length + Math.min(part + 1, longer),
  );
  return cutAt(input, dim, places);
}

/** @throws RuntimeError for a tensor that does not hold places or a number of parts. */
function readCuts(cuts: Tensor): Cuts {
  if (cuts.dtype !== int64)
    throw new RuntimeError(
      `tensor_split expected tensor_indices_or_sections to have dtype of long, but got ${cuts.dtype.typeName}. Convert with .long().`,
    );
  if (cuts.ndim > 1)
    throw new RuntimeError(
      `tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got a tensor with ${cuts.ndim} dims.`,
    );
  return cuts.ndim === 0 ? Number(cuts.item()) : Array.from(readIndices(cuts));
}

interface CutNames {
  readonly indices?: readonly number[];
  readonly sections?: number;
  readonly tensor_indices_or_sections?: Tensor;
  readonly indices_or_sections?: number | readonly number[] | Tensor;
  readonly dim?: number;
  readonly axis?: number;
}

/**
 * Views of the tensor cut along a dimension: into so many parts, of which the first ones are longer where it does not come out even, or at the positions given.
 *
 * @throws RuntimeError for a tensor without dimensions, or fewer parts than one.
 * Source: `torch.tensor_split`.
 */
export const tensor_split: Operator<
  PartsSignature<
    [
      indices_or_sections: number | readonly number[] | Tensor | CutNames,
      dim?: number | { readonly dim?: number; readonly axis?: number },
    ]
  >
> = composite({
  name: "tensor_split",
  parameters: {
    input: tensor,
    indices_or_sections: cutsParameter(null),
    dim: integer(0),
    indices: keywordOnly(cutsParameter(null)),
    sections: keywordOnly(cutsParameter(null)),
    tensor_indices_or_sections: keywordOnly(cutsParameter(null)),
  },
  define: ({ input, dim, indices_or_sections, indices, sections, tensor_indices_or_sections }) => {
    const given = indices_or_sections ?? indices ?? sections ?? tensor_indices_or_sections;
    if (given === null)
      throw new TypeError("tensor_split() missing 1 required positional argument: 'indices_or_sections'.");
    if (input.ndim === 0)
      throw new RuntimeError(
        "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims.",
      );
    const cuts = given instanceof Tensor ? readCuts(given) : given;
    const axis = normalizeDim(dim, input.ndim);
    if (typeof cuts !== "number") return cutAt(input, axis, cuts);
    if (cuts < 1) throw new RuntimeError(`number of sections must be larger than 0, got ${cuts}.`);
    return cutInto(input, axis, cuts);
  },
  samples: [
    () => [sample([5, 2]), 2],
    () => [sample([2, 5]), [1, 3], { dim: 1 }],
    () => [sample([3]), { sections: 2 }],
  ],
  errors: [
    { args: () => [sample([]), 2], error: "RuntimeError", message: /at least a 1-dimensional/ },
    { args: () => [sample([2]), 0], error: "RuntimeError", message: /larger than 0/ },
  ],
});

type CutSignature = PartsSignature<[indices_or_sections: number | readonly number[] | CutNames]>;

/** `hsplit` and its like: `tensor_split` along one dimension, into parts that must be equal. */
function splitAlong(
  name: "hsplit" | "vsplit" | "dsplit",
  least: number,
  axisOf: (rank: number) => number,
): Operator<CutSignature> {
  return composite({
    name,
    parameters: {
      input: tensor,
      indices_or_sections: cutsParameter(null),
      indices: keywordOnly(cutsParameter(null)),
      sections: keywordOnly(cutsParameter(null)),
    },
    define: ({ input, indices_or_sections, indices, sections }) => {
      if (input.ndim < least)
        throw new RuntimeError(
          `torch.${name} requires a tensor with at least ${least} dimension${least === 1 ? "" : "s"}, but got a tensor with ${input.ndim} dimensions!`,
        );
      const cuts = indices_or_sections ?? indices ?? sections;
      const axis = axisOf(input.ndim);
      const size = input.shape[axis]!;
      if (typeof cuts === "number" && (cuts === 0 || size % cuts !== 0))
        throw new RuntimeError(
          `torch.${name} attempted to split along dimension ${axis}, but the size of the dimension ${size} is not divisible by the split_size ${cuts}! Use tensor_split for unequal parts.`,
        );
      return tensor_split(input, cuts as number | readonly number[], axis); // `tensor_split` says what is wrong with anything else
    },
    samples: [() => [sample([2, 2, 2]), 2], () => [sample([2, 3, 2]), [1]]],
    errors: [
      {
        args: () => [sample([3, 3, 3]), 2],
        error: "RuntimeError",
        message: /not divisible by the split_size 2/,
      },
      { args: () => [sample([]), 2], error: "RuntimeError", message: /requires a tensor with at least/ },
    ],
  });
}

/**
 * Views of the tensor cut along its second dimension, or a vector's only one, into equal parts or at the positions given.
 *
 * @throws RuntimeError when the parts would not be equal, or there is no dimension.
 * Source: `torch.hsplit`.
 */
export const hsplit: Operator<CutSignature> = splitAlong("hsplit", 1, (rank) => (rank === 1 ? 0 : 1));

/**
 * Views of the tensor cut along its first dimension into equal parts or at the positions given.
 *
 * @throws RuntimeError when the parts would not be equal, or there are fewer than two dimensions.
 * Source: `torch.vsplit`.
 */
export const vsplit: Operator<CutSignature> = splitAlong("vsplit", 2, () => 0);

/**
 * Views of the tensor cut along its third dimension into equal parts or at the positions given.
 *
 * @throws RuntimeError when the parts would not be equal, or there are fewer than three dimensions.
 * Source: `torch.dsplit`.
 */
export const dsplit: Operator<CutSignature> = splitAlong("dsplit", 3, () => 2);

type DimOption = number | { readonly dim?: number };
const sectionsParameter: Parameter<readonly number[]> = { ...sizes, expects: "an array of whole numbers" };

/**
 * Views of the tensor cut along a dimension into parts of the lengths given.
 *
 * @throws RuntimeError when the lengths do not add up to the dimension.
 * Source: `torch.split_with_sizes`.
 */
export const split_with_sizes: Operator<PartsSignature<[split_sizes: readonly number[], dim?: DimOption]>> =
  composite({
    name: "split_with_sizes",
    parameters: { input: tensor, split_sizes: sectionsParameter, dim: integer(0) },
    define: ({ input, split_sizes, dim }) => split(input, split_sizes, dim),
    samples: [() => [sample([3, 2]), [1, 2]], () => [sample([2, 3]), [2, 1], { dim: 1 }]],
    errors: [{ args: () => [sample([3]), [1, 1]], error: "RuntimeError", message: /sum exactly to 3/ }],
  });
