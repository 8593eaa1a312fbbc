/** Pooling with windows at random places. */
import type { ByName } from "../../keywords.ts";
import { onCpu } from "../../reading.ts";
import { uniformInto } from "../../drawing.ts";
import { int32, writeElement, allocateArray } from "../../dtype.ts";
import { IndexError } from "../../errors/indexError.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, operator, type Operator, type Sample } from "../../operator.ts";
import { flag, optionalTensor, tensor, type Parameter } from "../../parameters.ts";
import { default_generator } from "../../random.ts";
import { allocate, fromArray } from "../../settle.ts";
import { formatShape, numel, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import { readValues, type Tensor } from "../../tensor.ts";
import type { Pooled } from "./pool.ts";
import { sample } from "../samples.ts";
import { perDimension, type PerDimension } from "./windows.ts";
import { spreadAt } from "./positions.ts";

/** Where the windows begin, along one dimension of one channel. Source: `ATen/native/FractionalMaxPooling.h`. */
function windowStarts(
  draw: number,
  inputSize: number,
  outputSize: number,
  kernel: number,
  round: (value: number) => number,
): number[] {
  if (outputSize === 0) return [];
  const alpha = outputSize > 1 ? round((inputSize - kernel) / (outputSize - 1)) : 0;
  const shift = Math.trunc(round(draw * alpha));
  const starts = Array.from(
    { length: outputSize - 1 },
    (_, i) => Math.trunc(round(round(i + draw) * alpha)) - shift,
  );
  return [...starts, inputSize - kernel];
}

interface Sizes {
  readonly input: Shape;
  readonly output: Shape;
  readonly kernel: Shape;
}

/** The position of the largest element of a window, which begins at `start`; the last NaN is the largest. */
function largestIn(
  values: ArrayLike<number>,
  plane: number,
  start: readonly number[],
  { input, kernel }: Sizes,
): number {
  let best = -Infinity;
  let place = -1;
  const visit = (dim: number, position: number): void => {
    if (dim < kernel.length) {
      for (let k = 0; k < kernel[dim]!; k++) visit(dim + 1, position * input[dim]! + start[dim]! + k);
      return;
    }
    const value = values[plane + position]!;
    if (place < 0 || value > best || Number.isNaN(value)) [best, place] = [value, position];
  };
  visit(0, 0);
  return place;
}

/** Calls `visit` for each index into `shape`, in row-major order. */
function forEachIndex(shape: Shape, visit: (index: readonly number[]) => void): void {
  const index = shape.map(() => 0);
  for (let count = numel(shape); count > 0; count--) {
    visit(index);
    for (let dim = shape.length - 1; dim >= 0 && ++index[dim]! === shape[dim]; dim--) index[dim] = 0;
  }
}

/** The largest element of each window of each channel, and its position (int32) within it. */
function largest(input: Tensor, draws: Tensor, sizes: Sizes): readonly [Tensor, Tensor] {
  const rank = sizes.kernel.length;
  const shape = [...input.shape.slice(0, -rank), ...sizes.output];
  const values = allocateArray(input.dtype, numel(shape));
  const places = new Int32Array(numel(shape));
  // The dtype has fractions.
  const [source, drawn] = [readValues(onCpu(input)), readValues(onCpu(draws))] as [
    ArrayLike<number>,
    ArrayLike<number>,
  ];
  const round = input.dtype.itemsize <= 4 ? Math.fround : (value: number): number => value;
  const size = numel(sizes.input);
  let at = 0;
  for (let plane = 0; plane < numel(input.shape.slice(0, -rank)); plane++) {
    // The draws of a channel belong to its dimensions from the last one on.
    const starts = sizes.input.map((length, dim) => {
      const draw = drawn[plane * rank + (rank === 3 ? dim : rank - 1 - dim)]!;
      return windowStarts(draw, length, sizes.output[dim]!, sizes.kernel[dim]!, round);
    });
    forEachIndex(sizes.output, (index) => {
      const start = index.map((position, dim) => starts[dim]![position]!);
      const place = largestIn(source, plane * size, start, sizes);
      writeElement(input.dtype, values, at, source[plane * size + place]!);
      places[at++] = place;
    });
  }
  return [fromArray(values, input.dtype, shape), fromArray(places, int32, shape)];
}

interface SettledSizes {
  readonly kernel: Shape;
  readonly output: Shape;
}

const settled: Parameter<SettledSizes> = {
  expects: "settled sizes",
  convert: (value) =>
    typeof value === "object" && value !== null && "kernel" in value ? (value as SettledSizes) : undefined,
};

/** The largest numbers of windows whose places follow from draws, one for each channel and dimension; and their positions. */
export const fractionalMaxPool: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        draws: Tensor,
        options: { readonly sizes: SettledSizes },
      ) => [values: Tensor, positions: Tensor]
    >,
    "input, draws, sizes"
  >
