import MarkdownIt from "markdown-it";
import type { Env, Token } from "markdown-it";

import { html, trustedHtml } from "../../../renderers/html.ts";
import type { Html } from "../../../renderers/html.ts";
import type { Highlight } from "./highlight.ts";
import { addMath } from "./math.ts";

/** A heading of a page, for its table of contents. */
export interface Heading {
  /** The element's id, unique in the page. */
  readonly id: string;
  readonly level: number;
  readonly text: string;
}

/** What the Markdown of one page shares. */
export interface PageContext {
  /** The data URI of an image that the text names, `null` when the page cannot hold it. */
  readonly image: (address: string) => string | null;
  /** Where a link leads in the pages: a notebook that is rendered too becomes its page. */
  readonly link: (address: string) => string;
  /** Collects the headings in the order of the page. */
  readonly headings: Heading[];
}

/** Turns Markdown into markup. HTML in the text is shown as text. */
export type RenderMarkdown = (source: string, context: PageContext) => Html;

/** Makes the Markdown renderer of the pages: CommonMark with tables, formulas by KaTeX, code by `highlight`. */
export function createMarkdown(highlight: Highlight): RenderMarkdown {
  const markdown = new MarkdownIt({
    html: false,
    highlight: (code, language) => highlight(code.replace(/\n$/, ""), language || "text").markup,
  });
  addMath(markdown);
  markdown.core.ruler.push("heading_ids", (state) => numberHeadings(state.tokens, contextOf(state.env)));
  markdown.renderer.rules["image"] = (tokens, index, _options, env) =>
    imageMarkup(tokens[index], contextOf(env)).markup;
  markdown.renderer.rules["table_open"] = () =>
    '<div class="table-scroll" tabindex="0" role="region" aria-label="Table"><table>';
  markdown.renderer.rules["table_close"] = () => "</table></div>";
  markdown.core.ruler.push("links", (state) => rewriteLinks(state.tokens, contextOf(state.env)));
  // markdown-it escapes the text, and refuses link addresses such as javascript:.
  return (source, context) => trustedHtml(markdown.render(source, { page: context }));
}

function contextOf(env: Env | undefined): PageContext {
  // markdown-it hands back the environment that render() was given above.
  return env?.["page"] as PageContext;
}

function numberHeadings(tokens: readonly Token[], context: PageContext): void {
  tokens.forEach((token, index) => {
    if (token.type !== "heading_open") return;
    const text = plainText(tokens[index + 1]);
    const id = uniqueId(slug(text), context.headings);
    token.attrSet("id", id);
    context.headings.push({ id, level: Number(token.tag.slice(1)), text });
  });
}

/** The text of an inline token without its marks, with the source of formulas. */
export function plainText(inline: Token | undefined): string {
  const parts = (inline?.children ?? []).map((child) =>
    child.type === "softbreak" || child.type === "hardbreak"
      ? " "
      : child.type === "image"
        ? plainText(child)
        : child.content,
  );
  return parts.join("");
}

function slug(text: string): string {
  const words = text.toLowerCase().match(/[\p{Letter}\p{Number}]+/gu) ?? [];
  return words.join("-") || "section";
}

function uniqueId(wanted: string, headings: readonly Heading[]): string {
  const taken = new Set(headings.map(({ id }) => id));
  let id = wanted;
  for (let i = 2; taken.has(id); i++) id = `${wanted}-${i}`;
  return id;
}

function rewriteLinks(tokens: readonly Token[], context: PageContext): void {
  for (const token of tokens) {
    if (token.type === "link_open") token.attrSet("href", context.link(String(token.attrGet("href") ?? "")));
    if (token.children !== null) rewriteLinks(token.children, context);
  }
}

/** An image that the page cannot hold becomes a link or its description, so that nothing loads by itself. */
function imageMarkup(token: Token | undefined, context: PageContext): Html {
  const address = String(token?.attrGet("src") ?? "");
  const description = plainText(token);
  const title = String(token?.attrGet("title") ?? "");
  const data = context.image(address);
  if (data !== null) return html`<img src="${data}" alt="${description}" title="${title}" />`;
  if (/^https?:/i.test(address)) return html`<a href="${address}">${description || address}</a>`;
  return html`<span class="note">${description || address}</span>`;
}
