import { html } from "../../../renderers/html.ts";
import type { Html } from "../../../renderers/html.ts";
import type { Cell, CodeCell, MarkdownCell, Notebook } from "../notebook/types.ts";
import { decodeAddress, fileAddress } from "./addresses.ts";
import { renderDocument } from "./document.ts";
import type { Highlight } from "./highlight.ts";
import { attachedImage, localImage } from "./images.ts";
import type { Heading, PageContext, RenderMarkdown } from "./markdown.ts";
import type { Outline } from "./outline.ts";
import { renderOutputs } from "./outputs.ts";
import type { OutputOptions } from "./outputs.ts";

/** A page's place among its neighbours. */
export interface PageLink {
  /** File name of the page, in the folder of all pages. */
  readonly file: string;
  readonly outline: Outline;
}

/** What a page is made from, beside its notebook. */
export interface PageParts {
  readonly outline: Outline;
  /** The folder from which the notebook's images are read. */
  readonly folder: string;
  readonly foreignHtml: OutputOptions["foreignHtml"];
  readonly previous: PageLink | undefined;
  readonly next: PageLink | undefined;
  /** Notebooks that are rendered in the same run: file name of the notebook → file name of its page. */
  readonly pages: ReadonlyMap<string, string>;
  readonly siteTitle: string;
}

/** The tools of all pages of a run; loading them is what takes time. */
export interface PageTools {
  readonly highlight: Highlight;
  readonly markdown: RenderMarkdown;
}

/** The page of one notebook: a complete HTML document that needs no other file. */
export function renderNotebookPage(notebook: Notebook, parts: PageParts, tools: PageTools): string {
  const headings: Heading[] = [];
  const cells = notebook.cells.map((cell) => renderCell(cell, parts, tools, headings));
  const { outline, siteTitle } = parts;
  const body = html`<div class="layout">
    <nav class="bar" aria-label="Site"><a href="index.html">${siteTitle}</a></nav>
    ${contents(headings)}
    <main id="content">${cells} ${pager(parts)}</main>
    <footer><p class="made">Made from a Jupyter notebook by typetorch.</p></footer>
  </div>`;
  return renderDocument(`${outline.title} · ${siteTitle}`, outline.summary, body);
}

function renderCell(cell: Cell, parts: PageParts, tools: PageTools, headings: Heading[]): Html {
  switch (cell.cell_type) {
    case "markdown":
      return html`<div class="prose">
        ${tools.markdown(cell.source, markdownContext(cell, parts, headings))}
      </div> `;
    case "code":
      return renderCodeCell(cell, parts, tools, headings);
    case "raw":
      return html`<pre class="plain" tabindex="0">${cell.source}</pre> `;
  }
}

function markdownContext(cell: MarkdownCell | CodeCell, parts: PageParts, headings: Heading[]): PageContext {
  const attachments = cell.cell_type === "markdown" ? cell.attachments : undefined;
  return {
    headings,
    image: (address) => attachedImage(address, attachments) ?? localImage(address, parts.folder),
    link: (address) => pageAddress(address, parts.pages),
  };
}

/** `02-autograd.ipynb#title` → `02-autograd.html#title`, if that notebook has a page. */
function pageAddress(address: string, pages: ReadonlyMap<string, string>): string {
  const match = /^(?:\.\/)?([^/#?]+\.ipynb)(#.*)?$/.exec(address);
  const page = match?.[1] === undefined ? undefined : pages.get(decodeAddress(match[1]));
  return page === undefined ? address : fileAddress(page) + (match?.[2] ?? "");
}

function renderCodeCell(cell: CodeCell, parts: PageParts, tools: PageTools, headings: Heading[]): Html {
  if (cell.source.trim() === "" && cell.outputs.length === 0) return html``;
  const context = markdownContext(cell, parts, headings);
  const outputs = renderOutputs(cell.outputs, {
    foreignHtml: parts.foreignHtml,
    markdown: (source) => tools.markdown(source, context),
  });
  const prompt =
    cell.execution_count === null ? null : html`<span class="prompt">[${cell.execution_count}]</span>`;
  return html`<div class="code-cell">${prompt}${sourceOf(cell, tools)}${outputs}</div> `;
}

/** A cell whose author hid its source (`metadata.jupyter.source_hidden`) shows it on demand. */
function sourceOf(cell: CodeCell, tools: PageTools): Html {
  const code = tools.highlight(cell.source.replace(/\n+$/, ""), "typescript");
  const jupyter = cell.metadata["jupyter"];
  const hidden = typeof jupyter === "object" && jupyter !== null && "source_hidden" in jupyter;
  if (!hidden || jupyter.source_hidden !== true) return code;
  return html`<details class="hidden-source">
    <summary>Show the code</summary>
    ${code}
  </details>`;
}

function contents(headings: readonly Heading[]): Html {
  const sections = headings.filter(({ level }) => level === 2);
  if (sections.length < 2) return html`<span></span>`;
  const items = sections.map(({ id, text }) => html`<li><a href="#${id}">${text}</a></li>`);
  return html`<nav class="contents" aria-label="On this page">
    <details open>
      <summary>On this page</summary>
      <ol>
        ${items}
      </ol>
    </details>
  </nav>`;
}

function pager({ previous, next }: PageParts): Html {
  if (previous === undefined && next === undefined) return html``;
  return html`<nav class="pager" aria-label="Neighbouring pages">
    ${pagerLink(previous, "previous")}${pagerLink(next, "next")}
  </nav>`;
}

function pagerLink(link: PageLink | undefined, relation: "previous" | "next"): Html {
  if (link === undefined) return html``;
  const label = relation === "previous" ? "← Previous" : "Next →";
  const rel = relation === "previous" ? "prev" : "next";
  return html`<a class="${relation}" rel="${rel}" href="${fileAddress(link.file)}"
    ><span>${label}</span>${link.outline.title}</a
  >`;
}
