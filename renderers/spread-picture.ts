import { encode } from "fast-png";
import type { SpreadSnapshot } from "../runtime/training/snapshots.ts";
import { SEQUENTIAL } from "./colours.ts";

const WIDTH = 160;
const HEIGHT = 60;

/** A picture of how numbers were spread, step by step from left to right. */
export interface SpreadPicture {
  readonly png: Uint8Array;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** The numbers at its bottom and top. */
  readonly range: readonly [number, number];
}

/** The range of all steps. */
function rangeOf(spreads: readonly SpreadSnapshot[]): readonly [number, number] {
  const min = Math.min(...spreads.map(({ range }) => range[0]));
  const max = Math.max(...spreads.map(({ range }) => range[1]));
  if (max > min) return [min, max];
  const room = Math.abs(min) / 2 || 1;
  return [min - room, max + room];
}

/** Numbers for each unit of the range, at the height of each line of pixels from the bottom. */
function densities({ range, counts }: SpreadSnapshot, [bottom, top]: readonly [number, number]): number[] {
  const [min, max] = range;
  const line = (top - bottom) / HEIGHT;
  const bin = (max - min) / counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  return Array.from({ length: HEIGHT }, (_, y) => {
    const [from, to] = [bottom + y * line, bottom + (y + 1) * line];
    // All numbers are one: they stand in one line.
    if (bin === 0) return min >= from && (min < to || y === HEIGHT - 1) ? 1 : 0;
    let within = 0;
    const first = Math.max(0, Math.floor((from - min) / bin));
    for (let i = first; i < counts.length && min + i * bin < to; i++) {
      const overlap = Math.min(to, min + (i + 1) * bin) - Math.max(from, min + i * bin);
      within += Math.max(0, overlap / bin) * (counts[i] ?? 0);
    }
    return within / total;
  });
}

/** Draws the steps, each with colours of its own scale: the densest line of pixels is the brightest. */
export function spreadPicture(spreads: readonly SpreadSnapshot[]): SpreadPicture {
  const range = rangeOf(spreads);
  const data = new Uint8Array(WIDTH * HEIGHT);
  const columns = spreads.map((spread) => {
    const shares = densities(spread, range);
    const most = Math.max(...shares);
    // The root lets the rare numbers be seen, which are those that matter.
    return shares.map((share) => Math.round(Math.sqrt(share / most) * (SEQUENTIAL.length - 1)));
  });
  for (let x = 0; x < WIDTH; x++) {
    const column = columns[Math.floor((x / WIDTH) * columns.length)] ?? [];
    for (let y = 0; y < HEIGHT; y++) data[(HEIGHT - 1 - y) * WIDTH + x] = column[y] ?? 0;
  }
  const palette = SEQUENTIAL.map((colour) => colour.slice());
  return {
    png: encode({ width: WIDTH, height: HEIGHT, data, channels: 1, palette }),
    width: WIDTH,
    height: HEIGHT,
    range,
  };
}
