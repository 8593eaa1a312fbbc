import type { TensorSnapshot } from "../runtime/snapshot.ts";
import { colourScale } from "./colour-scale.ts";
import type { ColourScale } from "./colour-scale.ts";
import { heatMap } from "./heat-map.ts";
import { html, pngDataUri } from "./html.ts";
import type { Html } from "./html.ts";
import { legend } from "./legend.ts";
import type { MimeBundle } from "./mime.ts";
import { counted, grouped, shapeText, shortNumber } from "./numbers.ts";
import { slicesOf } from "./slices.ts";
import type { Slices } from "./slices.ts";
import { tensorData } from "./tensor-data.ts";
import { fitsTable, valuesTables } from "./values-table.ts";

/** Data of a tensor's view for a front end that draws it itself. */
export const TENSOR_MIME = "application/vnd.typetorch.tensor.v1+json";

/** Names of the leading dimensions. */
const LETTERS = "ijklmnop";

/** A longer text is cut in the page; `text/plain` has it whole. */
const LONGEST_REPR = 20_000;

/**
 * Shows a tensor: header, statistics, its values as a heat map (with digits where they fit), and what PyTorch prints.
 * The HTML needs no script and keeps to what JupyterLab leaves in an untrusted notebook.
 *
 * @throws RangeError when the snapshot has not as many values as its shape says.
 */
export function renderTensor(snapshot: TensorSnapshot): MimeBundle {
  checkLength(snapshot);
  return {
    [TENSOR_MIME]: tensorData(snapshot),
    "text/html": tensorHtml(snapshot).markup,
    "text/plain": snapshot.repr,
  };
}

function checkLength({ shape, values }: TensorSnapshot): void {
  const expected = shape.reduce((product, size) => product * size, 1);
  if (values.length === expected) return;
  throw new RangeError(
    `renderTensor: shape ${shapeText(shape)} has ${counted(expected, "element")}, but the snapshot holds ${grouped(values.length)}. ` +
      "Take the snapshot again from the tensor itself.",
  );
}

function tensorHtml(snapshot: TensorSnapshot): Html {
  return html`<div style="margin:4px 0;line-height:1.5">
    ${header(snapshot)} ${statistics(snapshot)} ${snapshot.values.length === 0 ? null : values(snapshot)}
    ${representation(snapshot.repr)}
  </div>`;
}

function header({ shape, dtype, device, requiresGrad, gradFn }: TensorSnapshot): Html {
  const facts = [
    `torch.${dtype}`,
    device,
    requiresGrad ? "requires_grad=True" : null,
    gradFn === null ? null : `grad_fn=<${gradFn}>`,
  ];
  const parts = facts.filter((fact) => fact !== null).map((fact) => html` · <span>${fact}</span>`);
  return html`<div style="font-family:monospace;font-size:13px">
    <b>Tensor</b> <span title="shape"><b>${shapeText(shape)}</b></span
    >${parts}
  </div>`;
}

function statistics(snapshot: TensorSnapshot): Html {
  const { min, max, mean, nan, inf } = snapshot.statistics;
  const count = snapshot.values.length;
  const facts = [
    ...(count === 0 ? ["empty: a size of 0 leaves no elements"] : [counted(count, "element")]),
    ...(snapshot.dtype === "bool" ? truths(snapshot) : extremes(min, max, mean, count)),
    nan > 0 ? `${grouped(nan)} NaN` : null,
    inf > 0 ? `${grouped(inf)} Inf` : null,
  ];
  const text = facts.filter((fact) => fact !== null).join(" · ");
  return html`<div style="font-size:12px;opacity:0.8;margin:0 0 4px 0">${text}</div>`;
}

function truths({ values }: TensorSnapshot): string[] {
  const flags = Array.from(values as ArrayLike<number>); // bool elements come as 0 and 1.
  const count = flags.filter((flag) => flag !== 0).length;
  return flags.length === 0 ? [] : [`${grouped(count)} True`, `${grouped(flags.length - count)} False`];
}

function extremes(
  min: number | bigint | null,
  max: number | bigint | null,
  mean: number | null,
  count: number,
): string[] {
  if (min === null || max === null) return count === 0 ? [] : ["no finite element"];
  return [`min ${exact(min)}`, `max ${exact(max)}`, ...(mean === null ? [] : [`mean ${shortNumber(mean)}`])];
}

function exact(value: number | bigint): string {
  return typeof value === "bigint" ? String(value) : shortNumber(value);
}

function values(snapshot: TensorSnapshot): Html {
  const slices = slicesOf(snapshot.shape);
  const scale = colourScale(snapshot);
  return html`${fitsTable(slices) ? valuesTables(snapshot, slices, scale) : picture(snapshot, slices, scale)}
  ${legend(snapshot, scale)}`;
}

function picture(snapshot: TensorSnapshot, slices: Slices, scale: ColourScale): Html {
  const map = heatMap(snapshot, slices, scale);
  return html`<div>
      <img
        src="${pngDataUri(map.png)}"
        width="${map.width}"
        height="${map.height}"
        style="display:block;margin:0"
        alt="${describe(snapshot, slices)}"
      />
    </div>
    ${note(slices, map.blockRows, map.blockColumns)}`;
}

function describe({ shape, dtype, statistics }: TensorSnapshot, slices: Slices): string {
  const { min, max, mean, nan, inf } = statistics;
  const range =
    min === null || max === null
      ? "no finite element"
      : `values from ${exact(min)} to ${exact(max)}${mean === null ? "" : `, mean ${shortNumber(mean)}`}`;
  const parts = slices.shown > 1 ? `, ${counted(slices.shown, "slice")} side by side` : "";
  const rest = `${nan > 0 ? `, ${grouped(nan)} NaN` : ""}${inf > 0 ? `, ${grouped(inf)} Inf` : ""}`;
  return `Heat map of a ${dtype} tensor of shape ${shapeText(shape)}${parts}: ${range}${rest}`;
}

/** What the picture leaves out. */
function note(slices: Slices, blockRows: number, blockColumns: number): Html | null {
  const { count, shown, leading } = slices;
  const notes: string[] = [];
  if (shown > 1) {
    const which = count > shown ? `the first ${shown} of ${grouped(count)}` : `all ${shown}`;
    notes.push(
      `Slices [${leading.map((_, d) => LETTERS[d] ?? "…").join(", ")}, :, :]: ${which} shown, in reading order.`,
    );
  }
  if (blockRows * blockColumns > 1) {
    notes.push(
      `Down-sampled: each cell stands for ${grouped(blockRows)} × ${grouped(blockColumns)} elements and shows a NaN or Inf among them, else the one farthest from the mean.`,
    );
  }
  if (notes.length === 0) return null;
  return html`<div style="font-size:12px;opacity:0.8">${notes.join(" ")}</div>`;
}

function representation(repr: string): Html {
  const left = repr.length - LONGEST_REPR;
  const text = left > 0 ? `${repr.slice(0, LONGEST_REPR)}\n… ${counted(left, "more character")}` : repr;
  // prettier-ignore
  return html`<details><summary style="font-size:12px;opacity:0.8;cursor:pointer">as printed</summary><pre style="background:transparent;color:inherit;margin:4px 0;overflow:auto;max-height:400px">${text}</pre></details>`;
}
