import { describe, expect, test } from "vitest";

import { Progress } from "../../../kernel/cli/progress.ts";

/** What is written of one cell, one line and the end, on a terminal or elsewhere. */
function written(isTTY: boolean, quiet: boolean): string {
  let text = "";
  const progress = new Progress({ isTTY, write: (part) => (text += part) }, quiet);
  progress.cell("a.ipynb", 2, 5);
  progress.line("a.ipynb: 5 cells");
  progress.clear();
  return text;
}

describe("Progress", () => {
  test("counts cells in one line of a terminal, which the next line replaces", () => {
    expect(written(true, false)).toBe(
      "\r\u001b[Ka.ipynb: cell 3 of 5 …\r\u001b[Ka.ipynb: 5 cells\n\r\u001b[K",
    );
  });

  test("writes plain lines elsewhere", () => {
    expect(written(false, false)).toBe("a.ipynb: 5 cells\n");
  });

  test("writes nothing when it shall be quiet", () => {
    expect(written(true, true) + written(false, true)).toBe("");
  });
});
