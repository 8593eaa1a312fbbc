import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configurationProblems } from "../../../kernel/language/service/configuration-problems.ts";
import { typeScriptExecutable } from "../../../kernel/language/service/type-server.ts";
import { SessionProcess } from "./session-process.ts";

let folder: string;
let session: SessionProcess;

/** What the kernel says of a configuration. */
async function problemOf(text: string): Promise<string | null> {
  const file = join(mkdtempSync(join(folder, "problem-")), "tsconfig.json");
  writeFileSync(file, text);
  return configurationProblems(typeScriptExecutable(), file);
}

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

const configuration = {
  compilerOptions: {
    strict: false,
    experimentalDecorators: true,
    jsx: "react",
    jsxFactory: "h",
    paths: {
      "@/*": ["./source/*"],
      "@/exact": ["./source/deep/other"],
      one: ["./missing", "./source/one.ts"],
    },
  },
};

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "session-configuration-")));
  mkdirSync(join(folder, "source/deep"), { recursive: true });
  write("tsconfig.json", JSON.stringify(configuration));
  write("source/one.ts", "export const one: number = 1");
  write("source/two.ts", "import { one } from 'one'; export const two = one + 1");
  write("source/deep/other.ts", "export const other = 'exact'");
  write(
    "source/old.ts",
    "function named(target: any, key: string) { target.key = key }\nexport class Old { @named method() {} }",
  );
  write(
    "source/element.tsx",
    "const h = (tag: string): string => `own ${tag}`;\nexport const element = <b/>",
  );
  session = await SessionProcess.start(folder, { types: true });
}, 60_000);
afterAll(() => {
  session.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("What is wrong in it", () => {
  it.each([
    ["what is no JSON", "{ hello", "tsconfig.json(1,3): error TS1136"],
    ["an option that does not exist", '{ "compilerOptions": { "strikt": true } }', "'strikt'"],
    [
      "a value of another type",
      '{ "compilerOptions": { "strict": "yes" } }',
      "requires a value of type boolean",
    ],
    ["what it extends and is not there", '{ "extends": "./base.json" }', "base.json'"],
  ])("is told of: %s", async (_, text, told) => {
    expect(await problemOf(text)).toContain(told);
  });

  it.each([
    "",
    "{}",
    '// why\n{ "compilerOptions": { "target": "es5", "baseUrl": ".", }, "include": ["none"] }',
  ])("is nothing in %j", async (text) => {
    expect(await problemOf(text)).toBe(null);
  });
});

describe("What the folder's tsconfig.json says", () => {
  it("holds for the types of cells", async () => {
    expect(await session.value("let text: string = null; text")).toBe("null");
  });

  it("finds what cells, and the files that they import, import by paths", async () => {
    expect(await session.value("import { two } from '@/two'; two")).toBe("2");
    expect(await session.value("import { other } from '@/exact'; other")).toBe("'exact'");
    expect(await session.value("(await import('one')).one + require('one').one")).toBe("2");
    expect((await session.execute("import '@/nowhere'")).outcome).toMatchObject({
      error: { ename: "ModuleNotFoundError" },
    });
  });

  it("reads a file anew that was found by paths and edited", async () => {
    write("source/one.ts", "export const one: number = 10, fresh: string = 'f'");
    utimesSync(join(folder, "source/one.ts"), 2_000_000_000, 2_000_000_000);
    expect(await session.value("import { two as again } from '@/two'; again")).toBe("11");
    expect(await session.value("import { fresh } from 'one'; fresh.length")).toBe("1");
  });

  it("has the decorators of TypeScript 4 in cells and files", async () => {
    const cell =
      "function mark(target: any, key: string) { target.mark = key }\nclass A { @mark method() {} }";
    expect(await session.value(`${cell}\n(new A() as any).mark`)).toBe("'method'");
    expect(await session.value("import { Old } from '@/old'; (new Old() as any).key")).toBe("'method'");
  });

  it("has JSX compiled by its factory in cells and files", async () => {
    await session.value("declare global { namespace JSX { interface IntrinsicElements { b: {} } } }");
    expect(await session.value("const h = (tag: string) => `cell's ${tag}`; <b/>")).toBe(`"cell's b"`);
    expect(await session.value("import { element } from '@/element'; element")).toBe("'own b'");
  });
});

describe("A package that is replaced by another version", () => {
  it("has the types of the new one, as those that it exports", async () => {
    const install = (version: string, types: string): void => {
      mkdirSync(join(folder, "node_modules/replaced/lib"), { recursive: true });
      write("node_modules/replaced/index.js", "exports.kept = 1; exports.added = 2");
      write("node_modules/replaced/lib/types.d.ts", types);
      write(
        "node_modules/replaced/package.json",
        JSON.stringify({ name: "replaced", version, main: "index.js", types: "lib/types.d.ts" }),
      );
    };
    install("1.0.0", "export const kept: number");
    expect(await session.value("import { kept } from 'replaced'; kept.toFixed()")).toBe("'1'");
    install("2.0.0", "export const kept: number; export const added: number");
    utimesSync(join(folder, "node_modules/replaced/package.json"), 2_000_000_000, 2_000_000_000);
    expect(await session.value("import { added } from 'replaced'; added.toFixed()")).toBe("'2'");
  });
});
