import { describe, expect, it } from "vitest";
import { compileCell } from "../../../kernel/language/index.ts";
import { writtenName } from "../../../kernel/language/own-globals.ts";

const globals = { all: new Set(["Map", "Set", "fetch"]), taken: new Set<string>() };

/** The cell's JavaScript without the lines around it, bindings of their own with a `·` at their end. */
function compiled(source: string, taken: readonly string[] = []): string {
  const { code } = compileCell(source, "Cell[1]", { globals: { ...globals, taken: new Set(taken) } });
  return code
    .replace('"use strict";', "")
    .replace("\n//# sourceURL=Cell[1]", "")
    .replaceAll("\u200C", "·")
    .trim();
}

describe("names of the global object that a cell declares", () => {
  it.each([
    ["class Map {}; new Map()", "let Map· = class Map {};; new Map·()"],
    ["export class Map {}", "let Map· = class Map {};"],
    [
      "class Map { static of() { return new Map() } }",
      "let Map· = class Map { static of() { return new Map() } };",
    ],
    ["const Map = 1, x = { Map }; x.Map", "let Map· = 1, x = { Map: Map· }; x.Map"],
    ["const { Map, a: [Set] } = x", "let { Map: Map·, a: [Set·] } = x"],
    ["const { Map = 1 } = x", "let { Map: Map· = 1 } = x"],
    ["let Map; ({ Map } = x)", "let Map·; ({ Map: Map· } = x)"],
    ["let Map = 1; typeof Map; `${Map}`", "let Map· = 1; typeof Map·; `${Map·}`"],
    ["let Map = 1; x = { Map: 2, Map() {}, [Map]: 3 }", "let Map· = 1; x = { Map: 2, Map() {}, [Map·]: 3 }"],
    ["let Map = 1; Map: for (;;) break Map", "let Map· = 1; Map: for (;;) break Map"],
    ["function fetch() { return fetch }", "let fetch· = { fetch: function  () { return fetch· } }.fetch;"],
    [
      "let Map = 1; class A { Map = Map; #Map = 1; m(a = Map) {} }",
      "let Map· = 1; class A { Map = Map·; #Map = 1; m(a = Map·) {} }",
    ],
  ])("have a binding of their own: %s", (source, code) => {
    expect(compiled(source)).toBe(code);
  });

  it.each([
    "(Map => Map)",
    "(function (a, { Map }) { return Map })",
    "(function Map() { return Map })",
    "(() => { { var Map } return Map })",
    "{ let Map = 1; Map }",
    "{ function Map() {} Map() }",
    "for (const Map of []) Map",
    "for (let Map = 0;;) Map",
    "try {} catch (Map) { Map }",
    "switch (1) { case 1: let Map = 1; Map }",
    "(class Map { static { Map } })",
    "class A { static { var Map; Map } }",
  ])("are left alone where something inside the cell has the name: %s", (inner) => {
    expect(compiled(inner, ["Map"])).toBe(inner);
  });

  it("are imported under the name of their binding", () => {
    const code = compiled("import { Map, Set as S } from 'immutable'; new Map(); S");
    expect(code).toContain('{ "Map": Map·, "Set": S }');
    expect(code).toContain("new Map·()");
    expect(compiled("import fetch from 'm'; fetch()")).toContain('{ "default": fetch· }');
    expect(compiled("import * as fetch from 'm'; fetch.a")).toContain("let fetch· = await");
  });

  it("are those of earlier cells where a later one means them", () => {
    expect(compiled("new Map()")).toBe("new Map()");
    expect(compiled("new Map()", ["Map"])).toBe("new Map·()");
    expect(compiled("var Map = 1")).toContain("let Map·;");
    expect(compiled("enum Map { A }\nMap.A")).toContain("Map·.A");
  });

  it("are known by the name that the cell wrote", () => {
    const { declares } = compileCell("const Map = 1, a = 2", "Cell[1]", { globals });
    expect([...declares].map(writtenName)).toEqual(["Map", "a"]);
  });
});
