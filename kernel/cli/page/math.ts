import { renderToString } from "katex";
import type { KatexOptions } from "katex";

import { trustedHtml } from "../../../renderers/html.ts";
import type { Html } from "../../../renderers/html.ts";

/**
 * MathML needs neither fonts nor a style sheet, which a page without external files could not load. A formula that
 * cannot be read is shown as its source, with the reason in its title.
 */
export const MATH_OPTIONS: KatexOptions = {
  output: "mathml",
  throwOnError: false,
  strict: "ignore",
  trust: false,
};

/** A formula in LaTeX, with or without the `$`, `$$`, `\(` or `\[` around it, as `text/latex` outputs carry it. */
export function renderLatex(latex: string): Html {
  const source = latex.trim();
  const inner = /^(\$\$|\$|\\\[|\\\()([\s\S]*?)(?:\$\$|\$|\\\]|\\\))$/.exec(source);
  const displayMode = inner === null || inner[1] === "$$" || inner[1] === "\\[";
  // KaTeX escapes the formula that it typesets.
  return trustedHtml(renderToString(inner?.[2] ?? source, { ...MATH_OPTIONS, displayMode }));
}
