import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { array, assert, asyncProperty, constantFrom, tuple } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TypedNotebook } from "./fixtures.ts";

let notebook: TypedNotebook;

beforeAll(async () => {
  notebook = await TypedNotebook.open();
}, 60_000);
afterAll(() => notebook.close());

/** Cells of one notebook, each with the complaints about it. */
type Cells = readonly (readonly [source: string, ...complaints: string[]])[];

/** Every session uses names of its own: they share one notebook. */
const sessions: Readonly<Record<string, Cells>> = {
  "sees the types of earlier cells": [
    ["const one: number = 1"],
    ["one.toFixed()"],
    ["const two: string = one", "error 1:7 TS2322"],
    ["two", "error 1:1 TS2304"],
  ],
  "lets cells write properties of the global object, and read them": [
    ["globalThis.anything = 1; globalThis.anything.toFixed(); globalThis.Math.nothing", "error 1:73 TS2339"],
  ],
  "carries generic functions": [
    ["function listed<T>(x: T): T[] { return [x] }"],
    ["listed(1)[0]!.toFixed(); listed('a')[0]!.toFixed()", "error 1:42 TS2551"],
  ],
  "carries overloads": [
    [
      "function over(x: string): string; function over(x: number): number; function over(x: any) { return x }",
    ],
    ["over(1).toFixed(); over('s').length; over(true)", "error 1:43 TS2769"],
  ],
  "carries classes, interfaces, enums, namespaces and aliases, as values and as types": [
    ["class Kl<T> { constructor(public v: T) {} }\ninterface In { x: number }\nenum En { A, B }"],
    ["namespace Ns { export const q = 1; export type T = 's' }\ntype Al<T> = { a: T }"],
    ["const kl: Kl<number> = new Kl(1); const i: In = kl", "error 1:41 TS2741"],
    ["const en: En = En.A; const ns: Ns.T = 's'; const al: Al<string> = { a: Ns.q }", "error 1:69 TS2322"],
    ["class Sub extends Kl<string> { up() { return this.v.toUpperCase() } }\nnew Sub('a').up()"],
  ],
  "carries what destructuring declares": [
    ["const { da, db: [dc], ...dr } = { da: 1, db: ['s'], dd: true }"],
    ["da.toFixed() + dc!.length; dr.dd.valueOf(); dr.da", "error 1:48 TS2339"],
  ],
  "carries imports, as values, namespaces and types": [
    [
      "import { readFileSync, type Stats } from 'node:fs'; import * as np from 'node:path'; import os from 'node:os'",
    ],
    [
      "const st: Stats | null = null; readFileSync('x').length; np.join(1); os.cpus().length",
      "error 1:66 TS2345",
    ],
  ],
  "keeps narrowing": [
    ["const found = [1, 2].find((x) => x > 1); if (found === undefined) throw new Error('none')"],
    ["found.toFixed(); () => found.toFixed()"],
    ["let maybe: string | null = null as string | null; if (maybe === null) maybe = 'x'"],
    ["maybe.length; maybe = null"],
    ["let direction: 'up' | 'down' = 'up'"],
    ["if (direction === 'down') 1"],
  ],
  "allows assignments to let and var, and refuses those to const, functions and wrong types": [
    ["let le = 1; var va = 's'; const co = 1; function fu() {}"],
    ["le = 2; va += 'x'"],
    ["le = 's'", "error 1:1 TS2322"],
    ["co = 2", "error 1:1 TS2588"],
    ["fu = 3", "error 1:1 TS2632"],
    ["function fv() {}; fv = 3", "error 1:19 TS2630"],
  ],
  "lets later cells decide the type of a variable without one": [
    ["let late; let empty = []; let nil = null"],
    ["late = 5; empty.push(1); nil = {}"],
    ["late.toFixed(); empty.length; nil"],
  ],
  "carries var out of loops and blocks": [
    ["for (var vi = 0; vi < 3; vi++) { var deep = 's' }"],
    ["vi.toFixed(); deep.length; deep.foo", "error 1:33 TS2339"],
  ],
  "replaces a name that is declared again, whatever it was": [
    ["const again = 1"],
    ["const again = 's'; again.length"],
    ["again.length; again.toFixed()", "error 1:21 TS2551"],
    ["function again() { return true }"],
    ["again().valueOf()"],
    ["class again { z = 1 }"],
    ["const z: again = new again(); z.z.toFixed()"],
    ["enum again { On }"],
    ["again.On.toFixed()"],
    ["type again = string"],
    ["const text: again = 's'"],
  ],
  "leaves what was made with an older declaration as it was": [
    ["class Old { x = 1 }; const old = new Old()"],
    ["class Old { y = 2 }"],
    ["old.x; new Old().y; const wrong: Old = old", "error 1:27 TS2741"],
  ],
  "replaces an interface and does not merge it": [
    ["interface Ifc { a: number }"],
    ["interface Ifc { b: number }"],
    ["const ifc: Ifc = { b: 1 }; ifc.a", "error 1:32 TS2339"],
  ],
  "lets a type and a value of one name stand beside each other": [
    ["const Color = { red: 1 } as const"],
    ["type Color = keyof typeof Color"],
    ["const color: Color = 'red'; Color[color].toFixed(); const no: Color = 'blue'", "error 1:59 TS2322"],
  ],
  "carries unique symbols": [
    ["const sym = Symbol('s')"],
    ["const keyed = { [sym]: 1 }; keyed[sym].toFixed()"],
  ],
  "warns of names that a function may find later": [
    ["function early() { return notYet() + 1 }", "warning 1:27 TS2304"],
    ["const arrow = () => { const x: NotYet = laterOn }", "warning 1:32 TS2304", "warning 1:41 TS2304"],
    ["class Early { m() { return notYet() } }", "warning 1:28 TS2304"],
    ["notYet()", "error 1:1 TS2304"],
  ],
  "warns of functions of older cells that a new declaration breaks": [
    ["const factor = 2"],
    ["function scaled(x: number) { return factor * x }"],
    ["factor.toFixed(); scaled(1)"],
    ["const factor = 3"],
    ["const factor = 'three'", "warning 1:37 TS2362"],
    ["function scaled(x: number) { return x }"],
    ["const factor = true"],
    ["const useLater = () => later2(1)", "warning 1:24 TS2304"],
    ["function later2(text: string) { return text }", "warning 1:31 TS2345"],
  ],
  "lets cells use names of browsers and of Node": [
    [
      "const name = 1; const top = 2; const process = 'p'; const window = 1; const length = 3; const event = 4",
    ],
    ["name.toFixed(); process.length; top + window + length + event"],
  ],
  "knows names with dollars and letters of every script": [
    ["const $ = 1, $a$ = 2, größe = 3, 名 = 4"],
    ["$ + $a$ + größe + 名"],
  ],
  "allows await at the top level": [
    ["const awaited = await Promise.resolve({ deep: 1 })"],
    ["awaited.deep.toFixed(); for await (const a of [awaited]) a.deep"],
  ],
  "carries resources": [["using res = { id: 1, [Symbol.dispose]() {} }"], ["res.id.toFixed()"]],
  "merges declare global": [
    ["declare global { interface Array<T> { mine(): T } var declaredGlobal: number }"],
    ["[1].mine().toFixed(); declaredGlobal.toFixed()"],
  ],
  "tolerates exports": [
    [
      "export const exported = 1; export default function defaulted() { return 's' }\nexport { exported as other }",
    ],
    ["exported.toFixed(); defaulted().length"],
  ],
  "checks decorators, satisfies, templates, accessors and private names": [
    [
      "function deco(value: Function, context: ClassDecoratorContext) {}\n@deco class Decorated { accessor a = 1; #p = 2; get p() { return this.#p } }",
    ],
    ["new Decorated().p.toFixed(); const sat = { a: 1 } satisfies Record<string, number>; `${sat.a}`"],
  ],
  "knows tags and what the kernel declares in a cell with JSX, after one with an error and after one that leaves nothing":
    [
      ["<Missing />", "error 1:2 TS2304"],
      ["1 + 1"],
      ["const element: JSX.Element = <u id='x'>{1}</u>"],
      ["element.anything"],
    ],
  "takes a line for the shell, and a module that is declared though nobody has it": [
    ["#!/usr/bin/env node\nconst one: string = 1", "error 2:7 TS2322"],
    ["declare module 'nobody-has-it' { export const value: number }\nimport 'nor-this'"],
  ],
  "understands JSX": [
    ["declare global { namespace JSX { interface IntrinsicElements { b: { id?: string } } } }"],
    ["<b id={1} />", "error 1:4 TS2322"],
  ],
  "is silent about modules that it cannot find: importing says more": [
    ["import lost from './lost'; lost.anything"],
    ["lost.whatever"],
  ],
  "says which cell a type comes from where two have the same name": [
    ["class Twin { private a = 1 }; let twin = new Twin()"],
    ["class Twin { private b = 1 }"],
    ["twin = new Twin()", "error 1:1 TS2741"],
  ],
  "honours comments that switch errors off": [
    ["// @ts-nocheck\nconst unchecked: number = 'x'"],
    ["unchecked.toFixed()"],
    ["// @ts-ignore\nconst ignored: number = 'x'\n// @ts-expect-error\nconst expected: number = 'x'"],
    ["// @ts-expect-error\nconst fine = 1", "error 1:1 TS2578"],
  ],
  "knows the library": [
    ["import torch from 'typetorch'; const x = torch.ones(2, 3)"],
    ["x.mul(2).sum().item().toFixed(); x.mul(2).shape.foo", "error 1:49 TS2339"],
  ],
};

