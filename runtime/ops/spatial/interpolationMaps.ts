/**
 * Where each element of an interpolated dimension comes from. Positions are computed in float32 for float32 tensors, as PyTorch does, so that an element next to a
 * border falls to the same side. Source: PyTorch's `ATen/native/UpSample.h` and `cpu/UpSampleKernel.cpp`.
 */
import type { AxisMap } from "../../backends/resampling.ts";
import { float64, type DType } from "../../dtype.ts";
import { axisMap, copyingMap, type Tap } from "./axisMaps.ts";

/** One dimension to be interpolated. */
export interface Axis {
  /** How many dimensions are interpolated with this one. */
  readonly rank: number;
  readonly inputSize: number;
  readonly outputSize: number;
  /** The factor that the caller gave, `null` for the quotient of the sizes. */
  readonly factor: number | null;
  /** Whether the first and the last elements lie on those of the input. */
  readonly alignCorners: boolean;
  readonly dtype: DType;
}

type Round = (value: number) => number;

function roundOf({ dtype }: Axis): Round {
  return dtype === float64 ? (value) => value : Math.fround;
}

/** How far apart neighbours of the result are, in elements of the input. */
function scaleOf(axis: Axis): number {
  const { inputSize, outputSize, factor, alignCorners } = axis;
  const round = roundOf(axis);
  if (alignCorners) return outputSize > 1 ? round((inputSize - 1) / (outputSize - 1)) : 0;
  return factor !== null && factor > 0 ? round(1 / factor) : round(inputSize / outputSize);
}

/** The position in the input that an element of the result lies at. */
function positions(axis: Axis): (position: number) => number {
  const [scale, round] = [scaleOf(axis), roundOf(axis)];
  return axis.alignCorners
    ? (position) => round(scale * position)
    : (position) => round(round(scale * (position + 0.5)) - 0.5);
}

/** The dimension as it is. */
function unchanged({ inputSize }: Axis): AxisMap {
  return copyingMap(inputSize, inputSize, (position) => position);
}

/** The element that the position falls into. In images, of sizes that stay or double, PyTorch does not ask the factor. */
export function nearestMap(axis: Axis): AxisMap {
  const [scale, round] = [scaleOf(axis), roundOf(axis)];
  const { inputSize, outputSize, rank } = axis;
  if (rank === 2 && outputSize === inputSize) return unchanged(axis);
  if (rank === 2 && outputSize === 2 * inputSize)
    return copyingMap(inputSize, outputSize, (position) => position >> 1);
  return copyingMap(inputSize, outputSize, (position) =>
    Math.min(Math.floor(round(position * scale)), inputSize - 1),
  );
}

/** The element whose centre is nearest. */
export function nearestExactMap(axis: Axis): AxisMap {
  const [scale, round] = [scaleOf(axis), roundOf(axis)];
  const { inputSize, outputSize } = axis;
  return copyingMap(inputSize, outputSize, (position) =>
    Math.min(Math.floor(round((position + 0.5) * scale)), inputSize - 1),
  );
}

/** A mix of the two neighbours. */
export function linearMap(axis: Axis): AxisMap {
  const [at, round] = [positions(axis), roundOf(axis)];
  const { inputSize, outputSize } = axis;
  if (inputSize === outputSize) return unchanged(axis);
  return axisMap(inputSize, outputSize, (position) => {
    const place = Math.max(at(position), 0);
    const left = Math.min(Math.floor(place), inputSize - 1);
    const share = Math.min(Math.max(round(place - left), 0), 1);
    return [
      [left, round(1 - share)],
      [Math.min(left + 1, inputSize - 1), share],
    ];
  });
}

/** The cubic kernel next to its centre, `a` being its slope at 1. Source: Keys, "Cubic convolution interpolation" (1981). */
function cubicNear(x: number, a: number): number {
  return ((a + 2) * x - (a + 3)) * x * x + 1;
}

/** The cubic kernel between 1 and 2. */
function cubicFar(x: number, a: number): number {
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

const cubicSlope = -0.75;

/** The weights of the four neighbours of a point that lies `share` behind the second one. */
function cubicWeights(share: number): readonly [number, number, number, number] {
  const rest = 1 - share;
  return [
    cubicFar(share + 1, cubicSlope),
    cubicNear(share, cubicSlope),
    cubicNear(rest, cubicSlope),
    cubicFar(rest + 1, cubicSlope),
  ];
}

/** A mix of four neighbours; beyond the edge the last element is repeated. */
export function cubicMap(axis: Axis): AxisMap {
  const [at, round] = [positions(axis), roundOf(axis)];
  const { inputSize, outputSize } = axis;
  return axisMap(inputSize, outputSize, (position) => {
    const place = at(position);
    const left = Math.floor(place);
    const share = Math.min(Math.max(round(place - left), 0), 1);
    return cubicWeights(share).map((weight, k): Tap => [
      Math.min(Math.max(left - 1 + k, 0), inputSize - 1),
      weight,
    ]);
  });
}

/** A kernel for smoothing before elements are left out. */
export interface Filter {
  /** How far it reaches to each side. */
  readonly reach: number;
  readonly weight: (distance: number) => number;
}

export const triangleFilter: Filter = {
  reach: 1,
  weight: (distance) => Math.max(1 - Math.abs(distance), 0),
};

export const cubicFilter: Filter = {
  reach: 2,
  weight: (distance) => {
    const x = Math.abs(distance);
    return x < 1 ? cubicNear(x, -0.5) : x < 2 ? cubicFar(x, -0.5) : 0;
  },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

export const lanczosFilter: Filter = {
  reach: 3,
  weight: (distance) => (Math.abs(distance) < 3 ? sinc(distance) * sinc(distance / 3) : 0),
};

/** A weighted mean of everything that an element of the result covers, so that fine patterns do not turn into coarse ones. */
export function smoothingMap(axis: Axis, { reach, weight }: Filter): AxisMap {
  const [scale, round] = [scaleOf(axis), roundOf(axis)];
  const { inputSize, outputSize } = axis;
  if (inputSize === outputSize) return unchanged(axis);
  const width = Math.max(scale, 1);
  const support = round(reach * width);
  return axisMap(inputSize, outputSize, (position) => {
    const center = round(scale * (position + 0.5));
    const first = Math.max(Math.trunc(round(center - support + 0.5)), 0);
    const end = Math.min(Math.trunc(round(center + support + 0.5)), inputSize);
    const sources = Array.from({ length: Math.max(end - first, 0) }, (_, k) => first + k);
    const weights = sources.map((source) => weight((source - center + 0.5) / width));
    const total = weights.reduce((sum, item) => sum + item, 0);
    return sources.map((source, k): Tap => [source, total === 0 ? 0 : weights[k]! / total]);
  });
}
