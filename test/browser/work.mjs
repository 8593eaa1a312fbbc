/*
 * Working in JupyterLab: completing, inspecting, answering a question, interrupting, restarting, moving controls, as a user does it.
 */
import assert from "node:assert/strict";

const ATTEMPTS = 5;
const PATIENCE_MS = 2_000;

/** A notebook of this many empty cells. */
export function emptyNotebook(cells) {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: "typetorch", display_name: "TypeScript (typetorch)", language: "typescript" },
    },
    cells: Array.from({ length: cells }, (_, index) => ({
      id: `cell-${index}`,
      cell_type: "code",
      metadata: {},
      execution_count: null,
      outputs: [],
      source: "",
    })),
  });
}

/** Drives one cell of a notebook. */
class Cell {
  constructor(page, index) {
    this.page = page;
    this.root = page.locator(".jp-Notebook .jp-CodeCell").nth(index);
  }

  /** Types at the end of the cell, without the editor's own completions and brackets. */
  async type(text) {
    await this.root.locator(".cm-content").click();
    await this.page.keyboard.insertText(text);
  }

  async run(text) {
    await this.type(text);
    await this.page.keyboard.press("Control+Enter");
  }

  /** Waits until an output has this text. */
  async shows(text) {
    await this.root.locator(".jp-OutputArea-output", { hasText: text }).first().waitFor();
  }
}

async function chooseFromMenu(page, menu, item) {
  await page.getByRole("menuitem", { name: menu, exact: true }).click();
  await page.getByRole("menuitem", { name: item }).first().click();
}

async function completes(page) {
  const cell = new Cell(page, 0);
  await cell.type("Math.s");
  const items = page.locator(".jp-Completer-item");
  // JupyterLab drops an answer that takes longer than a second, as the first one may; a user presses the key again.
  for (let attempt = 0; attempt < ATTEMPTS && (await items.count()) === 0; attempt++) {
    await page.keyboard.press("Tab");
    await page.waitForTimeout(PATIENCE_MS);
  }
  await items.filter({ hasText: "sqrt" }).first().waitFor();
  assert.ok((await items.count()) > 3);
  await page.keyboard.press("Escape");
  console.log("ok: Tab completes");
}

async function inspects(page) {
  const cell = new Cell(page, 1);
  await cell.type("Math.sqrt");
  await page.keyboard.press("Shift+Tab");
  await page.locator(".jp-Tooltip", { hasText: "square root" }).waitFor();
  await page.keyboard.press("Escape");
  console.log("ok: Shift-Tab inspects");
}

async function asks(page) {
  const cell = new Cell(page, 2);
  await cell.run("const name = prompt('Who is there? '); `Hello, ${name}!`");
  const field = page.locator(".jp-Stdin-input");
  await field.waitFor();
  await cell.shows("Who is there?");
  await field.fill("Ada");
  await field.press("Enter");
  await cell.shows("Hello, Ada!");
  console.log("ok: a question is asked below its cell, and answered there");
}

async function interrupts(page) {
  const cell = new Cell(page, 3);
  await cell.run("console.log('busy'); while (true) {}");
  await cell.shows("busy");
  await chooseFromMenu(page, "Kernel", /^Interrupt Kernel/u);
  await cell.shows("KeyboardInterrupt");
  await new Cell(page, 4).run("name + '!'");
  await new Cell(page, 4).shows("Ada!");
  console.log("ok: the menu interrupts a loop, and variables stay");
}

async function restarts(page) {
  await chooseFromMenu(page, "Kernel", /^Restart Kernel…/u);
  await page.locator(".jp-Dialog .jp-mod-accept").click();
  await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
  await new Cell(page, 5).run("// @ts-nocheck\ntypeof name");
  await new Cell(page, 5).shows("undefined");
  console.log("ok: the menu restarts the kernel, and variables are gone");
}

const CONTROLS = `const rate = widgets.slider({ label: "rate", min: 0, max: 10, value: 3 });
const go = widgets.button({ label: "go" });
display(rate);
display(go);
await go.next();
const moved = rate.value;
rate.value = 2;
\`moved to \${moved}\``;

/** Events of controls reach a cell that awaits, and what the kernel sets is seen in the page. */
async function moves(page) {
  const cell = new Cell(page, 6);
  await cell.run(CONTROLS);
  const slider = cell.root.locator('input[type="range"]');
  await slider.fill("7");
  await cell.root.getByRole("button", { name: "go", exact: true }).click();
  await cell.shows("moved to 7");
  await cell.root.locator("output", { hasText: /^2$/u }).waitFor();
  assert.equal(await slider.inputValue(), "2");
  console.log("ok: a slider and a button reach the cell that awaits them, and the cell moves the slider");
}

/** How many cells the notebook must have. */
export const CELLS = 7;

/** All of it, in a page that shows an empty notebook. */
export async function checkWork(page) {
  await completes(page);
  await inspects(page);
  await asks(page);
  await interrupts(page);
  await restarts(page);
  await moves(page);
}
