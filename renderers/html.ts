/** Markup that is known to be safe: only {@link html} and {@link trustedHtml} make one. */
export class Html {
  readonly markup: string;

  /** @internal Write `html` templates instead, so that every interpolation is escaped. */
  constructor(markup: string) {
    this.markup = markup;
  }

  toString(): string {
    return this.markup;
  }
}

/** What an `html` template takes: text is escaped, `Html` is inserted as it is, lists are joined, `null` and `undefined` are nothing. */
export type HtmlInput = Html | string | number | bigint | null | undefined | readonly HtmlInput[];

/** Where an interpolation stands in the markup around it. */
type Place =
  | { readonly kind: "text" }
  | { readonly kind: "rawText"; readonly element: string }
  | { readonly kind: "tag" }
  | { readonly kind: "attribute"; readonly name: string };

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Attributes whose value is an address, where escaping alone would let `javascript:` through. */
const ADDRESS_ATTRIBUTES = new Set(["href", "src", "xlink:href", "action", "formaction", "poster"]);
const SAFE_ADDRESS = /^(?:https?:|mailto:|data:image\/|[^:]*(?:$|[/?#]))/i;

/**
 * Text that is safe as the content of an element and inside a quoted attribute, in HTML and in XML (SVG).
 * Characters that XML cannot hold would blank a whole picture: control characters become their visible forms (␀ … ␟),
 * lone surrogates and non-characters become U+FFFD.
 */
export function escapeHtml(text: string): string {
  return wellFormed(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

function wellFormed(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- control characters are what this line is about
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (c) =>
        String.fromCodePoint(0x2400 + c.charCodeAt(0)),
      )
      .replace(/[\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd")
  );
}

/**
 * Template tag: `` html`<p title="${name}">${text}</p>` `` escapes every interpolation that is not {@link Html}.
 * Throws where no escaping can be safe: inside a tag but outside quotes, text inside `<script>` or `<style>`, and an
 * address (`href`, `src`, …) with a scheme other than http, https, mailto or `data:image/`.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlInput[]): Html {
  const places = placesOf(strings);
  let markup = strings[0] ?? "";
  values.forEach((value, i) => {
    markup += interpolate(value, places[i] ?? { kind: "tag" }) + (strings[i + 1] ?? "");
  });
  return new Html(markup);
}

/** Markup from a source that escapes by itself (a syntax highlighter, a layout library). Never pass text that a user wrote. */
export function trustedHtml(markup: string): Html {
  return new Html(markup);
}

/** An SVG document as an address for `<img src="…">`; scripts and links inside it are dead there. */
export function svgDataUri(svg: Html | string): string {
  const text = wellFormed(String(svg)).replace(/\n\s*/g, " ");
  // Relaxing what an attribute and a URL both hold without trouble makes it a third shorter and readable.
  return `data:image/svg+xml,${encodeURIComponent(text).replace(/%(?:3D|3A|2F|2C|3B|20)/g, decodeURIComponent)}`;
}

/** A PNG file as an address for `<img src="…">`. */
export function pngDataUri(png: Uint8Array): string {
  return `data:image/png;base64,${toBase64(png)}`;
}

function toBase64(bytes: Uint8Array): string {
  const CHUNK = 0x2000; // String.fromCharCode takes its arguments on the stack.
  let binary = "";
  for (let i = 0; i < bytes.length; i += CHUNK)
    binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return btoa(binary);
}

function interpolate(value: HtmlInput, place: Place): string {
  if (place.kind === "text") return content(value);
  if (place.kind === "attribute") return attribute(value, place.name);
  if (place.kind === "rawText" && value instanceof Html) return value.markup;
  throw new Error(
    place.kind === "rawText"
      ? `html: text inside <${place.element}> cannot be escaped. Pass trustedHtml(…) of text that you wrote yourself.`
      : 'html: a value stands inside a tag but outside quotes. Write name="${value}", with the quotes.',
  );
}

function content(value: HtmlInput): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Html) return value.markup;
  if (isList(value)) return value.map(content).join("");
  return escapeHtml(String(value));
}

function attribute(value: HtmlInput, name: string): string {
  const text = plainText(value);
  if (ADDRESS_ATTRIBUTES.has(name) && !SAFE_ADDRESS.test(text.trim())) {
    throw new Error(
      `html: ${name}="${text.slice(0, 40)}" is not a safe address. Use http, https, mailto, data:image/… or a relative path.`,
    );
  }
  return escapeHtml(text);
}

function plainText(value: HtmlInput): string {
  if (value === null || value === undefined) return "";
  return isList(value) ? value.map(plainText).join("") : String(value);
}

function isList(value: HtmlInput): value is readonly HtmlInput[] {
  return Array.isArray(value);
}

const knownPlaces = new WeakMap<TemplateStringsArray, readonly Place[]>();

/** The place of each interpolation; worked out once for each template in the source. */
function placesOf(strings: TemplateStringsArray): readonly Place[] {
  let places = knownPlaces.get(strings);
  if (places === undefined) {
    places = findPlaces(strings);
    knownPlaces.set(strings, places);
  }
  return places;
}

function findPlaces(strings: TemplateStringsArray): Place[] {
  const places: Place[] = [];
  let before = "";
  for (const part of strings.slice(0, -1)) {
    before += part;
    places.push(placeAfter(before));
    before += "x"; // Stands for the value, so that what follows is read as markup after some text.
  }
  return places;
}

const TAG_START = /<\/?[a-z]/i;
const WHOLE_TAG = /^<(\/?[a-z][^\s/>]*)(?:"[^"]*"|'[^']*'|[^'">])*>/i;

function placeAfter(markup: string): Place {
  let rest = markup;
  for (;;) {
    const start = rest.search(TAG_START);
    if (start < 0) return { kind: "text" };
    rest = rest.slice(start);
    const tag = WHOLE_TAG.exec(rest);
    if (tag === null) return placeInTag(rest);
    const element = tag[1]?.toLowerCase() ?? "";
    rest = rest.slice(tag[0].length);
    if (element !== "script" && element !== "style") continue;
    const end = rest.toLowerCase().indexOf(`</${element}`);
    if (end < 0) return { kind: "rawText", element };
    rest = rest.slice(end);
  }
}

function placeInTag(unfinished: string): Place {
  const closed = unfinished.replace(/"[^"]*"|'[^']*'/g, "");
  const name = /([\w:-]+)\s*=\s*["'][^"']*$/.exec(closed)?.[1];
  return name === undefined ? { kind: "tag" } : { kind: "attribute", name: name.toLowerCase() };
}
