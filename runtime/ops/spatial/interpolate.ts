/** Images, sequences and volumes in another size. */
import type { ByName } from "../../keywords.ts";
import type { AxisMap } from "../../backends/resampling.ts";
import { uint8, type DType } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, tensor, type Parameter } from "../../parameters.ts";
import { formatShape, numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { adaptive_avg_pool1d, adaptive_avg_pool2d } from "./pool.ts";
import { sample } from "../samples.ts";
import { optionalPerDimension, type PerDimension } from "./windows.ts";
import { inSixteenBits } from "./axisMaps.ts";
import {
  cubicFilter,
  cubicMap,
  lanczosFilter,
  linearMap,
  nearestExactMap,
  nearestMap,
  smoothingMap,
  triangleFilter,
  type Axis,
} from "./interpolationMaps.ts";
import { adaptive_avg_pool3d } from "./pool3d.ts";
import { resample } from "./resample.ts";

/** One of PyTorch's ways to interpolate. */
export type InterpolationMode =
  "nearest" | "nearest-exact" | "linear" | "bilinear" | "bicubic" | "trilinear" | "lanczos" | "area";

/** A way to interpolate: how many dimensions it is for, and its map along each. */
interface Method {
  readonly ranks: readonly number[];
  /** The middle of PyTorch's name for the node, as in `UpsampleBilinear2DBackward0`. */
  readonly node: string;
  readonly map: (axis: Axis) => AxisMap;
  /** The same with smoothing, where PyTorch has it. */
  readonly smooth?: (axis: Axis) => AxisMap;
}

const smoothTriangle = (axis: Axis): AxisMap => smoothingMap(axis, triangleFilter);
const smoothCubic = (axis: Axis): AxisMap => smoothingMap(axis, cubicFilter);
const smoothLanczos = (axis: Axis): AxisMap => smoothingMap(axis, lanczosFilter);

const methods: Readonly<Record<Exclude<InterpolationMode, "area">, Method>> = {
  nearest: { ranks: [1, 2, 3], node: "Nearest", map: nearestMap },
  "nearest-exact": { ranks: [1, 2, 3], node: "NearestExact", map: nearestExactMap },
  linear: { ranks: [1], node: "Linear", map: linearMap },
  bilinear: { ranks: [2], node: "Bilinear", map: linearMap, smooth: smoothTriangle },
  trilinear: { ranks: [3], node: "Trilinear", map: linearMap },
  bicubic: { ranks: [2], node: "Bicubic", map: cubicMap, smooth: smoothCubic },
  lanczos: { ranks: [2], node: "Lanczos", map: smoothLanczos, smooth: smoothLanczos },
};

const areaPools = [adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d];

/** What the caller wants, with one number for each dimension. */
interface Wanted {
  readonly mode: InterpolationMode;
  readonly sizes: readonly number[];
  readonly factors: readonly number[] | null;
  readonly alignCorners: boolean;
  readonly antialias: boolean;
}

function notSupported(input: Tensor, mode: string): NotImplementedError {
  const method = mode in methods ? methods[mode as "nearest"] : undefined; // looked up on the line itself
  if (method !== undefined && input.ndim >= 3 && input.ndim <= 5)
    return new NotImplementedError(
      `Got ${input.ndim}D input, but ${mode} mode needs ${method.ranks[0]! + 2}D input: the first two dimensions are [batch, channels].`,
    );
  return new NotImplementedError(
    `Input Error: Only 3D, 4D and 5D input Tensors supported (got ${input.ndim}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got ${mode}).`,
  );
}

const sizeLetters = ["D", "H", "W"];

/** Sizes with PyTorch's letters. */
function lettered(sizes: readonly number[]): string {
  return sizes.map((size, dim) => `${sizeLetters[3 - sizes.length + dim]}: ${size}`).join(", ");
}

/** @throws RuntimeError when a size is not positive, or there is nothing to interpolate. */
function checkSizes(input: Tensor, sizes: readonly number[]): void {
  const own = input.shape.slice(2);
  if ([...own, ...sizes].some((size) => size <= 0))
    throw new RuntimeError(
      `Input and output sizes should be greater than 0, but got input (${lettered(own)}) and output (${lettered(sizes)}). Check size or scale_factor.`,
    );
  if (numel(input.shape.slice(1)) === 0)
    throw new RuntimeError(
      `Non-empty ${input.ndim}D data tensor expected but got a tensor with sizes ${formatShape(input.shape)}.`,
    );
}

/** @throws NotImplementedError for whole numbers, other than bytes where PyTorch interpolates those; for halves that are to be smoothed. */
function checkDtype(dtype: DType, mode: InterpolationMode, antialias: boolean): void {
  const halves = dtype.is_floating_point && dtype.itemsize < 4;
  const bytes = dtype === uint8 && mode !== "linear" && mode !== "trilinear";
  if (bytes || (dtype.is_floating_point && !(antialias && halves))) return;
  const kernel = antialias
    ? "index_ranges_weights"
    : `indices_weights_${mode.startsWith("nearest") ? "nearest" : "linear"}`;
  throw new NotImplementedError(
    `"compute_${kernel}" not implemented for '${dtype.typeName}': convert with .float() first.`,
  );
}

function interpolated(input: Tensor, wanted: Wanted): Tensor {
  const { mode, sizes, factors, alignCorners, antialias } = wanted;
  const rank = input.ndim - 2;
  if (mode === "area" && rank >= 1 && rank <= 3) return areaPools[rank - 1]!(input, sizes);
  const method = mode === "area" ? undefined : methods[mode];
  if (method === undefined || !method.ranks.includes(rank)) throw notSupported(input, mode);
  if (mode === "lanczos" && !antialias) throw new ValueError("Lanczos mode requires antialias: true.");
  checkSizes(input, sizes);
  checkDtype(input.dtype, mode, antialias);
  const map = antialias ? method.smooth! : method.map;
  const maps = sizes.map((outputSize, dim) =>
    map({
      rank,
      inputSize: input.shape[dim + 2]!,
      outputSize,
      factor: factors?.[dim] ?? null,
      alignCorners,
      dtype: input.dtype,
    }),
  );
  const node = `Upsample${method.node}${rank}D${antialias ? "Aa" : ""}Backward0`;
  const inBytes = input.dtype === uint8;
  return resample(input, { by: { maps: inBytes ? maps.map(inSixteenBits) : maps, node } });
}

interface InterpolateOptions {
  readonly size?: PerDimension | null;
  readonly scale_factor?: number | readonly number[] | null;
  readonly mode?: InterpolationMode;
  readonly align_corners?: boolean | null;
  readonly recompute_scale_factor?: boolean | null;
  readonly antialias?: boolean;
}

/** A number for all dimensions, one for each, or `null`. */
const factor: Parameter<number | readonly number[] | null> = {
  expects: "a number, an array of one for each dimension, or null",
  fallback: null,
  convert: (value) =>
    value === null ||
    typeof value === "number" ||
    (Array.isArray(value) && value.every((item) => typeof item === "number"))
      ? (value as number | readonly number[] | null)
      : undefined,
};

const optionalFlag: Parameter<boolean | null> = {
  expects: "true, false or null",
  fallback: null,
  convert: (value) => (value === null || typeof value === "boolean" ? value : undefined),
};

function mode(fallback: InterpolationMode): Parameter<InterpolationMode> {
  return {
    expects: '"nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "lanczos" or "area"',
    fallback,
    // Another word is refused with PyTorch's own error, together with the number of dimensions.
    convert: (value) => (typeof value === "string" ? (value as InterpolationMode) : undefined),
  };
}

/** One number for each dimension. @throws ValueError when there are too many or too few. */
function eachOf(input: Tensor, name: string, value: number | readonly number[]): readonly number[] {
  const own = input.shape.slice(2);
  const list: readonly number[] = typeof value === "number" ? own.map(() => value) : value;
  if (list.length !== own.length)
    throw new ValueError(
      `Input and ${name} must have the same number of spatial dimensions, but got input with spatial dimensions of ${formatShape(own)} and ${name} of ${formatShape(list)}. Please provide the input in (N, C, d1, d2, ...,dK) format and ${name} as one number for all dimensions, or one for each.`,
    );
  return list;
}

/** The wanted size, and the factors where those decide. @throws ValueError when not exactly one of the two was given. */
function sizesOf(
  input: Tensor,
  { size = null, scale_factor = null, mode, recompute_scale_factor = null }: InterpolateOptions,
): Pick<Wanted, "sizes" | "factors"> {
  if (size !== null && scale_factor !== null)
    throw new ValueError("only one of size or scale_factor should be defined: leave one of them out.");
  if (size !== null) {
    const sizes = eachOf(input, "output size", size);
    if (recompute_scale_factor)
      throw new ValueError(
        "recompute_scale_factor is not meaningful with an explicit size: leave it out, or give scale_factor.",
      );
    return { sizes, factors: null };
  }
  if (scale_factor === null)
    throw new ValueError("either size or scale_factor should be defined: give one of them.");
  const factors = eachOf(input, "scale_factor", scale_factor);
  const sizes = factors.map((factor, dim) => Math.trunc(input.shape[dim + 2]! * factor));
  return { sizes, factors: recompute_scale_factor || mode === "area" ? null : factors };
}

const withoutCorners: ReadonlySet<string> = new Set(["nearest", "area", "nearest-exact"]);
const smoothed: ReadonlySet<string> = new Set(["bilinear", "bicubic", "lanczos"]);

/**
 * Sequences `[N, C, L]`, images `[N, C, H, W]` or volumes `[N, C, D, H, W]` in another size: either the `size`, or the `scale_factor` that each dimension grows by.
 *
 * `"nearest"` takes an element as it is, `"nearest-exact"` the one whose centre is nearest, `"linear"` (sequences), `"bilinear"` (images) and `"trilinear"`
 * (volumes) mix two neighbours along each dimension, `"bicubic"` (images) four, `"area"` takes means. With `align_corners` the first and last elements stay where
 * they are. `antialias` smooths images that become smaller, which `"lanczos"` always asks for.
 *
 * @throws ValueError when the options contradict each other, NotImplementedError for an input with other dimensions, RuntimeError for empty sizes.
 * Source: `torch.nn.functional.interpolate`.
 */
export const interpolate: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        size?: PerDimension | null | InterpolateOptions,
        scale_factor?: number | readonly number[] | null | Omit<InterpolateOptions, "size">,
        mode?: InterpolationMode | Omit<InterpolateOptions, "size" | "scale_factor">,
        align_corners?: boolean | null,
        recompute_scale_factor?: boolean | null,
        antialias?: boolean,
      ) => Tensor
    >,
    "input, size?, scale_factor?, mode?, align_corners?, recompute_scale_factor?, antialias?"
  >
