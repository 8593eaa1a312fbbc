import { displaySymbol } from "./format.ts";
import type { MimeBundle } from "./types.ts";

/** An object that shows itself as one MIME type. */
export interface Displayable {
  [displaySymbol](): MimeBundle;
}

/** A template tag, such as `html` in ``html`<b>${name}</b>` ``. Values are put in as they are, not escaped; `undefined` is nothing. */
export type DisplayTag = (strings: TemplateStringsArray, ...values: readonly unknown[]) => Displayable;

/** The text of a template. LaTeX and JavaScript are written with backslashes of their own, which stay. */
export function templateText(
  mime: string,
  strings: TemplateStringsArray,
  values: readonly unknown[],
): string {
  const keepsBackslashes = mime === "text/latex" || mime === "application/javascript";
  const parts = keepsBackslashes ? strings.raw : strings;
  return String.raw({ raw: parts }, ...values.map((value) => value ?? ""));
}

/** An object that shows itself as a bundle. */
export function displayable(bundle: MimeBundle): Displayable {
  return { [displaySymbol]: () => bundle };
}

/** The template tag of a MIME type. */
export function displayTag(mime: string): DisplayTag {
  return (strings, ...values) => displayable({ [mime]: templateText(mime, strings, values) });
}
