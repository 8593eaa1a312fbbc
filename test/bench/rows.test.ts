import { describe, expect, test } from "vitest";
import { compile } from "../../bench/contestants/serve.ts";
import { groups, memory } from "../../bench/rows/index.ts";
import torch, { F, nn, optim } from "../../runtime/index.ts";

const rows = groups.flatMap((group) => group.rows);
const typetorch = { version: "", scope: { torch, F, nn, optim } };

/** Rows that are done at once, of several groups. */
const light = /1000 adds|, 1k|attention|MLP/;

describe("the rows", () => {
  test("have names of their own", () => {
    const names = [...rows, ...memory].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(rows.filter(({ name }) => light.test(name)))("$name runs", ({ code }) => {
    expect(() => compile(typetorch, code.typetorch)(2)).not.toThrow();
  });
});

describe("a compiled row", () => {
  test("prepares once, runs its body as often as asked, and returns the last result", () => {
    const log: string[] = [];
    const snippet = { prepare: 'let count = 0; log.push("prepared")', body: "log.push('ran'), ++count" };
    const loop = compile({ version: "", scope: { log } }, snippet);
    expect(loop(3)).toBe(3);
    expect(log).toEqual(["prepared", "ran", "ran", "ran"]);
  });

  test("settles each result, and waits for it, where the library wants that", async () => {
    const freed: number[] = [];
    const free = async (value: number): Promise<number> => freed.push(await value);
    const loop = compile(
      { version: "", scope: { free }, settle: "await free(result)" },
      { prepare: "let count = 0", body: "++count" },
    );
    await loop(2);
    expect(freed).toEqual([1, 2]);
  });
});
