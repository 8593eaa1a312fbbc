import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { CellSyntaxError, compileCell, defaultSettings } from "../../../kernel/language/index.ts";
import { positionAt } from "../../../kernel/language/position.ts";

/** Statements with one mark each, a name that occurs nowhere else: where it ends up must lead back to where it was. */
const statements: readonly string[] = [
  "const MARK: number = 1;",
  "let a = [MARK!] as unknown[];",
  "var MARK = 2",
  "for (var i = 0; i < MARK; i++) {}",
  "if (true) { var deep = MARK }",
  "var { b, c: [MARK] } = thing",
  "function f<T>(x?: T): unknown { return MARK }",
  "async function f() { return MARK }",
  "class A<T> { private p: T | undefined = MARK }",
  "import { x as y } from 'm'; MARK",
  "import d, * as ns from 'm'; MARK",
  "import type { T } from 'm'; MARK",
  "export const MARK = 3",
  "export default MARK",
  "using r = MARK",
  "await using s = MARK",
  "{ using u = MARK }",
  "enum E { A = MARK }",
  "namespace N { export const x = MARK }",
  "class P { constructor(private p = MARK) {} }",
  "interface I { x: string }; MARK",
  "'😀'; MARK",
  "/* é */ MARK satisfies unknown",
  "import('m').then(MARK)",
  "import.meta.url + MARK",
  "(<any>MARK)",
];

/** Puts statements together, with the marks numbered, and every other name made unique too; there is one default export at most. */
function cellOf(chosen: readonly string[]): string {
  const names = /\b(?:a|b|A|D|F|P|E|N|I|T|f|d|ns|r|s|u|i|y|deep)\b(?!')/gu;
  return chosen
    .filter((text, index) => !text.startsWith("export default") || chosen.indexOf(text) === index)
    .map((text, index) => text.replaceAll(names, `$&_${index}`).replaceAll("MARK", `mark_${index}_`))
    .join("\n");
}

const cells = array(constantFrom(...statements), { minLength: 1, maxLength: 8 }).map(cellOf);

/** In JSX `<any>x` is no cast. */
const cellsWithJsx = array(
  constantFrom(";<p id={MARK}>{MARK}</p>", ...statements.filter((each) => !each.includes("<any>"))),
  { minLength: 1, maxLength: 8 },
).map((chosen) => cellOf([";<p>{MARK}</p>", ...chosen]));

const cellsWithDecorators = array(constantFrom("class F { accessor x = MARK }", ...statements), {
  maxLength: 8,
}).map((chosen) => cellOf(["@MARK class D { @f(MARK) m() { return MARK } }", ...chosen]));

function expectPositionsToLeadBack(source: string): void {
  const cell = compileCell(source, "Cell[1]");
  for (const [mark] of source.matchAll(/mark_\d+_/gu)) {
    const at = cell.code.lastIndexOf(mark);
    if (at < 0) continue;
    const places = [...source.matchAll(new RegExp(mark, "gu"))].map(({ index }) => positionAt(source, index));
    expect(places).toContainEqual(cell.toSource(positionAt(cell.code, at)));
  }
}

describe("compileCell", () => {
  it("leads every position of the compiled cell back to where it stood", () => {
    assert(property(cells, expectPositionsToLeadBack));
    assert(property(cellsWithJsx, expectPositionsToLeadBack));
    // Each starts a program, which takes its time.
    assert(property(cellsWithDecorators, expectPositionsToLeadBack), { numRuns: 6 });
  });

  it("leads what an import became back to the import", () => {
    const cell = compileCell("1;\n  import { join } from 'node:path'", "Cell[1]");
    const load = cell.code.indexOf("await");
    expect(cell.toSource(positionAt(cell.code, load))).toEqual({ line: 2, column: 3 });
  });

  it("names the script for V8", () => {
    expect(compileCell("1", "Cell[7]").code).toMatch(/\/\/# sourceURL=Cell\[7\]$/u);
  });

  it.each([
    ["let a = 1, [b] = c", ["a", "b"]],
    ["var a; if (x) { var b }", ["a", "b"]],
    ["function a() { var hidden } class b {}", ["a", "b"]],
    ["import a, { x as b } from 'm'; import * as c from 'm'", ["a", "b", "c"]],
    ["export const a = 1; export default function b() {}", ["a", "b"]],
    ["enum a { x } namespace b { export const y = 1 }", ["a", "b"]],
    ["using a = x; await using b = y", ["a", "b"]],
    ["{ let hidden; const alsoHidden = 1 } interface Gone {}", []],
  ])("says what %j declares", (source, names) => {
    expect([...compileCell(source, "Cell[1]").declares].toSorted()).toEqual(names);
  });

  it("leaves a var body of an if without braces one statement", () => {
    const { code } = compileCell("if (false) var a = 1; else var b = 2", "Cell[1]");
    expect(code).toContain("if (false) (a = 1); else (b = 2)");
  });

  it("lowers decorators of methods, and keeps imports that look unused", () => {
    const { code } = compileCell(
      'import { a } from "m";\nclass A { @logged m(x: number) { return x } }',
      "Cell[1]",
    );
    expect(code).not.toMatch(/@logged|x: number/u);
    expect(code).toContain('"a": a');
  });

  it("compiles JSX as the folder has it", () => {
    const source = "<p id='x'>{1}</p>";
    expect(compileCell(source, "Cell[1]").code).toContain('__typetorch_cell__.jsx("p", { id: "x" }, 1)');
    const react = compileCell(source, "Cell[1]", {
      project: { ...defaultSettings, jsx: { runtime: "automatic", importSource: "react" } },
    });
    expect(react.code).toContain('import("react/jsx-runtime"');
    const preact = compileCell(source, "Cell[1]", {
      project: { ...defaultSettings, jsx: { runtime: "classic", pragma: "h", pragmaFrag: "Fragment" } },
    });
    expect(preact.code).toContain('h("p", { id: "x" }, 1)');
  });

  it.each([
    ["1; interface A {}", true],
    ["@deco class A {}", false],
    ["enum E { A }", false],
    ["<b/>", true],
    ["x = 1", false],
  ])("knows whether %j has a value", (source, shows) => {
    expect(compileCell(source, "Cell[1]").showsValue).toBe(shows);
  });

  it("does not join lines that a moved statement kept apart", () => {
    const { code } = compileCell("a\nfunction f() {}\n(b)", "Cell[1]");
    expect(code).toMatch(/a\n;\s*\(b\)/u);
  });

  it.each([
    ["let x: = 3", 1, 8],
    ["a;\nb c", 2, 2],
    ["'😀'; x y", 1, 8],
    ["const a = 1;\nconst a = 2;", 2, 7],
    ["f(\n1,\n", 3, 1],
    // What only the tool that lowers decorators refuses.
    ["@a class A {}\n'é'; export default 1\n'é'; export default 2", 3, 13],
    ["class A { constructor(@inject x: number) {} }", 1, 23],
  ])("reports the error of %j at line %i, column %i", (source, line, column) => {
    const compile = (): unknown => compileCell(source, "Cell[1]");
    expect(compile).toThrow(CellSyntaxError);
    expect(compile).toThrow(expect.objectContaining({ position: { line, column } }));
  });
});
