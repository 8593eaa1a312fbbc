import type { TensorSnapshot } from "../runtime/snapshot.ts";
import { colourOf } from "./colour-scale.ts";
import type { ColourScale } from "./colour-scale.ts";
import { hex, readableOn } from "./colours.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { fullNumber, shortNumber } from "./numbers.ts";
import { sliceIndex, sliceLabel } from "./slices.ts";
import type { Slices } from "./slices.ts";

const LONGEST_SIDE = 16;
const MOST_CELLS = 256;

/** Whether every element has room for its digits. */
export function fitsTable({ rows, columns, count, shown }: Slices): boolean {
  return (
    rows <= LONGEST_SIDE && columns <= LONGEST_SIDE && count === shown && count * rows * columns <= MOST_CELLS
  );
}

/** Every element as a cell over its colour, with its index and full value as the tooltip; one table for each slice. */
export function valuesTables(snapshot: TensorSnapshot, slices: Slices, scale: ColourScale): Html {
  const tables = Array.from({ length: slices.shown }, (_, slice) => table(snapshot, slices, scale, slice));
  return html`<div>${tables}</div>`;
}

function table(snapshot: TensorSnapshot, slices: Slices, scale: ColourScale, slice: number): Html {
  const { rows, columns, leading } = slices;
  const lines = Array.from({ length: rows }, (_, row) => {
    const cells = Array.from({ length: columns }, (_, column) => {
      const index = [...sliceIndex(slice, leading), row, column];
      return cell(snapshot, scale, (slice * rows + row) * columns + column, index);
    });
    return html`<tr style="background:transparent">
      ${cells}
    </tr>`;
  });
  return html`<table
    style="border-collapse:collapse;display:inline-table;margin:0 12px 6px 0;vertical-align:top;font-family:monospace;font-size:12px"
  >
    ${leading.length === 0 ? null : caption(sliceLabel(slice, leading))}
    <tbody>
      ${lines}
    </tbody>
  </table>`;
}

function caption(label: string): Html {
  return html`<caption style="caption-side:top;text-align:left;padding:0 0 2px 0;opacity:0.75;color:inherit">
    ${label}
  </caption>`;
}

function cell(snapshot: TensorSnapshot, scale: ColourScale, at: number, index: readonly number[]): Html {
  const value = snapshot.values[at] ?? 0;
  const colour = colourOf(scale, Number(value));
  // A vector has one index and a scalar none, though both are drawn as a row.
  const own = index.slice(index.length - snapshot.shape.length);
  const title = `[${own.join(", ")}] = ${fullNumber(value, snapshot.dtype)}`;
  const style = `background-color:${hex(colour)};color:${readableOn(colour)};border:none;padding:3px 7px;text-align:right;white-space:nowrap`;
  return html`<td style="${style}" title="${title}">${cellText(snapshot, value)}</td>`;
}

function cellText({ dtype }: TensorSnapshot, value: number | bigint): string {
  return dtype === "bool" ? fullNumber(value, dtype) : shortNumber(value);
}
