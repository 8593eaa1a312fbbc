import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainTraceback, SessionProcess, streamText } from "./session-process.ts";

let folder: string;
let session: SessionProcess;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "session-types-")));
  session = await SessionProcess.start(folder, { types: true });
}, 60_000);
afterAll(() => {
  session.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("A cell with type errors", () => {
  it("does not run, shows every error at its line, and leaves the state as it was", async () => {
    await session.value("let counted = 1; const text = 's'");
    const executed = await session.execute("counted = 2;\nconst n: number = text;\ntext.nothing");
    expect(executed.outcome).toMatchObject({
      status: "error",
      error: {
        ename: "TypeScriptError",
        evalue: expect.stringMatching(
          /^TS2322: Type 'string' is not assignable to type 'number'\. \(Cell\[2\], line 2, column 7\) \(and 1 more\)$/u,
        ),
      },
    });
    const traceback = plainTraceback(executed);
    expect(traceback).toContain("> 2 | const n: number = text;\n    |       ^");
    expect(traceback).toContain(
      "TypeScriptError: TS2339: Property 'nothing' does not exist on type '\"s\"'.",
    );
    expect(traceback).toContain("Jupyter.types");
    expect(await session.value("counted")).toBe("1");
  });

  it("only warns, or says nothing, when Jupyter.types says so", async () => {
    await session.execute('Jupyter.types = "warn"');
    const { outcome, outputs } = await session.execute("const warned: string = 5; warned");
    expect(outcome).toMatchObject({ status: "ok", result: { data: { "text/plain": "5" } } });
    expect(streamText(outputs, "stderr")).toContain("TS2322");
    await session.execute('Jupyter.types = "off"');
    expect(await session.execute("const silent: string = 5; silent")).toMatchObject({ outputs: [] });
    await session.execute('Jupyter.types = "error"');
    expect(await session.execute('Jupyter.types = "loud" as "off"')).toMatchObject({
      outcome: { error: { ename: "TypeError", evalue: expect.stringContaining('got "loud"') } },
    });
  });

  it("runs when its first comment says // @ts-nocheck", async () => {
    expect(await session.value("// @ts-nocheck\nconst unchecked: string = 5; unchecked")).toBe("5");
  });
});

describe("What a beginner writes", () => {
  it.each([
    ["new Tensor() * 2", "TS2362", "x.mul(y)"],
    ["2 ** new Tensor()", "TS2363", "x.pow(y)"],
    [
      "new Tensor() < 3",
      "TS2365",
      "x.lt(y) compares all elements. For a condition, compare the number: x.item() < y.",
    ],
    ["Math.sqrt(new Tensor())", "TS2345", "x.item()"],
    ["new Tensor()[0]", "TS7053", 'x.index("0, 1:3")'],
    ["new Tensor().size()", "TS2349", "leave out the parentheses"],
    ["fetch('x').shape", "TS2339", "await"],
    ["class Net { constructor() { this.fc = 1 } }", "TS2339", "fc = …"],
    [
      "class Net { register_buffer(name: string) {} constructor() { this.register_buffer('mask'); this.mask } }",
      "TS2339",
      "declare mask: Tensor;",
    ],
    [
      "class Net { mask: Date; register_buffer(name: string) {} constructor() { this.register_buffer('mask') } }",
      "TS2564",
      "declare mask: Tensor;",
    ],
    ["const sum = (named: { dim?: number }) => named; sum({ axis: 1 })", "TS2353", "dim and keepdim"],
    ["const f = (x) => x", "TS7006", "x: Tensor"],
    [
      "const net: any = {}; net[0].register_forward_hook((module, input, output) => output)",
      "TS7006",
      "(module: nn.Module, input: Tensor[], output: Tensor) => …",
    ],
    ["class Parameter {}; new Parameter()[0]", "TS7053", "x.index(0)"],
    ["const { Own } = { Own: class {} }; let own: Own;", "TS2749", "With its whole name it is a type"],
    [
      "const dict: Record<string, number> = {}; for (const [name] of dict) name",
      "TS2488",
      "Object.entries(…)",
    ],
    ["let output: Tensor; for (const _ of [1]) output = new Tensor(); output.size", "TS2454", "let output!:"],
    [
      "abstract class Dataset { abstract get(index: number): number }\nclass Faces extends Dataset {}",
      "TS2515",
      "__getitem__ is get(index) here",
    ],
    [
      "const take = (named: { weight_decay?: number }) => named; take({ learningRate: 1 })",
      "TS2353",
      "PyTorch's learning_rate",
    ],
    ["const need = (x: Tensor) => x; need([1, 2])", "TS2741", "Make a tensor of it: torch.tensor(…)."],
    ["const need = (x: number) => x; need(new Map<string, number>().get('a'))", "TS2345", "map.get(key)!"],
    [
      "const { nn } = { nn: { Linear: class {} } }; let layer: nn.Linear;",
      "TS2503",
      'import { nn } from "typetorch"',
    ],
    ["new Tensor([1, 2])", "TS2554", "torch.tensor([1, 2]) makes one of numbers"],
    ["new Map<string, number>().keys().nothing", "TS2339", "[...x].nothing"],
    ["assert(1 > 0)", "TS2304", 'import assert from "node:assert"'],
    ["import * as torch from 'typetorch'; torch.randn(2)", "TS2339", 'import torch from "typetorch"'],
    ["total = 1", "TS2304", "let total = …"],
    ["Math.max(1, dim=0)", "TS2304", "{ dim: … }"],
    ["print(1)", "TS2304", "console.log(x)"],
  ])("is told how it is done: %s", async (source, code, advice) => {
    const executed = await session.execute(`class Tensor { size = 1 }\n${source}`);
    expect(executed.outcome).toMatchObject({
      status: "error",
      error: { ename: "TypeScriptError", evalue: expect.stringContaining(code) },
    });
    expect(plainTraceback(executed)).toContain(advice);
  });

  it("is said once of a name, however often it is used, and says which cell would have declared it", async () => {
    await session.execute("const wrong: number = 'text'; const { missed, other } = { missed: 1, other: 2 };");
    const executed = await session.execute("console.log(missed, missed);\nmissed + 1");
    expect(plainTraceback(executed)).toMatch(
      /^TypeScriptError: TS2304: Cannot find name 'missed'\. Cell\[\d+\] declares it, and has not run to its end: mend that one first\.\n/u,
    );
    expect(plainTraceback(executed).match(/TS2304/gu)).toHaveLength(1);
    await session.execute("throw new Error('first'); const thrownAway = 1;");
    expect(plainTraceback(await session.execute("thrownAway"))).toContain("declares it, and has not run");
  });

  it("may call a module within its own methods, as everywhere else", async () => {
    const executed = await session.execute(`
      type Inputs<M extends { forward(...inputs: never[]): unknown }> = M extends { readonly _inputNames: readonly [string] }
        ? { [I in keyof Parameters<M["forward"]>]: Parameters<M["forward"]>[I] | Date }
        : Parameters<M["forward"]>;
      interface Callable { (...inputs: Inputs<this>): ReturnType<this["forward"]> }
      class Callable { forward(x: any): any { return x; } }
      class Net extends Callable {
        forward(x: string) { return [x]; }
        predict(x: string) { return this(x).join(""); }
      }`);
    expect(executed.outcome).toMatchObject({ status: "ok" });
  });

  it("does not learn of test runners", async () => {
    const said = plainTraceback(await session.execute("test(1)"));
    expect(said).toContain("TS2593: Cannot find name 'test'.");
    expect(said).not.toContain("npm i");
  });
});

describe("A name that TypeScript does not know", () => {
  it("is used when it exists as a property of globalThis", async () => {
    await session.execute("Object.assign(globalThis, { dynamic: 7 })");
    expect(await session.value("dynamic + 1")).toBe("8");
  });

  it("is left to run time in expressions of front ends", async () => {
    const { x } = await session.evaluateExpressions({ x: "unknownName" });
    expect(x).toMatchObject({ error: { ename: "ReferenceError" } });
  });

  it("is a warning in a function, which may find it later", async () => {
    const { outcome, outputs } = await session.execute("function early(): number { return lateName() }");
    expect(outcome.status).toBe("ok");
    expect(streamText(outputs, "stderr")).toMatch(/Cannot find name 'lateName'/u);
    expect(await session.value("function lateName() { return 4 }\nearly()")).toBe("4");
  });
});

describe("A cell that is interrupted", () => {
  it.each([
    ["busy", "while (true);", "busy"],
    ["waiting", "await new Promise(() => {});", "waiting"],
  ] as const)("while it is %s leaves the names that it came to", async (what, code, interrupt) => {
    await session.execute(`const come_${what} = 1; ${code} const later_${what} = 2`, interrupt);
    expect(await session.value(`come_${what}.toFixed(1)`)).toBe("'1.0'");
    const { outcome } = await session.execute(`later_${what}`);
    expect(outcome).toMatchObject({ error: { evalue: expect.stringContaining("has not run to its end") } });
  });
});

describe("A cell that throws", () => {
  it("leaves the names that it came to, and what the others meant before", async () => {
    await session.value("const before = 'text'");
    await session.execute("const reached = 1; throw new Error('stop'); const before = 5; const missed = 6");
    expect(await session.value("reached.toFixed(1)")).toBe("'1.0'");
    expect(await session.execute("missed")).toMatchObject({
      outcome: { error: { ename: "TypeScriptError" } },
    });
  });
});

it("The globals of cells have types", async () => {
  expect(await session.execute("Jupyter.nothing")).toMatchObject({
    outcome: { error: { evalue: expect.stringContaining("TS2339") } },
  });
  expect(
    (await session.execute("for (const i of progress(2)) i.toFixed(); display(1); () => prompt('a').length"))
      .outcome.status,
  ).toBe("ok");
});
