import type { SummaryRow, SummarySnapshot } from "../runtime/training/snapshots.ts";
import { parametersText, shapesText } from "../runtime/training/words.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import type { MimeBundle } from "./mime.ts";
import { grouped } from "./numbers.ts";
import { barOf } from "./share-bar.ts";
import { TABLE, TEXT_CELL, NUMBER_CELL } from "./table-style.ts";

/** Data of a summary's view for a front end that draws it itself. */
const SUMMARY_MIME = "application/vnd.typetorch.summary.v1+json";

/** More rows are left to the text. */
const MOST_ROWS = 300;
const INDENT = 18;

/** Shows the layers of a model as a table: a row for each call, with shapes and costs; the totals below. */
export function renderSummary(snapshot: SummarySnapshot): MimeBundle {
  const { kind, rows, parameters, trainable, multiplyAdds, bytes, text } = snapshot;
  return {
    [SUMMARY_MIME]: { kind, rows, parameters, trainable, multiplyAdds, bytes },
    "text/html": summaryHtml(snapshot).markup,
    "text/plain": text,
  };
}

function summaryHtml(snapshot: SummarySnapshot): Html {
  const shown = snapshot.rows.slice(0, MOST_ROWS);
  const titles = ["Layer", "Input", "Output"].map((title) => html`<th style="${TEXT_CELL}">${title}</th>`);
  const [parameters, multiplyAdds] = ["Parameters", "Multiply-adds"].map(
    (title) => html`<th style="${NUMBER_CELL}">${title}</th>`,
  );
  return html`<div style="margin:4px 0;line-height:1.5">
    <table style="${TABLE}">
      <thead>
        <tr>
          ${titles}${parameters}
          <th></th>
          ${multiplyAdds}
        </tr>
      </thead>
      <tbody>
        ${shown.map((row) => line(row, snapshot.parameters))}
      </tbody>
    </table>
    ${left(snapshot.rows.length - shown.length)} ${totals(snapshot)}
  </div>`;
}

function line(row: SummaryRow, all: number): Html {
  const { depth, name, kind, inputs, outputs, multiplyAdds } = row;
  const indented = `${TEXT_CELL};padding:2px 10px 2px ${depth * INDENT}px`;
  return html`<tr style="background:transparent">
    <td style="${indented}">
      ${name === "" ? null : html`<span style="opacity:0.7">${name}: </span>`}<b>${kind}</b>
    </td>
    <td style="${TEXT_CELL}">${shapesText(inputs)}</td>
    <td style="${TEXT_CELL}">${shapesText(outputs)}</td>
    <td style="${NUMBER_CELL}">${parametersText(row)}</td>
    <td>${barOf(all === 0 ? 0 : row.parameters / all)}</td>
    <td style="${NUMBER_CELL}">${multiplyAdds === 0 ? "–" : grouped(multiplyAdds)}</td>
  </tr>`;
}

function left(rows: number): Html | null {
  return rows > 0 ? html`<div style="font-size:12px;opacity:0.8">and ${grouped(rows)} more rows</div>` : null;
}

/** The lines below the table are those of the text. */
function totals({ text }: SummarySnapshot): Html {
  const lines = text.split("\n").slice(-3);
  return html`<div style="font-size:13px;margin:6px 0 0 0">
    ${lines.map((each) => html`<div>${each}</div>`)}
  </div>`;
}
