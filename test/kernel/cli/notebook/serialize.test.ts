import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { parseNotebook } from "../../../../kernel/cli/notebook/parse.ts";
import { serializeNotebook } from "../../../../kernel/cli/notebook/serialize.ts";
import { codeCell, fixture, fixtureText, notebookOf } from "../fixtures.ts";

describe("serializeNotebook", () => {
  // These two files were written by Python's nbformat 5.10.
  test.each(["outputs.ipynb", "plain.ipynb"])("writes %s byte for byte as nbformat does", (name) => {
    expect(serializeNotebook(fixture(name))).toBe(fixtureText(name));
  });

  test("reading what was written gives the same notebook, for any text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.string({ unit: "binary" }),
        fc.jsonValue(),
        (source, text, json) => {
          const data = {
            "text/plain": text,
            "application/json": JSON.parse(JSON.stringify(json)) as unknown,
          };
          const notebook = notebookOf(
            codeCell(source, {
              outputs: [
                { output_type: "stream", name: "stdout", text },
                { output_type: "display_data", data, metadata: {} },
              ],
            }),
          );
          expect(parseNotebook(serializeNotebook(notebook), "round.ipynb")).toEqual(notebook);
        },
      ),
    );
  });

  test("writes an old notebook as version 4.5 with ids", () => {
    const written = JSON.parse(serializeNotebook(fixture("version4.2.ipynb"))) as {
      nbformat_minor: number;
      cells: { id: string }[];
    };
    expect(written.nbformat_minor).toBe(5);
    expect(written.cells.every(({ id }) => id.length > 0)).toBe(true);
  });
});
