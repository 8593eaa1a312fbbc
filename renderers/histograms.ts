import type { HistogramsSnapshot, LayerSpreads, SpreadSnapshot } from "../runtime/training/snapshots.ts";
import { html, pngDataUri } from "./html.ts";
import type { Html } from "./html.ts";
import type { MimeBundle } from "./mime.ts";
import { counted, shortNumber } from "./numbers.ts";
import { spreadPicture } from "./spread-picture.ts";
import { TABLE, TEXT_CELL } from "./table-style.ts";

/** More layers are left to the text. */
const MOST_LAYERS = 60;
const KINDS = ["weights", "gradients", "activations"] as const;
const TITLES = { weights: "Weights", gradients: "Gradients", activations: "Outputs" };
const CELL = "text-align:left;padding:4px 14px 4px 0;vertical-align:top;white-space:nowrap";

/** Shows how the numbers of each layer are spread, step by step from left to right, brighter where there are more; warnings above. */
export function renderHistograms(snapshot: HistogramsSnapshot): MimeBundle {
  const { layers, warnings, text } = snapshot;
  return { "text/html": histogramsHtml(layers, warnings).markup, "text/plain": text };
}

function histogramsHtml(layers: readonly LayerSpreads[], warnings: readonly string[]): Html {
  const shown = layers.slice(0, MOST_LAYERS);
  const heads = ["Layer", ...KINDS.map((kind) => TITLES[kind])];
  return html`<div style="margin:4px 0;line-height:1.4">
    ${warnings.map((warning) => html`<div style="font-size:13px;color:#dd6b20">⚠ ${warning}</div>`)}
    <table style="${TABLE}">
      <thead>
        <tr>
          ${heads.map((head) => html`<th style="${TEXT_CELL}">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map(line)}
      </tbody>
    </table>
    ${shown.length < layers.length ? html`<div>and ${counted(layers.length - shown.length, "more layer")}</div>` : null}
    <div style="font-size:12px;opacity:0.8">${note(layers)}</div>
  </div>`;
}

function line(layer: LayerSpreads): Html {
  const { name, kind } = layer;
  return html`<tr style="background:transparent">
    <td style="${CELL}">
      ${name === "" ? null : html`<span style="opacity:0.7">${name}: </span>`}<b>${kind}</b>
    </td>
    ${KINDS.map((each) => html`<td style="${CELL}">${spreads(layer, each)}</td>`)}
  </tr>`;
}

function spreads(layer: LayerSpreads, kind: (typeof KINDS)[number]): Html | string {
  const all = layer[kind];
  const last = all.at(-1);
  if (last === undefined) return "–";
  const { png, width, height, range } = spreadPicture(all);
  const facts = `${shortNumber(round(last.mean))} ± ${shortNumber(round(last.std))}`;
  const alt = `${TITLES[kind]} of ${layer.name} ${layer.kind}, ${counted(all.length, "step")}, last ${facts}, between ${shortNumber(range[0])} and ${shortNumber(range[1])}`;
  return html`<img
      src="${pngDataUri(png)}"
      width="${width}"
      height="${height}"
      style="display:block;margin:0;max-width:none"
      alt="${alt}"
    />
    <div style="opacity:0.8">${facts}${zeros(last)}</div>
    <div style="opacity:0.8">${shortNumber(round(range[0]))} … ${shortNumber(round(range[1]))}</div>`;
}

function zeros({ zeros, nonFinite }: SpreadSnapshot): string {
  return `${zeros > 0.01 ? `, ${Math.round(100 * zeros)} % 0` : ""}${nonFinite > 0 ? `, ${nonFinite} NaN or Inf` : ""}`;
}

function round(value: number): number {
  return Number(value.toPrecision(2));
}

function note(layers: readonly LayerSpreads[]): string {
  const steps = layers.flatMap((layer) => KINDS.flatMap((kind) => layer[kind].map(({ step }) => step)));
  if (steps.length === 0) return "Nothing is recorded yet: call record() after backward().";
  const [first, last] = [Math.min(...steps), Math.max(...steps)];
  return `From left to right: ${first === last ? `step ${first}` : `steps ${first} to ${last}`}; from bottom to top: the smallest to the largest number; brighter: more of them. Below: mean ± standard deviation at the end, and the smallest … largest number.`;
}
