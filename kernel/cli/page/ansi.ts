import { AnsiUp } from "ansi_up";

import { trustedHtml } from "../../../renderers/html.ts";
import type { Html } from "../../../renderers/html.ts";
import { applyTerminalOverwrites } from "../notebook/overwrites.ts";

/** Terminal text as markup: the sixteen ANSI colours become classes (`ansi-red-fg`), so that the style can suit light and dark. */
export function renderAnsi(text: string): Html {
  const converter = new AnsiUp();
  converter.use_classes = true;
  // AnsiUp escapes the text, and lets links (OSC 8) lead to http and https only.
  return trustedHtml(converter.ansi_to_html(applyTerminalOverwrites(text)));
}
