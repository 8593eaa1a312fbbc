import { encode } from "fast-png";
import type { TensorSnapshot } from "../runtime/snapshot.ts";
import { colourOf } from "./colour-scale.ts";
import type { ColourScale } from "./colour-scale.ts";
import { hex, MID_TONE, NON_FINITE } from "./colours.ts";
import type { Rgb } from "./colours.ts";
import { html, pngDataUri } from "./html.ts";
import type { Html } from "./html.ts";
import { shortNumber } from "./numbers.ts";

const BAR = { width: 128, height: 10 };

/** What the colours mean: a bar between two numbers (two swatches for bool), and a swatch for what is no number. */
export function legend(snapshot: TensorSnapshot, scale: ColourScale): Html {
  const { nan, inf } = snapshot.statistics;
  return html`<div style="font-size:12px;margin:4px 0">
    ${snapshot.dtype === "bool" ? boolSwatches(scale) : bar(scale)}
    ${nan > 0 ? swatch(NON_FINITE.nan, "NaN") : null}
    ${inf > 0 ? [swatch(NON_FINITE.positive, "+Inf"), swatch(NON_FINITE.negative, "-Inf")] : null}
  </div>`;
}

function boolSwatches(scale: ColourScale): Html[] {
  return [swatch(colourOf(scale, 0), "False"), swatch(colourOf(scale, 1), "True")];
}

function bar(scale: ColourScale): Html | null {
  if (scale.ends === null || scale.ends[0] === scale.ends[1]) return null; // One colour needs no explanation.
  const [first, last] = scale.ends.map(shortNumber) as [string, string]; // map keeps the length of a tuple.
  const middle = scale.diverging ? ", zero in the middle" : "";
  return html`<span style="margin:0 14px 0 0;white-space:nowrap">
    ${first}
    <img
      src="${pngDataUri(barPicture(scale))}"
      width="${BAR.width}"
      height="${BAR.height}"
      style="display:inline-block;vertical-align:middle;margin:0 4px"
      alt="Colours from ${first} to ${last}${middle}"
    />
    ${last}</span
  >`;
}

function barPicture({ palette }: ColourScale): Uint8Array {
  const row = Array.from({ length: BAR.width }, (_, x) =>
    Math.round((x / (BAR.width - 1)) * (palette.length - 1)),
  );
  const data = Uint8Array.from({ length: row.length * BAR.height }, (_, i) => row[i % row.length] ?? 0);
  return encode({ ...BAR, data, channels: 1, palette: palette.map((colour) => [...colour]) });
}

function swatch(colour: Rgb, label: string): Html {
  const style = `display:inline-block;width:10px;height:10px;background-color:${hex(colour)};border:1px solid ${MID_TONE};margin:0 4px 0 0;vertical-align:middle`;
  return html`<span style="margin:0 14px 0 0;white-space:nowrap"
    ><span style="${style}"></span>${label}</span
  >`;
}
