import { describe, expect, test } from "vitest";
import { duration, figure, pad, table } from "../../bench/format.ts";

describe("figure", () => {
  test.each([
    [0.14159, "0.142"],
    [1.4159, "1.42"],
    [14.159, "14.2"],
    [141.59, "142"],
    [14_159, "14159"],
    [0, "0.00"],
    [Number.NaN, "NaN"],
  ])("shows three digits that count: %d as %s", (value, text) => {
    expect(figure(value)).toBe(text);
  });
});

test.each([
  [0.0473, "47.3 ns"],
  [147.2, "147 µs"],
  [1390, "1.39 ms"],
  [2_500_000, "2.50 s"],
])("a duration has the unit that suits it: %d µs as %s", (microseconds, text) => {
  expect(duration(microseconds)).toBe(text);
});

describe("table", () => {
  test("aligns text to the left and figures to the right", () => {
    expect(
      table(
        ["", "ours"],
        [
          ["add, 1k", "1"],
          ["µ", "100 µs"],
        ],
      ),
    ).toBe(
      ["|         |   ours |", "| ------- | -----: |", "| add, 1k |      1 |", "| µ       | 100 µs |"].join(
        "\n",
      ),
    );
  });

  test("fills up short rows and keeps a bar in a cell from ending it", () => {
    expect(table(["name", "a", "b"], [["x|y"]]).split("\n")[2]).toBe(String.raw`| x\|y |     |     |`);
  });
});

test("pad leaves text alone that is as wide already", () => {
  expect(pad("abc", 2, true)).toBe("abc");
});