> = composite({
  name: "interpolate",
  parameters: {
    input: tensor,
    size: optionalPerDimension,
    scale_factor: factor,
    mode: mode("nearest"),
    align_corners: optionalFlag,
    recompute_scale_factor: optionalFlag,
    antialias: flag(false),
  },
  define: ({ input, ...options }) => {
    const { mode, align_corners, antialias } = options;
    if (withoutCorners.has(mode) && align_corners !== null)
      throw new ValueError(
        "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear.",
      );
    const { sizes, factors } = sizesOf(input, options);
    if (antialias && !(smoothed.has(mode) && input.ndim === 4))
      throw new ValueError(
        "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input.",
      );
    return interpolated(input, { mode, sizes, factors, alignCorners: align_corners ?? false, antialias });
  },
  samples: [
    () => [sample([1, 2, 3]), 5],
    () => [sample([1, 1, 4]), { scale_factor: 0.7, mode: "nearest-exact" }],
    () => [sample([1, 2, 3]), 4, null, "linear", true],
    () => [sample([1, 1, 2, 3]), [3, 2], { mode: "bilinear" }],
    () => [sample([1, 1, 3, 2]), { scale_factor: [1.5, 2], mode: "bicubic" }],
    () => [sample([1, 1, 4, 3]), 2, { mode: "bicubic", antialias: true }],
    () => [sample([1, 1, 2, 2, 2]), 3, { mode: "trilinear" }],
    () => [sample([1, 1, 4, 3]), 2, { mode: "area" }],
  ],
  errors: [
    {
      args: () => [sample([1, 1, 4]), 2, 2],
      error: "ValueError",
      message: /only one of size or scale_factor/,
    },
    { args: () => [sample([1, 1, 4])], error: "ValueError", message: /either size or scale_factor/ },
    {
      args: () => [sample([1, 1, 4]), 2, { mode: "bilinear" }],
      error: "NotImplementedError",
      message: /Got 3D input, but bilinear mode needs 4D input/,
    },
    {
      args: () => [sample([1, 1, 4]), 0],
      error: "RuntimeError",
      message: /input \(W: 4\) and output \(W: 0\)/,
    },
  ],
});