> = operator({
  name: "fractional_max_pool",
  parameters: { input: tensor, draws: tensor, sizes: settled },
  forward: ({ input, draws, sizes }) =>
    largest(input, draws, { ...sizes, input: input.shape.slice(-sizes.kernel.length) }),
  vjp: {
    input: (g, { others, shapes, sizes }) =>
      spreadAt(g, others[0]!, shapes.input.slice(-sizes.kernel.length)),
    draws: null,
  },
  gradFn: ({ sizes }) => `FractionalMaxPool${sizes.kernel.length}DBackward0`,
  samples: [
    () => [
      sample([1, 2, 4, 3]),
      sample([1, 2, 2], { low: 0, high: 1, requiresGrad: false }),
      { sizes: { kernel: [2, 2], output: [2, 2] } },
    ],
  ],
});

interface FractionalOptions {
  readonly output_size?: PerDimension | null;
  readonly output_ratio?: number | readonly number[] | null;
  readonly return_indices?: boolean;
  readonly _random_samples?: Tensor | null;
}

type FractionalSignature = FunctionSignature<
  (
    input: Tensor,
    kernel_size: PerDimension,
    output_size?: PerDimension | null | FractionalOptions,
    output_ratio?: number | readonly number[] | null,
    return_indices?: boolean,
    _random_samples?: Tensor | null,
  ) => Pooled
>;

const optionalSize: Parameter<PerDimension | null> = {
  ...perDimension(),
  expects: "a whole number, an array of one for each dimension, or null",
  fallback: null,
  convert: (value) => (value === null ? null : perDimension().convert(value)),
};

const ratio: Parameter<number | readonly number[] | null> = {
  expects: "an array of a number for each dimension, or null",
  fallback: null,
  convert: (value) =>
    value === null || typeof value === "number" || Array.isArray(value) ? (value as number[]) : undefined,
};

/** One number for each dimension. @throws RuntimeError when there are too many or too few. */
function each(name: string, field: string, value: PerDimension, rank: number): readonly number[] {
  const list = typeof value === "number" ? Array.from({ length: rank }, () => value) : value;
  if (list.length !== rank)
    throw new RuntimeError(
      `${name}: ${field} must either be a single Int or tuple of Ints: one for each of the ${rank} dimensions, got ${list.length}.`,
    );
  return list;
}

/** The size of the result. @throws ValueError when neither the size nor the ratio was given. */
function wantedSize(
  name: string,
  input: Tensor,
  rank: number,
  { output_size = null, output_ratio = null }: FractionalOptions,
): readonly number[] {
  if (output_size !== null) return each(name, "output_size", output_size, rank);
  if (output_ratio === null)
    throw new ValueError(
      `${name} requires specifying either an output_size or an output_ratio: give one of them by name.`,
    );
  const list =
    typeof output_ratio === "number" ? Array.from({ length: rank }, () => output_ratio) : output_ratio;
  if (list.length > rank)
    throw new ValueError(
      `${name} requires output_ratio to either be a single Int or tuple of Ints: one for each of the ${rank} dimensions, got ${list.length}.`,
    );
  return input.shape.slice(-rank).map((size, dim) => Math.trunc(size * list[dim]!));
}

/** @throws IndexError or RuntimeError when the input has other dimensions, or nothing in them. */
function checkInput(name: string, input: Tensor, rank: number): void {
  if (input.ndim < rank + 1)
    throw new IndexError(
      `Dimension out of range (expected to be in range of [${-input.ndim}, ${input.ndim - 1}], but got ${-rank - 1}): ${name} takes ${rank + 1}D or ${rank + 2}D input, got shape ${formatShape(input.shape)}.`,
    );
  const inner = input.shape.slice(input.ndim === rank + 2 ? 1 : 0);
  if (input.ndim > rank + 2 || numel(inner) === 0)
    throw new RuntimeError(
      `${name}(): Expected input to have non-zero size for non-batch dimensions, but got ${formatShape(input.shape)}. It takes ${rank + 1}D or ${rank + 2}D input.`,
    );
  if (!input.dtype.is_floating_point)
    throw new NotImplementedError(
      `"${name}" not implemented for '${input.dtype.typeName}': convert with .float() first.`,
    );
}

/** @throws RuntimeError when windows of the kernel's size do not fit. */
function checkWindows(name: string, { input, output, kernel }: Sizes): void {
  const names = input.length === 3 ? ["time", "height", "width"] : ["height", "width"];
  // In volumes PyTorch asks for one element more than the windows need.
  const spare = input.length === 3 ? 1 : 0;
  names.forEach((dimension, dim) => {
    if (output[dim]! + kernel[dim]! - 1 + spare > input[dim]!)
      throw new RuntimeError(
        `${name}(): pool ${dimension} ${kernel[dim]} too large relative to input ${dimension} ${input[dim]}: ${output[dim]} windows do not fit. Take fewer, or a smaller kernel.`,
      );
    if (output[dim]! < 0)
      throw new RuntimeError(
        `${name}(): output ${dimension} must not be negative, got ${formatShape(output)}.`,
      );
  });
}

