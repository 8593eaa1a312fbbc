import type { Display } from "./display.ts";
import { displaySymbol } from "./format.ts";
import type { MimeBundle } from "./types.ts";

/** An object that shows itself as one MIME type. */
export interface Displayable {
  [displaySymbol](): MimeBundle;
}

/** A template tag, such as `html` in ``html`<b>${name}</b>` ``. Values are put in as they are, not escaped. */
export type DisplayTag = (strings: TemplateStringsArray, ...values: readonly unknown[]) => Displayable;

/** The global `Jupyter`, with the names of Deno's `Deno.jupyter`. */
export interface JupyterGlobal {
  readonly $display: typeof displaySymbol;
  readonly display: Display;
  readonly html: DisplayTag;
  readonly md: DisplayTag;
  readonly svg: DisplayTag;
}

function tag(mime: string): DisplayTag {
  return (strings, ...values) => {
    const text = String.raw({ raw: strings }, ...values);
    return { [displaySymbol]: () => ({ [mime]: text }) };
  };
}

/** Makes the global `Jupyter`. */
export function jupyterGlobal(display: Display): JupyterGlobal {
  return Object.freeze({
    $display: displaySymbol,
    display,
    html: tag("text/html"),
    md: tag("text/markdown"),
    svg: tag("image/svg+xml"),
  });
}
