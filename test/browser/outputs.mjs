import assert from "node:assert/strict";

/**
 * Fails unless JupyterLab shows every output that a notebook holds, with nothing stripped by its sanitiser.
 *
 * @param page a browser's page with the notebook open
 * @param cells the outputs in the notebook's file, one list for each code cell
 */
export async function compareOutputs(page, cells) {
  const { shown, expected } = await page.evaluate(describe, cells.map(partsOf));
  assert.equal(shown.length, expected.length, "the number of code cells");
  for (const [index, cell] of expected.entries()) {
    assert.deepEqual(shown[index], cell, `the outputs of code cell ${index + 1}`);
  }
}

/** The HTML of a cell's outputs, and the text of those that have none. */
function partsOf(outputs) {
  const html = outputs.map(({ data }) => data?.["text/html"]).filter((part) => part !== undefined);
  const text = outputs
    .filter(({ data }) => data?.["text/html"] === undefined)
    .map((output) => joined(output.text ?? output.data["text/plain"]));
  return { html: html.map(joined), text: text.join(" ") };
}

/** nbformat keeps a long text as a list of its lines. */
function joined(text) {
  return Array.isArray(text) ? text.join("") : text;
}

/** What each code cell on the page shows, and what it is to show. Runs in the browser, where nothing else of this file exists. */
function describe(cells) {
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- as above
  const words = (text) => text.split(/\s+/).filter(Boolean).join(" ");
  const markup = (root) => ({
    words: words(root.textContent),
    images: [...root.querySelectorAll("img")].map(({ src, alt }) => [src, alt]),
    titles: [...root.querySelectorAll("[title]")].map((element) => element.title),
    fills: [...root.querySelectorAll("td")].map((element) => element.style.backgroundColor),
    details: root.querySelectorAll("details > summary").length,
  });
  const expected = cells.map(({ html, text }) => ({
    html: html.map((part) => markup(new DOMParser().parseFromString(part, "text/html").body)),
    text: words(text),
  }));
  const shown = [...document.querySelectorAll(".jp-Notebook .jp-CodeCell")].map((cell) => ({
    html: [...cell.querySelectorAll(".jp-OutputArea-output.jp-RenderedHTML")].map(markup),
    text: words(
      [...cell.querySelectorAll(".jp-OutputArea-output:not(.jp-RenderedHTML)")]
        .map((output) => output.textContent)
        .join(" "),
    ),
  }));
  return { shown, expected };
}