/** @throws RuntimeError when the draws are not one for each channel and dimension. */
function checkDraws(input: Tensor, draws: Tensor, rank: number): void {
  if (draws.dtype !== input.dtype)
    throw new RuntimeError(
      `Expect _random_samples to have the same dtype as input, ${input.dtype.toString()}, got ${draws.dtype.toString()}.`,
    );
  const expected = [input.ndim === rank + 2 ? input.shape[0]! : 1, input.shape.at(-rank - 1)!, rank];
  expected.forEach((size, dim) => {
    if (draws.ndim !== 3 || draws.shape[dim]! !== size)
      throw new RuntimeError(
        `Expect _random_samples of shape ${formatShape(expected)}: a number for each item of the batch, channel and dimension; got ${formatShape(draws.shape)}.`,
      );
  });
}

/** A number from [0, 1) for each channel and dimension. */
function drawPlaces(input: Tensor, rank: number): Tensor {
  const shape = [input.ndim === rank + 2 ? input.shape[0]! : 1, input.shape.at(-rank - 1)!, rank];
  const draws = allocate(shape, input.dtype);
  uniformInto("check_uniform_bounds", draws, default_generator, 0, 1);
  return draws;
}

/** Pooling over `rank` dimensions. */
function fractional(rank: 2 | 3, samples: readonly Sample[]): Operator<FractionalSignature> {
  const name = `fractional_max_pool${rank}d`;
  return composite({
    name,
    parameters: {
      input: tensor,
      kernel_size: perDimension(),
      output_size: optionalSize,
      output_ratio: ratio,
      return_indices: flag(false),
      _random_samples: optionalTensor,
    },
    define: ({ input, kernel_size, return_indices, _random_samples, ...wanted }) => {
      const output = wantedSize(name, input, rank, wanted);
      checkInput(name, input, rank);
      const kernel = each(name, "kernel_size", kernel_size, rank);
      if (_random_samples !== null) checkDraws(input, _random_samples, rank);
      const draws = _random_samples ?? drawPlaces(input, rank);
      checkWindows(name, { input: input.shape.slice(-rank), output, kernel });
      const [values, positions] = fractionalMaxPool(input, draws, { sizes: { kernel, output } });
      // The two forms have one type for all callers; which one it is, the caller knows from `return_indices`.
      return (return_indices ? [values, positions.long()] : values) as Pooled;
    },
    samples,
    errors: [
      {
        args: () => [sample(rank === 2 ? [1, 3, 3] : [1, 3, 3, 3]), 2],
        error: "ValueError",
        message: /either an output_size or an output_ratio/,
      },
      {
        args: () => [sample(rank === 2 ? [1, 3, 3] : [1, 3, 3, 3]), 2, 9],
        error: "RuntimeError",
        message: /too large relative to input/,
      },
    ],
  });
}

const halves = (shape: Shape): Tensor => sample(shape, { low: 0, high: 1, requiresGrad: false });

/**
 * The largest numbers of windows of `kernel_size` in images `[N, C, H, W]` or `[C, H, W]`; the windows lie at random places, so that there are `output_size` of
 * them, or `output_ratio` times the input's size. With `return_indices` also their positions, counted row by row within the image.
 *
 * After the same seed the windows are those of PyTorch; `_random_samples`, `[N, C, 2]` of numbers from 0 to 1, gives their places.
 *
 * @throws ValueError when neither size nor ratio is given, RuntimeError when the windows do not fit.
 * Source: `torch.nn.functional.fractional_max_pool2d`; Graham, "Fractional max-pooling" (2014).
 */
export const fractional_max_pool2d: Operator<FractionalSignature> = fractional(2, [
  () => [sample([1, 4, 5]), 2, { output_size: [2, 3], _random_samples: halves([1, 1, 2]) }],
  () => [sample([1, 4, 5]), [2, 1], null, 0.5, true, halves([1, 1, 2])],
]);

/**
 * The largest numbers of windows of `kernel_size` in volumes `[N, C, D, H, W]` or `[C, D, H, W]`; the windows lie at random places, so that there are
 * `output_size` of them, or `output_ratio` times the input's size. With `return_indices` also their positions, counted within the volume.
 *
 * After the same seed the windows are those of PyTorch; `_random_samples`, `[N, C, 3]` of numbers from 0 to 1, gives their places.
 *
 * @throws ValueError when neither size nor ratio is given, RuntimeError when the windows do not fit.
 * Source: `torch.nn.functional.fractional_max_pool3d`; Graham, "Fractional max-pooling" (2014).
 */
export const fractional_max_pool3d: Operator<FractionalSignature> = fractional(3, [
  () => [sample([1, 4, 4, 3]), [2, 2, 1], { output_size: 2, _random_samples: halves([1, 1, 3]) }],
]);
