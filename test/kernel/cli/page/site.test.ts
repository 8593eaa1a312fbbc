import { describe, expect, test } from "vitest";

import { InputError } from "../../../../kernel/cli/input-error.ts";
import type { MarkdownCell, Notebook, Output } from "../../../../kernel/cli/notebook/types.ts";
import type { OutputOptions } from "../../../../kernel/cli/page/outputs.ts";
import { checkPageNames, renderSite } from "../../../../kernel/cli/page/site.ts";
import { codeCell, fixture, fixturePath, FIXTURES, notebookOf } from "../fixtures.ts";

/** The pages of these notebooks by file name. */
async function pagesOf(
  notebooks: Record<string, Notebook>,
  foreignHtml: OutputOptions["foreignHtml"] = "framed",
  title = "Lessons",
): Promise<Map<string, string>> {
  const sources = Object.entries(notebooks).map(([name, notebook]) => ({
    file: fixturePath(name),
    notebook,
    foreignHtml,
  }));
  const files = await renderSite(sources, { folder: "", title });
  return new Map(files.map(({ file, content }) => [file, String(content)]));
}

async function pageOf(
  notebook: Notebook,
  foreignHtml: OutputOptions["foreignHtml"] = "framed",
): Promise<string> {
  return (await pagesOf({ "x.ipynb": notebook }, foreignHtml)).get("x.html") ?? "";
}

function markdown(source: string, fields: Partial<MarkdownCell> = {}): Notebook {
  return { metadata: {}, cells: [{ cell_type: "markdown", id: "a", metadata: {}, source, ...fields }] };
}

async function pageWithData(
  data: Record<string, unknown>,
  foreignHtml?: OutputOptions["foreignHtml"],
): Promise<string> {
  const output: Output = { output_type: "display_data", data, metadata: {} };
  return pageOf(notebookOf(codeCell("x", { outputs: [output] })), foreignHtml);
}

const ATTACK = `<script>alert(1)</script><img src=x onerror="alert(2)">'"&`;

