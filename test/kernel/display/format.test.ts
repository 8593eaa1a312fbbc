import { describe, expect, it } from "vitest";
import { displaySymbol, formatNow, formatValue, registerRenderer } from "../../../kernel/display/index.ts";

const silent = (): void => {};

describe("formatNow", () => {
  it.each([
    ["text", "'text'"],
    [1n, "1n"],
    [[1, { a: 2 }], "[ 1, { a: 2 } ]"],
    [undefined, "undefined"],
  ])("shows %o as Node's REPL does", (value, text) => {
    expect(formatNow(value, silent)).toEqual({ data: { "text/plain": text }, metadata: {} });
  });

  it("lets an object show itself", () => {
    const value = { [displaySymbol]: () => ({ "text/html": "<i>x</i>" }) };
    expect(formatNow(value, silent)).toMatchObject({ data: { "text/html": "<i>x</i>" } });
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    [
      "rejects",
      async () => {
        throw new Error("broken");
      },
    ],
    [
      "answers with what JSON cannot carry: broken",
      () => ({
        "application/json": {
          toJSON: () => {
            throw new Error("broken");
          },
        },
      }),
    ],
  ])("falls back to text and warns when an object's display %s", async (_how, method) => {
    const warnings: string[] = [];
    const value = { [displaySymbol]: method };
    const content = await formatValue(value, (text) => warnings.push(text));
    expect(Object.keys(content.data)).toEqual(["text/plain"]);
    expect(warnings.join("")).toContain("broken");
  });

  it("asks the renderers, the latest first, until one answers", () => {
    class Point {
      readonly x = 1;
    }
    registerRenderer((value) => (value instanceof Point ? { "text/plain": "first" } : undefined));
    registerRenderer((value) => (value instanceof Point ? { "text/plain": "second" } : undefined));
    registerRenderer(() => undefined);
    expect(formatNow(new Point(), silent)).toMatchObject({ data: { "text/plain": "second" } });
  });

  it("cuts a text that is too long to be read", () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`key${i}`, i]));
    expect(formatNow(many, silent)).toMatchObject({
      data: { "text/plain": expect.stringMatching(/^.{100000}… \([\d,]+ more characters\)$/su) },
    });
  });

  it("survives a value that cannot even be inspected", () => {
    const hostile = {
      [Symbol.for("nodejs.util.inspect.custom")]: () => {
        throw new Error("keep out");
      },
    };
    expect(formatNow(hostile, silent)).toMatchObject({
      data: { "text/plain": expect.stringContaining("keep out") },
    });
  });
});
