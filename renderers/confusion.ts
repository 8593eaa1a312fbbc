import type { ClassRates, ConfusionSnapshot } from "../runtime/training/snapshots.ts";
import { percent } from "../runtime/training/words.ts";
import { hex, MISTAKES, FOUND, readableOn } from "./colours.ts";
import type { Palette } from "./colours.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import type { MimeBundle } from "./mime.ts";
import { counted, grouped } from "./numbers.ts";
import { NUMBER_CELL, TABLE, TEXT_CELL } from "./table-style.ts";

/** Data of a confusion matrix's view for a front end that draws it itself. */
const CONFUSION_MIME = "application/vnd.typetorch.confusion.v1+json";

/** Of more classes the rates are shown, and no matrix. */
const MOST_CLASSES = 40;
const MOST_RATES = 300;
const COUNT_CELL = "padding:2px 6px 2px 10px;text-align:right";

/**
 * Shows which classes were taken for which: a row for each true class, darker the larger its share of the row, blue where it was right and orange where it was not; recall,
 * precision and F1 behind.
 */
export function renderConfusion(snapshot: ConfusionSnapshot): MimeBundle {
  const { kind, counts, classes, total, correct, text } = snapshot;
  return {
    [CONFUSION_MIME]: { kind, counts, classes, total, correct },
    "text/html": confusionHtml(snapshot).markup,
    "text/plain": text,
  };
}

function confusionHtml(snapshot: ConfusionSnapshot): Html {
  const { classes, text } = snapshot;
  const whole = classes.length <= MOST_CLASSES;
  const sentences = text.slice(text.lastIndexOf("\n\n") + 2).split("\n");
  const shown = classes.slice(0, MOST_RATES);
  const heads = whole
    ? classes.map(({ label }) => html`<th style="${COUNT_CELL};white-space:nowrap">${label}</th>`)
    : [head("examples")];
  return html`<div style="margin:4px 0;line-height:1.5">
    <table style="${TABLE}">
      <thead>
        <tr>
          <th style="${TEXT_CELL}">${whole ? "true \\ predicted" : "class"}</th>
          ${heads}${["recall", "precision", "F1"].map(head)}
        </tr>
      </thead>
      <tbody>
        ${shown.map((one, i) => line(snapshot, one, i, whole))}
      </tbody>
    </table>
    ${shown.length < classes.length ? html`<div>and ${counted(classes.length - shown.length, "more class")}</div>` : null}
    <div style="font-size:13px;margin:6px 0 0 0">${sentences.map((each) => html`<div>${each}</div>`)}</div>
  </div>`;
}

function head(title: string): Html {
  return html`<th style="${NUMBER_CELL}">${title}</th>`;
}

function line(
  { counts, classes }: ConfusionSnapshot,
  one: ClassRates,
  position: number,
  whole: boolean,
): Html {
  const row = counts[position] ?? [];
  const cells = whole
    ? row.map((count, i) => cell(count, one, classes[i]?.label ?? "", i === position))
    : [html`<td style="${NUMBER_CELL}">${grouped(one.support)}</td>`];
  return html`<tr style="background:transparent">
    <td style="${TEXT_CELL}"><b>${one.label}</b></td>
    ${cells}
    <td style="${NUMBER_CELL}">${percent(one.recall)}</td>
    <td style="${NUMBER_CELL}">${percent(one.precision)}</td>
    <td style="${NUMBER_CELL}">${Number.isNaN(one.f1) ? "–" : one.f1.toFixed(3)}</td>
  </tr>`;
}

function cell(count: number, truth: ClassRates, taken: string, right: boolean): Html {
  const title = `${grouped(count)} of ${grouped(truth.support)} ${truth.label} taken for ${taken}`;
  if (count === 0) return html`<td style="${COUNT_CELL};opacity:0.5" title="${title}">0</td>`;
  const colour = colourAt(right ? FOUND : MISTAKES, count / truth.support);
  const style = `background-color:${hex(colour)};color:${readableOn(colour)};border:none;${COUNT_CELL}`;
  return html`<td style="${style}" title="${title}">${grouped(count)}</td>`;
}

function colourAt(palette: Palette, share: number): Palette[number] {
  return palette[Math.round(share * (palette.length - 1))] ?? [255, 255, 255];
}
