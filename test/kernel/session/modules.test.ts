import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainTraceback, SessionProcess } from "./session-process.ts";

let folder: string;
let session: SessionProcess;

function write(name: string, text: string): void {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function failure(code: string): Promise<string> {
  return plainTraceback(await session.execute(code));
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "modules-"));
  write(
    "shapes.ts",
    "import { pi } from './constants';\nexport interface Circle { r: number }\nexport const area = ({ r }: Circle): number => pi * r * r;\n",
  );
  write("constants.ts", "export const pi: number = 3;\n");
  write(
    "colours.ts",
    "export enum Colour { Red = 5 }\n\nexport function fail(): never {\n  throw new Error('in a file');\n}\n",
  );
  write("folder/index.ts", "export default 'index';\n");
  write("broken.ts", "export const fine = 1;\nlet x: = 3;\n");
  write("data.json", '{ "answer": 42 }');
  write(
    "scope.ts",
    "export function run(log: string[]) { { using r = { [Symbol.dispose]() { log.push('disposed') } }; log.push('body') } return log }\n",
  );
  write("own.ts", "export { Tensor } from 'typetorch';\n");
  write(
    "node_modules/esm/package.json",
    '{ "name": "esm", "type": "module", "exports": { ".": "./index.js", "./sub": "./sub.js" } }',
  );
  write("node_modules/esm/index.js", "export default 'esm default'; export const named = 'esm named';");
  write("node_modules/esm/sub.js", "export const sub = 'esm sub';");
  write("node_modules/cjs/package.json", '{ "name": "cjs", "main": "main.js" }');
  write(
    "node_modules/cjs/main.js",
    "exports.value = 'cjs value'; Object.assign(exports, { ['hid' + 'den']: 1 });",
  );
  session = await SessionProcess.start(folder);
});
afterAll(() => {
  session.stop();
  rmSync(folder, { recursive: true });
});

