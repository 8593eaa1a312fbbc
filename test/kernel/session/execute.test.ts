import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainTraceback, SessionProcess, streamText } from "./session-process.ts";

let session: SessionProcess;
beforeAll(async () => {
  session = await SessionProcess.start(tmpdir());
});
afterAll(() => session.stop());

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

describe("the value of a cell", () => {
  it.each([
    ["an expression", "1 + 1", "2"],
    ["an expression before a semicolon", "1 + 1;", "2"],
    ["an expression before a type", "7\ntype A = string", "7"],
    ["an awaited expression", "await Promise.resolve(3)", "3"],
    ["a promise, without waiting for it", "Promise.resolve(4)", "Promise { 4 }"],
    ["a string, quoted", "'text'", "'text'"],
    ["null", "null", "null"],
    ["a directive", "'use strict'", "'use strict'"],
    ["what an enum's member is", "enum Unit { Metre = 5 }\nUnit.Metre", "5"],
    [
      "parts of a namespace that see each other",
      "namespace Two { export const a = 1 }\nnamespace Two { export const b = a + 1 }\nTwo.b",
      "2",
    ],
    ["an enum in two parts", "enum Parts { A }\nenum Parts { B = 5 }\nParts.A + Parts.B", "5"],
    ["a use of a parameter property", "class P { constructor(readonly q: number) {} }\nnew P(6).q", "6"],
    ["a cast in angle brackets", "(<number>8)", "8"],
    ["a cell with a generic call", "function id<T>(x: T): T { return x }\nid<number>(9)", "9"],
    ["a cell that begins as a program for the shell", "#!/usr/bin/env node\n11", "11"],
    ["a function used before its line", "const early = late()\nfunction late() { return 10 }\nearly", "10"],
    [
      "an import used before its line",
      "const s = basename('/a/b')\nimport { basename } from 'node:path'\ns",
      "'b'",
    ],
  ])("is shown for %s", async (_what, code, shown) => {
    expect(await session.value(code)).toBe(shown);
  });

  it.each([
    ["a declaration", "const shown1 = 1"],
    ["an assignment", "let shown2; shown2 = 1"],
    ["an increment", "let shown3 = 1; shown3++"],
    ["undefined", "undefined"],
    ["control flow", "if (true) { 5 }"],
    ["a function", "5; function shown4() {}"],
    ["a type", "interface Shown5 {}"],
    ["nothing", ""],
  ])("is not shown for %s", async (_what, code) => {
    expect(await session.value(code)).toBeNull();
  });
});

describe("modern JavaScript", () => {
  it("runs cells in strict mode, as modules are", async () => {
    const executed = await session.execute("mistyped = 1");
    expect(executed.outcome).toMatchObject({ error: { ename: "ReferenceError" } });
  });

  it("disposes top-level resources after the cell, the last one first", async () => {
    const { outputs } = await session.execute(`
      const resource = (name: string) => ({ [Symbol.dispose]: () => console.log("dispose", name) });
      using a = resource("a");
      await using b = { [Symbol.asyncDispose]: async () => console.log("dispose b") };
      console.log("body");`);
    expect(streamText(outputs, "stdout")).toBe("body\ndispose b\ndispose a\n");
  });

  it("disposes the resources of blocks and functions at their end", async () => {
    const { outputs } = await session.execute(`
      function scope() { using c = { [Symbol.dispose]: () => console.log("dispose c") }; console.log("in") }
      scope();
      console.log("out");`);
    expect(streamText(outputs, "stdout")).toBe("in\ndispose c\nout\n");
  });

  it("reports both the error of a cell and that of its disposal", async () => {
    const executed = await session.execute(
      "using d = { [Symbol.dispose]() { throw new Error('second') } }\nthrow new Error('first')",
    );
    expect(plainTraceback(executed)).toMatch(/^SuppressedError/u);
    expect(await session.execute("using e = 5")).toMatchObject({
      outcome: { error: { ename: "TypeError" } },
    });
  });

  it("runs decorators and accessor fields as the standard has them", async () => {
    const value = await session.value(`
      function twice(method: (x: number) => number, context: ClassMethodDecoratorContext) {
        return (x: number) => method(x) * 2;
      }
      class Decorated { @twice size(x: number) { return x } accessor name = "n" }
      [new Decorated().size(4), new Decorated().name]`);
    expect(value).toBe("[ 8, 'n' ]");
  });

  it("makes plain objects of JSX where there is no React", async () => {
    await session.execute("const Item = ({ name }: { name: string }) => <li>{name}</li>");
    expect(await session.value("JSON.stringify(<ul id='l'><Item name='a'/></ul>)")).toBe(
      `'{"type":"ul","props":{"id":"l","children":[{"type":"li","props":{"children":["a"]}}]}}'`,
    );
  });
});