describe("A cell's types", () => {
  it.each(Object.entries(sessions))(
    "%s",
    async (_, cells) => {
      for (const [source, ...complaints] of cells) {
        expect({ source, complaints: await notebook.codes(source) }).toEqual({ source, complaints });
      }
    },
    60_000,
  );

  it("are written as if cells were no modules", async () => {
    await notebook.check("class Mine { private a = 1 }; let mine = new Mine()");
    const first = notebook.latest;
    await notebook.check("class Mine { private a = 2 }");
    const second = notebook.latest;
    const [found] = await notebook.check("mine = new Mine()");
    expect(found?.message).toContain(`'${second}.Mine' is not assignable to type '${first}.Mine'`);
    expect(found?.message).not.toMatch(/import\(|\.typetorch|__/u);
  });

  it("do not count for a cell that only warns or is not checked, whose names later cells see", async () => {
    expect(await notebook.check("const warned: number = 's'", "warn")).toHaveLength(1);
    expect(await notebook.check("const unseen: number = 's'", "off")).toEqual([]);
    expect(await notebook.codes("warned.toFixed() + unseen.toFixed()")).toEqual([]);
  });

  it("count once a refused cell is accepted", async () => {
    expect(await notebook.codes("const refused: number = dynamicGlobal")).toEqual(["error 1:25 TS2304"]);
    notebook.service.accept(notebook.latest);
    expect(await notebook.codes("refused.toFixed()")).toEqual([]);
  });

  it("forget the values that a cell did not come to, and remember what the names meant before", async () => {
    await notebook.check("const kept = 1; const lost = 's'");
    await notebook.check("const kept = true; type Gone = 1; const lost = 2; const neverMade = 3");
    notebook.service.retract(notebook.latest, ["kept"]);
    expect(await notebook.codes("kept.valueOf() === true; lost.length; const g: Gone = 1")).toEqual([]);
    expect(await notebook.codes("neverMade")).toEqual(["error 1:1 TS2304"]);
  });

  it("change what the same text means, also when they are taken back", async () => {
    const text = "Math.abs(declaredOnlyHere).toFixed()";
    const unknown = ["error 1:10 TS2304"];
    expect([await notebook.codes(text), await notebook.codes(text)]).toEqual([unknown, unknown]);
    await notebook.check("const declaredOnlyHere = 1");
    const declared = notebook.latest;
    expect([await notebook.codes(text), await notebook.codes(text)]).toEqual([[], []]);
    notebook.service.retract(declared, []);
    expect(await notebook.codes(text)).toEqual(unknown);
  });

  it("come through more cells than one block of documents holds", async () => {
    await notebook.check("const first = { deep: 's' }; type First = number; let moving = 0");
    for (let count = 1; count <= 40; count += 1)
      await notebook.check(`const step${count} = first.deep + ${count}; moving = ${count}`);
    expect(
      await notebook.codes(
        "const f: First = 1; first.deep.length + step1.length + step40.length + moving; step20.foo",
      ),
    ).toEqual(["error 1:87 TS2339"]);
  }, 60_000);

  it("have the libraries and their settings when documents were opened beforehand", async () => {
    const warm = await TypedNotebook.open();
    await warm.service.warm();
    expect(await warm.codes("const list = [1].map(String); process.cwd().at(list.length)!.length")).toEqual(
      [],
    );
    expect(await warm.codes("list.at(0).length; document")).toEqual([
      "error 1:1 TS2532",
      "error 1:20 TS2584",
    ]);
    warm.close();
  });

  it("are found anew after the server has died", async () => {
    await notebook.check("const survivor = { alive: true }");
    const pid = notebook.service.serverPid;
    if (pid === null) throw new Error("the server does not run");
    process.kill(pid, "SIGKILL");
    // The first question after its death may be the one that finds out.
    expect(await notebook.codes("const unasked: string = 5")).toEqual(["error 1:7 TS2322"]);
    await notebook.check("const unasked = 's'");
    expect(await notebook.codes("survivor.alive.valueOf(); survivor.dead")).toEqual(["error 1:36 TS2339"]);
    expect(await notebook.codes("unasked.length")).toEqual([]);
    expect(notebook.service.serverPid).not.toBe(pid);
  }, 60_000);

  it("have their errors where they stand, whatever characters come before", async () => {
    const before = array(constantFrom("😀", "é", "名", "\t", "\\n", " ", "x", "\u2028"), {
      maxLength: 6,
    }).map((parts) => parts.join(""));
    const lines = constantFrom("\n", "\r\n", "\n\n");
    await assert(
      asyncProperty(before, before, lines, tuple(before, before), async (a, b, line, [c, d]) => {
        const head = `'${a}';${line}/* ${b} */${line}'${c}'; \`${d}\`; `;
        const [found, ...more] = await notebook.check(`${head}const wrongPlace: number = 's'`);
        expect(more).toEqual([]);
        const at = (head + "const ").split(/\r\n|\n/u);
        expect(found?.start).toEqual({ line: at.length, column: (at.at(-1) ?? "").length + 1 });
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe("A notebook's folder", () => {
  it("has a say through its tsconfig.json, with what that extends", async () => {
    const strict = await TypedNotebook.open((folder) => {
      writeFileSync(
        join(folder, "base.json"),
        JSON.stringify({ compilerOptions: { strict: false, lib: ["es2022", "dom"] } }),
      );
      writeFileSync(
        join(folder, "tsconfig.json"),
        `{ // comments and trailing commas are allowed\n "extends": "./base.json", "compilerOptions": { "noImplicitAny": true, "paths": { "@/*": ["./*"] }, }, }`,
      );
      writeFileSync(join(folder, "util.ts"), "export const util = 42;");
    });
    expect(await strict.codes("const n: number = null; document.title")).toEqual([]);
    expect(await strict.codes("function f(x) {}")).toEqual(["error 1:12 TS7006"]);
    expect(await strict.codes("import { util } from '@/util'; util.foo")).toEqual(["error 1:37 TS2339"]);
    strict.close();
  }, 60_000);

  it("has files that cells import, in the state in which they are", async () => {
    const changing = await TypedNotebook.open((folder) => {
      writeFileSync(join(folder, "inner.ts"), "export const value = 1;");
      writeFileSync(join(folder, "outer.ts"), "export { value } from './inner';");
    });
    expect(await changing.codes("import { value } from './outer'; value.toFixed()")).toEqual([]);
    writeFileSync(join(changing.folder, "inner.ts"), "export const value = 'now a text';");
    expect(await changing.codes("import { value } from './outer'; value.toFixed()")).toEqual([
      "error 1:40 TS2551",
    ]);
    writeFileSync(join(changing.folder, "added.ts"), "export const added = 1;");
    expect(await changing.codes("import { added } from './added'; added.length")).toEqual([
      "error 1:40 TS2339",
    ]);
    changing.close();
  }, 60_000);

  it("keeps what a cell without names adds to the global scope, and nothing else of it", async () => {
    const plain = await TypedNotebook.open();
    expect(await plain.codes("declare global { interface Array<T> { own: T } }")).toEqual([]);
    expect(await plain.codes("1 + 1")).toEqual([]);
    expect(await plain.codes("[1].own.toFixed() + [1].none")).toEqual(["error 1:25 TS2339"]);
    expect(await plain.codes("{ const inner = 1; inner.toFixed() }")).toEqual([]);
    expect(await plain.codes("inner")).toEqual(["error 1:1 TS2304"]);
    plain.close();
  }, 60_000);

  it("has a package that was installed after its import had failed", async () => {
    const changing = await TypedNotebook.open();
    const asText = "import { size } from '@scope/late'; const text: string = size";
    expect(await changing.codes(asText)).toEqual([]);
    const folder = join(changing.folder, "node_modules/@scope/late");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "index.d.ts"), "export declare const size: number;");
    writeFileSync(join(folder, "package.json"), '{ "name": "@scope/late", "types": "index.d.ts" }');
    expect(await changing.codes(asText)).toEqual(["error 1:43 TS2322"]);
    changing.close();
  }, 60_000);

  it.each(["import { page } from 'late';", "import { page } from './local.ts';"])(
    "has the parts of TypeScript's library that a package refers to, after %s",
    async (imported) => {
      const changing = await TypedNotebook.open((folder) => {
        const place = join(folder, "node_modules/late");
        mkdirSync(place, { recursive: true });
        const text = '/// <reference lib="dom" />\nexport declare const page: HTMLElement;';
        writeFileSync(join(place, "index.d.ts"), text);
        writeFileSync(join(place, "package.json"), '{ "name": "late", "types": "index.d.ts" }');
        writeFileSync(join(folder, "local.ts"), "export { page } from 'late';");
      });
      const asNumber =
        "const wide: number = page.offsetWidth; const text: HTMLElement['title'] = 1; [1].map((n) => n)";
      expect(await changing.codes("const before = [1].values().map(String).toArray()")).toEqual([]);
      expect(await changing.codes(imported)).toEqual([]);
      expect(await changing.codes(asNumber)).toEqual(["error 1:46 TS2322"]);
      expect(await changing.codes("const after: number[] = before")).toEqual(["error 1:7 TS2322"]);
      changing.close();
    },
    60_000,
  );

  it("has the libraries that its tsconfig.json names, and no others", async () => {
    const old = await TypedNotebook.open((folder) =>
      writeFileSync(join(folder, "tsconfig.json"), '{ "compilerOptions": { "lib": ["ES2020", "DOM"] } }'),
    );
    expect(await old.codes("document.title.padStart(3)")).toEqual([]);
    expect(await old.codes("[1].toSorted()")).toEqual(["error 1:5 TS2550"]);
    old.close();
  }, 60_000);

  it("may have a tsconfig.json that makes no sense: what can be read of it holds", async () => {
    const broken = await TypedNotebook.open((folder) =>
      writeFileSync(join(folder, "tsconfig.json"), "{ nonsense"),
    );
    expect(await broken.codes("const n: number = 's'")).toEqual(["error 1:7 TS2322"]);
    broken.close();
  }, 60_000);
});
