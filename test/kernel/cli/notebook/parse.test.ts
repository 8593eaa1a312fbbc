import { describe, expect, test } from "vitest";

import { InputError } from "../../../../kernel/cli/input-error.ts";
import { parseNotebook } from "../../../../kernel/cli/notebook/parse.ts";
import { fixture, fixtureText } from "../fixtures.ts";

/** A notebook around one cell. */
function around(cell: unknown): string {
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] });
}

const code = { cell_type: "code", id: "a", metadata: {}, execution_count: null, outputs: [], source: "1" };

describe("parseNotebook", () => {
  test("joins lines, whether a source is one string or a list of lines", () => {
    const { cells } = fixture("version4.2.ipynb");
    expect(cells.map(({ source }) => source)).toEqual(["# Written long ago\n\nWithout cell ids.", "1 + 1"]);
  });

  test("gives the cells of an old notebook ids that are valid, unique and the same each time", () => {
    const ids = fixture("version4.2.ipynb").cells.map(({ id }) => id);
    expect(ids).toEqual(fixture("version4.2.ipynb").cells.map(({ id }) => id));
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
  });

  test("keeps the first of two equal ids and replaces the second", () => {
    const text = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [code, code] });
    const [first, second] = parseNotebook(text, "twice.ipynb").cells;
    expect(first?.id).toBe("a");
    expect(second?.id).not.toBe("a");
  });

  test("drops what nbformat calls transient", () => {
    const notebook = fixture("version4.2.ipynb");
    expect(notebook.metadata).not.toHaveProperty("orig_nbformat");
    expect(notebook.cells[1]?.metadata).toEqual({});
  });

  test("reads a file that begins with a byte order mark", () => {
    expect(parseNotebook(`\uFEFF${around(code)}`, "bom.ipynb").cells).toHaveLength(1);
  });

  test("says where a truncated file ends", () => {
    const text = fixtureText("truncated.ipynb");
    const lines = text.split("\n");
    const parse = (): unknown => parseNotebook(text, "truncated.ipynb");
    expect(parse).toThrow(InputError);
    expect(parse).toThrow(
      `truncated.ipynb: the file is truncated: its JSON ends in the middle, at line ${lines.length}`,
    );
  });

  test("every beginning of a notebook is refused with the file's name", () => {
    const text = fixtureText("plain.ipynb").trimEnd();
    for (let length = 0; length < text.length; length += 7) {
      expect(() => parseNotebook(text.slice(0, length), "part.ipynb")).toThrow(/^part\.ipynb: /);
    }
  });

  test("says where a file stops being JSON", () => {
    expect(() => parseNotebook('{\n  "nbformat": 4,\n  nope\n}', "bad.ipynb")).toThrow(
      "bad.ipynb: not valid JSON at line 3, column 3",
    );
  });

  test.each([
    ["version3.ipynb", "nbformat 3, but typetorch reads nbformat 4. Convert it with Jupyter"],
    ["version5.ipynb", "nbformat 5, but typetorch reads nbformat 4."],
    ["not-a-notebook.ipynb", 'JSON, but not a notebook: expected an object with "nbformat": 4 and "cells".'],
  ])("refuses %s", (name, expected) => {
    expect(() => fixture(name)).toThrow(`${name}: ${expected}`);
  });

  test.each([
    ["null", { ...code, source: null }, "cell 1: source must be a string or a list of strings, found null."],
    [
      "a wrong kind",
      { ...code, cell_type: "heading" },
      'cell_type must be "code", "markdown" or "raw", found "heading"',
    ],
    ["no object", 7, "cell 1: the cell must be an object, found 7."],
    ["outputs that are no list", { ...code, outputs: {} }, "outputs must be a list, found an object."],
    ["an unknown output", { ...code, outputs: [{ output_type: "pyout" }] }, 'found "pyout".'],
    [
      "a count below zero",
      { ...code, execution_count: -1 },
      "execution_count must be a whole number or null, found -1.",
    ],
    [
      "binary data that is no text",
      { ...code, outputs: [{ output_type: "display_data", data: { "image/png": 5 }, metadata: {} }] },
      "the data of type image/png must be a string or a list of strings, found 5.",
    ],
  ])("names the cell and the field of %s", (_name, cell, expected) => {
    expect(() => parseNotebook(around(cell), "x.ipynb")).toThrow(expected);
  });
});
