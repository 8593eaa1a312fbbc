import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SessionProcess, streamText } from "./session-process.ts";

let session: SessionProcess;
beforeAll(async () => {
  session = await SessionProcess.start(tmpdir());
});
afterAll(() => session.stop());

/** Every way to declare a name at the top level, and what `typeof` or a look at it then says. */
const declarations: Readonly<Record<string, { readonly code: string; readonly shows: string }>> = {
  const: { code: "const NAME: number = 1", shows: "1" },
  let: { code: "let NAME = 'two'", shows: "two" },
  "let without a value": { code: "let NAME: string | undefined", shows: "undefined" },
  var: { code: "var NAME = 3", shows: "3" },
  "var in a block": { code: "if (true) { var NAME = 4 }", shows: "4" },
  "var in a loop": { code: "for (var NAME = 0; NAME < 5; NAME++);", shows: "5" },
  function: { code: "function NAME() { return 6 }", shows: "[Function: NAME]" },
  "async function": { code: "async function NAME() {}", shows: "[AsyncFunction: NAME]" },
  "generator function": { code: "function* NAME() {}", shows: "[GeneratorFunction: NAME]" },
  class: { code: "class NAME {}", shows: "[class NAME]" },
  enum: { code: "enum NAME { A }", shows: "{ '0': 'A', A: 0 }" },
  namespace: { code: "namespace NAME { export const a = 7 }", shows: "{ a: 7 }" },
  "object pattern": { code: "const { a: { b: NAME } } = { a: { b: 8 } }", shows: "8" },
  "array pattern": { code: "let [, ...NAME] = [1, 9]", shows: "[ 9 ]" },
  "named import": { code: "import { sep as NAME } from 'node:path'", shows: "/" },
  "default import": { code: "import NAME from 'node:path/posix'; NAME = NAME.sep", shows: "/" },
  using: { code: "using NAME = null", shows: "null" },
  export: { code: "export const NAME = 10", shows: "10" },
  "export default": { code: "export default class NAME {}", shows: "[class NAME]" },
};

describe.each(Object.entries(declarations))("a name declared by %s", (first, before) => {
  it.each(Object.entries(declarations))("can be declared again by %s", async (second, after) => {
    const name = `n_${first}_${second}`.replaceAll(" ", "_");
    const declare = ({ code }: { code: string }): string => code.replaceAll("NAME", name);
    await session.value(declare(before));
    await session.value(`function look_${name}() { return ${name} }`);
    await session.value(declare(after));
    const { outputs } = await session.execute(`console.log(${name}); console.log(look_${name}())`);
    const shown = after.shows.replaceAll("NAME", name);
    expect(streamText(outputs, "stdout")).toBe(`${shown}\n${shown}\n`);
  });
});

describe("after a cell that throws", () => {
  it("keeps the names that were set before the throw", async () => {
    await session.execute("let beforeThrow = 1; throw new Error('stop'); let afterThrow = 2");
    expect(await session.value("beforeThrow")).toBe("1");
  });

  it("lets the names after the throw be declared again", async () => {
    await session.execute("throw new Error('stop'); let neverSet = 2");
    expect(await session.value("const neverSet = 3; neverSet")).toBe("3");
  });
});

describe("names of globals", () => {
  it("lets a function shadow a global without replacing it for libraries", async () => {
    await session.value("function fetch() { return 'mine' }");
    expect(await session.value("fetch() + typeof globalThis.fetch('data:,').then")).toBe("'minefunction'");
  });

  it("works on when a cell shadows what the kernel itself is written with", async () => {
    const names = [
      "process",
      "console",
      "Buffer",
      "URL",
      "performance",
      "setTimeout",
      "setImmediate",
      "queueMicrotask",
    ];
    await session.value(names.map((each) => `const ${each} = null`).join("\n"));
    expect(await session.value("import { join } from 'node:path'\njoin('a', 'b') as string")).toBe("'a/b'");
    expect((await session.execute("throw new Error('after')")).outcome).toMatchObject({
      error: { evalue: "after" },
    });
  });

  it("keeps a cell's own Promise, Map and Array from everyone else, and later cells with them", async () => {
    expect(
      await session.value("class Promise { held = 1 }\nclass Map {}; const Array = 3; new Promise()"),
    ).toBe("Promise { held: 1 }");
    expect(
      await session.value("const later = async () => [1]; [new Promise(), new Map(), Array, await later()]"),
    ).toBe("[ Promise { held: 1 }, Map {}, 3, [ 1 ] ]");
    expect(await session.value("function fetch() {}\nfetch.name + typeof globalThis.Map.groupBy")).toMatch(
      /^'fetch/u,
    );
  });

  it("leaves the global where the cell threw before it declared its own", async () => {
    await session.execute("throw new Error('stop'); const WeakMap = 1");
    expect(await session.value("new WeakMap()")).toBe("WeakMap { <items unknown> }");
  });
});
