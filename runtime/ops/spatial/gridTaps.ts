/**
 * Which elements of an image or a volume a point lies between, and how much each counts. Places are plain numbers, weights are tensors that gradients flow
 * through. Source: PyTorch's `ATen/native/GridSampler.h`.
 */
import { mostExact } from "../../devices.ts";
import { tensorFrom } from "../../reading.ts";
import { bool, float64, int64 } from "../../dtype.ts";
import { fromArray } from "../../settle.ts";
import type { Shape } from "../../shape.ts";
import { readValues, type Tensor } from "../../tensor.ts";
import { add, clamp, div, mul, rsub, sub, where } from "../elementwise/arithmetic.ts";
import { gt, logical_and, lt } from "../elementwise/comparison.ts";
import { detach } from "../shaping/copying.ts";
import { floor, round } from "../elementwise/unary.ts";

/** How values between elements are made. */
export type GridMode = "bilinear" | "nearest" | "bicubic";

/** What stands beyond the edges. */
export type GridPadding = "zeros" | "border" | "reflection";

/** One of the elements along a dimension that each point takes from; beyond the edges the place is −1. */
interface Tap {
  readonly places: Int32Array;
  readonly weight: Tensor;
}

/** How a dimension is read. */
export interface GridAxis {
  readonly size: number;
  readonly mode: GridMode;
  readonly padding: GridPadding;
  readonly alignCorners: boolean;
}

/** Coordinates from −1 to 1 as positions among the elements. */
function positionsOf(coordinates: Tensor, { size, alignCorners }: GridAxis): Tensor {
  const fromZero = add(coordinates, 1);
  return alignCorners ? mul(div(fromZero, 2), size - 1) : div(sub(mul(fromZero, size), 1), 2);
}

/** The nearest position within the edges. What lies outside has no slope. */
function clipped(positions: Tensor, size: number): Tensor {
  const inside = logical_and(gt(positions, 0), lt(positions, size - 1));
  return where(inside, positions, clamp(detach(positions), 0, size - 1));
}

/** Where mirrors at both ends show a position, and whether the picture is turned around there. */
function reflectedAt(
  position: number,
  low: number,
  high: number,
): readonly [place: number, slope: 1 | -1 | 0] {
  const span = high - low;
  if (span === 0) return [0, 0];
  const distance = Math.abs(position - low);
  const slope = position < low ? -1 : 1;
  const rest = distance % span;
  const turned = Math.floor(distance / span) % 2 !== 0;
  return turned ? [high - rest, slope === 1 ? -1 : 1] : [low + rest, slope];
}

/** The mirrors lie at the centres of the last elements, or at their outer edges. */
function mirrors({ size, alignCorners }: GridAxis): readonly [low: number, high: number] {
  return alignCorners ? [0, size - 1] : [-0.5, size - 0.5];
}

function reflected(positions: Tensor, axis: GridAxis): Tensor {
  const [low, high] = mirrors(axis);
  const values = readValues(positions) as ArrayLike<number>; // the dtype has fractions
  const shown = new Float64Array(values.length);
  const slopes = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) [shown[i], slopes[i]] = reflectedAt(values[i]!, low, high);
  const asTensor = (data: Float64Array): Tensor =>
    tensorFrom(data, float64, positions.dtype, positions.shape);
  // The value is what the mirror shows; the rest is zero and carries the slope.
  const movement = sub(positions, detach(positions));
  return add(mul(movement, asTensor(slopes)), asTensor(shown));
}

function settled(positions: Tensor, axis: GridAxis): Tensor {
  if (axis.padding === "zeros") return positions;
  return clipped(axis.padding === "border" ? positions : reflected(positions, axis), axis.size);
}

/** Whole positions, `shift` elements further; −1 beyond the edges. */
function placesAt(whole: Tensor, shift: number, { size }: GridAxis): Int32Array {
  const values = readValues(whole) as ArrayLike<number>; // the dtype has fractions
  return Int32Array.from(values, (value) => {
    const place = value + shift;
    return place >= 0 && place < size ? place : -1;
  });
}

