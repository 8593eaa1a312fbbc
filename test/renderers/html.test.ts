import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeHtml, Html, html, pngDataUri, svgDataUri, trustedHtml } from "../../renderers/html.ts";

const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "<script>alert(1)</script>",
    '" onerror="alert(1)',
    "' onload='x",
    "-->",
    "]]>",
    "&lt;",
    "\u0000\u0008",
    "\ud800",
    "javascript:alert(1)",
  ),
);

describe("escapeHtml", () => {
  test("leaves no character that could open a tag, a reference or end an attribute", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      }),
    );
  });

  test("leaves only characters that XML can hold", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeHtml(text)).toMatch(/^[\t\n\r\u0020-\u007e\u00a0-\ufffd\u{10000}-\u{10ffff}]*$/u);
      }),
    );
    expect(escapeHtml("a\u0000b\ud800c")).toBe("a␀b\ufffdc");
    expect(escapeHtml("é 😀")).toBe("é 😀");
  });
});

describe("html", () => {
  test("escapes text, inserts Html as it is, joins lists and drops null", () => {
    const items = ["a<b", "c"].map((item) => html`<li>${item}</li>`);
    // prettier-ignore
    const list = html`<ul title="${'"'}">${items}${null}${undefined}${3}${4n}</ul>`;
    expect(list.markup).toBe('<ul title="&quot;"><li>a&lt;b</li><li>c</li>34</ul>');
  });

  test("keeps a hostile value inside the attribute or element where it was put", () => {
    fc.assert(
      fc.property(hostile, hostile, (title, text) => {
        // prettier-ignore
        const paragraph = html`<p title="${title}" lang='${title}'>${text}</p>`;
        expect(paragraph.markup).toMatch(/^<p title="[^"<>]*" lang='[^'<>]*'>[^<>]*<\/p>$/);
      }),
    );
  });

  test("escapes even Html inside an attribute", () => {
    expect(html`<p title="${trustedHtml("<b>")}"></p>`.markup).toBe('<p title="&lt;b&gt;"></p>');
  });

  test("knows its place behind attributes that hold quotes and angle brackets", () => {
    // prettier-ignore
    const link = html`<a title="it's > <b" href="${"x"}">${"<"}</a>`;
    expect(link.markup).toContain('href="x">&lt;</a>');
    // prettier-ignore
    expect(() => html`<a title='"' href="${"javascript:x"}">y</a>`).toThrow(/not a safe address/);
  });

  test("refuses a value inside a tag but outside quotes", () => {
    // prettier-ignore
    expect(() => html`<p title=${"x"}></p>`).toThrow(/outside quotes/);
    expect(() => html`<p ${"onclick=alert(1)"}></p>`).toThrow(/outside quotes/);
  });

  test("refuses text inside script and style, and takes trusted markup there", () => {
    // prettier-ignore
    expect(() => html`<style>${"</style>"}</style>`).toThrow(/inside <style> cannot be escaped/);
    // prettier-ignore
    const page = html`<style>${trustedHtml("p{}")}</style><p>${"<"}</p>`;
    expect(page.markup).toBe("<style>p{}</style><p>&lt;</p>");
  });

  test.each(["javascript:alert(1)", " JavaScript:x", "java\tscript:x", "data:text/html,x", "vbscript:x"])(
    "refuses the address %j",
    (address) => {
      expect(() => html`<a href="${address}">x</a>`).toThrow(/not a safe address/);
    },
  );

  test.each([
    "https://a.b/c?d=e:f",
    "mailto:a@b",
    "02-autograd.html#a:b",
    "/a",
    "",
    "data:image/png;base64,AA",
  ])("takes the address %j", (address) => {
    expect(html`<a href="${address}">x</a>`).toBeInstanceOf(Html);
  });
});

describe("data URIs", () => {
  test("an SVG survives its way into an address", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const svg = html`<text>${text.replaceAll(/\s/g, "")}</text>`;
        const uri = svgDataUri(svg);
        expect(uri).not.toMatch(/[<>"#]/);
        expect(decodeURIComponent(uri.slice("data:image/svg+xml,".length))).toBe(svg.markup);
      }),
    );
  });

  test("a PNG becomes base64, however long it is", () => {
    const bytes = Uint8Array.from({ length: 100_001 }, (_, i) => (i * 7) % 256);
    expect(pngDataUri(bytes)).toBe(`data:image/png;base64,${Buffer.from(bytes).toString("base64")}`);
  });
});
