/** Pooling of volumes as users call it. */
import type { ByName } from "../../keywords.ts";
import type { AveragingWindows } from "../../backends/pooling.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { optionalInteger, tensor } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import {
  adaptiveMaxParameters,
  adaptiveSizes,
  averageParameters,
  checkInput,
  maxParameters,
  outputSize,
  windowSizes,
  type AdaptiveMaxSignature,
  type AdaptiveSignature,
  type AveragePool2dSignature,
  type MaxPoolSignature,
  type Pooled,
} from "./pool.ts";
import { adaptiveWindows, averageWindows, checkWindowCount, maxWindows } from "./poolingWindows.ts";
import { mean } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import {
  adaptiveAverageVolumes,
  adaptiveMaxVolumes,
  averageVolumes,
  maxVolumes,
  type AveragingVolumeWindows,
} from "./volumes.ts";

function maxResult([values, positions]: readonly [Tensor, Tensor], withIndices: boolean): Pooled {
  // The two forms have one type for all callers; which one it is, the caller knows from `return_indices`.
  return (withIndices ? [values, positions.long()] : values) as Pooled;
}

/** Windows for each of the three dimensions, from the sizes of the input. */
function volumeWindows<W>(
  input: Tensor,
  windowsOf: (size: number, dim: number) => W,
): { readonly depth: W; readonly rows: W; readonly columns: W } {
  const [depth, rows, columns] = input.shape.slice(-3).map(windowsOf) as [W, W, W];
  return { depth, rows, columns };
}

/**
 * The largest number of each window of volumes `[N, C, D, H, W]` or `[C, D, H, W]`; with `return_indices` also its position, counted layer by layer and row by row
 * within the volume. Sizes as in `max_pool2d`.
 *
 * @throws RuntimeError when a size does not fit.
 * Source: `torch.nn.functional.max_pool3d`.
 */
export const max_pool3d: Operator<
  ByName<MaxPoolSignature, "input, kernel_size, stride?, padding?, dilation?, ceil_mode?, return_indices?">
> = composite({
  name: "max_pool3d",
  parameters: maxParameters,
  define: ({ input, ceil_mode, return_indices, ...sizes }) => {
    const list = windowSizes("max_pool3d", sizes, 3);
    checkInput("max_pool3d", input, 3);
    const windows = volumeWindows(input, (size, dim) => maxWindows(size, list[dim]!, ceil_mode));
    checkWindowCount(input.shape, [windows.depth, windows.rows, windows.columns]);
    return maxResult(maxVolumes(input, { windows }), return_indices);
  },
  samples: [
    () => [sample([1, 2, 2, 4, 2]), [1, 2, 2]],
    () => [sample([1, 3, 3, 3]), 2, 1, [1, 0, 1], 1, true],
  ],
  errors: [
    { args: () => [sample([1, 3, 3, 3]), 4], error: "RuntimeError", message: /\(1x3x3x3\).*\(1x0x0x0\)/ },
    { args: () => [sample([1, 3, 3, 3]), [2, 2]], error: "RuntimeError", message: /list of 3 values/ },
    { args: () => [sample([3, 3, 3]), 2], error: "RuntimeError", message: /Expected 4D or 5D/ },
  ],
});

/** The windows with `divisor` in place of each of their own. */
function dividedBy(divisor: number, axis: AveragingWindows): AveragingWindows {
  return { ...axis, divisors: axis.divisors.map(() => divisor) };
}

/** The windows with `divisor` as the only divisor of each block. */
function withDivisor(
  divisor: number,
  { depth, rows, columns }: AveragingVolumeWindows,
): AveragingVolumeWindows {
  return { depth: dividedBy(divisor, depth), rows: dividedBy(1, rows), columns: dividedBy(1, columns) };
}

/**
 * The mean of each window of volumes `[N, C, D, H, W]` or `[C, D, H, W]`. Zeros of the padding count, unless `count_include_pad` is false; with
 * `divisor_override` the sum is divided by that number.
 *
 * @throws RuntimeError when a size does not fit, NotImplementedError for whole numbers other than int64.
 * Source: `torch.nn.functional.avg_pool3d`.
 */
export const avg_pool3d: Operator<
  ByName<
    AveragePool2dSignature,
    "input, kernel_size, stride?, padding?, ceil_mode?, count_include_pad?, divisor_override?"
  >
