import type { TensorSnapshot } from "../runtime/snapshot.ts";
import { colourAt, DIVERGING, NON_FINITE, SEQUENTIAL } from "./colours.ts";
import type { Palette, Rgb } from "./colours.ts";

/** How the values of one tensor become colours. */
export interface ColourScale {
  readonly palette: Palette;
  /** The values at the palette's two ends; `null` when the tensor has no finite element. */
  readonly ends: readonly [number, number] | null;
  /** Around zero, with the same distance to both ends. */
  readonly diverging: boolean;
  readonly colour: (value: number) => Rgb;
}

/** Diverging around zero when values have both signs, else sequential from the smallest to the largest; False to True for bool. */
export function colourScale(snapshot: TensorSnapshot): ColourScale {
  const ends = endsOf(snapshot);
  const diverging = ends !== null && ends[0] < 0 && ends[1] > 0;
  const palette = diverging ? DIVERGING : SEQUENTIAL;
  const position = ends === null ? (): number => 0.5 : positionBetween(ends);
  const colour = (value: number): Rgb =>
    Number.isFinite(value) ? colourAt(palette, position(value)) : nonFiniteColour(value);
  return { palette, ends, diverging, colour };
}

function endsOf({ dtype, statistics }: TensorSnapshot): readonly [number, number] | null {
  if (statistics.min === null || statistics.max === null) return null;
  if (dtype === "bool") return [0, 1];
  const [min, max] = [Number(statistics.min), Number(statistics.max)];
  if (min >= 0 || max <= 0) return [min, max];
  const limit = Math.max(-min, max);
  return [-limit, limit];
}

function positionBetween([first, last]: readonly [number, number]): (value: number) => number {
  if (first === last) return () => 0.5;
  if (first === -last) return (value) => 0.5 + value / last / 2; // `last - first` may overflow.
  return (value) => (value - first) / (last - first);
}

function nonFiniteColour(value: number): Rgb {
  if (Number.isNaN(value)) return NON_FINITE.nan;
  return value > 0 ? NON_FINITE.positive : NON_FINITE.negative;
}
