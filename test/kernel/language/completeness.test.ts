import { describe, expect, it } from "vitest";
import { isComplete } from "../../../kernel/language/index.ts";

describe("isComplete", () => {
  it.each([
    "",
    "1 + 1",
    "let a = 1;",
    "function f() {}",
    "await g()",
    "// only a comment",
    "type A = string",
    "enum E {}",
    "if (a) b",
    "declare function f(): void",
    "function f(): void;\nfunction f() {}",
    "<b>text</b>",
    "@decorator class A {}",
    "'😀'",
  ])("calls %j complete", (code) => {
    expect(isComplete(code)).toEqual({ status: "complete" });
  });

  it.each([
    ["1 +", ""],
    ["f(", "  "],
    ["function f() {", "  "],
    ["if (a) {\n  if (b) {", "    "],
    ["const g = () =>", "  "],
    ["x = [\n  1,", "  "],
    ["class A {", "  "],
    ["`text", ""],
    ["`${a", ""],
    ["/* comment", ""],
    ["a ? b", ""],
    ["try {}", ""],
    ["enum E {", "  "],
    ["let a: {", "  "],
    ["if (a)", "  "],
    ["if (a) {\n  b()\n} else", "  "],
    ["for (const a of b)", "  "],
    ["switch (a) {\n  case 1:", "    "],
    ["switch (a) {\n  case 1:\n    b();", "    "],
    ["f(function () {\n  g();\n", "  "],
    ["async () => {\n", "  "],
    ["[1, 2,", "  "],
    ["if (a) { // why (", "  "],
    ["@decorator", ""],
    ["@decorator()\nclass A {", "  "],
    ["class A {\n  @decorator", "  "],
    ["a ?.", ""],
    ["a.", ""],
    ["const a", ""],
    ["const a =", ""],
    ["function f()", ""],
    ["function f(): void", ""],
    ["x satisfies", ""],
    ["<ul>\n  <li>", "  "],
    ["import { a } from", ""],
  ])("asks for more after %j", (code, indent) => {
    expect(isComplete(code)).toEqual({ status: "incomplete", indent });
  });

  it.each(["x y", "}", "'text", "let x: = 3", "const a = 1; const a = 2", "return 1", "/abc"])(
    "calls %j invalid",
    (code) => {
      expect(isComplete(code)).toEqual({ status: "invalid" });
    },
  );
});
