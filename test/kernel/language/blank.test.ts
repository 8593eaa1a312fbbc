import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { transformSync } from "@swc/wasm-typescript";
import { parseSync } from "oxc-parser";
import { describe, expect, it } from "vitest";
import { blankTypes } from "../../../kernel/language/blank.ts";
import { parse } from "../../../kernel/language/parse.ts";

function blanked(source: string): string | null {
  const { program, failure } = parse(source);
  if (program === null) throw new SyntaxError(`${failure.message}: ${source}`);
  return blankTypes(source, program);
}

/** What a text means as JavaScript, wherever its words stand, and whatever empty statements it has. */
function meaning(code: string): string {
  const { program, errors } = parseSync("text.js", code, { lang: "js", sourceType: "module" });
  if (errors.length > 0) throw new SyntaxError(`${errors[0]?.message}: ${code}`);
  return JSON.stringify(program, (key, value: unknown) => {
    if (key === "start" || key === "end" || key === "raw") return undefined;
    if (typeof value === "bigint") return String(value);
    return Array.isArray(value) ? value.filter((each) => each?.type !== "EmptyStatement") : value;
  });
}

/** The same by swc, which TypeScript's own team measures Node's type stripping against. */
function bySwc(source: string): string {
  return transformSync(source, { mode: "strip-only" }).code;
}

/** Where blanks alone would change what the next line belongs to, or where words of types stand among JavaScript's. */
const texts: readonly string[] = [
  "let a = 1 as number\n(2)",
  "let a = b as T\n[1].length",
  "const f = () => x as T\n`t`",
  "a = b satisfies C\n+d",
  "interface A {}\n(1)",
  "let a = b\ntype C = 1\n(d)",
  "class A { x = 1\n public ['y']() {} }",
  "class A { x = 1\n protected *y() {} }",
  "class A { get: number\n f() {} }",
  "class A { x = y as T\n ['k'] = 1 }",
  "class A { declare x: number; y!: string; z?: T; ['w']?: T; static readonly v: T = 1; m?(): void {} }",
  "class A { m(): void; m(a?: T): void {} }",
  "abstract class A<T> extends B<T> implements D /* implements */, E<T> { abstract x: T; protected abstract m(): T; private static async *g(): T {} }",
  "class A { [key: string]: T; static { let x: T; } accessor; declare; readonly; private = 1; abstract() {} }",
  "for (let x: T = 1; x < 2; x++) f<T>(x!)",
  "for (const x of y as T[]) x",
  "for (const k in o as T) k",
  "let x!: T, y: T = 1",
  "function f(this: A, a?: B, [e]: F = g, ...rest: H[]): asserts a is B { return a! }",
  "function f(this: A /* , */, b) {}",
  "function f(a: string): void; function f(a: any) {}",
  "export function f(): void; export function f() {}",
  "export default function f(): void; export default function f() {}",
  "export default interface A {}",
  "import type { A } from 'a'; import b, { type C, d, type E as F, } from 'b'; import type G from 'g'",
  "export type { A } from 'a'; export { type B, c } from 'b'; export type * from 'd'; export interface E {} export type F = 1",
  "export declare const a: number; declare function f(): void; declare class A {} declare global { var b: T } declare module 'm' {} declare enum E {}",
  "const f = async <T,>(a: T): Promise<T> => a",
  "new Map<string, { [key: string]: number }>().get('a')!.b!.c as const",
  "tag<T>`a${b as T}c`; a?.<T>(b); f<T>; new A<T>",
  "let o = { m<T>(this: T, a: T): a is T { return true }, get x(): T { return 1 }, async *g<T>() {} }",
  "try {} catch (e: unknown) { throw e as Error }",
  "if (a) b as T\nelse c",
  "do a as T\nwhile (b)",
  "let été: 日本 = '😀' as '😀'\n;['😀']",
  "let a: {\n b: 1\n} = c\n(d)",
  "a ? (b as T) : (c): T => d",
  "const x = <T>(y: T) => y, z = (w?) => w",
];

describe("blanking types", () => {
  it("leaves everything else where it was", () => {
    expect(blanked("const a: number = b as any; // c")).toBe("const a         = b       ; // c");
    expect(blanked("let a\r\n: string\u2028= 'x'")).toBe("let a\r\n        \u2028= 'x'");
  });

  it.each(texts)("means what swc makes of %j", (text) => {
    const own = blanked(text);
    expect(own).toHaveLength(text.length);
    expect(meaning(own ?? "")).toBe(meaning(bySwc(text)));
  });

  it("means what swc makes of every file of the kernel and the renderers", () => {
    const root = path.join(import.meta.dirname, "../../..");
    const files = ["kernel", "renderers"].flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" }).map((file) =>
        path.join(root, folder, file),
      ),
    );
    for (const file of files.filter((name) => name.endsWith(".ts"))) {
      const text = readFileSync(file, "utf8");
      expect([file, meaning(blanked(text) ?? "")]).toEqual([file, meaning(bySwc(text))]);
    }
  });

  it.each([
    "enum A { b }",
    "namespace A { export const b = 1 }",
    "class A { constructor(private b: number) {} }",
    "import a = require('a')",
    "export = a",
    "let a = <T>b",
    "const f = (a): {\n} => a",
    "function f() { return <\nT,>(a: T) => a }",
  ])("is not for %j", (text) => {
    expect(blanked(text)).toBeNull();
  });
});
