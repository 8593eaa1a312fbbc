/*
 * JupyterLab in a real browser: what the lesson on autograd shows as it was downloaded, and after "Run All Cells"; completing,
 * inspecting, answering, interrupting, restarting and controls.
 *
 *   PYTHON=… node test/browser/jupyterlab.mjs [FOLDER FOR SCREENSHOTS]
 *
 * PYTHON is an interpreter that has jupyterlab (python3 if unset), CHROMIUM the browser (/usr/bin/chromium if unset).
 */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

import { installKernel, startJupyterLab } from "./server.mjs";
import { compareOutputs } from "./outputs.mjs";
import { CELLS, checkWork, emptyNotebook } from "./work.mjs";

const TENSORS = fileURLToPath(new URL("../../notebooks/01-tensors.ipynb", import.meta.url));
const AUTOGRAD = fileURLToPath(new URL("../../notebooks/02-autograd.ipynb", import.meta.url));
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
/** A limit against hanging, far above what a step takes. */
const TIMEOUT_MS = 60_000;
const GRAPH = '.jp-OutputArea img[alt*="MulBackward0"]';

/** Opens a notebook, in a workspace of its own so that no other one is open, and waits until its kernel is idle. */
async function open(browser, server, file) {
  const page = await browser.newPage({ viewport: { width: 1000, height: 800 }, deviceScaleFactor: 1.5 });
  page.setDefaultTimeout(TIMEOUT_MS);
  const workspace = path.basename(path.dirname(file));
  const address = `lab/workspaces/${workspace}/tree/${workspace}/${path.basename(file)}`;
  await page.goto(`${server.url}/${address}?token=${server.token}`);
  await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor();
  await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
  return page;
}

/** Runs the notebook by its menu, and waits until no cell waits or runs. */
async function runAllCells(page) {
  await page.locator(".jp-Notebook .jp-CodeCell").first().click();
  await page.getByRole("menuitem", { name: "Run", exact: true }).click();
  await page.getByRole("menuitem", { name: "Run All Cells", exact: true }).click();
  await page.waitForFunction(() => {
    const prompts = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].map(
      (it) => it.textContent,
    );
    return prompts.length > 0 && prompts.every((prompt) => /\d/.test(prompt));
  });
  await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
}

/** Fails unless the graph is a picture that the browser could draw. */
async function assertGraphIsDrawn(page) {
  const graph = page.locator(GRAPH);
  await graph.waitFor();
  await graph.scrollIntoViewIfNeeded();
  assert.ok(await graph.evaluate((image) => image.complete && image.naturalWidth > 100));
}

/** The outputs that the file holds, one list for each code cell; none while JupyterLab is writing it, which it does in place. */
async function savedOutputs(file) {
  const text = await readFile(file, "utf8");
  if (!text.trimEnd().endsWith("}")) return [];
  const { cells } = JSON.parse(text);
  return cells.filter((cell) => cell.cell_type === "code").map((cell) => cell.outputs);
}

/** Saves the notebook by its menu, and waits until the file holds the outputs. */
async function save(page, file) {
  await page.getByRole("menuitem", { name: "File", exact: true }).click();
  await page.getByRole("menuitem", { name: /^Save Notebook(?! As)/ }).click();
  for (;;) {
    const outputs = await savedOutputs(file);
    if (outputs.some((list) => list.length > 0)) return outputs;
    await page.waitForTimeout(200);
  }
}

async function withoutOutputs(file) {
  const notebook = JSON.parse(await readFile(file, "utf8"));
  for (const cell of notebook.cells) if (cell.cell_type === "code") cell.outputs = [];
  return JSON.stringify(notebook);
}

/** Puts a notebook under a lesson's name into a folder that the server shows; returns its path. */
async function place(content, lesson, folder) {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, path.basename(lesson));
  await writeFile(file, content);
  return file;
}

/** The lesson with the outputs that it came with. Nobody on this machine has signed it, so JupyterLab strips what could harm. */
async function checkDownloaded(browser, server, folder) {
  const file = await place(await readFile(AUTOGRAD), AUTOGRAD, folder);
  const page = await open(browser, server, file);
  await page.locator('[title*="not trusted" i]').first().waitFor();
  await assertGraphIsDrawn(page);
  await compareOutputs(page, await savedOutputs(file));
  await page.close();
  console.log("ok: a downloaded lesson shows its graph and all its outputs, untrusted");
}

/** The lesson with no outputs, run by the menu. */
async function checkExecuted(browser, server, folder, screenshots) {
  const file = await place(await withoutOutputs(AUTOGRAD), AUTOGRAD, folder);
  const page = await open(browser, server, file);
  assert.equal(await page.locator(GRAPH).count(), 0);
  await runAllCells(page);
  await assertGraphIsDrawn(page);
  await compareOutputs(page, await save(page, file));
  console.log("ok: Run All Cells shows the graph and all outputs");
  await photographGraph(page, "light", screenshots);
  await server.useTheme("JupyterLab Dark");
  await page.reload();
  await page.locator('body[data-jp-theme-light="false"]').waitFor({ state: "attached" });
  await assertGraphIsDrawn(page);
  await photographGraph(page, "dark", screenshots);
  await page.close();
  await server.useTheme("JupyterLab Light");
  console.log("ok: the dark theme shows the graph");
}

/** The notebook where the graph is, without the file browser beside it. */
async function photographGraph(page, theme, screenshots) {
  if (screenshots === undefined) return;
  const sidebar = page.locator("#jp-left-stack");
  if (await sidebar.isVisible()) await page.keyboard.press("Control+b");
  await sidebar.waitFor({ state: "hidden" });
  await page
    .locator(`.jp-CodeCell:has(${GRAPH})`)
    .evaluate((cell) => cell.scrollIntoView({ block: "start" }));
  await page.waitForTimeout(1_000); // scrolling and redrawing have no event that tells their end
  await page
    .locator("#jp-main-dock-panel")
    .screenshot({ path: path.join(screenshots, `graph-${theme}.png`) });
}

/** The first cell of the lesson on tensors that shows one as a table. */
async function photographTensor(browser, server, folder, screenshots) {
  const page = await open(browser, server, await place(await readFile(TENSORS), TENSORS, folder));
  const cell = page.locator(".jp-CodeCell:has(.jp-OutputArea td)").first();
  await cell.scrollIntoViewIfNeeded();
  await cell.screenshot({ path: path.join(screenshots, "tensor.png") });
  await page.close();
}

async function main([screenshots]) {
  const folder = await mkdtemp(path.join(tmpdir(), "typetorch-jupyterlab-"));
  const notebooks = path.join(folder, "notebooks");
  let server;
  let browser;
  try {
    await mkdir(notebooks);
    await installKernel(path.join(folder, "prefix"));
    server = await startJupyterLab(process.env.PYTHON ?? "python3", folder, notebooks);
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: BROWSER_FLAGS,
    });
    const page = await open(
      browser,
      server,
      await place(emptyNotebook(CELLS), "work.ipynb", path.join(notebooks, "work")),
    );
    await checkWork(page);
    await page.close();
    await checkDownloaded(browser, server, path.join(notebooks, "downloaded"));
    await checkExecuted(browser, server, path.join(notebooks, "executed"), screenshots);
    if (screenshots !== undefined) {
      await photographTensor(browser, server, path.join(notebooks, "tensor"), screenshots);
    }
  } finally {
    await browser?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

await main(process.argv.slice(2));
