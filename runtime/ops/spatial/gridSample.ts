/** Images and volumes read at any points. */
import type { ByName } from "../../keywords.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, type ErrorCase, type Operator, type Sample } from "../../operator.ts";
import { flag, integer, tensor, type Parameter } from "../../parameters.ts";
import { formatShape, numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, mul } from "../elementwise/arithmetic.ts";
import { sample } from "../samples.ts";
import { gather } from "../shaping/scattering.ts";
import { select } from "../shaping/slicing.ts";
import { expand, reshape } from "../shaping/view.ts";
import { cornersOf, tapsOf, type GridAxis, type GridMode, type GridPadding } from "./gridTaps.ts";

type Reading = Omit<GridAxis, "size">;

/** @throws RuntimeError when input and grid do not fit, NotImplementedError for whole numbers. */
function checkInputs(input: Tensor, grid: Tensor, rank: number, { mode }: Reading): void {
  if (input.shape[0] !== grid.shape[0])
    throw new RuntimeError(
      `grid_sampler(): expected grid and input to have same batch size, but got input with sizes ${formatShape(input.shape)} and grid with sizes ${formatShape(grid.shape)}.`,
    );
  if (grid.shape.at(-1) !== input.ndim - 2)
    throw new RuntimeError(
      `grid_sampler(): expected grid to have size ${input.ndim - 2} in last dimension, but got grid with sizes ${formatShape(grid.shape)}: a coordinate for each of the input's spatial dimensions, the last dimension's first.`,
    );
  const empty = input.shape.findIndex((size, dim) => dim >= 2 && size === 0);
  if (empty >= 0)
    throw new RuntimeError(
      `grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes ${formatShape(input.shape)} with dimension ${empty} being empty.`,
    );
  if (input.ndim !== rank + 2 || grid.ndim !== input.ndim)
    throw new RuntimeError(
      `grid_sampler(): expected ${rank + 2}D input and grid with same number of dimensions, but got input with sizes ${formatShape(input.shape)} and grid with sizes ${formatShape(grid.shape)}.`,
    );
  if (mode === "bicubic" && rank !== 2)
    throw new RuntimeError(
      `grid_sampler(): bicubic interpolation only supports 4D input, got ${formatShape(input.shape)}.`,
    );
  if (!input.dtype.is_floating_point)
    throw new NotImplementedError(
      `"grid_sampler_${rank}d_cpu_kernel_impl" not implemented for '${input.dtype.typeName}': convert with .float() first.`,
    );
  if (grid.dtype !== input.dtype)
    throw new RuntimeError(
      `expected scalar type ${input.dtype.typeName} but found ${grid.dtype.typeName}: convert the grid to the input's dtype.`,
    );
}

/** The input at every point of the grid. */
function sampled(input: Tensor, grid: Tensor, rank: 2 | 3, reading: Reading): Tensor {
  checkInputs(input, grid, rank, reading);
  const [batch, channels, ...sizes] = input.shape as readonly [number, number, ...number[]];
  const points = numel(grid.shape.slice(1, -1));
  const axes = sizes.map((size, dim) => {
    // The last dimension's coordinate comes first.
    const coordinates = reshape(select(grid, -1, rank - 1 - dim), [batch, 1, points]);
    return tapsOf(coordinates, { ...reading, size });
  });
  const flat = reshape(input, [batch, channels, numel(sizes)]);
  const terms = cornersOf(axes, sizes).map(({ index, weight }) =>
    mul(gather(flat, 2, expand(index, [batch, channels, points])), weight),
  );
  return reshape(
    terms.reduce((sum, term) => add(sum, term)),
    [batch, channels, ...grid.shape.slice(1, -1)],
  );
}

const modes: readonly GridMode[] = ["bilinear", "nearest", "bicubic"];
const paddings: readonly GridPadding[] = ["zeros", "border", "reflection"];

type SamplerSignature = FunctionSignature<
  (
    input: Tensor,
    grid: Tensor,
    interpolation_mode: number,
    padding_mode: number,
    align_corners: boolean,
  ) => Tensor
>;

const corners: Parameter<boolean> = {
  expects: "true or false",
  convert: (value) => (typeof value === "boolean" ? value : undefined),
};

const samplerParameters = {
  input: tensor,
  grid: tensor,
  interpolation_mode: integer(),
  padding_mode: integer(),
  align_corners: corners,
};

/** The modes by their numbers. */
function readingOf(mode: number, padding: number, alignCorners: boolean): Reading {
  // PyTorch takes any other number as the first of them.
  return { mode: modes[mode] ?? "bilinear", padding: paddings[padding] ?? "zeros", alignCorners };
}

function sampler(
  name: string,
  rankOf: (input: Tensor) => 2 | 3,
  samples: readonly Sample[],
): Operator<SamplerSignature> {
  return composite({
    name,
    parameters: samplerParameters,
    define: ({ input, grid, interpolation_mode, padding_mode, align_corners }) =>
      sampled(input, grid, rankOf(input), readingOf(interpolation_mode, padding_mode, align_corners)),
    samples,
  });
}

/** Points within the image and beside it, none of them where the slope jumps. */
const points = (shape: readonly number[]): Tensor => sample(shape, { low: -1.4, high: 1.3, seed: 3 });

const planeSample: Sample = () => [sample([1, 2, 3, 3]), points([1, 2, 2, 2]), 0, 0, false];
const volumeSample: Sample = () => [sample([1, 1, 2, 3, 2]), points([1, 1, 1, 2, 3]), 0, 1, true];

