/** Blocks that slide over images, as columns, and columns put together to images again. */
import type { ByName } from "../../keywords.ts";
import type { BlockWindow } from "../../backends/resampling.ts";
import { bool } from "../../dtype.ts";
import { IndexError } from "../../errors/indexError.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { tensor, type Parameter } from "../../parameters.ts";
import { allocate, allocateZeros, backendOf, duplicate, reshaped } from "../../settle.ts";
import { formatShape, numel, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { sample } from "../samples.ts";
import { perDimension, type PerDimension } from "./windows.ts";

type Pair = readonly [height: number, width: number];

/** Settled blocks, which no user writes. */
const settled: Parameter<BlockWindow> = {
  expects: "settled blocks",
  convert: (value) =>
    typeof value === "object" && value !== null && "count" in value ? (value as BlockWindow) : undefined,
};

/** The height and the width of images. */
const imageSize: Parameter<Shape> = {
  expects: "an array of two whole numbers",
  convert: (value) => (Array.isArray(value) ? (value as number[]) : undefined),
};

function rowMajor(tensor: Tensor): Tensor {
  return tensor.is_contiguous() ? tensor : duplicate(tensor);
}

/** Images as planes, `[N · C, H, W]`. */
function planesOf(images: Tensor): Tensor {
  return reshaped(images, [numel(images.shape.slice(0, -2)), ...images.shape.slice(-2)]);
}

/** Columns with a row for each element of a block, `[N · C, KH · KW, blocks]`. */
function rowsOf(columns: Tensor, { kernel }: BlockWindow): Tensor {
  const area = kernel[0] * kernel[1];
  return reshaped(columns, [numel(columns.shape.slice(0, -1)) / area, area, columns.size(-1)]);
}

/** @throws NotImplementedError for whole numbers. */
function checkDtype(name: string, { dtype }: Tensor): void {
  if (!dtype.is_floating_point && dtype !== bool)
    throw new NotImplementedError(
      `"${name}_out_cpu" not implemented for '${dtype.typeName}': convert with .float() first.`,
    );
}

const sampleWindow: BlockWindow = {
  kernel: [2, 2],
  stride: [1, 2],
  padding: [1, 0],
  dilation: [1, 2],
  count: [3, 1],
};

/** Every block of images `[…, C, H, W]` as a column: `[…, C · KH · KW, blocks]`. Its derivative puts them together again. */
export const im2col: Operator<
  ByName<
    FunctionSignature<(input: Tensor, options: { readonly window: BlockWindow }) => Tensor>,
    "input, window"
  >
> = operator({
  name: "im2col",
  parameters: { input: tensor, window: settled },
  forward: ({ input, window }) => {
    checkDtype("im2col", input);
    const { kernel, count } = window;
    const rows = input.size(-3) * kernel[0] * kernel[1];
    const result = allocate([...input.shape.slice(0, -3), rows, count[0] * count[1]], input.dtype);
    if (numel(result.shape) > 0)
      backendOf(input).unfoldBlocks(rowsOf(result, window), planesOf(rowMajor(input)), window);
    return result;
  },
  vjp: { input: (g, { shapes, window }) => col2im(g, shapes.input.slice(-2), { window }) },
  gradFn: "Im2ColBackward0",
  samples: [() => [sample([1, 2, 2, 3]), { window: sampleWindow }]],
});

/** Columns put together to images of `size`: what several blocks cover is summed. */
export const col2im: Operator<
  ByName<
    FunctionSignature<(input: Tensor, size: Shape, options: { readonly window: BlockWindow }) => Tensor>,
    "input, size, window"
  >
> = operator({
  name: "col2im",
  parameters: { input: tensor, size: imageSize, window: settled },
  forward: ({ input, size, window }) => {
    checkDtype("col2im", input);
    const { kernel } = window;
    const shape = [...input.shape.slice(0, -2), input.size(-2) / (kernel[0] * kernel[1]), ...size];
    if (numel(shape) === 0 || input.numel() === 0) return allocateZeros(shape, input.dtype);
    const result = allocate(shape, input.dtype);
    backendOf(input).foldBlocks(planesOf(result), rowsOf(rowMajor(input), window), window);
    return result;
  },
  vjp: { input: (g, { window }) => im2col(g, { window }) },
  gradFn: "Col2ImBackward0",
  samples: [() => [sample([1, 4, 3]), [2, 3], { window: sampleWindow }]],
});

interface BlockSizes {
  readonly kernel_size: PerDimension;
  readonly dilation: PerDimension;
  readonly padding: PerDimension;
  readonly stride: PerDimension;
}

/** @throws RuntimeError when there is not one number for both dimensions, or one for each. */
function pair(name: string, value: PerDimension): Pair {
  if (typeof value === "number") return [value, value];
  if (value.length !== 2)
    throw new RuntimeError(
      `It is expected ${name} equals to 2, but got size ${value.length}: give one number, or one for the height and one for the width.`,
    );
  return value as Pair; // counted on the line before
}

/** The complaint about numbers of which one is out of range. */
function outOfRange(what: string, name: string, [height, width]: Pair): RuntimeError {
  return new RuntimeError(
    `${what}, but got ${name}_height: ${height} ${name}_width: ${width}. Heights come before widths.`,
  );
}

/** @throws RuntimeError for blocks that cannot be. */
function checkBlocks({ kernel, dilation, padding, stride }: Omit<BlockWindow, "count">): void {
  if (Math.min(...kernel) <= 0) throw outOfRange("kernel size should be greater than zero", "kernel", kernel);
  if (Math.min(...dilation) <= 0)
    throw outOfRange("dilation should be greater than zero", "dilation", dilation);
  if (Math.min(...padding) < 0) throw outOfRange("padding should be non-negative", "pad", padding);
  if (Math.min(...stride) <= 0) throw outOfRange("stride should be greater than zero", "stride", stride);
}

/** The blocks over images of `size`. */
function blocksOver(size: Pair, { kernel_size, dilation, padding, stride }: BlockSizes): BlockWindow {
  const window = {
    kernel: pair("kernel_size", kernel_size),
    dilation: pair("dilation", dilation),
    padding: pair("padding", padding),
    stride: pair("stride", stride),
  };
  checkBlocks(window);
  const along = (dim: 0 | 1): number =>
    Math.floor(
      (size[dim] + 2 * window.padding[dim] - window.dilation[dim] * (window.kernel[dim] - 1) - 1) /
        window.stride[dim],
    ) + 1;
  return { ...window, count: [along(0), along(1)] };
}

function tuple([height, width]: Pair): string {
  return `(${height}, ${width})`;
}

function describeWindow({ kernel, dilation, padding, stride }: BlockWindow): string {
  return `kernel_size=${tuple(kernel)}, dilation=${tuple(dilation)}, padding=${tuple(padding)}, stride=${tuple(stride)}`;
}

type UnfoldOptions = Partial<BlockSizes>;

type UnfoldSignature = FunctionSignature<{
  (
    input: Tensor,
    kernel_size: PerDimension,
    dilation?: PerDimension | UnfoldOptions,
    padding?: PerDimension | UnfoldOptions,
    stride?: PerDimension | UnfoldOptions,
  ): Tensor;
  (input: Tensor, options: UnfoldOptions): Tensor;
}>;

const blockParameters = {
  kernel_size: perDimension(),
  dilation: perDimension(1),
  padding: perDimension(0),
  stride: perDimension(1),
};

/** @throws IndexError with fewer dimensions than channels and an image have, RuntimeError when there is nothing in them. */
function checkImages(input: Tensor): void {
  if (input.ndim < 3)
    throw new IndexError(
      `Dimension out of range: unfold takes images [N, C, H, W] or [C, H, W], got shape ${formatShape(input.shape)}. Use unsqueeze for the missing dimensions.`,
    );
  if (input.ndim > 4 || numel(input.shape.slice(input.ndim - 3)) === 0)
    throw new RuntimeError(
      `Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: ${formatShape(input.shape)}.`,
    );
}

/**
 * The blocks that slide over images, as columns: `[N, C, H, W]` becomes `[N, C · KH · KW, blocks]`, and without a batch `[C, H, W]` becomes
 * `[C · KH · KW, blocks]`. Beyond the edges there are zeros. `fold` puts columns together again.
 *
 * @throws RuntimeError when a size does not fit, NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.unfold`.
 */
export const unfold: Operator<ByName<UnfoldSignature, "input, kernel_size, dilation?, padding?, stride?">> =
  composite({
    name: "unfold",
    parameters: { input: tensor, ...blockParameters },
    define: ({ input, ...sizes }) => {
      checkImages(input);
      const size: Pair = [input.size(-2), input.size(-1)];
      const window = blocksOver(size, sizes);
      if (Math.min(...window.count) < 1)
        throw new RuntimeError(
          `Given input with spatial size ${tuple(size)}, ${describeWindow(window)}, calculated shape of the array of sliding blocks as ${tuple(window.count)}, but its components must be at least one. Take a smaller kernel, or add padding.`,
        );
      return im2col(input, { window });
    },
    samples: [() => [sample([1, 2, 3, 3]), 2], () => [sample([1, 3, 4]), [2, 1], [1, 2], 1, [2, 1]]],
    errors: [
      { args: () => [sample([1, 3, 3]), 4], error: "RuntimeError", message: /sliding blocks as \(0, 0\)/ },
      { args: () => [sample([1, 3, 3]), 2, 1, 0, 0], error: "RuntimeError", message: /stride_height: 0/ },
      { args: () => [sample([3, 3]), 2], error: "IndexError", message: /Dimension out of range/ },
    ],
  });

interface FoldOptions extends UnfoldOptions {
  readonly output_size?: PerDimension;
}

type FoldSignature = FunctionSignature<{
  (
    input: Tensor,
    output_size: PerDimension,
    kernel_size: PerDimension | FoldOptions,
    dilation?: PerDimension | FoldOptions,
    padding?: PerDimension | FoldOptions,
    stride?: PerDimension | FoldOptions,
  ): Tensor;
  (input: Tensor, options: FoldOptions): Tensor;
}>;

/** @throws RuntimeError when the columns are not those of the blocks. */
function checkColumns(input: Tensor, size: Pair, window: BlockWindow): void {
  if ((input.ndim !== 2 && input.ndim !== 3) || numel(input.shape.slice(-2)) === 0)
    throw new RuntimeError(
      `Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: ${formatShape(input.shape)}.`,
    );
  const { kernel, count } = window;
  if (input.size(-2) % (kernel[0] * kernel[1]) !== 0)
    throw new RuntimeError(
      `Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)=${input.size(-2)} and kernel_size=${tuple(kernel)}.`,
    );
  if (Math.min(...count) < 1 || input.size(-1) !== count[0] * count[1])
    throw new RuntimeError(
      `Given output_size=${tuple(size)}, ${describeWindow(window)}, expected size of input's dimension 2 to match the calculated number of sliding blocks ${count[0]} * ${count[1]} = ${count[0] * count[1]}, but got input.size(2)=${input.size(-1)}.`,
    );
}

/**
 * Columns put together to images of `output_size`: `[N, C · KH · KW, blocks]` becomes `[N, C, H, W]`. What several blocks cover is summed, so that it is the
 * transpose of `unfold`, and its inverse only where blocks do not overlap.
 *
 * @throws RuntimeError when a size does not fit, NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.fold`.
 */
export const fold: Operator<
  ByName<FoldSignature, "input, output_size, kernel_size, dilation?, padding?, stride?">
> = composite({
  name: "fold",
  parameters: { input: tensor, output_size: perDimension(), ...blockParameters },
  define: ({ input, output_size, ...sizes }) => {
    const size = pair("output_size", output_size);
    const window = blocksOver(size, sizes);
    checkColumns(input, size, window);
    return col2im(input, size, { window });
  },
  samples: [() => [sample([1, 4, 4]), 3, 2], () => [sample([2, 4]), [2, 4], [2, 1]]],
  errors: [
    { args: () => [sample([1, 3, 4]), 3, 2], error: "RuntimeError", message: /divisible by the product/ },
    {
      args: () => [sample([1, 4, 3]), 3, 2],
      error: "RuntimeError",
      message: /2 \* 2 = 4, but got input.size\(2\)=3/,
    },
  ],
});
