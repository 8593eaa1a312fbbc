/** Pooling as users call it. */
import type { ByName } from "../../keywords.ts";
import { IndexError } from "../../errors/indexError.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, optionalInteger, tensor, type Parameter } from "../../parameters.ts";
import { formatShape, numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import {
  adaptiveAveragePoolWindows,
  adaptiveMaxPoolWindows,
  averagePoolWindows,
  maxPoolWindows,
} from "./pooling.ts";
import {
  adaptiveWindows,
  averageWindows,
  checkWindowCount,
  checkWindowSizes,
  maxWindows,
  type WindowSizes,
} from "./poolingWindows.ts";
import { mean } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import { squeeze, unsqueeze } from "../shaping/view.ts";
import { eachDimension, optionalPerDimension, perDimension, type PerDimension } from "./windows.ts";

/**
 * A pooled tensor; with `return_indices` an array of it and of the positions of what was taken, counted within each plane. The compiler, which cannot tell the two apart, takes either for a tensor: both can
 * be taken apart, `const [values, indices] = pool(x)`, and the usual one may be assigned to what was a tensor before.
 */
export type Pooled = Tensor;

/** @throws RuntimeError when the input is not a batch of `rank`-dimensional items with channels, or one of them, or is empty in more than the batch. */
export function checkInput(name: string, input: Tensor, rank: 1 | 2 | 3): void {
  const batched = input.ndim === rank + 2;
  if ((batched || input.ndim === rank + 1) && numel(input.shape.slice(batched ? 1 : 0)) > 0) return;
  throw new RuntimeError(
    `${name}: Expected ${rank + 1}D or ${rank + 2}D (batch mode) tensor with optional 0 dim batch size for input, but got: ${formatShape(input.shape)}. The dimensions are [batch, channels, ${["length", "height, width", "depth, height, width"][rank - 1]!}].`,
  );
}

interface Sizes {
  readonly kernel_size: PerDimension;
  readonly stride: PerDimension | null;
  readonly padding: PerDimension;
  readonly dilation: PerDimension;
}

/** The windows along each dimension. @throws RuntimeError for windows that cannot be. */
export function windowSizes(name: string, { stride, ...sizes }: Sizes, rank: number): WindowSizes[] {
  const each = (field: string, value: PerDimension): readonly number[] =>
    eachDimension(name, field, value, rank);
  const kernel = each("kernel_size", sizes.kernel_size);
  // Without a stride, windows lie side by side.
  const step = stride === null ? kernel : each("stride", stride);
  const padding = each("padding", sizes.padding);
  const dilation = each("dilation", sizes.dilation);
  const list = kernel.map((size, dim) => ({
    kernel: size,
    stride: step[dim]!,
    padding: padding[dim]!,
    dilation: dilation[dim]!,
  }));
  checkWindowSizes(name, list);
  return list;
}

/** Windows of size 1 over the dimension that sequences lack. */
const single: WindowSizes = { kernel: 1, stride: 1, padding: 0, dilation: 1 };

/** Sequences as planes of one row, for operators on planes. */
function asPlanes(input: Tensor, rank: 1 | 2): Tensor {
  return rank === 1 ? unsqueeze(input, -2) : input;
}

function fromPlanes(result: Tensor, rank: 1 | 2): Tensor {
  return rank === 1 ? squeeze(result, -2) : result;
}

function maxResult(
  [values, positions]: readonly [Tensor, Tensor],
  rank: 1 | 2,
  withIndices: boolean,
): Pooled {
  const result = fromPlanes(values, rank);
  // The two forms have one type for all callers; which one it is, the caller knows from `return_indices`.
  return (withIndices ? [result, fromPlanes(positions.long(), rank)] : result) as Pooled;
}

interface MaxPoolOptions {
  readonly kernel_size?: PerDimension;
  readonly stride?: PerDimension | null;
  readonly padding?: PerDimension;
  readonly dilation?: PerDimension;
  readonly ceil_mode?: boolean;
  readonly return_indices?: boolean;
}

export type MaxPoolSignature = FunctionSignature<{
  (
    input: Tensor,
    kernel_size: PerDimension,
    stride?: PerDimension | null | MaxPoolOptions,
    padding?: PerDimension | MaxPoolOptions,
    dilation?: PerDimension | MaxPoolOptions,
    ceil_mode?: boolean | MaxPoolOptions,
    return_indices?: boolean,
  ): Pooled;
  (input: Tensor, options: MaxPoolOptions): Pooled;
}>;

export const maxParameters: {
  readonly input: typeof tensor;
  readonly kernel_size: Parameter<PerDimension>;
  readonly stride: Parameter<PerDimension | null>;
  readonly padding: Parameter<PerDimension>;
  readonly dilation: Parameter<PerDimension>;
  readonly ceil_mode: Parameter<boolean>;
  readonly return_indices: Parameter<boolean>;
} = {
  input: tensor,
  kernel_size: perDimension(),
  stride: optionalPerDimension,
  padding: perDimension(0),
  dilation: perDimension(1),
  ceil_mode: flag(false),
  return_indices: flag(false),
};

/**
 * The largest number of each window of sequences `[N, C, L]` or `[C, L]`; with `return_indices` also its position.
 *
 * Windows of `kernel_size` elements, `dilation` apart, begin every `stride` (`kernel_size` when left out) elements; `padding` at both ends never is the largest.
 * With `ceil_mode` a last window may reach over the end.
 *
 * @throws RuntimeError when a size does not fit.
 * Source: `torch.nn.functional.max_pool1d`.
 */
export const max_pool1d: Operator<
  ByName<MaxPoolSignature, "input, kernel_size, stride?, padding?, dilation?, ceil_mode?, return_indices?">
> = composite({
  name: "max_pool1d",
  parameters: maxParameters,
  define: ({ input, ceil_mode, return_indices, ...sizes }) => {
    checkInput("max_pool1d", input, 1);
    if (!input.dtype.is_floating_point && !return_indices)
      throw new NotImplementedError(
        `"max_pool1d_impl" not implemented for '${input.dtype.typeName}': convert with .float() first.`,
      );
    const [window] = windowSizes("max_pool1d", sizes, 1);
    const windows = {
      rows: maxWindows(1, single, false),
      columns: maxWindows(input.size(-1), window!, ceil_mode),
    };
    if (windows.columns.start.length < 1)
      throw new RuntimeError(
        `max_pool1d() Invalid computed output size: ${windows.columns.start.length}. The kernel is larger than the input ${formatShape(input.shape)} with its padding.`,
      );
    return maxResult(maxPoolWindows(asPlanes(input, 1), { windows }), 1, return_indices);
  },
  samples: [() => [sample([2, 7]), 3, 2, 1], () => [sample([1, 2, 5]), { kernel_size: 2, ceil_mode: true }]],
  errors: [
    { args: () => [sample([1, 3]), 4], error: "RuntimeError", message: /Invalid computed output size: 0/ },
    {
      args: () => [sample([1, 3]), 2, 2, 2],
      error: "RuntimeError",
      message: /at most half of effective kernel/,
    },
  ],
});

/**
 * The largest number of each window of images `[N, C, H, W]` or `[C, H, W]`; with `return_indices` also its position, counted row by row within the image.
 *
 * Windows of `kernel_size` elements, `dilation` apart, begin every `stride` (`kernel_size` when left out) elements; `padding` at each side never is the largest.
 * With `ceil_mode` the last windows may reach over the edge.
 *
 * @throws RuntimeError when a size does not fit.
 * Source: `torch.nn.functional.max_pool2d`.
 */
export const max_pool2d: Operator<
  ByName<MaxPoolSignature, "input, kernel_size, stride?, padding?, dilation?, ceil_mode?, return_indices?">
> = composite({
  name: "max_pool2d",
  parameters: maxParameters,
  define: ({ input, ceil_mode, return_indices, ...sizes }) => {
    const [down, across] = windowSizes("max_pool2d", sizes, 2);
    checkInput("max_pool2d", input, 2);
    const windows = {
      rows: maxWindows(input.size(-2), down!, ceil_mode),
      columns: maxWindows(input.size(-1), across!, ceil_mode),
    };
    checkWindowCount(input.shape, [windows.rows, windows.columns]);
    return maxResult(maxPoolWindows(input, { windows }), 2, return_indices);
  },
  samples: [() => [sample([1, 2, 4, 4]), 2], () => [sample([1, 5, 5]), [3, 2], [2, 1], [1, 0], 1, true]],
  errors: [
    { args: () => [sample([1, 3, 3]), 5], error: "RuntimeError", message: /\(1x3x3\).*\(1x0x0\)/ },
    { args: () => [sample([1, 3, 3]), [2, 2, 2]], error: "RuntimeError", message: /list of 2 values/ },
    { args: () => [sample([3, 3]), 2], error: "RuntimeError", message: /Expected 3D or 4D/ },
  ],
});

interface AveragePoolOptions {
  readonly kernel_size?: PerDimension;
  readonly stride?: PerDimension | null;
  readonly padding?: PerDimension;
  readonly ceil_mode?: boolean;
  readonly count_include_pad?: boolean;
}

type AveragePool1dSignature = FunctionSignature<{
  (
    input: Tensor,
    kernel_size: PerDimension,
    stride?: PerDimension | null | AveragePoolOptions,
    padding?: PerDimension | AveragePoolOptions,
    ceil_mode?: boolean | AveragePoolOptions,
    count_include_pad?: boolean,
  ): Tensor;
  (input: Tensor, options: AveragePoolOptions): Tensor;
}>;

export const averageParameters: Omit<typeof maxParameters, "dilation" | "return_indices"> & {
  readonly count_include_pad: Parameter<boolean>;
} = {
  input: tensor,
  kernel_size: perDimension(),
  stride: optionalPerDimension,
  padding: perDimension(0),
  ceil_mode: flag(false),
  count_include_pad: flag(true),
};

/**
 * The mean of each window of sequences `[N, C, L]` or `[C, L]`. Zeros of the padding count, unless `count_include_pad` is false.
 *
 * @throws RuntimeError when a size does not fit.
 * Source: `torch.nn.functional.avg_pool1d`.
 */
export const avg_pool1d: Operator<
  ByName<AveragePool1dSignature, "input, kernel_size, stride?, padding?, ceil_mode?, count_include_pad?">
> = composite({
  name: "avg_pool1d",
  parameters: averageParameters,
  define: ({ input, ceil_mode, count_include_pad, ...sizes }) => {
    checkInput("avg_pool1d", input, 1);
    const [window] = windowSizes("avg_pool1d", { ...sizes, dilation: 1 }, 1);
    const windows = {
      rows: averageWindows(1, single, false, true),
      columns: averageWindows(input.size(-1), window!, ceil_mode, count_include_pad),
    };
    checkWindowCount(asPlanes(input, 1).shape, [windows.rows, windows.columns]);
    return fromPlanes(averagePoolWindows(asPlanes(input, 1), { windows }), 1);
  },
  samples: [() => [sample([2, 7]), 3, 2, 1], () => [sample([1, 2, 5]), { kernel_size: 2, ceil_mode: true }]],
  errors: [{ args: () => [sample([1, 3]), 4], error: "RuntimeError", message: /Output size is too small/ }],
});

type AveragePool2dOptions = AveragePoolOptions & { readonly divisor_override?: number | null };

export type AveragePool2dSignature = FunctionSignature<{
  (
    input: Tensor,
    kernel_size: PerDimension,
    stride?: PerDimension | null | AveragePool2dOptions,
    padding?: PerDimension | AveragePool2dOptions,
    ceil_mode?: boolean | AveragePool2dOptions,
    count_include_pad?: boolean | AveragePool2dOptions,
    divisor_override?: number | null,
  ): Tensor;
  (input: Tensor, options: AveragePool2dOptions): Tensor;
}>;

/**
 * The mean of each window of images `[N, C, H, W]` or `[C, H, W]`. Zeros of the padding count, unless `count_include_pad` is false; with `divisor_override` the sum
 * is divided by that number.
 *
 * @throws RuntimeError when a size does not fit, NotImplementedError for whole numbers other than int64.
 * Source: `torch.nn.functional.avg_pool2d`.
 */
export const avg_pool2d: Operator<
  ByName<
    AveragePool2dSignature,
    "input, kernel_size, stride?, padding?, ceil_mode?, count_include_pad?, divisor_override?"
  >
> = composite({
  name: "avg_pool2d",
  parameters: { ...averageParameters, divisor_override: optionalInteger },
  define: ({ input, ceil_mode, count_include_pad, divisor_override, ...sizes }) => {
    const [down, across] = windowSizes("avg_pool2d", { ...sizes, dilation: 1 }, 2);
    if (divisor_override === 0) throw new RuntimeError("avg_pool2d: divisor must be not zero.");
    if (input.ndim < 3)
      throw new IndexError(
        `Dimension out of range (expected to be in range of [${-Math.max(input.ndim, 1)}, ${Math.max(input.ndim, 1) - 1}], but got -3): avg_pool2d takes images [N, C, H, W] or [C, H, W], got shape ${formatShape(input.shape)}.`,
      );
    checkInput("avg_pool2d", input, 2);
    const rows = averageWindows(input.size(-2), down!, ceil_mode, count_include_pad);
    const columns = averageWindows(input.size(-1), across!, ceil_mode, count_include_pad);
    checkWindowCount(input.shape, [rows, columns]);
    if (divisor_override === null) return averagePoolWindows(input, { windows: { rows, columns } });
    const windows = {
      rows: { ...rows, divisors: rows.divisors.map(() => divisor_override) },
      columns: { ...columns, divisors: columns.divisors.map(() => 1) },
    };
    return averagePoolWindows(input, { windows });
  },
  samples: [
    () => [sample([1, 2, 4, 4]), 2],
    () => [sample([1, 5, 5]), [3, 2], 2, 1, true, false],
    () => [sample([1, 3, 3]), 2, 1, { divisor_override: 3 }],
  ],
  errors: [
    {
      args: () => [sample([1, 3, 3]), 2, { divisor_override: 0 }],
      error: "RuntimeError",
      message: /not zero/,
    },
    { args: () => [sample([1, 3, 3]), 2, 2, 2], error: "RuntimeError", message: /at most half/ },
  ],
});

/** A size of the result for all dimensions, or one for each; `null` keeps the input's. */
export type AdaptiveSize = number | null | readonly (number | null)[];

function isSize(item: unknown): boolean {
  return item === null || (typeof item === "number" && Number.isInteger(item));
}

/** Whether something can be the size of an adaptive result. */
export function isAdaptiveSize(value: unknown): value is AdaptiveSize {
  return isSize(value) || (Array.isArray(value) && value.every(isSize));
}

export const outputSize: Parameter<AdaptiveSize> = {
  expects: "a whole number or null, or an array of one for each dimension",
  convert: (value) => (isAdaptiveSize(value) ? value : undefined),
};

/** @throws RuntimeError when there are too many or too few sizes or one is negative, ValueError when the input has fewer dimensions than sizes. */
export function adaptiveSizes(
  name: string,
  input: Tensor,
  size: AdaptiveSize,
  rank: 1 | 2 | 3,
): readonly number[] {
  if (rank > 1 && Array.isArray(size) && input.ndim <= size.length)
    throw new ValueError(
      `${name}: Input dimension should be at least ${size.length + 1}: the input has shape ${formatShape(input.shape)}, and the output size ${size.length} numbers.`,
    );
  const own = input.shape.slice(-rank);
  const list = typeof size === "object" && size !== null ? size : own.map(() => size);
  if (rank === 1 && list.includes(null))
    throw new TypeError(
      `${name}(): argument 'output_size' must be a whole number, or an array of one, not null: sequences have no other dimension that could keep its size.`,
    );
  if (list.length !== rank)
    throw new RuntimeError(`${name}: output_size must be ${rank}, got ${list.length} sizes.`);
  const sizes = own.map((given, dim) => list[dim] ?? given);
  if (sizes.some((value) => value < 0))
    throw new RuntimeError(
      `${name}: elements of output_size must be greater than or equal to 0 but received ${formatShape(sizes)}.`,
    );
  return sizes;
}

export type AdaptiveSignature = FunctionSignature<
  (input: Tensor, output_size: AdaptiveSize | { readonly output_size: AdaptiveSize }) => Tensor
>;

/**
 * Means over sequences `[N, C, L]` or `[C, L]`, with as many results as asked for, of windows that share the input evenly.
 *
 * @throws RuntimeError when the input or the size does not fit.
 * Source: `torch.nn.functional.adaptive_avg_pool1d`.
 */
export const adaptive_avg_pool1d: Operator<ByName<AdaptiveSignature, "input, output_size">> = composite({
  name: "adaptive_avg_pool1d",
  parameters: { input: tensor, output_size: outputSize },
  define: ({ input, output_size }) => {
    const [columns] = adaptiveSizes("adaptive_avg_pool1d", input, output_size, 1);
    checkInput("adaptive_avg_pool1d", input, 1);
    if (columns === 1) return mean(input, -1, true);
    const windows = { rows: adaptiveWindows(1, 1), columns: adaptiveWindows(input.size(-1), columns!) };
    return fromPlanes(adaptiveAveragePoolWindows(asPlanes(input, 1), { windows }), 1);
  },
  samples: [() => [sample([2, 7]), 3]],
});

/**
 * Means over images `[N, C, H, W]` or `[C, H, W]`, with as many results as asked for, of windows that share the input evenly: `adaptive_avg_pool2d(x, 1)` is the
 * mean of each channel.
 *
 * @throws RuntimeError when the input or the size does not fit, NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.adaptive_avg_pool2d`.
 */
export const adaptive_avg_pool2d: Operator<ByName<AdaptiveSignature, "input, output_size">> = composite({
  name: "adaptive_avg_pool2d",
  parameters: { input: tensor, output_size: outputSize },
  define: ({ input, output_size }) => {
    const [rows, columns] = adaptiveSizes("adaptive_avg_pool2d", input, output_size, 2) as [number, number];
    checkInput("adaptive_avg_pool2d", input, 2);
    if (rows === 1 && columns === 1) return mean(input, [-1, -2], true);
    const windows = {
      rows: adaptiveWindows(input.size(-2), rows),
      columns: adaptiveWindows(input.size(-1), columns),
    };
    return adaptiveAveragePoolWindows(input, { windows });
  },
  samples: [() => [sample([1, 2, 5, 4]), [3, null]], () => [sample([2, 3, 3]), 1]],
  errors: [
    {
      args: () => [sample([1, 3, 3]), [1, 2, 3]],
      error: "ValueError",
      message: /Input dimension should be at least 4/,
    },
    { args: () => [sample([1, 3, 3]), -1], error: "RuntimeError", message: /greater than or equal to 0/ },
    { args: () => [sample([3, 3]), 1], error: "RuntimeError", message: /Expected 3D or 4D/ },
  ],
});

interface AdaptiveMaxOptions {
  readonly output_size?: AdaptiveSize;
  readonly return_indices?: boolean;
}

export type AdaptiveMaxSignature = FunctionSignature<{
  (input: Tensor, output_size: AdaptiveSize, return_indices?: boolean | AdaptiveMaxOptions): Pooled;
  (input: Tensor, options: AdaptiveMaxOptions): Pooled;
}>;

export const adaptiveMaxParameters: {
  readonly input: typeof tensor;
  readonly output_size: Parameter<AdaptiveSize>;
  readonly return_indices: Parameter<boolean>;
} = { input: tensor, output_size: outputSize, return_indices: flag(false) };

/**
 * The largest numbers of sequences `[N, C, L]` or `[C, L]`, as many as asked for, of windows that share the input evenly; with `return_indices` also their
 * positions.
 *
 * @throws RuntimeError when the input or the size does not fit.
 * Source: `torch.nn.functional.adaptive_max_pool1d`.
 */
export const adaptive_max_pool1d: Operator<
  ByName<AdaptiveMaxSignature, "input, output_size, return_indices?">
> = composite({
  name: "adaptive_max_pool1d",
  parameters: adaptiveMaxParameters,
  define: ({ input, output_size, return_indices }) => {
    const [columns] = adaptiveSizes("adaptive_max_pool1d", input, output_size, 1);
    checkInput("adaptive_max_pool1d", input, 1);
    const windows = { rows: adaptiveWindows(1, 1), columns: adaptiveWindows(input.size(-1), columns!) };
    return maxResult(adaptiveMaxPoolWindows(asPlanes(input, 1), { windows }), 1, return_indices);
  },
  samples: [() => [sample([2, 7]), 3]],
});

/**
 * The largest numbers of images `[N, C, H, W]` or `[C, H, W]`, as many as asked for, of windows that share the input evenly; with `return_indices` also their
 * positions, counted row by row within the image.
 *
 * @throws RuntimeError when the input or the size does not fit.
 * Source: `torch.nn.functional.adaptive_max_pool2d`.
 */
export const adaptive_max_pool2d: Operator<
  ByName<AdaptiveMaxSignature, "input, output_size, return_indices?">
> = composite({
  name: "adaptive_max_pool2d",
  parameters: adaptiveMaxParameters,
  define: ({ input, output_size, return_indices }) => {
    const [rows, columns] = adaptiveSizes("adaptive_max_pool2d", input, output_size, 2) as [number, number];
    checkInput("adaptive_max_pool2d", input, 2);
    const windows = {
      rows: adaptiveWindows(input.size(-2), rows),
      columns: adaptiveWindows(input.size(-1), columns),
    };
    return maxResult(adaptiveMaxPoolWindows(input, { windows }), 2, return_indices);
  },
  samples: [() => [sample([1, 2, 5, 4]), [3, null]]],
});