/**
 * Images `[N, C, H, W]` read at the points of a grid `[N, H′, W′, 2]` of coordinates (x, y) from −1 to 1. `interpolation_mode` is 0 for bilinear, 1 for nearest, 2
 * for bicubic, `padding_mode` 0 for zeros, 1 for the border, 2 for reflection. `grid_sample` takes words.
 *
 * @throws RuntimeError when input and grid do not fit.
 * Source: `torch.grid_sampler_2d`.
 */
export const grid_sampler_2d: Operator<SamplerSignature> = sampler("grid_sampler_2d", () => 2, [
  planeSample,
  () => [sample([1, 1, 3, 2]), points([1, 2, 1, 2]), 2, 2, true],
]);

/**
 * Volumes `[N, C, D, H, W]` read at the points of a grid `[N, D′, H′, W′, 3]` of coordinates (x, y, z) from −1 to 1. Modes as in `grid_sampler_2d`, without bicubic.
 *
 * @throws RuntimeError when input and grid do not fit.
 * Source: `torch.grid_sampler_3d`.
 */
export const grid_sampler_3d: Operator<SamplerSignature> = sampler("grid_sampler_3d", () => 3, [
  volumeSample,
]);

/**
 * `grid_sampler_2d` for images, `grid_sampler_3d` for volumes.
 *
 * @throws RuntimeError when input and grid do not fit.
 * Source: `torch.grid_sampler`.
 */
export const grid_sampler: Operator<SamplerSignature> = sampler(
  "grid_sampler",
  ({ ndim }) => (ndim === 5 ? 3 : 2),
  [planeSample, volumeSample],
);

interface GridSampleOptions {
  readonly mode?: GridMode;
  readonly padding_mode?: GridPadding;
  readonly align_corners?: boolean | null;
}

const word: Parameter<string> = {
  expects: "a word",
  convert: (value) => (typeof value === "string" ? value : undefined),
};

const wrongWord: ErrorCase = {
  args: () => [sample([1, 1, 2, 2]), sample([1, 1, 1, 2]), "cubic"],
  error: "ValueError",
  message: /expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: 'cubic'/,
};

/** @throws ValueError for a word that is none of those. */
function numberOf(name: string, words: readonly string[], value: string): number {
  const number = words.indexOf(value);
  if (number < 0) {
    const known = words.map((each) => `'${each}'`);
    throw new ValueError(
      `nn.functional.grid_sample(): expected ${name} to be ${known.slice(0, -1).join(", ")} or ${known.at(-1)}, but got: '${value}'.`,
    );
  }
  return number;
}

/**
 * Images `[N, C, H, W]` or volumes `[N, C, D, H, W]` read at the points of a grid: `[N, H′, W′, 2]` of coordinates (x, y), or `[N, D′, H′, W′, 3]` of (x, y, z),
 * from −1 at the first element to 1 at the last. `affine_grid` makes such grids.
 *
 * `mode`: `"bilinear"`, `"nearest"` or, of images, `"bicubic"`. `padding_mode`, beyond the edges: `"zeros"`, `"border"` or `"reflection"`. With `align_corners` −1 and
 * 1 are the centres of the first and the last element, otherwise their outer edges.
 *
 * @throws RuntimeError when input and grid do not fit, ValueError for another mode.
 * Source: `torch.nn.functional.grid_sample`; Jaderberg et al., "Spatial transformer networks" (2015).
 */
export const grid_sample: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        grid: Tensor,
        mode?: GridMode | GridSampleOptions,
        padding_mode?: GridPadding | Omit<GridSampleOptions, "mode">,
        align_corners?: boolean | null | Pick<GridSampleOptions, "align_corners">,
      ) => Tensor
    >,
    "input, grid, mode?, padding_mode?, align_corners?"
  >
> = composite({
  name: "grid_sample",
  parameters: {
    input: tensor,
    grid: tensor,
    mode: { ...word, fallback: "bilinear" },
    padding_mode: { ...word, fallback: "zeros" },
    align_corners: {
      ...flag(false),
      convert: (value) => (value === null ? false : flag(false).convert(value)),
    },
  },
  define: ({ input, grid, mode, padding_mode, align_corners }) => {
    const modeNumber = numberOf("mode", modes, mode);
    return grid_sampler(
      input,
      grid,
      modeNumber,
      numberOf("padding_mode", paddings, padding_mode),
      align_corners,
    );
  },
  samples: [
    () => [sample([1, 1, 3, 2]), points([1, 2, 2, 2]), { align_corners: true }],
    () => [sample([1, 1, 3, 2]), points([1, 1, 2, 2]), "bicubic", "border"],
    () => [sample([1, 1, 3, 2]), points([1, 2, 1, 2]), "nearest", "reflection", false],
    () => [sample([1, 1, 2, 2]), points([1, 2, 2, 2]), "bilinear", "reflection", false],
  ],
  errors: [
    wrongWord,
    {
      args: () => [sample([1, 1, 2, 2]), sample([1, 1, 1, 3])],
      error: "RuntimeError",
      message: /expected grid to have size 2 in last dimension/,
    },
    {
      args: () => [sample([2, 1, 2, 2]), sample([1, 1, 1, 2])],
      error: "RuntimeError",
      message: /same batch size/,
    },
  ],
});
