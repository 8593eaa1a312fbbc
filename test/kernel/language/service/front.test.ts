import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cursorIn, TypedNotebook } from "./fixtures.ts";

let notebook: TypedNotebook;

beforeAll(async () => {
  notebook = await TypedNotebook.open((folder) => {
    writeFileSync(join(folder, "local.ts"), "export const local = 1;");
    mkdirSync(join(folder, "data"));
    writeFileSync(join(folder, "data", "points.csv"), "");
    mkdirSync(join(folder, "node_modules/@scope/unnamed"), { recursive: true });
  });
  await notebook.check(`import torch from "typetorch"; import fs from "node:fs";
const x = torch.ones(2);
/** Repeats a text.
 * @param text what is repeated
 */
function repeated(text: string, times?: number): string { return text.repeat(times ?? 2) }
/** The object. */
const objekt = { alpha: 1, "be-ta": 2, get gamma() { return 1 } };
class Shape { /** Its area. */ area(unit: "cm" | "m"): number { return 1 } }
interface Options { verbose: boolean; depth: number }
let options: Options;`);
}, 60_000);
afterAll(() => notebook.close());

async function matches(marked: string): Promise<string[]> {
  const { matches, cursor_start, cursor_end } = await notebook.service.complete(cursorIn(marked));
  const text = Array.from(marked.replace("|", ""));
  return matches.map((match) => [...text.slice(0, cursor_start), match, ...text.slice(cursor_end)].join(""));
}

async function inspect(marked: string, detail_level: 0 | 1 = 0): Promise<string> {
  const { data } = await notebook.service.inspect({ ...cursorIn(marked), detail_level });
  return data["text/markdown"] ?? "";
}

describe("Completion", () => {
  it.each([
    ["objekt.|", "objekt.alpha", "objekt.gamma"],
    ["objekt.al|", "objekt.alpha"],
    ["objekt?.al|", "objekt?.alpha"],
    ["objekt.al| + 1", "objekt.alpha + 1"],
    ["rep|", "repeated"],
    ["Repe|", "repeated"],
    ["new Sha|", "new Shape"],
    ["new Shape().|", "new Shape().area"],
    ["let s: Opt|", "let s: Options"],
    ["options = { ver| }", "options = { verbose }"],
    ["options = { verbose: true, |", "options = { verbose: true, depth"],
    ["new Shape().area('|')", "new Shape().area('cm')", "new Shape().area('m')"],
    ["import { readFileS| } from 'node:fs'", "import { readFileSync } from 'node:fs'"],
    ["import { lo| } from './local'", "import { local } from './local'"],
    ["import a from './lo|'", "import a from './local.ts'"],
    ["import a from 'node:child_p|'", "import a from 'node:child_process'"],
    ["import a from '@sc|'", "import a from '@scope/unnamed'"],
    ["require('@scope/u|')", "require('@scope/unnamed')"],
    ["fs.readFileSync('data/po|')", "fs.readFileSync('data/points.csv')"],
    ["fs.readFileSync('./da|", "fs.readFileSync('./data/"],
    ["const unfinished = { a: objekt.al|", "const unfinished = { a: objekt.alpha"],
    ["if (x) {\n  objekt.al|\n", "if (x) {\n  objekt.alpha\n"],
    ["const own = { inner: 1 };\nown.in|", "const own = { inner: 1 };\nown.inner"],
    ["'😀😀'; objekt.al|; '😀'", "'😀😀'; objekt.alpha; '😀'"],
    ["x.requires_grad_|", "x.requires_grad_"],
    ["torch.nn.functional.log_soft|", "torch.nn.functional.log_softmax"],
    ["torch.zeros(2, { requires_g| })", "torch.zeros(2, { requires_grad })"],
    ["x.sum({ | })", "x.sum({ dim })", "x.sum({ dtype })", "x.sum({ keepdim })"],
    ["x.relu().mean({ dim: 1, ke|", "x.relu().mean({ dim: 1, keepdim"],
    [
      "new torch.optim.SGD([x], {\n  lr: 1, // `\n  mom|",
      "new torch.optim.SGD([x], {\n  lr: 1, // `\n  momentum",
    ],
    ["'('; [1].map((n) => x.sum({ di| }))", "'('; [1].map((n) => x.sum({ dim }))"],
    ["`${x.sum({ di|`", "`${x.sum({ dim`"],
  ])("goes on from %j", async (marked, ...wanted) => {
    expect(await matches(marked)).toEqual(expect.arrayContaining(wanted));
  });

  it("offers names of earlier cells, globals and keywords where nothing is written yet", async () => {
    expect(await matches("|")).toEqual(
      expect.arrayContaining(["objekt", "repeated", "Shape", "Math", "process", "const"]),
    );
  });

  it.each([
    ["of an object that may be a tensor as well", "new torch.optim.SGD([x], { | })", "{ abs }"],
    ["that other arguments have", "torch.randn(2, { generator: torch.argmax(x, { | }) })", "requires_grad"],
    ["where a block begins", "[1].forEach((n) => { | })", "forEach((n) => { at })"],
  ])("offers no keys %s", async (_, marked, unwanted) => {
    expect((await matches(marked)).filter((text) => text.includes(unwanted))).toEqual([]);
  });

  it("keeps its own names to itself", async () => {
    expect((await matches("|")).filter((name) => name.startsWith("__"))).toEqual(["__dirname", "__filename"]);
    expect((await matches("__|")).filter((name) => !/^__(?:dirname|filename)$/u.test(name))).toEqual([]);
  });

  it.each(["'in a text |", "// a comment ab|", "nothingOfThisName.|", "objekt.nothing|"])(
    "offers nothing for %j",
    async (marked) => {
      expect(await matches(marked)).toEqual([]);
    },
  );

  it("says of each match what it is, and what a function takes", async () => {
    const { metadata } = await notebook.service.complete(cursorIn("'😀'; repe|"));
    expect(metadata["_jupyter_types_experimental"]).toEqual([
      {
        text: "repeated",
        type: "function",
        start: 5,
        end: 9,
        signature: "(text: string, times?: number): string",
      },
    ]);
    const member = await notebook.service.complete(cursorIn("objekt.al|"));
    expect(member.metadata["_jupyter_types_experimental"]).toMatchObject([
      { text: "alpha", type: "property" },
    ]);
  });
});

