/** Where elements are not zero, and how often values occur. */
import { float64, int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { dims, flag, integer, keywordOnly, tensor, type Parameter } from "../../parameters.ts";
import { allocateZeros, convert, reduceDims } from "../../settle.ts";
import { formatShape, normalizeDims, type Shape } from "../../shape.ts";
import type { DimByName, Dims, FunctionSignature, GeneralSignature, Signature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { ne } from "../elementwise/comparison.ts";
import { outOfRange } from "./reduction.ts";
import { given, sample } from "../samples.ts";
import { unbind } from "../shaping/splitting.ts";
import { unsqueeze } from "../shaping/view.ts";
import { elementsOf, fromNumbers, fromPositions, isTrue, numbersOf } from "./elements.ts";

/** A tensor through which no gradient flows, or `null`. */
const optionalWeights: Parameter<Tensor | null> = {
  expects: "a Tensor or null",
  fallback: null,
  convert: (value) => (value === null ? null : tensor.convert(value)),
};

/** The position of `flat`, counted in row-major order, in each dimension. */
function writeCoordinates(target: number[], flat: number, shape: Shape): void {
  const start = target.length;
  let rest = flat;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    const size = shape[dim]!;
    target[start + dim] = rest % size;
    rest = Math.floor(rest / size);
  }
}

/** The coordinates of the elements that are not zero, one after the other, and how many there are. */
function coordinatesOf(input: Tensor): { coordinates: number[]; count: number } {
  const elements = elementsOf(input);
  const coordinates: number[] = [];
  let count = 0;
  for (let flat = 0; flat < elements.length; flat++)
    if (isTrue(elements[flat]!)) {
      writeCoordinates(coordinates, flat, input.shape);
      count++;
    }
  return { coordinates, count };
}

/** @internal The positions of the elements that are not zero, a row for each. */
export const nonzeroRows: Operator<FunctionSignature<(input: Tensor) => Tensor>> = operator({
  name: "nonzero",
  parameters: { input: tensor },
  forward: ({ input }) => {
    const { coordinates, count } = coordinatesOf(input);
    return fromPositions(coordinates, [count, input.ndim]);
  },
  vjp: null,
  samples: [() => [sample([2, 3])], () => [given([0, 1, 1], int64)]],
});

interface NonzeroOptions {
  readonly as_tuple: boolean;
}

interface NonzeroSignature extends Signature {
  readonly function: {
    (input: Tensor, options: { readonly as_tuple: true }): readonly Tensor<Shape, "int64">[];
    (input: Tensor, options?: { readonly as_tuple?: false }): Tensor<Shape, "int64">;
  };
  readonly method: ((
    options: NonzeroOptions & { readonly as_tuple: true },
  ) => readonly Tensor<Shape, "int64">[]) &
    ((options?: { readonly as_tuple?: false }) => Tensor<Shape, "int64">);
}

/**
 * The positions of the elements that are not zero: a row for each, or, with `as_tuple`, a tensor for each dimension, as indexing takes them.
 *
 * Source: `torch.nonzero`.
 */
export const nonzero: Operator<NonzeroSignature> = composite({
  name: "nonzero",
  out: true,
  parameters: { input: tensor, as_tuple: keywordOnly(flag(false)) },
  define: ({ input, as_tuple }) => {
    if (!as_tuple) return nonzeroRows(input);
    // PyTorch gives a 0-d tensor one dimension here.
    return unbind(nonzeroRows(input.ndim === 0 ? unsqueeze(input, 0) : input), 1);
  },
  samples: [() => [sample([2, 3])], () => [given([0, 1, 1], int64), { as_tuple: true }], () => [sample([])]],
});

/** The positions of the elements that are not zero, a row for each. Source: `torch.argwhere`. */
export const argwhere: Operator<GeneralSignature<[], "int64">> = composite({
  name: "argwhere",
  parameters: { input: tensor },
  define: ({ input }) => nonzeroRows(input),
  samples: [() => [sample([2, 3])]],
});

/**
 * The positions of the first `size` elements that are not zero, a row for each; where there are fewer, rows of `fill_value`.
 *
 * @throws RuntimeError for a negative size.
 * Source: `torch.nonzero_static`.
 */
export const nonzero_static: Operator<
  GeneralSignature<[options: { readonly size: number; readonly fill_value?: number }], "int64">
> = operator({
  name: "nonzero_static",
  out: true,
  parameters: { input: tensor, size: keywordOnly(integer()), fill_value: keywordOnly(integer(-1)) },
  forward: ({ input, size, fill_value }) => {
    if (size < 0)
      throw new RuntimeError(
        `nonzero_static: 'size' must be an non-negative integer, got ${size}: it is the number of rows of the result.`,
      );
    const { coordinates } = coordinatesOf(input);
    const wanted = coordinates.slice(0, size * input.ndim);
    while (wanted.length < size * input.ndim) wanted.push(fill_value);
    return fromPositions(wanted, [size, input.ndim]);
  },
  vjp: null,
  samples: [() => [given([0, 1, 1], int64), { size: 3 }]],
  errors: [{ args: () => [given([1], int64), { size: -1 }], error: "RuntimeError", message: /non-negative/ }],
});

/**
 * How many elements are not zero: of all, or along `dim`.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.count_nonzero`.
 */
export const count_nonzero: Operator<
  GeneralSignature<[dim?: Dims | null | DimByName<Dims | null>], "int64">
> = operator({
  name: "count_nonzero",
  parameters: { input: tensor, dim: dims },
  forward: ({ input, dim }) => reduceDims("sum", ne(input, 0), normalizeDims(dim, input.ndim), false, int64),
  vjp: null,
  samples: [() => [sample([2, 3])], () => [given([0, 1, 1], int64), 0], () => [sample([2, 3, 2]), [0, 2]]],
  errors: [outOfRange],
});

/** @throws when these cannot be counted. Source: `_bincount_cpu_template`. */
function checkCounted(input: Tensor, weights: Tensor | null, minlength: number): void {
  if (minlength < 0)
    throw new RuntimeError(
      `minlength should be >= 0, got ${minlength}: it is the least length of the result.`,
    );
  if (input.dtype.is_floating_point || input.dtype.category === "bool")
    throw new NotImplementedError(
      `"bincount_cpu" not implemented for '${input.dtype.typeName}': it counts whole numbers. Convert with .long() first.`,
    );
  if (input.ndim !== 1)
    throw new RuntimeError(
      `bincount only supports 1-d non-negative integral inputs, got shape ${formatShape(input.shape)}. Flatten it first.`,
    );
  if (weights !== null && weights.numel() !== input.numel())
    throw new RuntimeError(
      `weights should be 1-d and have the same length as input: got ${formatShape(weights.shape)} for ${formatShape(input.shape)}.`,
    );
}

type BincountOptions = { readonly weights?: Tensor | null; readonly minlength?: number };

/**
 * How often each whole number from 0 on occurs in a vector; with `weights`, the sum of the weights of its places. The result has at least `minlength` elements.
 *
 * @throws RuntimeError for negative numbers or another number of dimensions, NotImplementedError for a dtype with fractions.
 * Source: `torch.bincount`.
 */
export const bincount: Operator<
  GeneralSignature<
    [weights?: Tensor | null | BincountOptions, minlength?: number | BincountOptions],
    "same",
    ["weights", "minlength"]
  >
> = operator({
  name: "bincount",
  parameters: { input: tensor, weights: optionalWeights, minlength: integer(0) },
  forward: ({ input, weights, minlength }) => {
    checkCounted(input, weights, minlength);
    const result =
      weights === null
        ? int64
        : weights.dtype.itemsize === 4 && weights.dtype.is_floating_point
          ? weights.dtype
          : float64;
    if (input.numel() === 0) return allocateZeros([minlength], int64);
    const numbers = numbersOf(input);
    const amounts = weights && numbersOf(weights);
    let length = minlength;
    for (const number of numbers) {
      if (number < 0)
        throw new RuntimeError(
          `bincount only supports 1-d non-negative integral inputs, got ${number}. Subtract the smallest number first.`,
        );
      length = Math.max(length, number + 1);
    }
    const counts = new Float64Array(length);
    for (let i = 0; i < numbers.length; i++) counts[numbers[i]!]! += amounts ? amounts[i]! : 1;
    return weights === null ? convert(fromPositions(counts), int64) : fromNumbers(counts, result, [length]);
  },
  vjp: null,
  samples: [
    () => [given([0, 3, 3, 1], int64)],
    () => [given([0, 1, 1], int64), sample([3], { requiresGrad: false }), 5],
  ],
  errors: [
    { args: () => [given([-1], int64)], error: "RuntimeError", message: /non-negative/ },
    { args: () => [sample([2])], error: "NotImplementedError", message: /bincount_cpu/ },
  ],
});
