import type { TensorSnapshot } from "../runtime/snapshot.ts";
import { DIVERGING, NON_FINITE, SEQUENTIAL } from "./colours.ts";
import type { Palette, Rgb } from "./colours.ts";

/** How the values of one tensor become colours. */
export interface ColourScale {
  readonly palette: Palette;
  /** The values at the palette's two ends; `null` when the tensor has no finite element. */
  readonly ends: readonly [number, number] | null;
  /** Around zero, with the same distance to both ends. */
  readonly diverging: boolean;
  /** The palette, followed by the colours of NaN, +Inf and -Inf. */
  readonly colours: readonly Rgb[];
  /** Position of a value's colour in `colours`. */
  readonly indexOf: (value: number) => number;
}

/** Diverging around zero when values have both signs, else sequential from the smallest to the largest; False to True for bool. */
export function colourScale(snapshot: TensorSnapshot): ColourScale {
  const ends = endsOf(snapshot);
  const diverging = ends !== null && ends[0] < 0 && ends[1] > 0;
  const palette = diverging ? DIVERGING : SEQUENTIAL;
  const colours = [...palette, NON_FINITE.nan, NON_FINITE.positive, NON_FINITE.negative];
  const position = ends === null ? (): number => 0.5 : positionBetween(ends);
  const last = palette.length - 1;
  const indexOf = (value: number): number => {
    if (Number.isFinite(value)) return Math.round(Math.min(1, Math.max(0, position(value))) * last);
    if (Number.isNaN(value)) return palette.length;
    return palette.length + (value > 0 ? 1 : 2);
  };
  return { palette, ends, diverging, colours, indexOf };
}

/** The colour of one value. */
export function colourOf(scale: ColourScale, value: number): Rgb {
  return scale.colours[scale.indexOf(value)] ?? NON_FINITE.nan;
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
