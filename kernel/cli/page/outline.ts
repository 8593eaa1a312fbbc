import MarkdownIt from "markdown-it";

import type { Notebook } from "../notebook/types.ts";
import { plainText } from "./markdown.ts";
import { addMath } from "./math.ts";

/** What an overview says of a notebook. */
export interface Outline {
  /** The first heading; the fallback where there is none. */
  readonly title: string;
  /** The first paragraph, empty where there is none. */
  readonly summary: string;
}

/** Reads a notebook's title and summary from its first heading and first paragraph. */
export function outlineOf(notebook: Notebook, fallbackTitle: string): Outline {
  const markdown = new MarkdownIt();
  // So that a formula is told from the text around it.
  addMath(markdown);
  const prose = notebook.cells.filter((cell) => cell.cell_type === "markdown");
  const tokens = prose.flatMap((cell) => markdown.parse(cell.source, {}));
  const textAfter = (type: string): string => {
    const opening = tokens.findIndex((token) => token.type === type && token.level === 0);
    return opening < 0 ? "" : plainText(tokens[opening + 1]).trim();
  };
  return { title: textAfter("heading_open") || fallbackTitle, summary: textAfter("paragraph_open") };
}
