import { encode } from "fast-png";

/** A rectangle of the logo, on a grid of 64 × 64; later ones lie above earlier ones. */
interface Block {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Radius of the corners. */
  readonly radius: number;
  readonly color: readonly [red: number, green: number, blue: number];
}

const BLUE = [49, 120, 198] as const;
const WHITE = [255, 255, 255] as const;
const ORANGE = [255, 140, 66] as const;
const GRID = 64;

/** A T over three cells of a tensor, one of them warm. */
const BLOCKS: readonly Block[] = [
  { x: 2, y: 2, width: 60, height: 60, radius: 12, color: BLUE },
  { x: 14, y: 13, width: 36, height: 8, radius: 2, color: WHITE },
  { x: 28, y: 21, width: 8, height: 16, radius: 0, color: WHITE },
  { x: 14, y: 41, width: 10, height: 10, radius: 2, color: WHITE },
  { x: 27, y: 41, width: 10, height: 10, radius: 2, color: ORANGE },
  { x: 40, y: 41, width: 10, height: 10, radius: 2, color: WHITE },
];

/** The logo as an SVG document (`logo-svg.svg` of a kernelspec). */
export function logoSvg(): string {
  const blocks = BLOCKS.map(
    ({ x, y, width, height, radius, color }) =>
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="rgb(${color.join(" ")})"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${GRID} ${GRID}">${blocks.join("")}</svg>\n`;
}

/** The logo as a PNG file, 64 × 64 pixels (`logo-64x64.png` of a kernelspec). */
export function logoPng(): Uint8Array {
  const data = new Uint8Array(GRID * GRID * 4);
  for (let y = 0; y < GRID; y++) {
    for (let x = 0; x < GRID; x++) data.set(pixel(x, y), (y * GRID + x) * 4);
  }
  return encode({ width: GRID, height: GRID, data, channels: 4 });
}

/** Samples along each side of a pixel, so that the round corners are smooth. */
const SAMPLES = 4;

function pixel(x: number, y: number): [red: number, green: number, blue: number, alpha: number] {
  const sum: [number, number, number] = [0, 0, 0];
  let covered = 0;
  for (let i = 0; i < SAMPLES * SAMPLES; i++) {
    const color = colorAt(x + ((i % SAMPLES) + 0.5) / SAMPLES, y + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES);
    if (color === null) continue;
    covered++;
    color.forEach((value, channel) => (sum[channel as 0 | 1 | 2] += value));
  }
  const average = (total: number): number => Math.round(total / Math.max(covered, 1));
  return [average(sum[0]), average(sum[1]), average(sum[2]), Math.round((255 * covered) / SAMPLES ** 2)];
}

function colorAt(x: number, y: number): Block["color"] | null {
  return BLOCKS.findLast((block) => covers(block, x, y))?.color ?? null;
}

function covers({ x, y, width, height, radius }: Block, px: number, py: number): boolean {
  const dx = Math.max(x + radius - px, px - (x + width - radius), 0);
  const dy = Math.max(y + radius - py, py - (y + height - radius), 0);
  return px >= x && px < x + width && py >= y && py < y + height && dx ** 2 + dy ** 2 <= radius ** 2;
}