type UpsampleOptions = Pick<InterpolateOptions, "size" | "scale_factor">;

type UpsampleSignature = FunctionSignature<
  (
    input: Tensor,
    size?: PerDimension | null | UpsampleOptions,
    scale_factor?: number | readonly number[] | null,
  ) => Tensor
>;

const upsampleParameters = { input: tensor, size: optionalPerDimension, scale_factor: factor };

/**
 * The older name of `interpolate`.
 *
 * @throws what `interpolate` throws.
 * Source: `torch.nn.functional.upsample`.
 */
export const upsample: Operator<
  ByName<
    FunctionSignature<
      (
        input: Tensor,
        size?: PerDimension | null | Omit<InterpolateOptions, "recompute_scale_factor" | "antialias">,
        scale_factor?: number | readonly number[] | null | Pick<InterpolateOptions, "mode" | "align_corners">,
        mode?: InterpolationMode,
        align_corners?: boolean | null,
      ) => Tensor
    >,
    "input, size?, scale_factor?, mode?, align_corners?"
  >
> = composite({
  name: "upsample",
  parameters: { ...upsampleParameters, mode: mode("nearest"), align_corners: optionalFlag },
  define: ({ input, ...options }) => interpolate(input, options),
  samples: [() => [sample([1, 2, 3]), 5]],
});

/**
 * `interpolate` that repeats elements.
 *
 * @throws what `interpolate` throws.
 * Source: `torch.nn.functional.upsample_nearest`.
 */
export const upsample_nearest: Operator<ByName<UpsampleSignature, "input, size?, scale_factor?">> = composite(
  {
    name: "upsample_nearest",
    parameters: upsampleParameters,
    define: ({ input, ...options }) => interpolate(input, { ...options, mode: "nearest" }),
    samples: [() => [sample([1, 2, 3]), 5], () => [sample([1, 1, 2, 2]), { scale_factor: 2 }]],
  },
);

/**
 * `interpolate` of images, bilinear, with aligned corners.
 *
 * @throws what `interpolate` throws.
 * Source: `torch.nn.functional.upsample_bilinear`.
 */
export const upsample_bilinear: Operator<ByName<UpsampleSignature, "input, size?, scale_factor?">> =
  composite({
    name: "upsample_bilinear",
    parameters: upsampleParameters,
    define: ({ input, ...options }) =>
      interpolate(input, { ...options, mode: "bilinear", align_corners: true }),
    samples: [() => [sample([1, 1, 2, 3]), [3, 2]]],
  });
