import { describe, expect, test } from "vitest";

import { checkLanguage } from "../../../../kernel/cli/notebook/language.ts";
import { fixture } from "../fixtures.ts";

const check = (metadata: Record<string, unknown>): void => checkLanguage({ metadata, cells: [] }, "x.ipynb");

describe("checkLanguage", () => {
  test.each([
    ["no metadata", {}],
    ["this kernel", { kernelspec: { name: "typetorch" } }],
    ["another TypeScript kernel", { kernelspec: { name: "deno" }, language_info: { name: "typescript" } }],
    ["a JavaScript kernel", { kernelspec: { name: "jslab", language: "javascript" } }],
  ])("takes a notebook with %s", (_name, metadata) => {
    expect(() => check(metadata)).not.toThrow();
  });

  test("names the kernel and the language found, and the kernel needed", () => {
    expect(() => checkLanguage(fixture("python.ipynb"), "python.ipynb")).toThrow(
      'python.ipynb: this notebook is for the kernel "python3" (language python); expected the kernel "typetorch"',
    );
  });

  test("does not guess the language of an unknown kernel", () => {
    expect(() => check({ kernelspec: { name: "mystery" } })).toThrow(
      'this notebook is for the kernel "mystery";',
    );
  });
});
