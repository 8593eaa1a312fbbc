/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** 256 colours, three bytes each. */
export type Palette = Uint8Array;

const SIZE = 256;

/** Evenly spaced colours, joined by straight lines in RGB. */
function palette(stops: readonly string[]): Palette {
  const colours = stops.map(parseHex);
  const bytes = new Uint8Array(3 * SIZE);
  for (let i = 0; i < bytes.length; i++) {
    const at = (Math.floor(i / 3) / (SIZE - 1)) * (stops.length - 1);
    const left = Math.min(Math.floor(at), stops.length - 2);
    const from = colours[left]?.[i % 3] ?? 0;
    const to = colours[left + 1]?.[i % 3] ?? 0;
    bytes[i] = Math.round(from + (to - from) * (at - left));
  }
  return bytes;
}

function parseHex(hex: string): Rgb {
  const bits = Number.parseInt(hex.slice(1), 16);
  return [bits >> 16, (bits >> 8) & 255, bits & 255];
}

/** Dark to light for values of one sign: viridis, by Nathaniel Smith and Stéfan van der Walt (CC0). */
export const SEQUENTIAL: Palette = palette(
  "#440154 #482475 #414487 #355f8d #2a788e #21918c #22a884 #44bf70 #7ad151 #bddf26 #fde725".split(" "),
);

/** Blue below zero, red above, light at zero: after vik, by Fabio Crameri (MIT). */
export const DIVERGING: Palette = palette(
  "#001261 #023e7d #1d6e9c #71a7c4 #c9dde7 #ece5e0 #eacebd #d39774 #be6533 #8b2706 #590008".split(" "),
);

/** What is no number has colours that neither palette holds. */
export const NON_FINITE: { readonly nan: Rgb; readonly positive: Rgb; readonly negative: Rgb } = {
  nan: [255, 0, 200],
  positive: [255, 40, 40],
  negative: [0, 225, 255],
};

/** The colour at a position from 0 (first) to 1 (last). */
export function colourAt(palette: Palette, position: number): Rgb {
  const i = 3 * Math.round(Math.min(1, Math.max(0, position)) * (SIZE - 1));
  return [palette[i] ?? 0, palette[i + 1] ?? 0, palette[i + 2] ?? 0];
}

/** As CSS writes it: `#1d6e9c`. */
export function hex(colour: Rgb): string {
  return "#" + colour.map((part) => part.toString(16).padStart(2, "0")).join("");
}

/** Black or white, whichever has the larger contrast on `background` (WCAG 2.2, relative luminance). */
export function readableOn(background: Rgb): "#000000" | "#ffffff" {
  const [red, green, blue] = background.map(linear) as [number, number, number]; // map keeps the length of a tuple.
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (luminance + 0.05) ** 2 > 1.05 * 0.05 ? "#000000" : "#ffffff";
}

function linear(part: number): number {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
