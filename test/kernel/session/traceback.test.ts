import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainTraceback, SessionProcess, streamText } from "./session-process.ts";

let session: SessionProcess;
beforeAll(async () => {
  session = await SessionProcess.start(tmpdir());
});
afterAll(() => session.stop());

async function failure(code: string): Promise<string> {
  return plainTraceback(await session.execute(code));
}

describe("a traceback", () => {
  it("shows the line of the cell, a caret and nothing of the kernel", async () => {
    const executed = await session.execute("const a: number = 1;\n\nthrow new TypeError(`bad ${a}`);");
    expect(executed.outcome).toMatchObject({ error: { ename: "TypeError", evalue: "bad 1" } });
    const name = `Cell[${executed.cell}]`;
    expect(plainTraceback(executed)).toBe(
      [
        "TypeError: bad 1",
        `${name}, line 3:`,
        "  1 | const a: number = 1;",
        "  2 |",
        "> 3 | throw new TypeError(`bad ${a}`);",
        "    |       ^",
        `    at ${name}:3:7`,
      ].join("\n"),
    );
  });

  it.each([
    ["w.grad.zero_()", "grad is null until backward() has run"],
    ["w.grad_fn.name()", "grad_fn is null of a tensor that was not computed"],
    ["w.bias.shape", "bias: false"],
  ])("says when %s is null", async (line, why) => {
    const text = await failure(`const w: any = { grad: null, grad_fn: null, bias: null };\n${line}`);
    expect(text).toMatch(/^TypeError: Cannot read properties of null \(reading '\w+'\)\n/u);
    expect(text.split("\n")[1]).toContain(why);
    expect(await failure("const other: any = { it: null };\nother.it.grad")).not.toContain("backward()");
  });

  it("follows a call into the cell that declares the function", async () => {
    const declared = await session.execute(
      "function half(n: number) {\n  if (n % 2) throw new RangeError('odd');\n}",
    );
    const called = await session.execute("let five = 5;\nhalf(five)");
    const text = plainTraceback(called);
    expect(text).toContain("> 2 |   if (n % 2) throw new RangeError('odd');");
    expect(text).toContain("> 2 | half(five)");
    expect(text).toContain(`    at half (Cell[${declared.cell}]:2:20)\n    at Cell[${called.cell}]:2:1`);
  });

  it.each([
    ["an enum before it", "enum E { A }\nlet x: number;\nnull!.nothing"],
    ["an import that is moved to the front", "let y = 1\nimport 'node:fs'\nnull!.nothing"],
    ["a function that is moved to the front", "null!.nothing\nfunction f() {}\n"],
    ["a var that is hoisted", "var v = 1, w\n;null!.nothing"],
    ["a using that is rewritten", "{ using u = null }\n\nnull!.nothing"],
    ["an emoji on the line", "'👩‍👩‍👧😀'; null!.nothing"],
    ["an await on the line", "await 1; null!.nothing"],
  ])("keeps positions right with %s", async (_what, code) => {
    const line = code.slice(0, code.indexOf("null!")).split("\n").length;
    expect(await failure(code)).toMatch(new RegExp(`> ${line} \\| .*null!\\.nothing`, "u"));
  });

  it("counts columns in UTF-16 units, as editors that speak to Jupyter do", async () => {
    const code = "'😀'; throw new Error('x')";
    expect(await failure(code)).toContain(`:1:${code.indexOf("new") + 1}`);
  });

  it("shows causes and the errors of an AggregateError", async () => {
    const text = await failure(
      "throw new AggregateError([new Error('one'), 'two'], 'several', { cause: new Error('why') })",
    );
    expect(text).toMatch(
      /errors\[0\]:\nError: one[^]*errors\[1\]:\nUncaughtValue: 'two'[^]*caused by:\nError: why/u,
    );
  });

  it("ends for causes that go in circles", async () => {
    expect(await failure("const loop = new Error('loop'); loop.cause = loop; throw loop")).toMatch(
      /caused by:\nError: loop \(shown above\)$/u,
    );
  });

  it("shows where a value was thrown that is no error, and further properties of one that is", async () => {
    const thrown = await session.execute("function no() {\n  throw { code: 5 };\n}\nno();");
    expect(plainTraceback(thrown)).toContain(`at no (Cell[${thrown.cell}]:2:`);
    expect(plainTraceback(thrown)).toContain("> 2 |   throw { code: 5 };");
    expect(await failure("throw Object.assign(new Error('e'), { code: 'E5', more: [1] })")).toMatch(
      /\{ code: 'E5', more: \[ 1 \] \}$/u,
    );
  });

  it("cuts messages and recursion that nobody could read", async () => {
    const { outcome } = await session.execute("throw new Error('x'.repeat(1e6))");
    expect(outcome).toMatchObject({
      error: { evalue: expect.stringMatching(/^x{20000}… \(980,000 more characters\)$/u) },
    });
    const text = await failure("function down(): number { return down() + 1 }\ndown()");
    expect(text).toMatch(/RangeError: Maximum call stack size exceeded/u);
    expect(text).toMatch(/… \d+ more of the same/u);
    expect(text.split("\n").length).toBeLessThan(15);
  });

  it.each([
    ["null", "null", "null"],
    ["undefined", "undefined", "undefined"],
    ["a string", "'text'", "'text'"],
    ["an object", "({ a: 1 })", "{ a: 1 }"],
    [
      "an object whose getters throw",
      "({ get name() { throw 1 }, toString() { throw 2 } })",
      "name: [Getter]",
    ],
    [
      "a proxy that throws at every touch",
      "new Proxy({}, { get() { throw 5 }, getPrototypeOf() { throw 6 } })",
      "{}",
    ],
    [
      "an object that cannot be inspected",
      "({ [Symbol.for('nodejs.util.inspect.custom')]() { throw 1 } })",
      "cannot be shown",
    ],
  ])("describes %s that is thrown", async (_what, thrown, text) => {
    const { outcome } = await session.execute(`throw ${thrown}`);
    expect(outcome).toMatchObject({
      error: { ename: "UncaughtValue", evalue: expect.stringContaining(text) },
    });
  });

  it("uses the name of an error's class", async () => {
    expect(await failure("class Overflow extends Error {}\nthrow new Overflow('full')")).toMatch(
      /^Overflow: full/u,
    );
  });

  it("shows a syntax error where it is, and runs nothing", async () => {
    const executed = await session.execute("console.log('never');\nlet x: = 3;");
    expect(executed.outputs).toEqual([]);
    expect(executed.outcome).toMatchObject({ error: { ename: "SyntaxError" } });
    expect(plainTraceback(executed)).toContain("> 2 | let x: = 3;\n    |        ^");
  });
});

describe("the stack of an error", () => {
  it("speaks of the cell's own lines wherever it is printed", async () => {
    const { cell, outputs } = await session.execute("\n\nconsole.log(new Error('seen').stack)");
    expect(streamText(outputs, "stdout")).toBe(`Error: seen\n    at Cell[${cell}]:3:13\n`);
  });
});
