import { createHighlighter } from "shiki";
import type { BundledLanguage, HighlighterGeneric, BundledTheme } from "shiki";

import { html, trustedHtml } from "../../../renderers/html.ts";
import type { Html } from "../../../renderers/html.ts";

/** Turns source code into coloured markup: a `<pre>`. */
export type Highlight = (code: string, language: string) => Html;

const LIGHT_THEME = "github-light-default";
const DARK_THEME = "github-dark-default";

/** On the page's grey behind code, the theme's comments have a contrast of 4.3 : 1; WCAG AA asks for 4.5 : 1. */
const READABLE_COMMENTS = { "#6e7781": "#59636e" };

/** What lessons quote; another language is shown without colours. */
const LANGUAGES = ["typescript", "javascript", "json", "shellscript", "python"] as const;

/** Grammars and themes are large, so a process loads them once. */
let loading: Promise<HighlighterGeneric<BundledLanguage, BundledTheme>> | undefined;

/**
 * Loads the highlighter. Its markup carries both colours of each token as the CSS variables `--shiki-light` and
 * `--shiki-dark`, between which the page's style chooses.
 */
export async function loadHighlight(): Promise<Highlight> {
  loading ??= createHighlighter({ themes: [LIGHT_THEME, DARK_THEME], langs: [...LANGUAGES] });
  const highlighter = await loading;
  return (code, language) => highlight(highlighter, code, language);
}

function highlight(
  highlighter: HighlighterGeneric<BundledLanguage, BundledTheme>,
  code: string,
  language: string,
): Html {
  const known = highlighter.getLoadedLanguages().includes(language);
  if (!known) return html`<pre class="shiki" tabindex="0"><code>${code}</code></pre>`;
  const markup = highlighter.codeToHtml(code, {
    lang: language,
    themes: { light: LIGHT_THEME, dark: DARK_THEME },
    defaultColor: false,
    colorReplacements: { [LIGHT_THEME]: READABLE_COMMENTS },
  });
  // Shiki escapes the code that it colours.
  return trustedHtml(markup);
}
