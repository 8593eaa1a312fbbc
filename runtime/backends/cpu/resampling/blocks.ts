import type { View } from "../../backend.ts";
import type { BlockWindow } from "../../resampling.ts";
import { clear, elementsOf } from "./elements.ts";

/** A run of neighbours: so many elements of a column's row, and where they lie in an image, `step` apart. */
type Visit = (column: number, image: number, count: number, step: number) => void;

/** The blocks of a row whose element `kernelColumn` lies within the image. */
function columnsWithin(
  { stride, padding, dilation, count }: BlockWindow,
  kernelColumn: number,
  width: number,
): readonly [first: number, end: number] {
  const shift = kernelColumn * dilation[1] - padding[1];
  const first = Math.max(0, Math.ceil(-shift / stride[1]));
  const end = Math.min(count[1], Math.ceil((width - shift) / stride[1]));
  return [first, end];
}

/** Visits all elements of all blocks that lie within the images. */
function forEachRun(images: View, window: BlockWindow, visit: Visit): void {
  const [planes, height, width] = images.shape as [number, number, number];
  const { kernel, stride, padding, dilation, count } = window;
  const [kernelHeight, kernelWidth] = kernel;
  const blocks = count[0] * count[1];
  for (let p = 0; p < planes; p++)
    for (let ky = 0; ky < kernelHeight; ky++)
      for (let kx = 0; kx < kernelWidth; kx++) {
        const row = ((p * kernelHeight + ky) * kernelWidth + kx) * blocks;
        const [first, end] = columnsWithin(window, kx, width);
        const x = first * stride[1] - padding[1] + kx * dilation[1];
        if (first >= end) continue;
        for (let i = 0; i < count[0]; i++) {
          const y = i * stride[0] - padding[0] + ky * dilation[0];
          if (y >= 0 && y < height)
            visit(row + i * count[1] + first, (p * height + y) * width + x, end - first, stride[1]);
        }
      }
}

/** See `ResamplingBackend`. */
export function unfoldBlocks(output: View, images: View, window: BlockWindow): void {
  clear(output);
  const [target, source] = [elementsOf(output), elementsOf(images)];
  forEachRun(images, window, (column, image, count, step) => {
    for (let j = 0; j < count; j++) target[column + j] = source[image + j * step]!;
  });
}

/** See `ResamplingBackend`. */
export function foldBlocks(images: View, columns: View, window: BlockWindow): void {
  clear(images);
  const [target, source] = [elementsOf(images), elementsOf(columns)];
  forEachRun(images, window, (column, image, count, step) => {
    for (let j = 0; j < count; j++) target[image + j * step]! += source[column + j]!;
  });
}