/** The same, with what the padding shows beyond the edges. */
function paddedPlacesAt(whole: Tensor, shift: number, axis: GridAxis): Int32Array {
  if (axis.padding === "zeros") return placesAt(whole, shift, axis);
  const [low, high] = mirrors(axis);
  const values = readValues(whole) as ArrayLike<number>; // the dtype has fractions
  return Int32Array.from(values, (value) => {
    const place = axis.padding === "border" ? value + shift : reflectedAt(value + shift, low, high)[0];
    return Math.trunc(Math.min(Math.max(place, 0), axis.size - 1));
  });
}

/**
 * The cubic kernel next to its centre, with −0.75 as its slope at 1, at distance `x`. Source: Keys, "Cubic convolution interpolation" (1981).
 */
function cubicNear(x: Tensor): Tensor {
  return add(mul(sub(mul(x, 1.25), 2.25), mul(x, x)), 1);
}

/** The kernel beyond, at distance 1 + x, where `rest` is 1 − x: as a product, which loses no digits. */
function cubicFar(x: Tensor, rest: Tensor): Tensor {
  return mul(mul(mul(x, rest), rest), -0.75);
}

/** The weights of the four neighbours of points that lie `share` behind the second one; in float64, because their slopes cancel out where all neighbours are equal. */
function cubicWeights(share: Tensor): readonly Tensor[] {
  const exact = share.to({ dtype: mostExact(share.device) });
  const rest = rsub(exact, 1);
  const weights = [cubicFar(exact, rest), cubicNear(exact), cubicNear(rest), cubicFar(rest, exact)];
  return weights.map((weight) => weight.to({ dtype: share.dtype }));
}

/** The elements that each point takes from along one dimension. */
export function tapsOf(coordinates: Tensor, axis: GridAxis): readonly Tap[] {
  const positions = positionsOf(coordinates, axis);
  if (axis.mode === "bicubic") {
    const whole = floor(detach(positions));
    const weights = cubicWeights(sub(positions, whole));
    return weights.map((weight, k) => ({ places: paddedPlacesAt(whole, k - 1, axis), weight }));
  }
  const inside = settled(positions, axis);
  if (axis.mode === "nearest") {
    const whole = round(inside);
    // The gradient of the grid is zero, and not missing.
    return [{ places: placesAt(whole, 0, axis), weight: add(mul(whole, 0), 1) }];
  }
  const whole = floor(detach(inside));
  const share = sub(inside, whole);
  return [
    { places: placesAt(whole, 0, axis), weight: rsub(share, 1) },
    { places: placesAt(whole, 1, axis), weight: share },
  ];
}

/** Elements of a whole image or volume: their places in row-major order, where they are inside, and their weights. */
export interface Corner {
  readonly index: Tensor;
  readonly weight: Tensor;
}

/** Every combination of one tap of each dimension. */
export function cornersOf(axes: readonly (readonly Tap[])[], sizes: Shape): readonly Corner[] {
  const combinations = axes.reduce<readonly (readonly Tap[])[]>(
    (all, taps) => all.flatMap((chosen) => taps.map((tap) => [...chosen, tap])),
    [[]],
  );
  return combinations.map((taps) => cornerOf(taps, sizes));
}

function cornerOf(taps: readonly Tap[], sizes: Shape): Corner {
  const { shape } = taps[0]!.weight;
  const count = taps[0]!.places.length;
  const index = new BigInt64Array(count);
  const inside = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    let place = 0;
    let within = 1;
    for (let dim = 0; dim < taps.length; dim++) {
      const at = taps[dim]!.places[i]!;
      if (at < 0) within = 0;
      place = place * sizes[dim]! + at;
    }
    inside[i] = within;
    index[i] = within === 1 ? BigInt(place) : 0n;
  }
  const weight = taps.map((tap) => tap.weight).reduce((product, factor) => mul(product, factor));
  return {
    index: fromArray(index, int64, shape),
    weight: where(fromArray(inside, bool, shape), weight, 0),
  };
}
