/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Colours from the first to the last position of a scale. */
export type Palette = readonly Rgb[];

/** With one transparent entry and three for what is no number, an indexed PNG of 256 colours is full. */
const SIZE = 252;

/** Reads on white and on near-black alike: a picture in an `<img>` cannot know the theme of the page around it. */
export const MID_TONE = "#808080";

const BLACK: Rgb = [0, 0, 0];

/** Evenly spaced colours, joined by straight lines in RGB. */
function palette(stops: readonly string[]): Palette {
  const colours = stops.map(parseHex);
  return Array.from({ length: SIZE }, (_, i) => {
    const at = (i / (SIZE - 1)) * (stops.length - 1);
    const left = Math.min(Math.floor(at), stops.length - 2);
    return between(colours[left] ?? BLACK, colours[left + 1] ?? BLACK, at - left);
  });
}

function between(from: Rgb, to: Rgb, share: number): Rgb {
  const part = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * share);
  return [part(0), part(1), part(2)];
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

/** Light to dark blue and orange, which the colour-blind tell apart: after the palettes Blues and Oranges of ColorBrewer, by Cynthia Brewer (Apache 2.0). */
export const FOUND: Palette = palette("#deebf7 #9ecae1 #4292c6 #2171b5 #08519c".split(" "));
export const MISTAKES: Palette = palette("#feedde #fdbe85 #fd8d3c #e6550d #a63603".split(" "));

/** What is no number has colours that neither palette holds. */
export const NON_FINITE: { readonly nan: Rgb; readonly positive: Rgb; readonly negative: Rgb } = {
  nan: [255, 0, 200],
  positive: [255, 40, 40],
  negative: [0, 225, 255],
};

/** As CSS writes it: `#1d6e9c`. */
export function hex(colour: Rgb): string {
  return "#" + colour.map((part) => part.toString(16).padStart(2, "0")).join("");
}

/** Black or white, whichever has the larger contrast on `background` (WCAG 2.2, relative luminance). */
export function readableOn(background: Rgb): "#000000" | "#ffffff" {
  const [red, green, blue] = background;
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return (luminance + 0.05) ** 2 > 1.05 * 0.05 ? "#000000" : "#ffffff";
}

function linear(part: number): number {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
