import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { applyTerminalOverwrites } from "../../../../kernel/cli/notebook/overwrites.ts";

describe("applyTerminalOverwrites", () => {
  test.each([
    ["a carriage return starts the line again", "10 %\r50 %\r100 %\ndone", "100 %\ndone"],
    ["Windows line ends stay", "one\r\ntwo\r\n", "one\r\ntwo\r\n"],
    ["a return at the end waits for what follows", "50 %\r", "50 %\r"],
    ["a backspace takes one character back", "abc\b\bx", "ax"],
    ["a backspace does not cross a line", "a\n\b\bb", "a\nb"],
    ["a backspace takes an emoji back whole", "a🙂\bb", "ab"],
    ["a lone return stays", "\r\n", "\r\n"],
  ])("%s", (_name, text, shown) => {
    expect(applyTerminalOverwrites(text)).toBe(shown);
  });

  test("text without control characters is unchanged", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/[\r\b]/.test(text));
        expect(applyTerminalOverwrites(text)).toBe(text);
      }),
    );
  });
});
