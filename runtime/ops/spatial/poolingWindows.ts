/** The windows of pooling, from what the caller says. */
import type { AveragingWindows, PoolingWindows } from "../../backends/pooling.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { formatShape, type Shape } from "../../shape.ts";

/** Windows along one dimension as callers describe them. */
export interface WindowSizes {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

/** How many windows there are. Source: `pooling_output_shape` in PyTorch's `Pool.h`. */
function countWindows(
  size: number,
  { kernel, stride, padding, dilation }: WindowSizes,
  ceil: boolean,
): number {
  const last = size + 2 * padding - dilation * (kernel - 1) - 1;
  const count = Math.floor((last + (ceil ? stride - 1 : 0)) / stride) + 1;
  // The last window must begin within the input or the padding in front of it.
  return ceil && (count - 1) * stride >= size + padding ? count - 1 : count;
}

function range(count: number): number[] {
  return Array.from({ length: Math.max(count, 0) }, (_, i) => i);
}

/** Windows that leave the padding out. */
export function maxWindows(size: number, sizes: WindowSizes, ceil: boolean): PoolingWindows {
  const { kernel, stride, padding, dilation } = sizes;
  const first = range(countWindows(size, sizes, ceil)).map((i) => i * stride - padding);
  return {
    size,
    start: first.map((at) => (at < 0 ? at + Math.ceil(-at / dilation) * dilation : at)),
    end: first.map((at) => Math.min(at + (kernel - 1) * dilation + 1, size)),
    step: dilation,
  };
}

/** Windows with the number that their sums are divided by: with the padding counted, or without. */
export function averageWindows(
  size: number,
  sizes: WindowSizes,
  ceil: boolean,
  includePadding: boolean,
): AveragingWindows {
  const { kernel, stride, padding } = sizes;
  const first = range(countWindows(size, sizes, ceil)).map((i) => i * stride - padding);
  const start = first.map((at) => Math.max(at, 0));
  const end = first.map((at, i) => Math.max(Math.min(at + kernel, size), start[i]!));
  const whole = first.map((at) => Math.min(at + kernel, size + padding) - at);
  // A window in the padding alone has the sum 0, whatever it is divided by.
  const divisors = includePadding ? whole : end.map((to, i) => Math.max(to - start[i]!, 1));
  return { size, start, end, step: 1, divisors };
}

/** As many windows as asked for, which cover everything, as evenly as can be. Source: PyTorch's `AdaptivePooling.h`. */
export function adaptiveWindows(size: number, count: number): AveragingWindows {
  const start = range(count).map((i) => Math.floor((i * size) / count));
  const end = range(count).map((i) => Math.ceil(((i + 1) * size) / count));
  return { size, start, end, step: 1, divisors: end.map((to, i) => Math.max(to - start[i]!, 1)) };
}

/** @throws RuntimeError for windows that cannot be. */
export function checkWindowSizes(name: string, sizes: readonly WindowSizes[]): void {
  for (const { kernel, stride, padding, dilation } of sizes) {
    if (kernel <= 0)
      throw new RuntimeError(`${name}: kernel size should be greater than zero, but got ${kernel}.`);
    if (stride <= 0)
      throw new RuntimeError(`${name}: stride should not be zero, and not negative, but got ${stride}.`);
    if (dilation <= 0)
      throw new RuntimeError(`${name}: dilation should be greater than zero, but got dilation: ${dilation}.`);
    if (padding < 0) throw new RuntimeError(`${name}: pad must be non-negative, but got pad: ${padding}.`);
    if (padding > ((kernel - 1) * dilation + 1) / 2)
      throw new RuntimeError(
        `${name}: pad should be at most half of effective kernel size, but got pad=${padding}, kernel_size=${kernel} and dilation=${dilation}.`,
      );
  }
}

/** Windows of one element each: what is pooled with them stays as it is. */
export function wholeWindows(size: number): AveragingWindows {
  const start = range(size);
  return { size, start, end: start.map((at) => at + 1), step: 1, divisors: start.map(() => 1) };
}

/** @throws RuntimeError when there is no window. The last dimensions of the input, as many as there are windows, are pooled. */
export function checkWindowCount(input: Shape, windows: readonly PoolingWindows[]): void {
  const counts = windows.map(({ start }) => start.length);
  if (counts.every((count) => count >= 1)) return;
  const sizes = (numbers: readonly number[]): string =>
    [input.at(-1 - windows.length) ?? 1, ...numbers].join("x");
  throw new RuntimeError(
    `Given input size: (${sizes(input.slice(-windows.length))}). Calculated output size: (${sizes(counts)}). Output size is too small: the kernel is larger than the input ${formatShape(input)} with its padding.`,
  );
}
