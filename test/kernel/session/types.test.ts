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