> = composite({
  name: "avg_pool3d",
  parameters: { ...averageParameters, divisor_override: optionalInteger },
  define: ({ input, ceil_mode, count_include_pad, divisor_override, ...sizes }) => {
    const list = windowSizes("avg_pool3d", { ...sizes, dilation: 1 }, 3);
    if (divisor_override === 0) throw new RuntimeError("avg_pool3d: divisor must be not zero.");
    checkInput("avg_pool3d", input, 3);
    const size = input.shape.slice(-3);
    if (list.some(({ kernel }, dim) => kernel > size[dim]!))
      throw new RuntimeError(
        `input image (T: ${size[0]} H: ${size[1]} W: ${size[2]}) smaller than kernel size (kT: ${list[0]!.kernel} kH: ${list[1]!.kernel} kW: ${list[2]!.kernel}): the padding does not count. Take a smaller kernel.`,
      );
    const windows = volumeWindows(input, (size, dim) =>
      averageWindows(size, list[dim]!, ceil_mode, count_include_pad),
    );
    checkWindowCount(input.shape, [windows.depth, windows.rows, windows.columns]);
    return averageVolumes(input, {
      windows: divisor_override === null ? windows : withDivisor(divisor_override, windows),
    });
  },
  samples: [
    () => [sample([1, 2, 2, 4, 2]), [1, 2, 2]],
    () => [sample([1, 3, 3, 3]), [3, 2, 2], 2, 1, true, false],
    () => [sample([1, 2, 2, 3]), 2, 1, { divisor_override: 3 }],
  ],
  errors: [
    {
      args: () => [sample([1, 3, 3, 3]), 2, { divisor_override: 0 }],
      error: "RuntimeError",
      message: /not zero/,
    },
    { args: () => [sample([1, 3, 3, 3]), 2, 2, 2], error: "RuntimeError", message: /at most half/ },
  ],
});

/**
 * Means over volumes `[N, C, D, H, W]` or `[C, D, H, W]`, with as many results as asked for, of windows that share the input evenly.
 *
 * @throws RuntimeError when the input or the size does not fit, NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.adaptive_avg_pool3d`.
 */
export const adaptive_avg_pool3d: Operator<ByName<AdaptiveSignature, "input, output_size">> = composite({
  name: "adaptive_avg_pool3d",
  parameters: { input: tensor, output_size: outputSize },
  define: ({ input, output_size }) => {
    const sizes = adaptiveSizes("adaptive_avg_pool3d", input, output_size, 3);
    checkInput("adaptive_avg_pool3d", input, 3);
    if (sizes.every((size) => size === 1)) return mean(input, [-1, -2, -3], true);
    const windows = volumeWindows(input, (size, dim) => adaptiveWindows(size, sizes[dim]!));
    return adaptiveAverageVolumes(input, { windows });
  },
  samples: [() => [sample([1, 2, 3, 2, 3]), [2, null, 2]], () => [sample([2, 2, 2, 2]), 1]],
  errors: [
    {
      args: () => [sample([1, 3, 3]), [1, 2, 3]],
      error: "ValueError",
      message: /Input dimension should be at least 4/,
    },
    { args: () => [sample([1, 3, 3, 3]), -1], error: "RuntimeError", message: /greater than or equal to 0/ },
  ],
});

/**
 * The largest numbers of volumes `[N, C, D, H, W]` or `[C, D, H, W]`, as many as asked for, of windows that share the input evenly; with `return_indices` also
 * their positions, counted layer by layer and row by row within the volume.
 *
 * @throws RuntimeError when the input or the size does not fit.
 * Source: `torch.nn.functional.adaptive_max_pool3d`.
 */
export const adaptive_max_pool3d: Operator<
  ByName<AdaptiveMaxSignature, "input, output_size, return_indices?">
> = composite({
  name: "adaptive_max_pool3d",
  parameters: adaptiveMaxParameters,
  define: ({ input, output_size, return_indices }) => {
    const sizes = adaptiveSizes("adaptive_max_pool3d", input, output_size, 3);
    checkInput("adaptive_max_pool3d", input, 3);
    const windows = volumeWindows(input, (size, dim) => adaptiveWindows(size, sizes[dim]!));
    return maxResult(adaptiveMaxVolumes(input, { windows }), return_indices);
  },
  samples: [() => [sample([1, 2, 3, 2, 3]), [2, null, 2]]],
});
