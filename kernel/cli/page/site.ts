import path from "node:path";

import type { FileContent } from "../files.ts";
import { InputError } from "../input-error.ts";
import type { Notebook } from "../notebook/types.ts";
import { loadHighlight } from "./highlight.ts";
import { renderIndexPage } from "./index-page.ts";
import { createMarkdown } from "./markdown.ts";
import { renderNotebookPage } from "./notebook-page.ts";
import type { PageLink } from "./notebook-page.ts";
import { outlineOf } from "./outline.ts";
import type { OutputOptions } from "./outputs.ts";

/** A notebook on its way to a page. */
export interface SiteSource {
  /** Path of the notebook file. */
  readonly file: string;
  readonly notebook: Notebook;
  readonly foreignHtml: OutputOptions["foreignHtml"];
}

/** What all pages of a run share. */
export interface SiteOptions {
  readonly folder: string;
  readonly title: string;
}

/** The pages of some notebooks, in their order, and `index.html`; nothing is written. */
export async function renderSite(
  sources: readonly SiteSource[],
  options: SiteOptions,
): Promise<FileContent[]> {
  const highlight = await loadHighlight();
  const tools = { highlight, markdown: createMarkdown(highlight) };
  const links = sources.map(({ file, notebook }): PageLink => {
    return { file: pageFile(file), outline: outlineOf(notebook, path.basename(file, ".ipynb")) };
  });
  const pages = new Map(sources.map(({ file }) => [path.basename(file), pageFile(file)]));
  const files = sources.map(({ file, notebook, foreignHtml }, index): FileContent => {
    const link = links[index] as PageLink; // one link for each source
    const content = renderNotebookPage(
      notebook,
      {
        outline: link.outline,
        folder: path.dirname(file),
        foreignHtml,
        previous: links[index - 1],
        next: links[index + 1],
        pages,
        siteTitle: options.title,
      },
      tools,
    );
    return { file: path.join(options.folder, link.file), content };
  });
  return [
    ...files,
    { file: path.join(options.folder, "index.html"), content: renderIndexPage(options.title, links) },
  ];
}

/**
 * Checks, before anything runs, that every notebook gets a page of its own.
 *
 * @throws InputError when two pages would have the same name.
 */
export function checkPageNames(notebookFiles: readonly string[]): void {
  const taken = new Map([["index.html", "the list of all pages"]]);
  for (const file of notebookFiles) {
    const page = pageFile(file);
    const other = taken.get(page.toLowerCase());
    if (other !== undefined) {
      throw new InputError(
        `${file}: its page would be ${page}, which is already the page of ${other}. Rename one.`,
      );
    }
    taken.set(page.toLowerCase(), file);
  }
}

function pageFile(notebookFile: string): string {
  return `${path.basename(notebookFile).replace(/\.ipynb$/i, "")}.html`;
}