describe("output", () => {
  it("formats as Node's console does", async () => {
    const { outputs } = await session.execute(
      "console.log('%s has %d', 'a', 2, { b: [1] }); console.error('no')",
    );
    expect(streamText(outputs, "stdout")).toBe("a has 2 { b: [ 1 ] }\n");
    expect(streamText(outputs, "stderr")).toBe("no\n");
  });

  it("includes what is written to the process's streams", async () => {
    const { outputs } = await session.execute(
      "process.stdout.write(Buffer.from('bytes')); process.stderr.write('text')",
    );
    expect(streamText(outputs, "stdout") + streamText(outputs, "stderr")).toBe("bytestext");
  });

  it("belongs to the cell that started it, even when it comes late", async () => {
    const timer = await session.execute("setTimeout(() => console.log('timer'), 40); undefined");
    const chain = await session.execute(
      "void (async () => { await new Promise((r) => setTimeout(r, 40)); console.log('chain') })()",
    );
    const during = await session.execute(
      "await new Promise((r) => setTimeout(r, 100)); console.log('during')",
    );
    expect(streamText(await session.outputs(timer.cell), "stdout")).toBe("timer\n");
    expect(streamText(await session.outputs(chain.cell), "stdout")).toBe("chain\n");
    expect(streamText(during.outputs, "stdout")).toBe("during\n");
  });

  it("keeps its order when a display waits for its value", async () => {
    const { outputs } = await session.execute(
      "console.log('one'); display(new Promise((r) => setTimeout(r, 20, 'two'))); console.log('three')",
    );
    expect(outputs).toMatchObject([
      { text: "one\n" },
      { data: { "text/plain": "'two'" } },
      { text: "three\n" },
    ]);
  });

  it("reports an error that nobody caught to the cell that caused it", async () => {
    const timer = await session.execute(
      "setTimeout(() => { throw new RangeError('in a timer') }, 10); undefined",
    );
    const rejection = await session.execute("void Promise.reject(new RangeError('rejected'))");
    await pause();
    expect(streamText(await session.outputs(timer.cell), "stderr")).toContain("in a timer");
    expect(streamText(await session.outputs(rejection.cell), "stderr")).toContain("rejected");
  });

  it("clears on console.clear", async () => {
    expect((await session.execute("console.clear()")).outputs).toEqual([{ type: "clear", wait: false }]);
  });
});

describe("interrupting", () => {
  it.each([
    ["a loop", "let counted = 0; while (true) counted++", "busy"],
    ["a loop after an await", "await 1; while (true);", "busy"],
    ["a loop after a timer", "await new Promise((r) => setTimeout(r, 10)); while (true);", "busy"],
    ["a regular expression", "/^(a+)+$/.test('a'.repeat(40) + 'b')", "busy"],
    ["a loop that prints", "while (true) console.log('again')", "busy"],
    ["a method that shows a value", "({ [Symbol.for('Jupyter.display')]() { while (true); } })", "busy"],
    ["a promise that never settles", "await new Promise(() => {})", "waiting"],
  ] as const)("ends %s and keeps the state", async (_what, code, interrupt) => {
    await session.value("const kept = 'kept'");
    const { outcome } = await session.execute(code, interrupt);
    expect(outcome).toMatchObject({ status: "error", error: { ename: "KeyboardInterrupt" } });
    expect(await session.value("await new Promise((r) => setTimeout(r, 5)); kept")).toBe("'kept'");
  });

  it("leaves the console whole, wherever it strikes", async () => {
    for (let time = 0; time < 5; time += 1)
      await session.execute("while (true) console.log('again')", "busy");
    const { outputs } = await session.execute("console.log('heard'); console.error('too')");
    expect(streamText(outputs, "stdout") + streamText(outputs, "stderr")).toBe("heard\ntoo\n");
  });

  it("survives the collection of what was interrupted", async () => {
    await session.execute("await new Promise(() => {})", "waiting");
    expect(await session.value("for (let i = 0; i < 3e6; i++) globalThis.garbage = [i, {}]\n'alive'")).toBe(
      "'alive'",
    );
  });
});

describe("process.exit", () => {
  it("says that the kernel ends, and ends it with its code", async () => {
    const executed = await session.execute("console.log('before'); process.exit(3); console.log('after')");
    expect(executed.outcome).toMatchObject({ error: { evalue: "the process would end with 3" } });
    expect(streamText(executed.outputs, "stdout")).toBe("before\n");
    expect(streamText(executed.outputs, "stderr")).toBe(
      "process.exit(3): the kernel ends, and its variables with it.\n",
    );
  });
});

describe("user expressions", () => {
  it("are evaluated each for itself", async () => {
    await session.value("let base = 20");
    const answers = await session.evaluateExpressions({ good: "base + 1", bad: "nope" });
    expect(answers["good"]).toMatchObject({ status: "ok", result: { data: { "text/plain": "21" } } });
    expect(answers["bad"]).toMatchObject({ status: "error", error: { ename: "ReferenceError" } });
  });
});