describe("Inspection", () => {
  it.each([
    [
      "repea|ted",
      "function repeated(text: string, times?: number): string",
      "Repeats a text.",
      "what is repeated",
    ],
    ["repeated|('a')", "function repeated(text: string, times?: number): string"],
    ["repeated |", "function repeated(text: string, times?: number): string"],
    ["repeated(|", "repeated(text: string, times?: number): string", "`text: string`: what is repeated"],
    ["repeated('a', |)", "repeated(text: string, times?: number): string", "Repeats a text."],
    ["objekt|", "const objekt: {", "The object."],
    ["new Shape().ar|ea('m')", "(method) Shape.area", "Its area."],
    ["Shape|", "class Shape"],
    ["'😀😀'; objekt|", "const objekt: {"],
    ["x.mu|l(2)", "mul(other: ", "Multiplies, element by element."],
    ["x.add_(|", "add_(other: ", "Adds, element by element"],
    ["x.sum({ di|m: 1 })", "(property) DimOptions.dim?: ", "sum(options", "The sum of all elements"],
    ["torch.matm|ul", "matmul(input: torch.Tensor, other: ", "The product of two tensors"],
    [
      "torch.where(|",
      "where(condition: torch.Tensor, input: Operand, other: Operand)",
      "Elements of `input`",
    ],
    ["torch.nn.Linea|r", "class Linear\nnew Linear(in_features: number, ", "An affine map"],
    ["new torch.nn.Linear(|", "Linear(in_features: number, out_features: number", "An affine map"],
    ["torch.optim.Adam(|", "class Adam\nnew Adam(params: ", "steps along the average gradient"],
    ["x.sha|pe", "(property) Tensor.shape: "],
    ["const own = 1; ow|n", "const own: 1"],
    ["Math.ma|x", "Math.max", "Returns the larger"],
  ])("tells of %j", async (marked, ...parts) => {
    const markdown = await inspect(marked);
    for (const part of parts) expect(markdown).toContain(part);
    expect(markdown).not.toMatch(
      /__(?:module|narrowed|type)__|\.typetorch-|this: |Others<|args_\d|Same extends/u,
    );
  });

  it("answers in Markdown, and in text without its marks", async () => {
    const { found, data } = await notebook.service.inspect(cursorIn("repeated|"));
    expect(found).toBe(true);
    expect(data["text/plain"]).toMatch(
      /^function repeated\(text: string, times\?: number\): string\n\nRepeats a text\.\n\n@param text/u,
    );
  });

  it("shows at detail_level 1 how a name of the cells was declared", async () => {
    expect(await inspect("repea|ted", 1)).toContain("string { return text.repeat(times ?? 2) }");
    expect(await inspect("objekt|", 1)).toContain(
      'const objekt = { alpha: 1, "be-ta": 2, get gamma() { return 1 } };',
    );
    expect(await inspect("new Shape().ar|ea", 1)).toContain('area(unit: "cm" | "m"): number { return 1 }');
    expect(await inspect("x.ad|d", 1)).not.toContain("declare");
  });

  it.each(["1 + |", "|", "'text|'", "unknownName|", "  |objekt2"])("finds nothing in %j", async (marked) => {
    expect(await notebook.service.inspect(cursorIn(marked))).toEqual({
      status: "ok",
      found: false,
      data: {},
      metadata: {},
    });
  });
});
