import { html } from "../../../renderers/html.ts";
import { fileAddress } from "./addresses.ts";
import { renderDocument } from "./document.ts";
import type { PageLink } from "./notebook-page.ts";

/** The page that lists all others, in their order. */
export function renderIndexPage(siteTitle: string, pages: readonly PageLink[]): string {
  const cards = pages.map(
    ({ file, outline }) =>
      html`<li class="card">
        <h2><a href="${fileAddress(file)}">${outline.title}</a></h2>
        <p>${outline.summary}</p>
      </li> `,
  );
  const body = html`<div class="layout single">
    <main id="content">
      <h1>${siteTitle}</h1>
      <ol class="cards">
        ${cards}
      </ol>
    </main>
    <footer><p class="made">Made from Jupyter notebooks by typetorch.</p></footer>
  </div>`;
  return renderDocument(siteTitle, pages.map(({ outline }) => outline.title).join(" · "), body);
}
