import { describe, expect, it } from "vitest";
import { openCallAt } from "../../../../kernel/language/service/open-call.ts";

/** What is called at the `|` of a text, with the number of the argument, and `{` where the cursor stands at a key of it. */
function called(marked: string): string | null {
  const source = marked.replace("|", "");
  const call = openCallAt(source, marked.indexOf("|"));
  if (call === null) return null;
  const isNew = call.from < call.start ? "new " : "";
  const object = call.object === null ? "" : source[call.object];
  return `${isNew}${source.slice(call.start, call.end)} ${call.argument}${object}`;
}

describe("openCallAt", () => {
  it.each([
    ["f(|", "f 0"],
    ["f(1, |)", "f 1"],
    ["f({ a| }", "f 0{"],
    ["f(1, { a: [1, 2], /* , */ b|", "f 1{"],
    ["f({ url: 'https://a', // it's\n k|", "f 0{"],
    ["a.b?.c![0](x).d  (|", "a.b?.c![0](x).d 0"],
    ["a?.(|", "a 0"],
    ["x\n  .relu()\n  .sum({|", "x\n  .relu()\n  .sum 0{"],
    ["await new a.B(|", "new a.B 0"],
    ["return (x as T).f(|", "(x as T).f 0"],
    ["`${f('`', `${1}`, {|", "f 2{"],
    ["[..., f(|", "f 0"],
    ["[...f.g(|", "f.g 0"],
    ["g(f({ a: 1 }), { b|", "g 1{"],
  ])("finds the call in %j", (marked, expected) => {
    expect(called(marked)).toBe(expected);
  });

  it.each([
    "|",
    "if (|",
    "(|",
    "function f({ a|",
    "f(() => { a|",
    "f({ a: |",
    "f({ a: { b|",
    "f([{ a|",
    "const { a|",
    "f(1)|",
    "'f(|",
    "// f(|",
    "`f(|`",
    "5(|",
  ])("finds none in %j", (marked) => {
    expect(called(marked)).toBe(null);
  });
});
