/** Largest numbers put back where they came from. */
import { int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, type ErrorCase, type Operator, type Sample } from "../../operator.ts";
import { tensor, type Parameter } from "../../parameters.ts";
import { formatShape, numel, sameShape, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import { readValues, type Tensor } from "../../tensor.ts";
import { given, sample } from "../samples.ts";
import { eachDimension, optionalPerDimension, perDimension, type PerDimension } from "./windows.ts";
import { placeAt } from "./positions.ts";

interface UnpoolOptions {
  readonly kernel_size?: PerDimension;
  readonly stride?: PerDimension | null;
  readonly padding?: PerDimension;
  readonly output_size?: Shape | null;
}

type UnpoolSignature = FunctionSignature<{
  (
    input: Tensor,
    indices: Tensor,
    kernel_size: PerDimension,
    stride?: PerDimension | null | UnpoolOptions,
    padding?: PerDimension | UnpoolOptions,
    output_size?: Shape | null,
  ): Tensor;
  (input: Tensor, indices: Tensor, options: UnpoolOptions): Tensor;
}>;

/** The wanted size, or `null` for the usual one. */
export const unpooledSize: Parameter<Shape | null> = {
  expects: "an array of sizes, or null",
  fallback: null,
  convert: (value) =>
    value === null || (Array.isArray(value) && value.every(Number.isInteger)) ? (value as null) : undefined,
};

/** The sizes of the result: those that pooling came from, as far as they can be told. @throws ValueError for sizes that it cannot have come from. */
function sizeOfResult(
  input: Tensor,
  kernel: readonly number[],
  stride: readonly number[],
  padding: readonly number[],
  wanted: Shape | null,
): Shape {
  const rank = kernel.length;
  const own = input.shape.slice(-rank);
  const usual = own.map((size, dim) => (size - 1) * stride[dim]! + kernel[dim]! - 2 * padding[dim]!);
  if (wanted === null) return usual;
  const sizes = wanted.length === rank + 2 ? wanted.slice(2) : wanted;
  if (sizes.length !== rank)
    throw new ValueError(
      `output_size should be a sequence containing ${rank} or ${rank + 2} elements, but it has a length of '${sizes.length}'.`,
    );
  sizes.forEach((size, dim) => {
    const [low, high] = [usual[dim]! - stride[dim]!, usual[dim]! + stride[dim]!];
    if (size <= low || size >= high)
      throw new ValueError(
        `invalid output_size "${formatShape(sizes)}" (dim ${dim} must be between ${low} and ${high}): pooling with this kernel and stride does not lead from there to ${formatShape(own)}.`,
      );
  });
  return sizes;
}

/** @throws RuntimeError when input and indices do not fit, NotImplementedError for a dtype without fractions. */
function checkInputs(input: Tensor, indices: Tensor, rank: number): void {
  if (indices.dtype !== int64)
    throw new RuntimeError(
      `elements in indices should be type int64 but got: ${indices.dtype.typeName}. Give the indices that max_pool with return_indices gave.`,
    );
  if (input.ndim !== rank + 1 && input.ndim !== rank + 2)
    throw new RuntimeError(
      `Input to max_unpooling${rank}d should be a ${rank + 1}d or ${rank + 2}d Tensor, but got a tensor with ${input.ndim} dimensions.`,
    );
  if (!sameShape(input.shape, indices.shape))
    throw new RuntimeError(
      `Expected shape of indices to be same as that of the input tensor (${formatShape(input.shape)}) but got indices tensor with shape: ${formatShape(indices.shape)}.`,
    );
  const inner = input.shape.slice(input.ndim === rank + 2 ? 1 : 0);
  if (numel(inner) === 0)
    throw new RuntimeError(
      `max_unpooling${rank}d(): Expected input to have non-zero size for non-batch dimensions, but got ${formatShape(input.shape)}.`,
    );
  if (!input.dtype.is_floating_point)
    throw new NotImplementedError(
      `"max_unpool${rank}d" not implemented for '${input.dtype.typeName}': convert with .float() first.`,
    );
}

/** @throws RuntimeError for an index beyond the result. */
function checkIndices(indices: Tensor, size: Shape): void {
  const count = BigInt(numel(size));
  const values = readValues(indices) as ArrayLike<bigint>; // int64 was checked
  for (let i = 0; i < values.length; i++)
    if (values[i]! < 0n || values[i]! >= count)
      throw new RuntimeError(
        `Found an invalid max index: ${values[i]} (output volumes are of size ${size.join("x")}). Give output_size where pooling came from a larger input.`,
      );
}

/** Unpooling over `rank` dimensions. */
function unpool(
  rank: 1 | 2 | 3,
  samples: readonly Sample[],
  errors: readonly ErrorCase[],
): Operator<UnpoolSignature> {
  const name = `max_unpool${rank}d`;
  return composite({
    name,
    parameters: {
      input: tensor,
      indices: tensor,
      kernel_size: perDimension(),
      stride: optionalPerDimension,
      padding: perDimension(0),
      output_size: unpooledSize,
    },
    define: ({ input, indices, kernel_size, stride, padding, output_size }) => {
      const each = (field: string, value: PerDimension): readonly number[] =>
        eachDimension(name, field, value, rank);
      const kernel = each("kernel_size", kernel_size);
      const step = stride === null ? kernel : each("stride", stride);
      const size = sizeOfResult(input, kernel, step, each("padding", padding), output_size);
      checkInputs(input, indices, rank);
      if (rank === 3 && step.some((value) => value <= 0))
        throw new RuntimeError(`strides should be greater than zero, but got stride: ${formatShape(step)}.`);
      if (size.some((value) => value < 0))
        throw new ValueError(
          `max_unpooling: output_size must contain non-negative spatial dimensions, but got ${formatShape(size)}.`,
        );
      checkIndices(indices, size);
      return placeAt(input, indices, size);
    },
    samples,
    errors,
  });
}

/**
 * Sequences `[N, C, L]` or `[C, L]` of zeros, with the numbers of the input at `indices`, which `max_pool1d` gave. Sizes are those of the pooling; where several
 * lengths lead to the same result, `output_size` tells which it was.
 *
 * @throws RuntimeError when input and indices do not fit, ValueError for a size that pooling cannot have come from.
 * Source: `torch.nn.functional.max_unpool1d`.
 */
export const max_unpool1d: Operator<UnpoolSignature> = unpool(
  1,
  [
    () => [sample([1, 2]), given([1, 3], int64, [1, 2]), 2],
    () => [sample([1, 2]), given([0, 4], int64, [1, 2]), 2, { output_size: [5] }],
  ],
  [
    {
      args: () => [sample([1, 2]), given([0, 9], int64, [1, 2]), 2],
      error: "RuntimeError",
      message: /invalid max index: 9 \(output volumes are of size 4/,
    },
  ],
);

/**
 * Images `[N, C, H, W]` or `[C, H, W]` of zeros, with the numbers of the input at `indices`, which `max_pool2d` gave. Sizes are those of the pooling; where several
 * sizes lead to the same result, `output_size` tells which it was.
 *
 * @throws RuntimeError when input and indices do not fit, ValueError for a size that pooling cannot have come from.
 * Source: `torch.nn.functional.max_unpool2d`.
 */
export const max_unpool2d: Operator<UnpoolSignature> = unpool(
  2,
  [() => [sample([1, 1, 2]), given([4, 2], int64, [1, 1, 2]), 2]],
  [
    {
      args: () => [sample([1, 1, 2]), given([0, 1], int64, [1, 2, 1]), 2],
      error: "RuntimeError",
      message: /Expected shape of indices/,
    },
    {
      args: () => [sample([1, 1, 2]), given([0, 1], int64, [1, 1, 2]), 2, { output_size: [9, 9] }],
      error: "ValueError",
      message: /dim 0 must be between 0 and 4/,
    },
    {
      args: () => [sample([1, 1, 2]), sample([1, 1, 2]), 2],
      error: "RuntimeError",
      message: /should be type int64/,
    },
  ],
);

/**
 * Volumes `[N, C, D, H, W]` or `[C, D, H, W]` of zeros, with the numbers of the input at `indices`, which `max_pool3d` gave. Sizes are those of the pooling; where
 * several sizes lead to the same result, `output_size` tells which it was.
 *
 * @throws RuntimeError when input and indices do not fit, ValueError for a size that pooling cannot have come from.
 * Source: `torch.nn.functional.max_unpool3d`.
 */
export const max_unpool3d: Operator<UnpoolSignature> = unpool(
  3,
  [() => [sample([1, 1, 1, 2]), given([4, 2], int64, [1, 1, 1, 2]), [1, 2, 2]]],
  [],
);
