import { expect } from "vitest";
import { elements, parseMarkup, svgOf } from "./markup.ts";
import type { Element } from "./markup.ts";

/** What JupyterLab 4 leaves in the output of a notebook that is not trusted (its `Sanitizer`), as far as views use it. */
const TAGS = new Set(
  "div span b p table caption thead tbody tr th td details summary pre img code meter".split(" "),
);
const ATTRIBUTES = new Set(["style", "title", "src", "alt", "width", "height"]);

/**
 * Style properties that it leaves, with the values that its patterns match. `inherit` alone is no colour to it: it drops the
 * declaration, and the text inherits all the same.
 */
const COLOUR = /^(?:#[0-9a-f]{6}|transparent|inherit)$/;
const LENGTHS = /^(?:(?:0|auto|-?[\d.]+(?:px|em|%))\s*){1,4}$/;
const STYLES: Readonly<Record<string, RegExp>> = {
  "background-color": COLOUR,
  background: COLOUR,
  color: COLOUR,
  border: /^(?:none|1px solid #[0-9a-f]{6})$/,
  "border-collapse": /^collapse$/,
  "caption-side": /^top$/,
  cursor: /^pointer$/,
  display: /^(?:block|inline-block|inline-table)$/,
  "font-family": /^monospace$/,
  "font-size": /^\d+px$/,
  height: /^(?:auto|\d+px)$/,
  "line-height": /^[\d.]+$/,
  margin: LENGTHS,
  "max-height": /^\d+px$/,
  "max-width": /^(?:none|100%)$/,
  opacity: /^0\.\d+$/,
  overflow: /^auto$/,
  padding: LENGTHS,
  "text-align": /^(?:left|right)$/,
  "vertical-align": /^(?:top|middle)$/,
  "white-space": /^nowrap$/,
  width: /^\d+px$/,
};
const SVG_TAGS = new Set("svg g defs marker path rect circle text".split(" "));

/** Parses a view and expects everything in it to reach the reader of an untrusted notebook. */
export function expectSafe(markup: string): Element {
  const root = parseMarkup(markup);
  for (const element of elements(root)) {
    expect(TAGS).toContain(element.name);
    for (const name of element.attributes.keys()) expect(ATTRIBUTES).toContain(name);
    expectSafeStyle(element.attributes.get("style") ?? "");
    if (element.name === "img") expectSafeImage(element);
  }
  return root;
}

function expectSafeStyle(style: string): void {
  for (const declaration of style.split(";").filter((text) => text.trim() !== "")) {
    const [property = "", value = ""] = declaration.split(":");
    expect(value.trim(), `style ${declaration}`).toMatch(STYLES[property.trim()] ?? /$^/);
  }
}

function expectSafeImage(image: Element): void {
  expect(image.attributes.get("src")).toMatch(/^data:image\/(?:png;base64|svg\+xml),[^"<>\s]*/);
  expect(image.attributes.get("alt")).not.toBe("");
  if (image.attributes.get("src")?.startsWith("data:image/svg") !== true) return;
  for (const element of elements(svgOf(image))) {
    expect(SVG_TAGS).toContain(element.name);
    for (const name of element.attributes.keys()) expect(name).not.toMatch(/^on|href/);
  }
}
