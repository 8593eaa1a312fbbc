/** A tag of a parsed page. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (Element | string)[];
}

interface Open {
  name: string;
  attributes: Map<string, string>;
  children: (Element | string)[];
}

const TOKEN = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*(\/?)>|([^<]+)|</gy;
const VOID = new Set(["img", "br", "meter"]);

/**
 * Reads markup as strictly as XML does, but for void HTML tags: every tag closed in order, every attribute quoted, no bare `<`
 * and no unknown reference.
 *
 * @throws Error where it is not well-formed.
 */
export function parseMarkup(markup: string): Element {
  const root: Open = { name: "#root", attributes: new Map(), children: [] };
  const stack: Open[] = [root];
  for (const [token, closing, name, attributes, selfClosing, text] of markup.matchAll(TOKEN)) {
    const top = stack.at(-1) ?? root;
    if (text !== undefined) top.children.push(decode(text));
    else if (name === undefined) throw new Error(`bare "<" in ${markup.slice(0, 60)}…: ${token}`);
    else if (closing === "/") close(stack, name);
    else {
      const element: Open = { name, attributes: attributesOf(attributes ?? ""), children: [] };
      top.children.push(element);
      if (selfClosing !== "/" && !VOID.has(name)) stack.push(element);
    }
  }
  if (stack.length !== 1) throw new Error(`<${stack.at(-1)?.name}> is never closed`);
  return root;
}

function close(stack: Open[], name: string): void {
  const open = stack.pop();
  if (open?.name !== name) throw new Error(`</${name}> closes <${open?.name}>`);
}

function attributesOf(text: string): Map<string, string> {
  const pairs = text.matchAll(/([\w:-]+)(?:="([^"]*)")?/g);
  return new Map(Array.from(pairs, ([, name, value]) => [name ?? "", decode(value ?? "")]));
}

const REFERENCES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function decode(text: string): string {
  return text.replace(/&([^;]*);?/g, (reference, name: string) => {
    const character = REFERENCES[name];
    if (character === undefined || !reference.endsWith(";"))
      throw new Error(`unknown reference ${reference}`);
    return character;
  });
}

/** Every element below, in document order. */
export function elements(root: Element): Element[] {
  return root.children.flatMap((child) => (typeof child === "string" ? [] : [child, ...elements(child)]));
}

/** All text below. */
export function textOf(root: Element): string {
  return root.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}

/** Elements with that name. */
export function named(root: Element, name: string): Element[] {
  return elements(root).filter((element) => element.name === name);
}

/** The SVG document inside an `<img>`. */
export function svgOf(image: Element): Element {
  const uri = image.attributes.get("src") ?? "";
  return parseMarkup(decodeURIComponent(uri.replace(/^data:image\/svg\+xml,/, "")));
}