describe("an import in a cell", () => {
  it.each([
    ["a package's default export", "import esm from 'esm'\nesm", "'esm default'"],
    ["a named export under another name", "import { named as other } from 'esm'\nother", "'esm named'"],
    [
      "default and names together",
      "import both, { named as n2 } from 'esm'\n[both, n2]",
      "[ 'esm default', 'esm named' ]",
    ],
    ["default and namespace together", "import d3, * as ns3 from 'esm'\nd3 === ns3.default", "true"],
    ["a namespace", "import * as ns from 'esm'\nObject.keys(ns)", "[ 'default', 'named' ]"],
    ["a subpath", "import { sub } from 'esm/sub'\nsub", "'esm sub'"],
    ["a name in quotes", "import { 'named' as quoted } from 'esm'\nquoted", "'esm named'"],
    ["a CommonJS package", "import cjs from 'cjs'\ncjs.value", "'cjs value'"],
    ["a name of a CommonJS package", "import { value } from 'cjs'\nvalue", "'cjs value'"],
    ["a built-in without its prefix", "import { sep } from 'path'\nsep", "'/'"],
    ["a module for its effects", "import 'node:fs'\n'loaded'", "'loaded'"],
    [
      "a TypeScript file",
      "import { area, Circle } from './shapes.ts'\nconst c: Circle = { r: 2 }\narea(c)",
      "12",
    ],
    [
      "a TypeScript file without its ending",
      "import { area as area2 } from './shapes'\narea2({ r: 1 })",
      "3",
    ],
    [
      "a TypeScript file by its JavaScript name",
      "import { area as area3 } from './shapes.js'\narea3({ r: 1 })",
      "3",
    ],
    ["a folder with an index", "import index from './folder'\nindex", "'index'"],
    ["a file with an enum", "import { Colour } from './colours'\nColour.Red", "5"],
    ["a file with a using", "import { run } from './scope'\nrun([])", "[ 'body', 'disposed' ]"],
    ["JSON", "import data from './data.json'\ndata.answer", "42"],
    ["JSON with its attribute", "import data2 from './data.json' with { type: 'json' }\ndata2.answer", "42"],
    ["a type alone", "import type { Circle as C2 } from './shapes'\nlet c2: C2 = { r: 1 }; c2.r", "1"],
    ["import =", "import cjs2 = require('cjs')\ncjs2.value", "'cjs value'"],
    ["import()", "(await import('esm')).named", "'esm named'"],
    [
      "import() inside a function",
      "const later = async () => (await import('./constants')).pi\nawait later()",
      "3",
    ],
    ["a re-export", "export { named } from 'esm'\nexport * from 'esm'\n1", "1"],
    ["require", "require('cjs').value", "'cjs value'"],
    ["Deno's npm:", "import { value as denos } from 'npm:cjs@^1.0'; denos", "'cjs value'"],
    ["Deno's npm: with a path", "(await import('npm:/cjs@1/package.json')).default.name", "'cjs'"],
    ["require of a TypeScript file", "require('./shapes.ts').area({ r: 2 })", "12"],
    ["require of one that has no ending and needs code", "require('./colours').Colour.Red", "5"],
  ])("loads %s", async (_what, code, shown) => {
    expect(await session.value(code)).toBe(shown);
  });

  it("gives every cell and file this package's own instance of typetorch", async () => {
    await session.value("import torch, { Tensor } from 'typetorch'");
    expect(await session.value("(await import('./own.ts')).Tensor === Tensor")).toBe("true");
    expect(await session.value("torch.tensor([1]) instanceof Tensor")).toBe("true");
    expect(await session.value("require('typetorch').Tensor === Tensor")).toBe("true");
    expect(await session.value("require('./own').Tensor === Tensor")).toBe("true");
  });

  it("says where a part of typetorch is, and what a package of Python's is called here", async () => {
    expect(await failure("import F from 'typetorch/nn/functional'")).toMatch(
      /^ModuleNotFoundError: "typetorch\/nn\/functional" is no module.*torch\.nn\.functional/u,
    );
    expect(await failure("import torch from 'torch'")).toMatch(
      /^ModuleNotFoundError: Cannot find the package "torch", which is Python's\. Here it is: import torch, .*"typetorch"/u,
    );
  });

  it("has what Node gives a module, and only cells have it", async () => {
    expect(await session.value("[__dirname, __filename]")).toBe(`[ '${folder}', '${folder}/cell.ts' ]`);
    expect(
      await session.value("[require.main === module, module.exports === exports, import.meta.main]"),
    ).toBe("[ true, true, true ]");
    expect(await session.value("['module', '__dirname'].some((name) => name in globalThis)")).toBe("false");
    expect(await session.value("const __dirname = 5, module = 6; [__dirname, module]")).toBe("[ 5, 6 ]");
  });

  it("describes itself by import.meta", async () => {
    expect(await session.value("import.meta.dirname")).toBe(`'${folder}'`);
    expect(await session.value("import.meta.resolve('esm')")).toBe(
      `'file://${folder}/node_modules/esm/index.js'`,
    );
  });

  it("loads a file anew when it, or a file that it imports, was edited", async () => {
    write("leaf.ts", "export const version = 1;\n");
    write("branch.ts", "export { version } from './leaf';\n");
    expect(await session.value("import { version } from './branch'\nversion")).toBe("1");
    write("leaf.ts", "export const version = 2;\n");
    utimesSync(path.join(folder, "leaf.ts"), new Date(), new Date(Date.now() + 5000));
    expect(await session.value("import { version } from './branch'\nversion")).toBe("2");
  });

  it("keeps the instance of a file that nobody edited", async () => {
    await session.value("import * as once from './constants'");
    await session.value("import * as twice from './constants.ts'");
    expect(await session.value("once === twice")).toBe("true");
  });
});

describe("an import that fails", () => {
  it("says which package to install, and where", async () => {
    const text = await failure("import missing from '@scope/missing/sub'");
    expect(text).toContain(path.join(folder, "node_modules"));
    expect(text).toContain(`cd ${folder} && npm install @scope/missing`);
    expect(text).toContain("> 1 | import missing");
  });

  it("says which file was looked for", async () => {
    expect(await failure("import './missing'")).toContain(path.join(folder, "missing"));
  });

  it("says what a module exports when the name is not among it", async () => {
    expect(await failure("import { nome } from 'esm'\nnome")).toContain(
      'no export named "nome". It exports default, named.',
    );
  });

  it("points to the default export of a CommonJS module whose names cannot be seen before it runs", async () => {
    expect(await failure("import { hidden } from 'cjs'\nhidden")).toContain("use all.hidden");
  });

  it("says where a file does not parse", async () => {
    const text = await failure("import './broken'");
    expect(text).toContain(`${path.join(folder, "broken.ts")}, line 2, column 8`);
    expect(text).toContain("> 2 | let x: = 3;");
    expect(text).not.toContain("caused by");
  });

  it("shows where in a file an error was thrown, by the file's own lines", async () => {
    const text = await failure("import { fail } from './colours'\nfail()");
    expect(text).toContain(`at fail (${path.join(folder, "colours.ts")}:4:9)`);
    expect(text).toContain("> 4 |   throw new Error('in a file');");
  });
});
