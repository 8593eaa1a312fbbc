import { createRequire } from "node:module";

import type katexPluginModule from "@vscode/markdown-it-katex";
import katex, { renderToString } from "katex";
import type { KatexOptions } from "katex";
import type MarkdownIt from "markdown-it";

import { trustedHtml } from "../../../renderers/html.ts";
import type { Html } from "../../../renderers/html.ts";

// The plugin is CommonJS with a field called default, which bundlers and Node import differently; require means one thing.
const katexPlugin = createRequire(import.meta.url)("@vscode/markdown-it-katex") as typeof katexPluginModule;

/**
 * MathML needs neither fonts nor a style sheet, which a page without external files could not load. A formula that
 * cannot be read is shown as its source, with the reason in its title.
 */
const MATH_OPTIONS: KatexOptions = {
  output: "mathml",
  throwOnError: false,
  strict: "ignore",
  trust: false,
};

/** Teaches a Markdown parser `$…$`, `$$…$$` and fenced `math` blocks. */
export function addMath(markdown: InstanceType<typeof MarkdownIt>): void {
  // The plugin's types name the KaTeX that it ships with; the one given here has the same renderToString.
  markdown.use(katexPlugin.default, { ...MATH_OPTIONS, katex, enableFencedBlocks: true } as object);
}

/** A formula in LaTeX, with or without the `$`, `$$`, `\(` or `\[` around it, as `text/latex` outputs carry it. */
export function renderLatex(latex: string): Html {
  const source = latex.trim();
  const inner = /^(\$\$|\$|\\\[|\\\()([\s\S]*?)(?:\$\$|\$|\\\]|\\\))$/.exec(source);
  const displayMode = inner === null || inner[1] === "$$" || inner[1] === "\\[";
  // KaTeX escapes the formula that it typesets.
  return trustedHtml(renderToString(inner?.[2] ?? source, { ...MATH_OPTIONS, displayMode }));
}