describe("renderSite", () => {
  test("shows every kind of output of the fixture", async () => {
    const page = await pageOf(fixture("outputs.ipynb"));
    expect(page).toContain('<span class="ansi-red-fg">red</span>');
    expect(page).toContain('<pre class="output stream stderr"');
    expect(page).toMatch(/<iframe\s+class="foreign"/);
    expect(page).toContain('src="data:image/svg+xml;base64,');
    expect(page).toContain('src="data:image/png;base64,');
    expect(page).toContain("<strong>note</strong>");
    expect(page).toContain("<mfrac>");
    expect(page).toContain("&quot;loss&quot;: [");
    expect(page).toContain("An output that a page cannot show (application/vnd.example.widget+json).");
    expect(page).toContain("RuntimeError");
  });

  test("needs nothing from outside: no address of a resource, and a policy that forbids loading", async () => {
    for (const page of (await pagesOf({ "outputs.ipynb": fixture("outputs.ipynb") })).values()) {
      expect(page).toContain("default-src &#39;none&#39;");
      expect(page).not.toMatch(/<link\b|@import|url\(|<script[^>]*\ssrc=/);
      for (const [, address] of page.matchAll(/\ssrc="([^"]*)"/g)) expect(address).toMatch(/^data:image\//);
    }
  });

  test("takes titles and summaries from the first heading and paragraph, and links the neighbours", async () => {
    const pages = await pagesOf({
      "outputs.ipynb": fixture("outputs.ipynb"),
      "plain.ipynb": fixture("plain.ipynb"),
    });
    const index = pages.get("index.html");
    expect(index).toContain('<a href="outputs.html">Every kind of output</a>');
    expect(index).toContain("The first paragraph of the plain lesson.");
    expect(pages.get("outputs.html")).toMatch(/class="next"[^>]*href="plain.html"/);
    expect(pages.get("plain.html")).toMatch(/class="previous"[^>]*href="outputs.html"/);
    expect(pages.get("outputs.html")).toContain('<a href="plain.html">link to the plain lesson</a>');
  });

  test("escapes hostile text wherever a notebook can hold it", async () => {
    const outputs: Output[] = [
      { output_type: "stream", name: ATTACK, text: ATTACK },
      { output_type: "error", ename: ATTACK, evalue: ATTACK, traceback: [] },
      { output_type: "error", ename: ATTACK, evalue: "", traceback: [ATTACK] },
      { output_type: "display_data", data: { "text/plain": ATTACK }, metadata: {} },
      { output_type: "display_data", data: { "text/markdown": ATTACK }, metadata: {} },
      { output_type: "display_data", data: { "text/latex": `$$${ATTACK}$$` }, metadata: {} },
      { output_type: "display_data", data: { "application/json": { [ATTACK]: ATTACK } }, metadata: {} },
      { output_type: "display_data", data: { "image/png": ATTACK, "text/plain": ATTACK }, metadata: {} },
      { output_type: "display_data", data: { "image/svg+xml": `<svg>${ATTACK}</svg>` }, metadata: {} },
      { output_type: "display_data", data: { "text/html": ATTACK }, metadata: {} },
      { output_type: "display_data", data: { [ATTACK]: ATTACK }, metadata: {} },
      { output_type: "display_data", data: { "application/javascript": "alert(3)" }, metadata: {} },
    ];
    const notebook: Notebook = {
      metadata: {},
      cells: [
        ...markdown(
          `# ${ATTACK}\n\n${ATTACK} $${ATTACK}$ ![${ATTACK}](javascript:alert(1)) [a](javascript:alert(1))`,
        ).cells,
        ...markdown(`\`\`\`${ATTACK}\n${ATTACK}\n\`\`\`\n\n![a](attachment:none.png "</p>")`).cells,
        codeCell(ATTACK, { outputs, metadata: { jupyter: { source_hidden: true } } }),
        { cell_type: "raw", id: "raw", metadata: {}, source: ATTACK },
      ],
    };
    for (const page of (await pagesOf({ [`${"x"}.ipynb`]: notebook }, "framed", ATTACK)).values()) {
      expect(page).not.toContain("<script>alert");
      expect(page).not.toContain("<img src=x");
      expect(page).not.toMatch(/href="javascript:/);
      expect(page.match(/<script>/g)).toHaveLength(1);
    }
  });

  test("puts HTML that came with a file into a frame that runs no script", async () => {
    const page = await pageWithData({ "text/html": "<b>bold</b>" });
    expect(page).toContain('sandbox="allow-same-origin"');
    expect(page).toContain("&lt;b&gt;bold&lt;/b&gt;");
    expect(page).not.toContain("<b>bold</b>");
  });

  test("puts HTML of code that ran just now into the page itself", async () => {
    expect(await pageWithData({ "text/html": "<b>bold</b>" }, "inline")).toContain("<b>bold</b>");
  });

  test("shows the richest form of a bundle, and its text when the rest would need a script", async () => {
    expect(await pageWithData({ "text/plain": "words", "text/latex": "$x$" })).toContain("<math");
    const page = await pageWithData({ "text/plain": "words", "application/javascript": "alert(1)" });
    expect(page).toContain("words");
    expect(page).not.toContain("alert(1)");
  });

  test("takes pasted images into the page, and images of the notebook's folder", async () => {
    const attachments = { "a b.png": { "image/png": "AAAA\n" } };
    expect(await pageOf(markdown("![pasted](attachment:a%20b.png)", { attachments }))).toContain(
      '<img src="data:image/png;base64,AAAA" alt="pasted"',
    );
  });

  test("leaves remote images and files outside the notebook's folder outside", async () => {
    const page = await pageOf(
      markdown("![far](https://example.org/a.png) ![up](../../../../docs/a.png) ![abs](/etc/a.png)"),
    );
    expect(page).not.toContain("<img");
    expect(page).toContain('<a href="https://example.org/a.png">far</a>');
  });

  test("gives every heading an id of its own and lists the sections", async () => {
    const page = await pageOf(markdown("# T\n\n## Same\n\n## Same\n\n## Größe & Form"));
    expect(page).toContain('<h2 id="same">');
    expect(page).toContain('<h2 id="same-2">');
    expect(page).toContain('<a href="#größe-form">Größe &amp; Form</a>');
  });
});

describe("checkPageNames", () => {
  test("refuses two notebooks of one name, and one that would replace the index", () => {
    expect(() => checkPageNames(["a/x.ipynb", "b/X.ipynb"])).toThrow(InputError);
    expect(() => checkPageNames(["index.ipynb"])).toThrow("already the page of the list of all pages");
    expect(() => checkPageNames([`${FIXTURES}/x.ipynb`, "y.ipynb"])).not.toThrow();
  });
});
