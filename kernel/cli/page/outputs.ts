import { html, trustedHtml } from "../../../renderers/html.ts";
import type { Html } from "../../../renderers/html.ts";
import type { ErrorOutput, MimeData, Output, StreamOutput } from "../notebook/types.ts";
import { renderAnsi } from "./ansi.ts";
import { dataUri } from "./images.ts";
import { renderLatex } from "./math.ts";
import { frameDocument } from "./style.ts";

/** How the parts of an output that are markup already come into the page. */
export interface OutputOptions {
  /**
   * `inline`: the user ran the code just now, so its HTML is part of the page. `framed`: it came with the file, so it
   * stands in a frame that runs no script and reaches nothing.
   */
  readonly foreignHtml: "inline" | "framed";
  readonly markdown: (source: string) => Html;
}

/** The outputs of one cell, in order. */
export function renderOutputs(outputs: readonly Output[], options: OutputOptions): Html {
  return html`${outputs.map((output) => renderOutput(output, options))}`;
}

function renderOutput(output: Output, options: OutputOptions): Html {
  switch (output.output_type) {
    case "stream":
      return renderStream(output);
    case "error":
      return renderError(output);
    case "display_data":
    case "execute_result":
      return html`<div class="output">${renderBundle(output.data, options)}</div>`;
  }
}

function renderStream({ name, text }: StreamOutput): Html {
  const style = name === "stderr" ? "stderr" : "stdout";
  const label = name === "stderr" ? "Standard error" : "Printed text";
  return html`<pre class="output stream ${style}" tabindex="0" role="region" aria-label="${label}">
${renderAnsi(text)}</pre>`;
}

function renderError({ ename, evalue, traceback }: ErrorOutput): Html {
  const text = traceback.length > 0 ? traceback.join("\n") : `${ename}: ${evalue}`;
  return html`<pre class="output error" tabindex="0" role="region" aria-label="Error: ${ename}">
${renderAnsi(text)}</pre>`;
}

type Show = (data: string, bundle: MimeData, options: OutputOptions) => Html;

/**
 * How each MIME type is shown, the richest first (the order of nbconvert's HTML exporter). Types that would need a
 * script, such as application/javascript, are left out: their bundle is shown as its next type.
 */
const SHOWN: readonly (readonly [mime: string, show: Show])[] = [
  [
    "text/html",
    (data, _bundle, { foreignHtml }) => (foreignHtml === "inline" ? inlineHtml(data) : framedHtml(data)),
  ],
  ["text/markdown", (data, _bundle, { markdown }) => html`<div class="prose">${markdown(data)}</div>`],
  ["image/svg+xml", showImage("image/svg+xml")],
  ["text/latex", (data) => html`<div class="math">${renderLatex(data)}</div>`],
  ["image/png", showImage("image/png")],
  ["image/jpeg", showImage("image/jpeg")],
  ["image/webp", showImage("image/webp")],
  ["image/gif", showImage("image/gif")],
  ["text/plain", (data) => html`<pre class="plain" tabindex="0">${renderAnsi(data)}</pre>`],
];

function renderBundle(bundle: MimeData, options: OutputOptions): Html {
  for (const [mime, show] of SHOWN) {
    // The text form of JSON is a summary of it, so the JSON itself comes first.
    if (mime === "text/plain" && "application/json" in bundle) return renderJson(bundle["application/json"]);
    const data = Object.hasOwn(bundle, mime) ? bundle[mime] : undefined;
    if (typeof data === "string") return show(data, bundle, options);
  }
  const types = Object.keys(bundle).join(", ") || "no data";
  return html`<p class="note">An output that a page cannot show (${types}).</p>`;
}

/** Only for markup of code that the user ran: see `OutputOptions.foreignHtml`. */
function inlineHtml(data: string): Html {
  return html`<div class="rendered">${trustedHtml(data)}</div>`;
}

/** `allow-same-origin` lets the page measure the frame; without `allow-scripts` nothing inside can run. */
function framedHtml(data: string): Html {
  return html`<iframe
    class="foreign"
    title="Output"
    sandbox="allow-same-origin"
    srcdoc="${frameDocument(data)}"
  ></iframe>`;
}

function showImage(type: string): Show {
  return (data, bundle) => {
    const text = bundle["text/plain"];
    const description = typeof text === "string" ? text : "Image output";
    return html`<img src="${dataUri(type, data)}" alt="${description}" />`;
  };
}

function renderJson(value: unknown): Html {
  return html`<pre class="plain" tabindex="0">${JSON.stringify(value, null, 2)}</pre>`;
}
