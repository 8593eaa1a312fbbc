import { html } from "./html.ts";
import type { Html } from "./html.ts";

const PIXELS = 48;
const COLOUR = "#3182ce";

/** A bar behind a number, as long as its share of the whole (0 to 1), in a place of the same width in every row. */
export function barOf(share: number): Html {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * PIXELS);
  return html`<span style="display:inline-block;width:${PIXELS}px;margin:0 0 0 8px;text-align:left"
    >${
      filled === 0
        ? null
        : html`<span
            style="display:inline-block;height:8px;width:${filled}px;background-color:${COLOUR}"
          ></span>`
    }</span
  >`;
}
