import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { writeFilesAtomically } from "../../../../kernel/cli/files.ts";
import type { Notebook } from "../../../../kernel/cli/notebook/types.ts";
import type { OutputOptions } from "../../../../kernel/cli/page/outputs.ts";
import { renderSite } from "../../../../kernel/cli/page/site.ts";
import { codeCell, fixture, notebookOf } from "../fixtures.ts";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
/** Without a sandbox, because containers seldom allow one; and without the browser's own requests. */
const BROWSER_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const missing = existsSync(CHROMIUM) ? "" : ` (skipped: no browser at ${CHROMIUM}; name one in CHROMIUM)`;

let browser: Browser;
let server: Server;
let folder = "";
/** Paths that somebody asked the server for. */
const requests: string[] = [];

beforeAll(async () => {
  if (missing !== "") return;
  folder = await mkdtemp(path.join(tmpdir(), "typetorch-pages-"));
  // The server never answers: a request alone is what must not happen.
  server = createServer(({ url }) => requests.push(url ?? ""));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: BROWSER_FLAGS,
  });
});

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
  if (folder !== "") await rm(folder, { recursive: true, force: true });
});

/** Opens the page of a notebook from its file. */
async function open(
  notebook: Notebook,
  foreignHtml: OutputOptions["foreignHtml"],
  colorScheme?: "dark",
): Promise<Page> {
  const file = path.join(folder, "page.ipynb");
  await writeFilesAtomically(await renderSite([{ file, notebook, foreignHtml }], { folder, title: "T" }));
  const page = await browser.newPage(colorScheme === undefined ? {} : { colorScheme });
  await page.goto(pathToFileURL(path.join(folder, "page.html")).href);
  return page;
}

/** A notebook with markup that tries to run scripts and to reach a server. */
function hostileNotebook(extra = ""): Notebook {
  const { port } = server.address() as AddressInfo; // a listening TCP server always has one
  const at = `http://127.0.0.1:${port}`;
  const run = "window.top.document.title = 'reached'";
  const markup = `<script>${run}</script><img src="x" onerror="${run}"><svg onload="${run}"></svg>
<details open ontoggle="${run}"></details><img src="${at}/image"><iframe src="${at}/frame"></iframe>
<link rel="stylesheet" href="${at}/style"><style>@import "${at}/import"; body { background: url(${at}/background) }</style>
<object data="${at}/object"></object><form action="${at}/form"><button>send</button></form>
<a target="_top" href="${at}/link">go</a><div style="height: 700px">tall</div>${extra.replaceAll("SERVER", at)}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="${run}"><image href="${at}/svg-image"/></svg>`;
  return notebookOf(
    codeCell("x", {
      outputs: [
        { output_type: "display_data", data: { "text/html": markup }, metadata: {} },
        { output_type: "display_data", data: { "image/svg+xml": svg }, metadata: {} },
      ],
    }),
  );
}

describe.skipIf(missing !== "")(`pages in a browser${missing}`, () => {
  test("HTML that came with a file runs no script and reaches nothing, also when it is clicked", async () => {
    requests.length = 0;
    const refresh = '<meta http-equiv="refresh" content="0;url=SERVER/refresh">';
    const page = await open(hostileNotebook(refresh), "framed");
    await page.waitForTimeout(500); // what must not happen has no event to wait for
    const frame = page.frames().find((candidate) => candidate.url() === "about:srcdoc");
    for (const target of ["button", "a"]) {
      await frame
        ?.locator(target)
        .click({ timeout: 1_000 })
        .catch(() => undefined);
    }
    expect(await page.title()).toBe("page · T");
    expect(page.url()).toMatch(/page\.html$/);
    expect(requests).toEqual([]);
    await page.close();
  });

  test("a frame has the height of what it holds, also when that grows", async () => {
    const more = '<details><summary id="more">more</summary><div style="height: 400px">tall</div></details>';
    const page = await open(hostileNotebook(more), "framed");
    const height = async (): Promise<number> =>
      (await page.locator("iframe.foreign").boundingBox())?.height ?? 0;
    await expect.poll(height).toBeGreaterThan(700);
    const before = await height();
    const frame = page.frames().find((candidate) => candidate.url() === "about:srcdoc");
    await frame?.locator("#more").click();
    await expect.poll(height).toBeGreaterThan(before + 300);
    await page.close();
  });

  test("HTML of code that ran just now runs no script either, and loads nothing", async () => {
    requests.length = 0;
    const page = await open(hostileNotebook(), "inline");
    await page.waitForTimeout(500); // as above
    expect(await page.title()).toBe("page · T");
    expect(requests).toEqual([]);
    await page.close();
  });

  test("the page fits a phone, follows the dark scheme and says nothing on the console", async () => {
    const said: string[] = [];
    const page = await open(fixture("outputs.ipynb"), "framed", "dark");
    page.on("console", (message) => said.push(message.text()));
    await page.setViewportSize({ width: 390, height: 800 });
    await page.reload();
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(15, 19, 24)");
    expect(said).toEqual([]);
    await page.close();
  });
});
